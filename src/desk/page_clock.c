/* Every day that counted for a request, and every one that did not, and why. */
#include "desk/page_clock.h"

#include "base/str.h"
#include "base/time.h"
#include "desk/page_case.h"
#include "templates/desk_clock.h"

enum { DAY_COLUMNS = 3 };

static struct str weekday(const struct case_work *w, struct date d)
{
	static const enum msg names[] = { MSG_weekday_0, MSG_weekday_1,
		MSG_weekday_2, MSG_weekday_3, MSG_weekday_4, MSG_weekday_5,
		MSG_weekday_6 };
	return case_say(w, names[date_weekday(d)]);
}

static void fill_day(
    const struct case_work *w, const json_t *day, struct ui_cell *c)
{
	struct arena *a = w->v->cx.arena;
	struct date d = { 0 };
	bool counted = json_flag(day, "counted");
	struct str why = json_text(day, "why"), name = json_text(day, "name");
	struct str words = msg_code(a, w->v->cx.lang, STR("clock-why."), why);
	(void)date_parse_iso(json_text(day, "date"), &d);
	c[0].text = str_fmt(a, "%.*s %.*s", STR_ARG(weekday(w, d)),
	    STR_ARG(date_short(a, w->v->cx.lang, d)));
	c[1].text = counted ? case_number(w, json_int(day, "n", 0)) : STR("–");
	c[2].text =
	    name.n ? str_fmt(a, "%.*s: %.*s", STR_ARG(words), STR_ARG(name))
		   : words;
	if (date_cmp(d, w->clock.due) == 0) {
		c[2].badge_text = case_say(w, MSG_case_due);
		c[2].tone = UI_WAIT;
	}
}

static struct ui_table table_of(const struct case_work *w)
{
	struct arena *a = w->v->cx.arena;
	const enum msg labels[DAY_COLUMNS] = { MSG_clock_day, MSG_clock_counted,
		MSG_clock_why };
	const json_t *days =
	    clock_days(a, &w->facts, &w->f, &w->clock, w->v->cx.lang);
	size_t n = json_array_size(days);
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, DAY_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, n * DAY_COLUMNS + 1);
	for (size_t i = 0; i < DAY_COLUMNS; i++)
		columns[i].label = case_say(w, labels[i]);
	columns[1].number = true;
	for (size_t i = 0; i < n; i++)
		fill_day(w, json_array_get(days, i), &cells[i * DAY_COLUMNS]);
	return (struct ui_table){ .caption = case_say(w, MSG_clock_days),
		.columns = columns,
		.n_columns = DAY_COLUMNS,
		.cells = cells,
		.n_rows = n,
		.dense = true,
		.empty = case_say(w, MSG_clock_not_started) };
}

static void put_rows(const struct case_work *w, struct rows_of *r)
{
	const struct clock *c = &w->clock;
	struct arena *a = r->arena;
	enum lang lang = w->v->cx.lang;
	if (!date_is_set(c->start))
		return;
	row_text(r, case_say(w, MSG_clock_kind),
	    msg_code(a, lang, STR("clock-kind."), c->kind));
	row_text(r, case_say(w, MSG_clock_start), date_long(a, lang, c->start));
	if (str_eq(c->kind, STR("case")) &&
	    date_cmp(date_of_ms(w->f.received), c->start) != 0)
		row_text(r, case_say(w, MSG_case_received),
		    case_say1(
			w, MSG_clock_after_hours, case_when(w, w->f.received)));
	row_text(r, case_say(w, MSG_clock_used),
	    case_say2(w, MSG_case_clock_used, case_number(w, c->used),
		case_number(w, c->budget)));
	if (c->paused)
		row_text(r, case_say(w, MSG_case_due),
		    case_say(w, MSG_case_clock_paused));
	else
		row_text(
		    r, case_say(w, MSG_case_due), date_long(a, lang, c->due));
	if (w->overdue > 0)
		LIST_ADD(a, &r->list,
		    (struct ui_row){ .label = case_say(w, MSG_clock_late),
			.value = case_say1(
			    w, MSG_thing_overdue, case_number(w, w->overdue)),
			.tone = UI_BAD,
			.badge = true });
	if (c->unconfirmed)
		row_text(r, case_say(w, MSG_case_note),
		    case_say(w, MSG_case_unconfirmed));
}

enum err page_clock(struct visit *v)
{
	struct case_work w;
	struct rows_of r = { .arena = v->cx.arena };
	enum err e = case_read(v, visit_arg(v, 0), &w);
	if (e)
		return e;
	put_rows(&w, &r);
	struct clock_page page = { .back = case_url(&w, ""),
		.number = w.f.no,
		.title = case_title(&w.f),
		.rows = r.list.v,
		.n_rows = r.list.n,
		.days = table_of(&w) };
	struct view view = page_view(
	    v, str_fmt(v->cx.arena, "%.*s %.*s",
		   STR_ARG(case_say(&w, MSG_clock_title)), STR_ARG(w.f.no)));
	struct buf o = page_buf(v);
	page_desk_clock(&o, &view, &page);
	return page_send(v, 200, &o);
}
