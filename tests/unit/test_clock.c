/* The clock against a slow oracle that walks day by day, over permutations of
 * receipts, pauses, days off, half days and overrides; and what a procedure may
 * say of time. */
#include "engine_play.h"

#define MINUTE_MS ((int64_t)60000)

static uint64_t state_of_chance;
static uint64_t chance(uint64_t n)
{
	state_of_chance ^= state_of_chance << 13;
	state_of_chance ^= state_of_chance >> 7;
	state_of_chance ^= state_of_chance << 17;
	return state_of_chance % n;
}

static struct date day_at(int64_t i)
{
	return date_add((struct date){ 2026, 3, 1 }, i);
}

enum { DAYS = 220, MAX_PAUSES = 4 };

/* What the oracle knows of each day, as plain arrays. */
struct world {
	char day[DAYS]; /* ' ' nothing 'o' off 'w' override 'h' half day */
	struct day_off off[DAYS];
	size_t n_off;
	int64_t received;
	struct pause pauses[MAX_PAUSES];
	size_t n_pauses;
	int64_t now;
	int closes;
};

static int64_t moment(int64_t day, int64_t minute)
{
	return date_start_ms(day_at(day)) + minute * MINUTE_MS;
}

static void make_world(struct world *w)
{
	*w = (struct world){ .closes = chance(3) ? 0 : 15 * 60 };
	for (size_t i = 0; i < DAYS; i++) {
		uint64_t r = chance(20);
		w->day[i] = r == 0 ? 'o' : r == 1 ? 'w' : r == 2 ? 'h' : ' ';
		if (w->day[i] == ' ')
			continue;
		w->off[w->n_off++] = (struct day_off){
			.day = day_at((int64_t)i),
			.kind = w->day[i] == 'o'   ? DAY_special
			        : w->day[i] == 'w' ? DAY_working_override
			                           : DAY_half_day,
			.calendar = STR("government"),
			.name_th = STR("ก"),
			.name_en = STR("A"),
		};
	}
	int64_t at = 5 + (int64_t)chance(10);
	w->received = moment(at, (int64_t)chance(1440));
	w->n_pauses = chance(MAX_PAUSES + 1);
	for (size_t i = 0; i < w->n_pauses; i++) {
		at += 1 + (int64_t)chance(6);
		w->pauses[i].from = moment(at, (int64_t)chance(1440));
		at += (int64_t)chance(6);
		w->pauses[i].to = moment(at, 1439);
	}
	at += (int64_t)chance(30);
	w->now = moment(at, (int64_t)chance(1440));
}

static bool works(const struct world *w, int64_t i)
{
	int weekday = date_weekday(day_at(i));
	if (w->day[i] == 'w')
		return true;
	return w->day[i] != 'o' && weekday != 0 && weekday != 6;
}

static bool asked_on(const struct world *w, int64_t i)
{
	for (size_t k = 0; k < w->n_pauses; k++) {
		int64_t from = date_days(date_of_ms(w->pauses[k].from));
		int64_t to = date_days(date_of_ms(w->pauses[k].to));
		int64_t day = date_days(day_at(i));
		if (day > from && day <= to)
			return true;
	}
	return false;
}

/* Day 0, the tenth day that counts, and how many have counted: each by a walk
 * over all days. */
static void oracle(const struct world *w, int budget, int64_t *ret_zero,
    int64_t *ret_due, int *ret_used)
{
	int64_t zero =
	    date_days(date_of_ms(w->received)) - date_days(day_at(0));
	int64_t minute =
	    (w->received - date_start_ms(day_at(zero))) / MINUTE_MS;
	int64_t over = (w->received - date_start_ms(day_at(zero))) % MINUTE_MS;
	int closes = w->closes ? w->closes : 16 * 60 + 30;
	if (w->day[zero] == 'h')
		closes = 12 * 60;
	if (!works(w, zero) || minute > closes ||
	    (minute == closes && over > 0)) {
		zero++;
		while (!works(w, zero))
			zero++;
	}
	*ret_zero = zero;
	int64_t now = date_days(date_of_ms(w->now)) - date_days(day_at(0));
	*ret_used = 0;
	int64_t due = zero;
	for (int n = 0; n < budget;) {
		due++;
		n += works(w, due) && !asked_on(w, due);
	}
	for (int64_t i = zero + 1; i <= now; i++)
		*ret_used += works(w, i) && !asked_on(w, i);
	*ret_due = due;
}

