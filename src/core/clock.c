#include "core/clock.h"

#include "base/str.h"

/* A due day further off than this is none: something never ends. */
#define MAX_AHEAD 4000

const struct calendar *clock_calendar(
    const struct facts *facts, const struct case_file *f)
{
	return f->stop_seq != 0 ? &facts->then : &facts->calendar;
}

bool clock_pauses(const struct case_file *f, struct date day)
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
    const struct calendar *c, const struct case_file *f, struct date day)
{
	return calendar_working(c, day) && !clock_pauses(f, day);
}

static int counted(const struct calendar *c, const struct case_file *f,
    struct date start, struct date end)
{
	int n = 0;
	for (struct date d = start; date_cmp(d, end) < 0;) {
		d = date_add(d, 1);
		n += counts(c, f, d);
	}
	return n;
}

/* The day on which `budget` days have been counted from `start`. */
static struct date day_after(const struct calendar *c,
    const struct case_file *f, struct date start, int budget)
{
	struct date day = start;
	for (int left = budget; left > 0;) {
		day = date_add(day, 1);
		left -= counts(c, f, day);
		/* A pause that does not end would never let it end. */
		if (date_days(day) - date_days(start) > MAX_AHEAD)
			break;
	}
	return day;
}

static bool unconfirmed(
    const struct calendar *c, struct date start, struct date due)
{
	for (int year = start.year; year <= due.year; year++)
		if (!calendar_confirmed(c, year))
			return true;
	return false;
}

/* The stage whose own budget runs now. */
static const struct stage *running_stage(const struct facts *facts,
    const struct case_file *f, const struct run **ret_run)
{
	size_t cursor = 0;
	const struct run *r;
	while ((r = case_open_run(f, &cursor)) != NULL) {
		const struct stage *s =
		    procedure_stage(facts->procedure, r->stage);
		*ret_run = r;
		if (s != NULL && s->budget_max > 0 && s->kind != STAGE_consent)
			return s;
	}
	return NULL;
}

/* When the clock of the whole starts; 0: not yet. A stage that is asked of
 * several has ended when all have answered. */
static int64_t started(const struct facts *facts, const struct case_file *f)
{
	const struct procedure *p = facts->procedure;
	const struct stage *from = procedure_stage(p, p->clock_from);
	int64_t first = 0, last = 0;
	if (from == NULL || from->kind == STAGE_intake)
		return f->received;
	for (size_t i = 0; i < f->runs.n; i++) {
		const struct run *r = &f->runs.v[i];
		if (!str_eq(r->stage, from->id) ||
		    (first != 0 && r->since != first))
			continue;
		first = r->since;
		if (r->until == 0)
			return 0;
		last = r->until > last ? r->until : last;
	}
	/* Passed over: with the receipt. */
	return first == 0 ? f->received : last;
}

/* Day 0 and the budget; kind "none" when nothing runs. */
static struct clock begin(const struct facts *facts, const struct case_file *f)
{
	const struct procedure *p = facts->procedure;
	struct clock c = { .kind = STR("none") };
	int64_t since = p->budget > 0 ? started(facts, f) : 0;
	const struct run *r = NULL;
	if (since != 0) {
		c.kind = STR("case");
		c.budget_min = p->budget_min;
		c.budget = p->budget;
		c.start = calendar_received(clock_calendar(facts, f), since);
		return c;
	}
	const struct stage *s =
	    p->budget > 0 ? NULL : running_stage(facts, f, &r);
	if (s == NULL)
		return c;
	c.kind = STR("stage");
	c.stage = s->id;
	c.budget_min = s->budget_min;
	c.budget = s->budget_max;
	c.start = calendar_received(&facts->calendar, r->since);
	return c;
}

static int64_t stop_of(
    const struct case_file *f, const struct clock *c, int64_t now)
{
	/* A stage that runs has not been stopped by a delivery before. */
	if (str_eq(c->kind, STR("stage")))
		return now;
	return f->first_delivered != 0 ? f->first_delivered
	       : f->closed != 0        ? f->closed
	                               : now;
}

