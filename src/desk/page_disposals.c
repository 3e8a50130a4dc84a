/* The list of a year of what may be destroyed, for the committee: a page, a file,
 * and the API's answer; and the rounds in which that is done. */
#include "desk/page_disposals.h"
#include "base/log.h"
#include "base/str.h"
#include "desk/disposal_out.h"
#include "desk/pages.h"
#include "desk/register_out.h"
#include "sql/sql.h"
#include "templates/desk_disposals.h"

struct wanted {
	int64_t year;
	enum form form;
	struct disposal_listing list;
	const struct round_entry *rounds;
	size_t n_rounds;
};

static enum err read_list(struct visit *v, struct wanted *ret)
{
	struct str office = visit_arg(v, 0);
	enum err e = register_path(v, visit_arg(v, 1), &ret->year, &ret->form);
	if (!e && !register_may_read(v, office))
		e = fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (!e)
		e = store_read(&v->cx, v->app->people);
	if (!e)
		e = disposal_list(
		    &v->cx, office, ret->year, SIZE_MAX, &ret->list);
	if (!e)
		e = round_list(
		    &v->cx, office, ret->year, &ret->rounds, &ret->n_rounds);
	store_end(&v->cx);
	for (size_t i = 0; i < ret->list.n_broken && !e; i++)
		LOG("error", "desk.disposals",
		    { "broken", ret->list.broken[i] });
	return e;
}

/* The closing day and how much there is, for whoever looks for it. */
static struct str remark(struct visit *v, const struct disposal_line *l)
{
	struct arena *a = v->cx.arena;
	const struct str args[] = { date_short(a, v->cx.lang, l->closed),
		date_short(a, v->cx.lang, l->until),
		str_fmt(a, "%lld", (long long)l->files) };
	return msg_fill(a, v->cx.lang, MSG_disposals_kept, args, COUNT(args));
}

static const struct disposal_texts *texts_of(
    struct visit *v, const struct wanted *w)
{
	struct disposal_texts *t =
	    ARENA_ARRAY(v->cx.arena, struct disposal_texts, w->list.n + 1);
	for (size_t i = 0; i < w->list.n; i++) {
		t[i] = disposal_texts(v, i, &w->list.v[i]);
		t[i].v[DISPOSAL_remark] = remark(v, &w->list.v[i]);
	}
	return t;
}

static enum err send_file(struct visit *v, const struct wanted *w)
{
	struct str office = visit_arg(v, 0);
	return disposal_send(v, w->form,
	    str_fmt(v->cx.arena, "disposals-%.*s-%lld", STR_ARG(office),
		(long long)w->year),
	    texts_of(v, w), w->list.n);
}

enum err api_disposals(struct visit *v)
{
	struct wanted w = { 0 };
	enum err e = read_list(v, &w);
	if (e)
		return e;
	if (w.form != FORM_JSON)
		return send_file(v, &w);
	return visit_json(v, 200,
	    disposal_list_json(
		v->cx.arena, visit_arg(v, 0), w.year, w.list.v, w.list.n));
}

static struct url file_url(
    struct visit *v, const struct wanted *w, const char *suffix)
{
	const struct str args[] = { visit_arg(v, 0),
		str_fmt(v->cx.arena, "%lld%s", (long long)w->year, suffix) };
	return url_path(v->cx.arena, "/disposals/{}/{}", COUNT(args), args);
}

enum { ROUND_COLUMNS = 4 };

static void put_round(
    struct visit *v, const struct round_entry *r, struct ui_cell *c)
{
	struct arena *a = v->cx.arena;
	struct str nth = str_fmt(a, "%lld", (long long)r->nth);
	c[0].text = msg_fill(a, v->cx.lang, MSG_rounds_nth, &nth, 1);
	c[0].url = url_path(a, "/disposal-rounds/{}", 1, &r->id);
	c[1].text = str_fmt(a, "%lld", (long long)r->lines);
	c[2].text = time_short(a, v->cx.lang, r->opened);
	c[3] = (struct ui_cell){ .badge = true,
		.tone = r->state == DISPOSAL_done      ? UI_GOOD
		        : r->state == DISPOSAL_dropped ? UI_NEUTRAL
		                                       : UI_INFO,
		.text = msg_code(a, v->cx.lang, STR("disposal-state."),
		    str_of(disposal_states[r->state])) };
}

static struct ui_table rounds_of(struct visit *v, const struct wanted *w)
{
	static const enum msg labels[ROUND_COLUMNS] = { MSG_rounds_round,
		MSG_rounds_lines, MSG_rounds_opened, MSG_rounds_state };
	struct arena *a = v->cx.arena;
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, ROUND_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, w->n_rounds * ROUND_COLUMNS + 1);
	for (size_t i = 0; i < ROUND_COLUMNS; i++)
		columns[i].label = msg_text(v->cx.lang, labels[i]);
	columns[1].number = true;
	for (size_t i = 0; i < w->n_rounds; i++)
		put_round(v, &w->rounds[i], &cells[i * ROUND_COLUMNS]);
	return (
	    struct ui_table){ .caption = msg_text(v->cx.lang, MSG_rounds_title),
		.columns = columns,
		.n_columns = ROUND_COLUMNS,
		.cells = cells,
		.n_rows = w->n_rounds };
}

static void put_open(
    struct visit *v, const struct wanted *w, struct disposals_page *page)
{
	struct ui_form *form = ARENA_NEW(v->cx.arena, struct ui_form);
	bool now = w->year <= year_be(date_of_ms(v->cx.now));
	if (!now || w->list.n == 0 || v->actor.read_only ||
	    !person_holds(
		&v->actor.person, ROLE_records, visit_arg(v, 0), STR("")))
		return;
	*form = (struct ui_form){ .action = file_url(v, w, "") };
	page->open = form;
	page->open_button = (struct ui_button){ .kind = UI_PRIMARY,
		.label = msg_text(v->cx.lang, MSG_rounds_open) };
}

enum err page_disposals(struct visit *v)
{
	struct wanted w = { 0 };
	struct arena *a = v->cx.arena;
	enum err e = read_list(v, &w);
	if (e)
		return e;
	if (w.form != FORM_JSON)
		return send_file(v, &w);
	const struct str year = str_fmt(a, "%lld", (long long)w.year);
	const struct str args[] = { visit_arg(v, 0),
		msg_fill(a, v->cx.lang, MSG_registers_year, &year, 1) };
	struct disposals_page page = { .back = url_local(STR("/register")),
		.csv = file_url(v, &w, ".csv"),
		.xlsx = file_url(v, &w, ".xlsx"),
		.title = msg_fill(
		    a, v->cx.lang, MSG_disposals_title, args, COUNT(args)) };
	page.table = disposal_table(v, texts_of(v, &w), w.list.n, page.title);
	page.rounds = rounds_of(v, &w);
	put_open(v, &w, &page);
	struct view view = page_view(v, page.title);
	view.wide = true;
	struct buf o = page_buf(v);
	page_desk_disposals(&o, &view, &page);
	return page_send(v, 200, &o);
}

static enum err open_round(struct visit *v, void *arg)
{
	struct disposal_round *r = arg;
	struct new_round n = { .office = visit_arg(v, 0) };
	if (!str_i64(visit_arg(v, 1), &n.year))
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	return round_open(&v->cx, &n, r);
}

enum err page_round_open(struct visit *v)
{
	struct disposal_round r;
	enum err e = visit_change(v, open_round, &r);
	return e ? e
	         : visit_go(v, str_fmt(v->cx.arena, "/disposal-rounds/%.*s",
				   STR_ARG(r.id)));
}