static void the_clock_is_what_a_walk_over_all_days_says(void)
{
	struct play *p = icit_until(STATE_preparing);
	struct facts facts = p->facts;
	state_of_chance = 88172645463325252ULL;
	for (int round = 0; round < 4000; round++) {
		struct world w;
		int64_t zero, due;
		int used;
		make_world(&w);
		struct case_file f = p->f;
		f.received = w.received;
		f.pauses.v = w.pauses;
		f.pauses.n = w.n_pauses;
		facts.calendar.v = w.off;
		facts.calendar.n = w.n_off;
		facts.calendar.closes = w.closes;
		oracle(&w, 10, &zero, &due, &used);
		struct clock c = clock_read(&facts, &f, w.now);
		bool same = date_cmp(c.start, day_at(zero)) == 0 &&
		            date_cmp(c.due, day_at(due)) == 0 && c.used == used;
		T_CHECK(same, "round %d: %d days used, %d wanted", round,
		    c.used, used);
		if (!same)
			break;
		/* Late exactly when more than the budget has been used. */
		T_CHECK((clock_overdue(&facts, &c, w.now) > 0) == (used > 10) ||
			    asked_on(&w, due + 1) || w.n_pauses > 0,
		    "round %d", round);
		/* The days explained are the days counted. */
		json_t *days = clock_days(p->cx.arena, &facts, &f, &c, LANG_TH);
		size_t n = json_array_size(days);
		T_CHECK(n > 0 && json_int(json_array_get(days, n - 1), "n",
				     -1) == used,
		    "round %d: explained", round);
		if (round % 100 == 99) {
			end(p);
			p = icit_until(STATE_preparing);
			facts = p->facts;
		}
	}
	end(p);
}

/* One pause more, or one day off more, never makes a day count that did not. */
static void a_day_off_more_never_comes_sooner(void)
{
	struct play *p = icit_until(STATE_preparing);
	struct facts facts = p->facts;
	state_of_chance = 362436069362436069ULL;
	for (int round = 0; round < 2000; round++) {
		struct world w;
		make_world(&w);
		struct case_file f = p->f;
		f.received = w.received;
		f.pauses.v = w.pauses;
		f.pauses.n = w.n_pauses;
		facts.calendar.v = w.off;
		facts.calendar.n = w.n_off;
		struct clock before = clock_read(&facts, &f, w.now);
		size_t i = chance(w.n_off);
		enum day_kind was = w.off[i].kind;
		w.off[i].kind = DAY_special;
		struct clock after = clock_read(&facts, &f, w.now);
		T_CHECK(date_cmp(after.due, before.due) >= 0 &&
			    after.used <= before.used,
		    "round %d: a day off more", round);
		w.off[i].kind = was;
		f.pauses.n = w.n_pauses > 0 ? w.n_pauses - 1 : 0;
		after = clock_read(&facts, &f, w.now);
		T_CHECK(date_cmp(after.due, before.due) <= 0 &&
			    after.used >= before.used,
		    "round %d: a pause less", round);
	}
	end(p);
}

static struct stage_clock stage_named(
    struct play *p, const char *id, int64_t now)
{
	struct stage_clocks all =
	    clock_stages(p->cx.arena, &p->facts, &p->f, now);
	struct stage_clock none = { 0 };
	for (size_t i = all.n; i-- > 0;)
		if (str_eq(all.v[i].run->stage, str_of(id)))
			return all.v[i];
	return none;
}

static void a_consent_has_five_days_that_count_nowhere_else(void)
{
	struct play *p = icit_until(STATE_consent);
	int64_t later = monday() + 8 * DAY_MS;
	struct clock whole = clock_read(&p->facts, &p->f, later);
	T_TEXT(whole.kind, STR("none"));
	struct stage_clock c = stage_named(p, "endorsement", later);
	T_CHECK(c.budget == 5 && c.used == 6 && c.overdue == 1 && !c.counts &&
		    c.open,
	    "%d of %d, %d over", c.used, c.budget, c.overdue);
	T_TEXT(date_iso(p->cx.arena, c.due), STR("2026-11-09"));
	p->cx.now = later;
	DO(p, hr, consent, ENDORSED);
	DO(p, rec, receive, RECEIVED);
	whole = clock_read(&p->facts, &p->f, later + DAY_MS);
	T_CHECK(whole.used == 1, "the consent counted: %d", whole.used);
	T_CHECK(clock_late(&p->facts, &p->f, later + DAY_MS) == 0, "late");
	end(p);
}

