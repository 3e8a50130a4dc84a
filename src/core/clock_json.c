/* The clock in words of the API: whole, stage by stage, day by day. */
#include "base/str.h"
#include "core/clock.h"

/* Days are explained one by one; a case older than this shows its last ones. */
#define MAX_DAYS 800

json_t *clock_json(struct arena *a, const struct clock *c)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "kind", c->kind);
	json_put_int(o, "budget", c->budget);
	json_put_int(o, "budget_min", c->budget_min);
	json_put_int(o, "used", c->used);
	json_put_flag(o, "paused", c->paused);
	json_put_int(o, "rework", c->rework);
	json_put_flag(o, "unconfirmed", c->unconfirmed);
	return o;
}

struct telling {
	const struct calendar *calendar;
	const struct case_file *f;
	enum lang lang;
	struct date start, end;
};

static bool counts(const struct telling *t, struct date d)
{
	return calendar_working(t->calendar, d) && !clock_pauses(t->f, d);
}

static struct str why_of(
    const struct telling *t, struct date d, const struct day_off *on)
{
	bool working = calendar_working(t->calendar, d);
	int weekday = date_weekday(d);
	if (working && clock_pauses(t->f, d))
		return STR("waiting");
	if (!working)
		return calendar_off(t->calendar, d) ? STR("holiday")
		                                    : STR("weekend");
	if (on != NULL && on->kind == DAY_half_day)
		return STR("half-day");
	return on != NULL || weekday == 0 || weekday == 6 ? STR("override")
	                                                  : STR("working");
}

static void explain(
    struct arena *a, json_t *o, const struct telling *t, struct date d)
{
	const struct day_off *on = calendar_on(t->calendar, d);
	json_put_text(o, "date", date_iso(a, d));
	json_put_flag(o, "counted", counts(t, d));
	json_put_text(o, "why", why_of(t, d, on));
	if (on != NULL) {
		json_put_text(
		    o, "name", t->lang == LANG_TH ? on->name_th : on->name_en);
		json_put_text(o, "kind", str_of(day_kind_names[on->kind]));
		json_put_text(o, "calendar", on->calendar);
	}
}

static json_t *days_of(struct arena *a, const struct telling *t)
{
	json_t *days = json_new_array(a);
	int n = 0;
	if (!date_is_set(t->start))
		return days;
	int64_t span = date_days(t->end) - date_days(t->start);
	struct date first =
	    span > MAX_DAYS ? date_add(t->end, -MAX_DAYS) : t->start;
	/* The number of a day counts those that are not shown, too. */
	for (struct date d = t->start; date_cmp(d, t->end) <= 0;
	     d = date_add(d, 1)) {
		bool zero = date_cmp(d, t->start) == 0;
		n += !zero && counts(t, d);
		if (date_cmp(d, first) < 0)
			continue;
		json_t *o = json_object();
		if (zero) {
			json_put_text(o, "date", date_iso(a, d));
			json_put_flag(o, "counted", false);
			json_put_text(o, "why", STR("day-zero"));
		} else {
			explain(a, o, t, d);
		}
		json_put_int(o, "n", n);
		json_array_append_new(days, o);
	}
	return days;
}

json_t *clock_days(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct clock *c, enum lang lang)
{
	bool stage = str_eq(c->kind, STR("stage"));
	struct telling t = { .calendar = stage ? &facts->calendar
		                               : clock_calendar(facts, f),
		.f = f,
		.lang = lang,
		.start = c->start,
		.end = c->end };
	return days_of(a, &t);
}

json_t *clock_stage_days(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct stage_clock *c, enum lang lang)
{
	struct telling t = { .calendar = &facts->calendar,
		.f = f,
		.lang = lang,
		.start = c->start,
		.end = c->end };
	return days_of(a, &t);
}

static json_t *stages_json(struct arena *a, const struct facts *facts,
    const struct case_file *f, int64_t now, enum lang lang)
{
	json_t *list = json_new_array(a);
	struct stage_clocks all = clock_stages(a, facts, f, now);
	for (size_t i = 0; i < all.n; i++) {
		const struct stage_clock *c = &all.v[i];
		json_t *o = json_object();
		json_put_text(o, "stage", c->stage->id);
		json_put_text(o, "unit", c->run->unit);
		json_put_int(o, "budget", c->budget);
		json_put_int(o, "budget_min", c->budget_min);
		json_put_int(o, "used", c->used);
		json_put_int(o, "overdue", c->overdue);
		json_put_flag(o, "open", c->open);
		json_put_flag(o, "paused", c->paused);
		json_put_flag(o, "counts", c->counts);
		json_put_flag(o, "rework", c->rework);
		json_put_flag(o, "unconfirmed", c->unconfirmed);
		json_put_text(o, "start", date_iso(a, c->start));
		json_put_text_or_null(o, "due", date_iso(a, c->due));
		json_put(o, "days", clock_stage_days(a, facts, f, c, lang));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *agreed_json(struct arena *a, const struct case_file *f)
{
	const struct agreement *g = &f->agreed;
	json_t *o = json_new_object(a);
	json_put_text(o, "due", f->agreed_due);
	json_put_text(o, "by", g->by);
	json_put_text_or_null(o, "proposed_by", g->proposed_by);
	json_put_text(o, "at", time_iso(a, g->at));
	json_put_text_or_null(o, "cause", g->cause);
	json_put_text_or_null(o, "reason", g->reason);
	json_put_text_or_null(o, "evidence", g->evidence);
	return o;
}

static json_t *reworks_json(struct arena *a, const struct facts *facts,
    const struct case_file *f, int64_t now)
{
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < f->reworks.n; i++) {
		const struct pause *w = &f->reworks.v[i];
		struct case_file one = *f;
		one.reworks.v = &f->reworks.v[i];
		one.reworks.n = 1;
		json_t *o = json_object();
		json_put_text(o, "from", time_iso(a, w->from));
		json_put_text_or_null(
		    o, "until", w->to ? time_iso(a, w->to) : STR(""));
		json_put_int(o, "used", clock_read(facts, &one, now).rework);
		json_array_append_new(list, o);
	}
	return list;
}

json_t *clock_whole_json(struct arena *a, const struct facts *facts,
    const struct case_file *f, int64_t now, enum lang lang)
{
	struct clock c = clock_read(facts, f, now);
	json_t *o = clock_json(a, &c);
	json_put_text_or_null(o, "stage", c.stage);
	json_put_text_or_null(o, "start", date_iso(a, c.start));
	json_put_text_or_null(o, "due", date_iso(a, c.due));
	json_put_int(o, "overdue", clock_overdue(facts, &c, now));
	if (f->agreed_due.n > 0)
		json_put(o, "agreed", agreed_json(a, f));
	else
		json_put_text_or_null(o, "agreed", STR(""));
	json_put(o, "days", clock_days(a, facts, f, &c, lang));
	json_put(o, "stages", stages_json(a, facts, f, now, lang));
	json_put(o, "reworks", reworks_json(a, facts, f, now));
	return o;
}
