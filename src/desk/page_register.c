/* The yearly register of services, as it stands on paper. */
#include "desk/page_register.h"

#include "base/str.h"
#include "base/time.h"
#include "core/people.h"
#include "desk/page_list.h"
#include "desk/pages.h"
#include "desk/register_out.h"
#include "sql/sql.h"
#include "templates/desk_register.h"
#include "templates/desk_registers.h"

static bool sees_all(const struct visit *v)
{
	const struct person *p = &v->actor.person;
	return person_holds(p, ROLE_auditor, STR(""), STR("")) ||
	       person_holds(p, ROLE_dpo, STR(""), STR(""));
}

static struct str office_name(const struct visit *v, const struct office *o)
{
	bool th = v->cx.lang == LANG_TH || o->name_en.n == 0;
	return th ? o->name_th : o->name_en;
}

static struct ui_link year_link(
    struct visit *v, struct str office, int64_t year, int64_t current)
{
	struct str args[] = { office,
		str_fmt(v->cx.arena, "%lld", (long long)year) };
	return (struct ui_link){ .label = msg_fill(v->cx.arena, v->cx.lang,
				     MSG_registers_year, &args[1], 1),
		.url =
		    url_path(v->cx.arena, "/register/{}/{}", COUNT(args), args),
		.current = year == current };
}

/* This year's stands there before it has a row. */
static enum err years_of(struct visit *v, struct str office, int64_t current,
    const struct ui_link **ret, size_t *ret_n)
{
	const int64_t *years;
	size_t n, k = 0;
	int64_t now = year_be(date_of_ms(v->cx.now));
	enum err e = register_years(&v->cx, office, &years, &n);
	if (e)
		return e;
	struct ui_link *links = ARENA_ARRAY(v->cx.arena, struct ui_link, n + 1);
	if (n == 0 || years[0] != now)
		links[k++] = year_link(v, office, now, current);
	for (size_t i = 0; i < n; i++)
		links[k++] = year_link(v, office, years[i], current);
	*ret = links;
	*ret_n = k;
	return OK;
}

static enum err find_books(struct visit *v, struct register_index *ret)
{
	const struct office *offices;
	size_t n;
	enum err e = office_list(&v->cx, &offices, &n);
	if (e)
		return e;
	struct register_shelf *books =
	    ARENA_ARRAY(v->cx.arena, struct register_shelf, n + 1);
	ret->books = books;
	for (size_t i = 0; i < n && !e; i++) {
		if (!sees_all(v) &&
		    !person_in_office(&v->actor.person, offices[i].code))
			continue;
		struct register_shelf *b = &books[ret->n_books++];
		b->office = office_name(v, &offices[i]);
		e = years_of(v, offices[i].code, 0, &b->years, &b->n_years);
	}
	return e;
}

enum err page_registers(struct visit *v)
{
	struct register_index page = { 0 };
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = find_books(v, &page);
	store_end(&v->cx);
	if (e)
		return e;
	if (page.n_books == 0)
		return fail(&v->cx, ERR_DENIED, MSG_error_register_of_office);
	struct view view =
	    page_view(v, msg_text(v->cx.lang, MSG_thing_register));
	struct buf o = page_buf(v);
	page_desk_registers(&o, &view, &page);
	return page_send(v, 200, &o);
}

static struct ui_column *columns_of(
    struct visit *v, const struct register_columns *all)
{
	struct ui_column *c =
	    ARENA_ARRAY(v->cx.arena, struct ui_column, all->n + 1);
	for (size_t i = 0; i < all->n; i++) {
		c[i].label = text2_in(all->v[i].title, v->cx.lang);
		c[i].number = register_is_number(all->v[i].field);
	}
	return c;
}

/* As the file has it, but for what people read in words. */
static void fill_cell(struct visit *v, const struct list_words *words,
    const struct register_row *r, enum register_field field, struct ui_cell *c)
{
	struct arena *a = v->cx.arena;
	enum lang lang = v->cx.lang;
	c->text = register_text(a, r, field);
	if (field == REGISTER_received)
		c->text = date_short(a, lang, date_of_ms(r->received));
	else if (field == REGISTER_request)
		c->url = url_path(a, "/requests/{}", 1, &r->request);
	else if (field == REGISTER_unit)
		c->text = list_unit(words, lang, r->unit);
	else if (field == REGISTER_service_type && c->text.n > 0)
		c->text = msg_code(a, lang, STR("service."), c->text);
	else if (field == REGISTER_late_cause && c->text.n > 0)
		c->text = msg_code(a, lang, STR("late-cause."), c->text);
	else if (field == REGISTER_outcome && c->text.n > 0)
		c->text = msg_code(a, lang, STR("outcome."), c->text);
}