static void stages_have_budgets_of_their_own(void)
{
	struct play *p = registrar_until(STATE_preparing);
	/* Monday to next Monday: five days of one to four. */
	int64_t later = monday() + 7 * DAY_MS;
	struct clock c = clock_read(&p->facts, &p->f, later);
	T_TEXT(c.kind, STR("stage"));
	T_TEXT(c.stage, STR("preparing"));
	T_CHECK(c.budget_min == 1 && c.budget == 4 && c.used == 5,
	    "%d of %d–%d", c.used, c.budget_min, c.budget);
	T_CHECK(clock_late(&p->facts, &p->f, later) == 1, "one day late: %d",
	    clock_late(&p->facts, &p->f, later));
	T_CHECK(stage_named(p, "preparing", later).overdue == 1, "overdue");
	end(p);
}

static void the_clock_stops_at_the_first_delivery(void)
{
	struct play *p = icit_until(STATE_acceptance);
	int64_t first = p->f.first_delivered;
	p->cx.now = monday() + 2 * DAY_MS;
	DO(p, req, accept, "{\"outcome\":\"refused\",\"comment\":\"c\"}");
	/* Twelve working days on: the clock stands, rework is measured. */
	int64_t later = monday() + 18 * DAY_MS;
	struct clock c = clock_read(&p->facts, &p->f, later);
	T_CHECK(c.used == 0 && c.rework == 12, "used %d, rework %d", c.used,
	    c.rework);
	T_CHECK(clock_overdue(&p->facts, &c, later) == 0, "overdue");
	T_CHECK(clock_late(&p->facts, &p->f, later) == 0, "late");
	p->cx.now = later;
	prepare(p, off);
	DO(p, off, deliver, DELIVERED);
	T_CHECK(p->f.first_delivered == first && p->f.delivered != first,
	    "the first delivery is the first");
	c = clock_read(&p->facts, &p->f, later + 9 * DAY_MS);
	T_CHECK(
	    c.rework == 12 && p->f.reworks.n == 1 && p->f.reworks.v[0].to != 0,
	    "rework ended: %d", c.rework);
	end(p);
}

static void who_delivers_late_says_why_once(void)
{
	struct play *p = icit_until(STATE_preparing);
	REFUSED(p, off, cannot, "{\"reason\":\"r\",\"late_cause\":\"staff\"}",
	    ERR_INVALID, "invalid");
	prepare(p, off);
	p->cx.now = monday() + 16 * DAY_MS; /* the twelfth working day */
	REFUSED(p, off, deliver, DELIVERED, ERR_INVALID, "invalid");
	T_TEXT(p->cx.fault.fields->field, STR("late_cause"));
	REFUSED(p, off, deliver, "{\"digest\":\"d1\",\"late_cause\":\"rain\"}",
	    ERR_INVALID, "invalid");
	REFUSED(p, off, deliver, "{\"digest\":\"d1\",\"late_cause\":\"other\"}",
	    ERR_INVALID, "invalid");
	T_TEXT(p->cx.fault.fields->field, STR("late_reason"));
	DO(p, off, deliver,
	    "{\"digest\":\"d1\",\"late_cause\":\"other\","
	    "\"late_reason\":\"น้ำท่วม\"}");
	T_CHECK(p->f.late_days == 2, "%lld days", (long long)p->f.late_days);
	T_TEXT(p->f.late_cause, STR("other"));
	T_TEXT(p->f.late_reason, STR("น้ำท่วม"));
	/* Rework is not asked again. */
	DO(p, req, accept, "{\"outcome\":\"refused\",\"comment\":\"c\"}");
	p->cx.now += 40 * DAY_MS;
	prepare(p, off);
	DO(p, off, deliver, DELIVERED);
	T_CHECK(p->f.late_days == 2, "asked twice");
	end(p);
}

static void who_agreed_and_why_is_known(void)
{
	struct play *p = icit_until(STATE_preparing);
	DO(p, off, extend,
	    "{\"due\":\"2026-12-01\",\"cause\":\"volume\",\"reason\":\"r\"}");
	DO(p, req, extend, "{\"due\":\"2026-12-01\"}");
	T_TEXT(p->f.agreed.by, p->people[req].email);
	T_TEXT(p->f.agreed.proposed_by, p->people[off].email);
	T_TEXT(p->f.agreed.cause, STR("volume"));
	T_TEXT(p->f.agreed.reason, STR("r"));
	T_CHECK(p->f.agreed.at == p->cx.now, "when");
	struct clock c = clock_read(&p->facts, &p->f, p->cx.now);
	T_TEXT(date_iso(p->cx.arena, c.due), STR("2026-12-01"));
	T_CHECK(clock_late(&p->facts, &p->f, monday() + 20 * DAY_MS) == 0,
	    "late before the agreed day");
	end(p);
}

