/* The book of numbers of an office and a year: in, out, receipt, each with its day,
 * the cancelled ones too. */
#include "desk/page_numbers.h"
#include "base/str.h"
#include "base/time.h"
#include "core/numbers.h"
#include "desk/pages.h"
#include "desk/register_out.h"
#include "sql/sql.h"
#include "templates/desk_numbers.h"

enum { COLUMNS = 7 };

struct book {
	int64_t year;
	const struct number_row *v;
	size_t n;
};

static enum err read_book(struct visit *v, struct book *ret)
{
	enum form form;
	struct str office = visit_arg(v, 0);
	*ret = (struct book){ .year = 0 };
	enum err e = register_path(v, visit_arg(v, 1), &ret->year, &form);
	if (!e && !register_may_read(v, office))
		e = fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (!e)
		e = store_read(&v->cx, v->app->people);
	if (!e)
		e = numbers_list(&v->cx, office, ret->year, &ret->v, &ret->n);
	store_end(&v->cx);
	return e;
}

enum err api_numbers(struct visit *v)
{
	struct book b;
	enum err e = read_book(v, &b);
	return e ? e
	         : visit_json(v, 200,
		       numbers_json(
			   v->cx.arena, visit_arg(v, 0), b.year, b.v, b.n));
}

static void put_row(
    struct visit *v, const struct number_row *r, struct ui_cell *c)
{
	struct arena *a = v->cx.arena;
	enum lang lang = v->cx.lang;
	struct date day;
	c[0].text = msg_code(a, lang, STR("direction."), r->direction);
	c[1].text = r->no;
	c[2].text =
	    date_parse_iso(r->day, &day) ? date_short(a, lang, day) : STR("–");
	c[3].text = time_short(a, lang, r->at);
	c[3].sub = r->by;
	c[4].text = r->request;
	c[4].url = url_path(a, "/requests/{}", 1, &r->request);
	c[5].text = r->title;
	c[6] = (struct ui_cell){ .badge = true,
		.tone = r->cancelled ? UI_BAD : UI_NEUTRAL,
		.text = msg_text(lang, r->cancelled ? MSG_numbers_cancelled
						    : MSG_numbers_in_force),
		.sub = r->reason };
}

enum err page_numbers(struct visit *v)
{
	static const enum msg labels[COLUMNS] = { MSG_numbers_direction,
		MSG_numbers_no, MSG_numbers_day, MSG_numbers_at,
		MSG_numbers_request, MSG_numbers_subject, MSG_numbers_state };
	struct arena *a = v->cx.arena;
	struct book b;
	enum err e = read_book(v, &b);
	if (e)
		return e;
	struct ui_column *columns = ARENA_ARRAY(a, struct ui_column, COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, b.n * COLUMNS + 1);
	for (size_t i = 0; i < COLUMNS; i++)
		columns[i].label = msg_text(v->cx.lang, labels[i]);
	for (size_t i = 0; i < b.n; i++)
		put_row(v, &b.v[i], &cells[i * COLUMNS]);
	const struct str args[] = { visit_arg(v, 0),
		str_fmt(a, "%lld", (long long)b.year) };
	/* "2569" in Thai, with the era in English. */
	const struct str said[] = { args[0],
		msg_fill(a, v->cx.lang, MSG_registers_year, &args[1], 1) };
	struct numbers_page page = { .back = url_path(a, "/register/{}/{}",
					 COUNT(args), args),
		.title = msg_fill(
		    a, v->cx.lang, MSG_numbers_title, said, COUNT(said)),
		.table = { .hide_caption = true,
		    .columns = columns,
		    .n_columns = COLUMNS,
		    .cells = cells,
		    .n_rows = b.n,
		    .dense = true,
		    .empty = msg_text(v->cx.lang, MSG_numbers_empty) } };
	page.table.caption = page.title;
	struct view view = page_view(v, page.title);
	view.wide = true;
	struct buf o = page_buf(v);
	page_desk_numbers(&o, &view, &page);
	return page_send(v, 200, &o);
}