/* How many, and what their answers come to. */
static struct str foot_of(struct visit *v, const struct register_book *book)
{
	struct str count = str_fmt(v->cx.arena, "%zu", book->n);
	struct str foot =
	    msg_fill(v->cx.arena, v->cx.lang, MSG_registers_count, &count, 1);
	struct str rating = register_rating(v->cx.arena, v->cx.lang, book);
	return rating.n == 0 ? foot
	                     : str_fmt(v->cx.arena, "%.*s · %.*s",
				   STR_ARG(foot), STR_ARG(rating));
}

static struct ui_table table_of(struct visit *v, const struct list_words *words,
    struct str caption, const struct register_book *book)
{
	size_t width = book->columns.n;
	struct ui_cell *cells =
	    ARENA_ARRAY(v->cx.arena, struct ui_cell, book->n * width + 1);
	for (size_t i = 0; i < book->n * width; i++)
		fill_cell(v, words, &book->rows[i / width],
		    book->columns.v[i % width].field, &cells[i]);
	return (struct ui_table){ .caption = caption,
		.hide_caption = true,
		.columns = columns_of(v, &book->columns),
		.n_columns = width,
		.cells = cells,
		.n_rows = book->n,
		.dense = true,
		.foot = foot_of(v, book),
		.empty = msg_text(v->cx.lang, MSG_registers_empty) };
}

static struct url file_url(
    struct visit *v, struct str office, int64_t year, const char *suffix)
{
	struct str args[] = { office,
		str_fmt(v->cx.arena, "%lld.%s", (long long)year, suffix) };
	return url_path(v->cx.arena, "/register/{}/{}", COUNT(args), args);
}

static struct url paper_url(
    struct visit *v, const char *form, struct str office, int64_t year)
{
	struct str args[] = { office,
		str_fmt(v->cx.arena, "%lld", (long long)year) };
	return url_path(v->cx.arena, form, COUNT(args), args);
}

static enum err find_office(struct visit *v, struct str code, int64_t year,
    struct list_words *words, struct register_page *page)
{
	const struct office *offices = NULL;
	size_t n = 0;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = office_list(&v->cx, &offices, &n);
	for (size_t i = 0; !e && i < n; i++)
		if (str_eq(offices[i].code, code))
			page->office = office_name(v, &offices[i]);
	if (!e)
		e = years_of(v, code, year, &page->years, &page->n_years);
	if (!e)
		e = list_words(&v->cx, words);
	store_end(&v->cx);
	return e;
}

enum err page_register(struct visit *v)
{
	struct register_book book;
	struct list_words words = { 0 };
	int64_t year;
	enum form form;
	struct str office = visit_arg(v, 0);
	enum err e = register_path(v, visit_arg(v, 1), &year, &form);
	if (e)
		return e;
	if (form != FORM_JSON)
		return register_send(v, office, year, form);
	e = register_fetch(v, office, year, &book);
	struct register_page page = { .back = url_local(STR("/register")),
		.csv = file_url(v, office, year, "csv"),
		.xlsx = file_url(v, office, year, "xlsx"),
		.pdf =
		    paper_url(v, "/register/{}/{}/register.pdf", office, year),
		.numbers = paper_url(v, "/numbers/{}/{}", office, year),
		.disposals = paper_url(v, "/disposals/{}/{}", office, year) };
	if (!e)
		e = find_office(v, office, year, &words, &page);
	if (e)
		return e;
	struct str be = str_fmt(v->cx.arena, "%lld", (long long)year);
	page.title =
	    msg_fill(v->cx.arena, v->cx.lang, MSG_registers_title, &be, 1);
	page.table = table_of(v, &words, page.title, &book);
	struct view view = page_view(v, page.title);
	view.wide = true;
	struct buf o = page_buf(v);
	page_desk_register(&o, &view, &page);
	return page_send(v, 200, &o);
}
