/* Every day that counted for a request, and every one that did not, and why. */
#include "desk/page_clock.h"

#include "base/str.h"
#include "base/time.h"
#include "core/reminder.h"
#include "desk/page_case.h"
#include "sql/sql.h"
#include "templates/desk_clock.h"

enum { DAY_COLUMNS = 3, STAGE_COLUMNS = 4, REMINDER_COLUMNS = 3 };

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

static struct str budget_of(const struct case_work *w, int min, int max)
{
	return min < max ? str_fmt(w->v->cx.arena, "%d–%d", min, max)
	                 : case_number(w, max);
}

/* Beside a stage: whose, and what its time is not part of. */
static struct str stage_note(
    const struct case_work *w, const struct stage_clock *c)
{
	struct str unit = c->run->unit.n ? case_unit(w, c->run->unit) : STR("");
	struct str apart = !c->counts  ? case_say(w, MSG_clock_stage_apart)
	                   : c->rework ? case_say(w, MSG_clock_stage_rework)
	                               : STR("");
	return str_fmt(w->v->cx.arena, "%.*s%s%.*s", STR_ARG(unit),
	    unit.n && apart.n ? " · " : "", STR_ARG(apart));
}

static void fill_stage(const struct case_work *w, const struct stage_clock *c,
    struct ui_cell *cell)
{
	struct arena *a = w->v->cx.arena;
	enum lang lang = w->v->cx.lang;
	cell[0].text = text2_in(c->stage->title, lang);
	cell[0].sub = stage_note(w, c);
	cell[1].text = date_short(a, lang, c->start);
	cell[2].text = case_say2(w, MSG_clock_stage_of, case_number(w, c->used),
	    budget_of(w, c->budget_min, c->budget));
	cell[3].text = c->paused ? case_say(w, MSG_case_clock_paused)
	                         : date_short(a, lang, c->due);
	if (c->unconfirmed)
		cell[3].sub = case_say(w, MSG_case_unconfirmed);
	if (c->overdue > 0) {
		cell[3].badge_text =
		    case_say1(w, MSG_thing_overdue, case_number(w, c->overdue));
		cell[3].tone = UI_BAD;
	}
}

static struct ui_table stages_of(const struct case_work *w)
{
	struct arena *a = w->v->cx.arena;
	const enum msg labels[STAGE_COLUMNS] = { MSG_clock_stage,
		MSG_clock_start, MSG_clock_stage_used, MSG_case_due };
	struct stage_clocks all =
	    clock_stages(a, &w->facts, &w->f, w->v->cx.now);
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, STAGE_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, all.n * STAGE_COLUMNS + 1);
	for (size_t i = 0; i < STAGE_COLUMNS; i++)
		columns[i].label = case_say(w, labels[i]);
	for (size_t i = 0; i < all.n; i++)
		fill_stage(w, &all.v[i], &cells[i * STAGE_COLUMNS]);
	return (struct ui_table){ .caption = case_say(w, MSG_clock_stages),
		.columns = columns,
		.n_columns = STAGE_COLUMNS,
		.cells = cells,
		.n_rows = all.n };
}

/* Who agreed to another day, who had proposed it, why. */
static void put_agreed(const struct case_work *w, struct rows_of *r)
{
	const struct agreement *g = &w->f.agreed;
	struct arena *a = r->arena;
	if (w->f.agreed_due.n == 0)
		return;
	struct str by = case_say2(
	    w, MSG_clock_agreed_by, case_person(w, g->by), case_when(w, g->at));
	struct str proposed = g->proposed_by.n
	                          ? case_say1(w, MSG_clock_agreed_proposed,
					case_person(w, g->proposed_by))
	                          : STR("");
	struct str cause = g->cause.n ? msg_code(a, w->v->cx.lang,
					    STR("extend-cause."), g->cause)
	                              : STR("");
	row_lines(r, case_say(w, MSG_clock_agreed),
	    str_fmt(a, "%.*s\n%.*s%s%.*s%s%.*s%s%.*s",
		STR_ARG(case_day(w, w->f.agreed_due)), STR_ARG(by),
		proposed.n ? "\n" : "", STR_ARG(proposed), cause.n ? "\n" : "",
		STR_ARG(cause), g->reason.n ? ": " : "", STR_ARG(g->reason)));
}

static void put_rework(const struct case_work *w, struct rows_of *r)
{
	if (w->f.reworks.n > 0)
		row_text(r, case_say(w, MSG_clock_rework),
		    case_say1(w, MSG_clock_rework_days,
			case_number(w, w->clock.rework)));
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
		budget_of(w, c->budget_min, c->budget)));
	case_hold_row(w, r);
	put_agreed(w, r);
	put_rework(w, r);
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

static void fill_reminder(
    const struct case_work *w, const struct reminder_line *l, struct ui_cell *c)
{
	struct arena *a = w->v->cx.arena;
	c[0].text = text2_in(l->what, w->v->cx.lang);
	if (l->unit.n > 0)
		c[0].sub = case_unit(w, l->unit);
	c[1].text = str_fmt(a, "%d %%", l->level);
	if (l->at != 0) {
		c[2].text = case_when(w, l->at);
		c[2].badge_text = case_say(w, MSG_clock_reminder_sent);
		c[2].tone = UI_GOOD;
	} else {
		c[2].text = date_short(a, w->v->cx.lang, l->due);
		c[2].badge_text = case_say(w, MSG_clock_reminder_due);
		c[2].tone = UI_NEUTRAL;
	}
}

/* Who is told that time runs out: when it was, and when it will be. */
static enum err put_reminders(const struct case_work *w, struct ui_table *ret)
{
	static const enum msg labels[REMINDER_COLUMNS] = {
		MSG_clock_reminder_of, MSG_clock_reminder_level,
		MSG_clock_reminder_when
	};
	struct visit *v = w->v;
	struct arena *a = v->cx.arena;
	const struct reminder_line *list = NULL;
	size_t n = 0;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = reminders_of(&v->cx, &w->facts, &w->f, &list, &n);
	store_end(&v->cx);
	if (e)
		return e;
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, REMINDER_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, n * REMINDER_COLUMNS + 1);
	for (size_t i = 0; i < REMINDER_COLUMNS; i++)
		columns[i].label = case_say(w, labels[i]);
	for (size_t i = 0; i < n; i++)
		fill_reminder(w, &list[i], &cells[i * REMINDER_COLUMNS]);
	*ret = (struct ui_table){ .caption = case_say(w, MSG_clock_reminders),
		.columns = columns,
		.n_columns = REMINDER_COLUMNS,
		.cells = cells,
		.n_rows = n,
		.foot = case_say(w, MSG_clock_reminder_foot) };
	return OK;
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
		.days = table_of(&w),
		.stages = stages_of(&w) };
	e = put_reminders(&w, &page.reminders);
	if (e)
		return e;
	struct view view = page_view(
	    v, str_fmt(v->cx.arena, "%.*s %.*s",
		   STR_ARG(case_say(&w, MSG_clock_title)), STR_ARG(w.f.no)));
	struct buf o = page_buf(v);
	page_desk_clock(&o, &view, &page);
	return page_send(v, 200, &o);
}