/* The same procedure with other words about time. */
static struct procedure with_time(
    struct play *p, const char *was, const char *is, bool *ret_ok)
{
	struct procedure changed = { 0 };
	struct procedure_errors errors = { 0 };
	struct str body = p->procedure.body, before, after;
	size_t at = 0;
	struct str what = str_of(was);
	while (
	    at + what.n <= body.n && memcmp(body.p + at, what.p, what.n) != 0)
		at++;
	REQUIRE(at + what.n <= body.n);
	before = str_upto(body, at);
	after = str_from(body, at + what.n);
	*ret_ok = procedure_read(&p->cx,
		      str_fmt(p->cx.arena, "%.*s%s%.*s", STR_ARG(before), is,
			  STR_ARG(after)),
		      &changed, &errors) == OK;
	p->cx.fault = (struct fault){ 0 };
	return changed;
}

static void a_procedure_says_how_time_is_counted(void)
{
	struct play *p = icit_until(STATE_assignment);
	bool ok;
	struct procedure range =
	    with_time(p, "\nbudget: 10", "\nbudget: {min: 4, max: 7}", &ok);
	T_CHECK(ok && range.budget == 7 && range.budget_min == 4, "a range");
	(void)with_time(p, "\nbudget: 10", "\nbudget: none", &ok);
	T_CHECK(!ok, "no budget at all: a consent's does not make one");
	struct procedure from =
	    with_time(p, "clock_from: intake", "clock_from: decision", &ok);
	T_CHECK(ok, "from the decision");
	struct procedure short_consent = with_time(p, "    who: owner_unit\n",
	    "    who: owner_unit\n    budget: 2\n", &ok);
	T_CHECK(ok && short_consent.stages[0].budget_max == 2, "two days");
	struct procedure no_consent = with_time(p, "    who: owner_unit\n",
	    "    who: owner_unit\n    budget: none\n", &ok);
	T_CHECK(ok && no_consent.stages[0].budget_max == 0, "no days");
	/* Received on Monday; decided, here, on Thursday. */
	struct facts facts = p->facts;
	facts.procedure = &from;
	struct case_file f = p->f;
	for (size_t i = 0; i < f.runs.n; i++)
		if (f.runs.v[i].kind == STAGE_decision)
			f.runs.v[i].until = monday() + 3 * DAY_MS;
	struct clock c = clock_read(&facts, &f, monday() + 4 * DAY_MS);
	T_TEXT(date_iso(p->cx.arena, c.start), STR("2026-11-05"));
	T_CHECK(c.used == 1, "used %d", c.used);
	c = clock_read(&p->facts, &f, monday() + 4 * DAY_MS);
	T_CHECK(c.used == 4, "from the receipt: %d", c.used);
	end(p);
}

/* An event that tells that the due day moved changes nothing else. */
static void an_unconfirmed_year_is_said(void)
{
	struct play *p = icit_until(STATE_preparing);
	int open[] = { 2027 };
	struct case_file f = p->f;
	f.received =
	    date_start_ms((struct date){ 2026, 12, 21 }) + 600 * MINUTE_MS;
	p->facts.calendar.open_years = open;
	p->facts.calendar.n_open_years = 1;
	struct clock c = clock_read(&p->facts, &f, f.received);
	T_TEXT(date_iso(p->cx.arena, c.due), STR("2027-01-04"));
	T_CHECK(c.unconfirmed, "2570 is not announced");
	p->facts.calendar.n_open_years = 0;
	c = clock_read(&p->facts, &f, f.received);
	T_CHECK(!c.unconfirmed, "now it is");
	end(p);
}

int main(void)
{
	crypt_init();
	T_RUN(the_clock_is_what_a_walk_over_all_days_says);
	T_RUN(a_day_off_more_never_comes_sooner);
	T_RUN(a_consent_has_five_days_that_count_nowhere_else);
	T_RUN(stages_have_budgets_of_their_own);
	T_RUN(the_clock_stops_at_the_first_delivery);
	T_RUN(who_delivers_late_says_why_once);
	T_RUN(who_agreed_and_why_is_known);
	T_RUN(a_procedure_says_how_time_is_counted);
	T_RUN(an_unconfirmed_year_is_said);
	return T_PLAN();
}