static int rework_days(
    const struct facts *facts, const struct case_file *f, int64_t now)
{
	int n = 0;
	for (size_t i = 0; i < f->reworks.n; i++) {
		const struct pause *w = &f->reworks.v[i];
		n += counted(&facts->calendar, f, date_of_ms(w->from),
		    date_of_ms(w->to != 0 ? w->to : now));
	}
	return n;
}

struct clock clock_read(
    const struct facts *facts, const struct case_file *f, int64_t now)
{
	struct clock c = begin(facts, f);
	bool stage = str_eq(c.kind, STR("stage"));
	const struct calendar *cal =
	    stage ? &facts->calendar : clock_calendar(facts, f);
	c.paused = f->state == STATE_waiting;
	c.rework = rework_days(facts, f, now);
	if (!date_is_set(c.start))
		return c;
	c.end = date_of_ms(stop_of(f, &c, now));
	if (date_cmp(c.end, c.start) < 0)
		c.end = c.start;
	bool agreed = f->agreed_due.n > 0;
	if (!c.paused && !(agreed && date_parse_iso(f->agreed_due, &c.due)))
		c.due = day_after(cal, f, c.start, c.budget);
	if (date_is_set(c.due))
		c.unconfirmed = unconfirmed(cal, c.start, c.due);
	c.used = counted(cal, f, c.start, c.end);
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

static bool is_rework(const struct case_file *f, const struct run *r)
{
	return f->first_delivered != 0 && r->since >= f->first_delivered;
}

static struct stage_clock stage_clock_of(const struct facts *facts,
    const struct case_file *f, const struct run *r, const struct stage *s,
    int64_t now)
{
	const struct calendar *cal = &facts->calendar;
	bool open = r->until == 0;
	struct stage_clock c = { .run = r,
		.stage = s,
		.budget_min = s->budget_min,
		.budget = s->budget_max,
		.counts = s->kind != STAGE_consent,
		.rework = is_rework(f, r),
		.open = open,
		.paused = open && f->state == STATE_waiting,
		.start = calendar_received(cal, r->since),
		.end = date_of_ms(open ? now : r->until) };
	if (date_cmp(c.end, c.start) < 0)
		c.end = c.start;
	c.used = counted(cal, f, c.start, c.end);
	if (c.paused)
		return c;
	c.due = day_after(cal, f, c.start, c.budget);
	c.unconfirmed = unconfirmed(cal, c.start, c.due);
	if (date_cmp(c.end, c.due) > 0)
		c.overdue = counted(cal, f, c.due, c.end);
	return c;
}

struct stage_clocks clock_stages(struct arena *a, const struct facts *facts,
    const struct case_file *f, int64_t now)
{
	struct stage_clock *v =
	    ARENA_ARRAY(a, struct stage_clock, f->runs.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < f->runs.n; i++) {
		const struct run *r = &f->runs.v[i];
		const struct stage *s =
		    procedure_stage(facts->procedure, r->stage);
		if (s != NULL && s->budget_max > 0)
			v[n++] = stage_clock_of(facts, f, r, s, now);
	}
	return (struct stage_clocks){ .v = v, .n = n };
}

int clock_late(
    const struct facts *facts, const struct case_file *f, int64_t now)
{
	int late = 0;
	if (f->first_delivered != 0)
		return 0;
	struct clock c = clock_read(facts, f, now);
	if (str_eq(c.kind, STR("case")) || f->agreed_due.n > 0)
		return clock_overdue(facts, &c, now);
	for (size_t i = 0; i < f->runs.n; i++) {
		const struct run *r = &f->runs.v[i];
		const struct stage *s =
		    procedure_stage(facts->procedure, r->stage);
		if (s == NULL || s->budget_max == 0 || s->kind == STAGE_consent)
			continue;
		late += stage_clock_of(facts, f, r, s, now).overdue;
	}
	return late;
}
