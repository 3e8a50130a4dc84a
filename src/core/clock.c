#include "core/clock.h"

#include "base/str.h"

/* Days are explained one by one; a case older than this shows its last ones. */
#define MAX_DAYS 800

static bool in_pause(const struct case_file *f, struct date day)
{
	for (size_t i = 0; i < f->pauses.n; i++) {
		const struct pause *p = &f->pauses.v[i];
		if (date_cmp(day, date_of_ms(p->from)) > 0 &&
		    (p->to == 0 || date_cmp(day, date_of_ms(p->to)) <= 0))
			return true;
	}
	return false;
}

static bool counts(
    const struct facts *facts, const struct case_file *f, struct date day)
{
	return calendar_working(&facts->calendar, day) && !in_pause(f, day);
}

/* The stage whose own budget runs now, and since when. */
static const struct stage *running_stage(
    const struct facts *facts, const struct case_file *f, int64_t *ret_since)
{
	size_t cursor = 0;
	const struct run *r;
	while ((r = case_open_run(f, &cursor)) != NULL) {
		const struct stage *s =
		    procedure_stage(facts->procedure, r->stage);
		*ret_since = r->since;
		if (s != NULL && s->budget_max > 0)
			return s;
	}
	return NULL;
}

/* Day 0 and the budget; kind "none" when nothing runs. */
static struct clock begin(const struct facts *facts, const struct case_file *f)
{
	const struct procedure *p = facts->procedure;
	struct clock c = { .kind = STR("none") };
	int64_t since = 0;
	if (p->budget > 0 && f->received != 0) {
		c.kind = STR("case");
		c.budget_min = c.budget = p->budget;
		c.start = calendar_received(&facts->calendar, f->received);
		return c;
	}
	const struct stage *s =
	    p->budget > 0 ? NULL : running_stage(facts, f, &since);
	if (s == NULL)
		return c;
	c.kind = STR("stage");
	c.budget_min = s->budget_min;
	c.budget = s->budget_max;
	c.start = calendar_received(&facts->calendar, since);
	return c;
}

static struct date due_day(
    const struct facts *facts, const struct case_file *f, struct clock *c)
{
	struct date day;
	if (f->agreed_due.n > 0 && date_parse_iso(f->agreed_due, &day))
		return day;
	day = c->start;
	for (int left = c->budget; left > 0;) {
		day = date_add(day, 1);
		left -= counts(facts, f, day);
		if (day.year > facts->calendar.last_year)
			c->unconfirmed = true;
		/* A pause that does not end would never let it end. */
		if (date_days(day) - date_days(c->start) > 4 * MAX_DAYS)
			break;
	}
	return day;
}

struct clock clock_read(
    const struct facts *facts, const struct case_file *f, int64_t now)
{
	struct clock c = begin(facts, f);
	c.paused = f->state == STATE_waiting;
	if (!date_is_set(c.start))
		return c;
	int64_t stop = f->delivered != 0 ? f->delivered
	               : f->closed != 0  ? f->closed
	                                 : now;
	c.end = date_of_ms(stop);
	if (date_cmp(c.end, c.start) < 0)
		c.end = c.start;
	if (!c.paused)
		c.due = due_day(facts, f, &c);
	for (struct date d = date_add(c.start, 1); date_cmp(d, c.end) <= 0;
	     d = date_add(d, 1))
		c.used += counts(facts, f, d);
	return c;
}

int clock_overdue(const struct facts *facts, const struct clock *c, int64_t now)
{
	if (!date_is_set(c->due))
		return 0;
	struct date today = date_of_ms(now);
	struct date end = date_cmp(c->end, today) < 0 ? c->end : today;
	return date_cmp(end, c->due) <= 0
	           ? 0
	           : calendar_count(&facts->calendar, c->due, end);
}

json_t *clock_json(struct arena *a, const struct clock *c)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "kind", c->kind);
	json_put_int(o, "budget", c->budget);
	json_put_int(o, "used", c->used);
	json_put_flag(o, "paused", c->paused);
	return o;
}

static void explain(struct arena *a, json_t *o, const struct facts *facts,
    const struct case_file *f, struct date d, enum lang lang)
{
	const struct day_off *off = calendar_off(&facts->calendar, d);
	json_put_text(o, "date", date_iso(a, d));
	json_put_flag(o, "counted", counts(facts, f, d));
	if (off != NULL) {
		json_put_text(o, "why", STR("holiday"));
		json_put_text(
		    o, "name", lang == LANG_TH ? off->name_th : off->name_en);
	} else if (!calendar_working(&facts->calendar, d)) {
		json_put_text(o, "why", STR("weekend"));
	} else {
		json_put_text(
		    o, "why", in_pause(f, d) ? STR("waiting") : STR("working"));
	}
}

json_t *clock_days(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct clock *c, enum lang lang)
{
	json_t *days = json_new_array(a);
	int n = 0;
	if (!date_is_set(c->start))
		return days;
	int64_t span = date_days(c->end) - date_days(c->start);
	struct date d =
	    span > MAX_DAYS ? date_add(c->end, -MAX_DAYS) : c->start;
	for (; date_cmp(d, c->end) <= 0; d = date_add(d, 1)) {
		json_t *o = json_object();
		if (date_cmp(d, c->start) == 0) {
			json_put_text(o, "date", date_iso(a, d));
			json_put_flag(o, "counted", false);
			json_put_text(o, "why", STR("day-zero"));
		} else {
			explain(a, o, facts, f, d, lang);
			n += counts(facts, f, d);
		}
		json_put_int(o, "n", n);
		json_array_append_new(days, o);
	}
	return days;
}
