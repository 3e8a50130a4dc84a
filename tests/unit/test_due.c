/* Calendars in a store: read, laid one upon another, changed; the due days of
 * open requests that move with them; and who is reminded, when, how often. On
 * SQLite, then on PostgreSQL. */
#include <string.h>

#include "base/buf.h"
#include "base/crypt.h"
#include "base/str.h"
#include "cases_store.h"
#include "cli/demo/demo.h"
#include "core/calendar_days.h"
#include "core/cases.h"
#include "core/clock.h"
#include "core/procedure.h"
#include "core/register.h"
#include "core/reminder.h"
#include "scratch.h"
#include "sql/sql.h"
#include "t.h"

#define MINUTE_MS ((int64_t)60000)
#define DAY_MS ((int64_t)24 * 60 * MINUTE_MS)

static struct store *people, *other;
static struct arena *kept;

static struct date day_of(const char *iso)
{
	struct date d;
	REQUIRE(date_parse_iso(str_of(iso), &d));
	return d;
}

static int64_t moment(const char *iso, int hour, int minute)
{
	return date_start_ms(day_of(iso)) + (hour * 60 + minute) * MINUTE_MS;
}

static const struct step {
	enum role role;
	const char *office, *unit;
	enum command command;
	const char *body;
} way[] = {
	{ ROLE_owner, "", "HRD", COMMAND_consent,
	    "{\"outcome\":\"endorsed\"}" },
	{ ROLE_records, "ICIT", "", COMMAND_receive,
	    "{\"memo_in\":\"1/2569\",\"memo_date\":\"2026-11-02\"}" },
	{ ROLE_director, "ICIT", "", COMMAND_decide,
	    "{\"outcome\":\"approved\"}" },
	{ ROLE_head, "ICIT", "ICIT-DEV", COMMAND_assign, NULL },
	{ ROLE_officer, "ICIT", "", COMMAND_cannot, "{\"reason\":\"r\"}" },
};
enum { ENDORSED = 1, RECEIVED, DECIDED, ASSIGNED, CANNOT };

/* A request that has gone the first `n` steps, a minute each; its number. */
static struct str gone(size_t n)
{
	struct case_file f;
	struct ctx cx = open_on(people, true);
	cx.actor = actor_of(&cx, ROLE_requester, "", "");
	struct new_case nc = { .office = STR("ICIT"),
		.answers = parsed(&cx, STR(ANSWERS)),
		.submit = true };
	T_OK(&cx, cases_create(&cx, &nc, &f));
	struct str no = str_dup(kept, f.no);
	commit(&cx);
	for (size_t i = 0; i < n; i++) {
		now += MINUTE_MS;
		cx = open_on(people, true);
		struct str body = way[i].body ? str_of(way[i].body) : STR("");
		struct actor *officer = actor_of(&cx, ROLE_officer, "ICIT", "");
		if (body.n == 0)
			body = str_fmt(cx.arena, "{\"officer\":\"%.*s\"}",
			    STR_ARG(officer->person.email));
		cx.actor =
		    actor_of(&cx, way[i].role, way[i].office, way[i].unit);
		struct case_command cc = { .no = no,
			.command = way[i].command,
			.body = parsed(&cx, body) };
		T_OK(&cx, cases_command(&cx, &cc, &f));
		commit(&cx);
	}
	return no;
}

static void differs(void *arg, struct str no)
{
	int *n = arg;
	printf("# %.*s differs\n", STR_ARG(no));
	++*n;
}

static void projections_hold(void)
{
	struct ctx cx = open_on(people, false);
	int n = 0;
	int64_t cases, bad;
	T_OK(&cx, projection_rebuild(&cx, false, differs, &n, &cases, &bad));
	T_CHECK(n == 0 && bad == 0 && cases > 0, "%d differ", n);
	end(&cx);
}

static struct str due_of(struct str no)
{
	struct row row;
	struct ctx cx = open_on(people, false);
	T_OK(&cx, sql_one(&cx, SQL("select due from cases where no = $1"),
		      VALS(val_str(no)), &row));
	struct str due = str_dup(kept, row_str(row, "due"));
	end(&cx);
	return due;
}

/* The last event of the request, its data kept. */
static struct event last_event(struct ctx *cx, struct str no)
{
	struct events events;
	T_OK(cx, events_load(cx, no, &events));
	REQUIRE(events.n > 0);
	return events.v[events.n - 1];
}

static int64_t add_day(struct str calendar, const char *day, enum day_kind kind)
{
	int64_t moved = -1;
	struct ctx cx = open_on(people, true);
	struct calendar_entry d = { .day = day_of(day),
		.kind = kind,
		.name_th = STR("วันหยุดพิเศษ"),
		.name_en = STR("Special day"),
		.source_ref = STR("นร 0505/ว 1") };
	T_OK(&cx, calendar_add_day(&cx, calendar, &d, &moved));
	commit(&cx);
	return moved;
}

static int64_t cancel_day(struct str calendar, const char *day)
{
	int64_t moved = -1;
	struct ctx cx = open_on(people, true);
	T_OK(&cx, calendar_cancel_day(&cx, calendar, day_of(day), &moved));
	commit(&cx);
	return moved;
}

static void a_day_moves_open_requests_and_no_others(void)
{
	now = moment("2026-11-16", 10, 0);
	struct str open = gone(DECIDED), closed = gone(CANNOT), waits = gone(0);
	T_TEXT(due_of(open), STR("2026-11-30"));
	T_TEXT(due_of(closed), STR("2026-11-30"));
	now += DAY_MS;
	int64_t moved = add_day(CALENDAR_GOVERNMENT, "2026-11-20", DAY_special);
	T_CHECK(moved == 1, "%lld moved", (long long)moved);
	T_TEXT(due_of(open), STR("2026-12-01"));
	T_TEXT(due_of(closed), STR("2026-11-30"));
	T_TEXT(due_of(waits), STR(""));
	projections_hold();
	struct ctx cx = open_on(people, false);
	struct event ev = last_event(&cx, open);
	T_CHECK(ev.type == EVENT_recalculated, "type %d", (int)ev.type);
	T_TEXT(json_text(ev.data, "due_from"), STR("2026-11-30"));
	T_TEXT(json_text(ev.data, "due_to"), STR("2026-12-01"));
	const json_t *days = json_list(ev.data, "days");
	T_CHECK(json_array_size(days) == 1, "the day that moved it");
	T_TEXT(json_text(json_array_get(days, 0), "day"), STR("2026-11-20"));
	T_CHECK(last_event(&cx, closed).type == EVENT_acted, "closed: told");
	end(&cx);
	/* A day beside its way moves nobody. */
	T_CHECK(add_day(CALENDAR_GOVERNMENT, "2026-12-25", DAY_special) == 0,
	    "a day after it");
	T_CHECK(add_day(CALENDAR_GOVERNMENT, "2026-11-21", DAY_special) == 0,
	    "a Saturday");
	/* Cancelled: back again; what was closed meanwhile stays. */
	T_CHECK(cancel_day(CALENDAR_GOVERNMENT, "2026-11-20") == 1, "back");
	T_TEXT(due_of(open), STR("2026-11-30"));
	T_TEXT(due_of(closed), STR("2026-11-30"));
	projections_hold();
	cx = open_on(people, true);
	int64_t n;
	T_CHECK(calendar_cancel_day(&cx, CALENDAR_GOVERNMENT,
		    day_of("2026-11-20"), &n) == ERR_NOT_FOUND,
	    "cancelled twice");
	end(&cx);
	(void)cancel_day(CALENDAR_GOVERNMENT, "2026-12-25");
	(void)cancel_day(CALENDAR_GOVERNMENT, "2026-11-21");
}

static void offices_keep_calendars_of_their_own(void)
{
	now = moment("2026-11-16", 10, 0);
	struct str open = gone(RECEIVED);
	int64_t moved;
	struct ctx cx = open_on(people, true);
	T_OK(&cx,
	    calendar_put(&cx, STR("own"), STR("มหาวิทยาลัย"), STR("University")));
	T_CHECK(calendar_put(&cx, STR("Not A Code"), STR("ก"), STR("A")) ==
		    ERR_INVALID,
	    "a code");
	commit(&cx);
	T_CHECK(add_day(STR("own"), "2026-11-24", DAY_organisation) == 0,
	    "nobody keeps it yet");
	cx = open_on(people, true);
	struct office_hours h = { .closes = 16 * 60,
		.calendars = STR("government own") };
	T_OK(&cx, office_hours_put(&cx, STR("ICIT"), &h, &moved));
	T_CHECK(moved >= 1, "now they do");
	h.calendars = STR("government nothing");
	T_CHECK(office_hours_put(&cx, STR("ICIT"), &h, &moved) == ERR_INVALID,
	    "a calendar that is not");
	cx.fault = (struct fault){ 0 };
	T_CHECK(office_hours_put(&cx, STR("NONE"), &h, &moved) == ERR_NOT_FOUND,
	    "an office that is not");
	commit(&cx);
	T_TEXT(due_of(open), STR("2026-12-01"));
	/* Work goes on, on a Saturday; and on a day off of the government's. */
	T_CHECK(add_day(STR("own"), "2026-11-28", DAY_working_override) >= 1,
	    "a Saturday");
	T_TEXT(due_of(open), STR("2026-11-30"));
	T_CHECK(add_day(STR("own"), "2026-11-25", DAY_half_day) == 0,
	    "half a day is a day");
	projections_hold();
	cx = open_on(people, false);
	struct calendar c;
	T_OK(&cx, calendar_get(&cx, STR("ICIT"), CALENDAR_NOW, &c));
	T_CHECK(c.closes == 16 * 60, "closes at %d", c.closes);
	T_TEXT(date_iso(cx.arena,
		   calendar_received(&c, moment("2026-11-25", 12, 1))),
	    STR("2026-11-26"));
	T_TEXT(date_iso(cx.arena,
		   calendar_received(&c, moment("2026-11-26", 16, 1))),
	    STR("2026-11-27"));
	T_CHECK(calendar_confirmed(&c, 2026) && !calendar_confirmed(&c, 2027),
	    "2570 is predicted");
	/* The other office has heard nothing of it. */
	T_OK(&cx, calendar_get(&cx, STR("REGISTRAR"), CALENDAR_NOW, &c));
	T_CHECK(calendar_on(&c, day_of("2026-11-24")) == NULL, "of its own");
	T_CHECK(c.closes == 16 * 60 + 30, "the usual hours");
	end(&cx);
	cx = open_on(people, true);
	h = (struct office_hours){ .closes = 16 * 60 + 30,
		.calendars = CALENDAR_GOVERNMENT };
	T_OK(&cx, office_hours_put(&cx, STR("ICIT"), &h, &moved));
	commit(&cx);
	T_TEXT(due_of(open), STR("2026-11-30"));
	projections_hold();
}

#define ICS_HEAD "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
#define ICS_END "END:VCALENDAR\r\n"
#define EVENT_OF(lines) "BEGIN:VEVENT\r\n" lines "END:VEVENT\r\n"

static void a_calendar_comes_as_icalendar(void)
{
	now = moment("2026-11-16", 10, 0);
	struct ctx cx = open_on(people, true);
	struct calendar_entries file;
	struct calendar_plan plan;
	int64_t moved;
	T_OK(&cx,
	    calendar_read(&cx,
		STR(ICS_HEAD
		    "BEGIN:VTIMEZONE\r\nTZID:x\r\nEND:VTIMEZONE\r\n" EVENT_OF(
			"DTSTART;VALUE=DATE:20280101\r\n"
			"SUMMARY:วันขึ้นปีใหม่\r\n"
			"SUMMARY;LANGUAGE=en:New\\, Year\r\n"
			"CATEGORIES:public\r\n")
			EVENT_OF(
			    "DTSTART:20280413\r\nDTEND:20280416\r\n"
			    "SUMMARY:สง\r\n กรานต์\r\n"
			    "BEGIN:VALARM\r\nTRIGGER:-P1D\r\nEND:VALARM\r\n")
			    EVENT_OF("DTSTART;VALUE=DATE:20280501\r\n"
				     "STATUS:CANCELLED\r\nSUMMARY:x\r\n")
				ICS_END),
		DAY_organisation, &file));
	T_CHECK(file.n == 4, "%zu days", file.n);
	T_TEXT(file.v[0].name_en, STR("New, Year"));
	T_CHECK(
	    file.v[0].kind == DAY_public && file.v[1].kind == DAY_organisation,
	    "kinds");
	T_TEXT(file.v[3].name_th, STR("สงกรานต์"));
	T_TEXT(file.v[3].name_en, STR("สงกรานต์"));
	T_CHECK(date_cmp(file.v[3].day, day_of("2028-04-15")) == 0, "days");
	T_OK(&cx, calendar_compare(&cx, STR("own"), &file, &plan));
	T_CHECK(plan.n_new == 4 && plan.n_gone == 0 && plan.n_changed == 0,
	    "a year of its own");
	T_OK(&cx, calendar_apply(&cx, STR("own"), &plan, &moved));
	/* The same year told otherwise: one stays, one changes, two go. */
	T_OK(&cx, calendar_read(&cx,
		      STR("day,kind,name_th,name_en,source_ref\n"
			  "2028-01-01,public,วันขึ้นปีใหม่,\"New, Year\",\n"
			  "2028-04-13,special,สงกรานต์,Songkran,มติ ครม.\n"),
		      DAY_organisation, &file));
	T_OK(&cx, calendar_compare(&cx, STR("own"), &file, &plan));
	T_CHECK(plan.n_new == 0 && plan.n_changed == 1 && plan.n_gone == 2,
	    "%zu new, %zu changed, %zu gone", plan.n_new, plan.n_changed,
	    plan.n_gone);
	end(&cx);
}

static void hostile_files_change_nothing_and_say_where(void)
{
	static const struct {
		const char *what;
		struct str text;
		const char *line;
	} cases[] = {
		{ "recurs for ever",
		    STR_INIT(ICS_HEAD EVENT_OF(
			"DTSTART:20280101\r\n"
			"SUMMARY:x\r\nRRULE:FREQ=SECONDLY\r\n") ICS_END),
		    "line 6" },
		{ "a thousand years",
		    STR_INIT(ICS_HEAD EVENT_OF(
			"DTSTART:20280101\r\n"
			"DTEND:23280101\r\nSUMMARY:x\r\n") ICS_END),
		    "line 3" },
		{ "ends before it begins",
		    STR_INIT(ICS_HEAD EVENT_OF(
			"DTSTART:20280102\r\n"
			"DTEND:20280101\r\nSUMMARY:x\r\n") ICS_END),
		    "line 3" },
		{ "a time",
		    STR_INIT(ICS_HEAD EVENT_OF(
			"DTSTART:20280101T080000Z\r\nSUMMARY:x\r\n") ICS_END),
		    "line 4" },
		{ "a Thai year",
		    STR_INIT(ICS_HEAD EVENT_OF(
			"DTSTART:25710101\r\nSUMMARY:x\r\n") ICS_END),
		    "line 4" },
		{ "no day",
		    STR_INIT(ICS_HEAD EVENT_OF("SUMMARY:x\r\n") ICS_END),
		    "line 3" },
		{ "no name",
		    STR_INIT(ICS_HEAD EVENT_OF("DTSTART:20280101\r\n") ICS_END),
		    "line 3" },
		{ "an event in an event",
		    STR_INIT(ICS_HEAD "BEGIN:VEVENT\r\nBEGIN:VEVENT\r\n"),
		    "line 3" },
		{ "no end of the event",
		    STR_INIT(ICS_HEAD "BEGIN:VEVENT\r\nDTSTART:20280101\r\n"),
		    "line 3" },
		{ "no end",
		    STR_INIT(ICS_HEAD EVENT_OF("DTSTART:20280101\r\n"
					       "SUMMARY:x\r\n")),
		    "line 7" },
		{ "nothing in it", STR_INIT(ICS_HEAD ICS_END), "line 1" },
		{ "no line of it", STR_INIT(ICS_HEAD "what is this\r\n"),
		    "line 3" },
		{ "the day twice",
		    STR_INIT(ICS_HEAD EVENT_OF("DTSTART:20280101\r\n"
					       "SUMMARY:x\r\n")
			    EVENT_OF("DTSTART:20280101\r\n"
				     "SUMMARY:y\r\n") ICS_END),
		    "line 7" },
		{ "not UTF-8",
		    STR_INIT(ICS_HEAD EVENT_OF("DTSTART:20280101\r\n"
					       "SUMMARY:\xa1\r\n") ICS_END),
		    "line 1" },
		{ "a wide CSV",
		    STR_INIT("day,kind,name_th,name_en,source_ref,replaces,x\n"
			     "2028-01-01,public,ก,A,,,\n"),
		    "line 1" },
		{ "a CSV that replaces no day",
		    STR_INIT("day,kind,name_th,name_en,source_ref,replaces\n"
			     "2028-01-01,public,ก,A,,2028-02-30\n"),
		    "line 2" },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ctx cx = open_on(people, true);
		struct calendar_entries file = { .n = 99 };
		enum err e =
		    calendar_read(&cx, cases[i].text, DAY_public, &file);
		T_CHECK(e == ERR_INVALID && file.n == 99, "%s: %u, %zu",
		    cases[i].what, e, file.n);
		if (cx.fault.fields)
			T_TEXT(cx.fault.fields->field, str_of(cases[i].line));
		end(&cx);
	}
}

static void long_files_are_refused(void)
{
	struct ctx cx = open_on(people, true);
	struct calendar_entries file;
	struct buf b = buf_new(cx.arena, 2 << 20);
	buf_str(&b, STR(ICS_HEAD "BEGIN:VEVENT\r\nSUMMARY:x\r\n"));
	for (int i = 0; i < 300; i++)
		buf_str(&b, STR(" and more and more and more\r\n"));
	T_CHECK(
	    calendar_read(&cx, buf_view(&b), DAY_public, &file) == ERR_INVALID,
	    "a folded line of 8 KB");
	T_TEXT(cx.fault.fields->field, STR("line 4"));
	cx.fault = (struct fault){ 0 };
	b = buf_new(cx.arena, 2 << 20);
	buf_str(&b, STR(ICS_HEAD));
	for (int i = 0; i < 100; i++)
		buf_fmt(&b,
		    EVENT_OF("DTSTART:%d0101\r\nDTEND:%d0303\r\n"
			     "SUMMARY:x\r\n"),
		    2100 + i, 2100 + i);
	T_CHECK(calendar_read(&cx, buf_view(&b), DAY_public, &file) ==
		    ERR_TOO_LARGE,
	    "more than 5,000 days");
	end(&cx);
}

struct told {
	int64_t notices;
};

/* One round of a courier on `store`, at this moment. */
static struct told round_of(
    struct store *store, const char *day, int hour, int minute)
{
	struct told t = { 0 };
	struct str *v;
	size_t n;
	now = moment(day, hour, minute);
	struct ctx cx = open_on(store, false);
	T_OK(&cx, reminders_list(&cx, &v, &n));
	store_end(&cx);
	for (size_t i = 0; i < n; i++) {
		int64_t one = 0;
		bool wanted;
		T_OK(&cx, store_read(&cx, store));
		T_OK(&cx, reminders_wanted(&cx, v[i], &wanted));
		store_end(&cx);
		T_OK(&cx, store_write(&cx, store));
		T_OK(&cx, reminders_send(&cx, v[i], &one));
		T_OK(&cx, store_commit(&cx));
		T_CHECK(wanted == (one > 0), "wanted, and %lld told",
		    (long long)one);
		t.notices += one;
	}
	arena_free(cx.arena);
	return t;
}

static int64_t told_of(struct str no, const char *kind, struct str *ret_to)
{
	struct rows rows;
	struct ctx cx = open_on(people, false);
	T_OK(&cx, sql_all(&cx,
		      SQL_SCAN("select recipient from outbox where request = $1"
			       " and kind = $2 order by recipient"),
		      VALS(val_str(no), val_str(str_of(kind))), &rows));
	*ret_to = STR("");
	for (size_t i = 0; i < rows.n; i++)
		*ret_to = str_fmt(kept, "%.*s%s%.*s", STR_ARG(*ret_to),
		    i ? " " : "", STR_ARG(row_str(rows.row[i], "recipient")));
	end(&cx);
	return (int64_t)rows.n;
}

static struct str email_of(enum role role, const char *office, const char *unit)
{
	struct ctx cx = open_on(people, false);
	struct str email =
	    str_dup(kept, actor_of(&cx, role, office, unit)->person.email);
	end(&cx);
	return email;
}

/* Nothing is left over from what other tests began. */
static void close_all(void)
{
	struct ctx cx = open_on(people, true);
	T_OK(&cx, sql_exec(&cx, SQL_SCAN("update cases set state = 'closed'"),
		      NO_VALS, NULL));
	commit(&cx);
}

static void who_has_it_is_reminded_once_and_in_time(void)
{
	struct str to;
	close_all();
	now = moment("2026-11-16", 10, 0); /* a Monday; due on the 30th */
	struct str no = gone(ASSIGNED);
	T_CHECK(round_of(people, "2026-11-25", 8, 31).notices == 0, "day 7");
	T_CHECK(round_of(people, "2026-11-26", 8, 29).notices == 0,
	    "day 8, too early in the morning");
	T_CHECK(round_of(people, "2026-11-26", 16, 31).notices == 0,
	    "day 8, after the office has closed");
	T_CHECK(round_of(people, "2026-11-26", 8, 30).notices == 1, "day 8");
	T_CHECK(told_of(no, "reminder", &to) == 1, "who: %.*s", STR_ARG(to));
	T_TEXT(to, email_of(ROLE_officer, "ICIT", ""));
	T_CHECK(round_of(other, "2026-11-26", 8, 30).notices == 0,
	    "the other courier");
	T_CHECK(round_of(people, "2026-11-27", 9, 0).notices == 0, "day 9");
	T_CHECK(
	    round_of(people, "2026-11-28", 9, 0).notices == 0, "a Saturday");
	/* It is the courier that was away: late, but once. */
	int64_t n = round_of(people, "2026-12-02", 11, 0).notices;
	T_CHECK(n == told_of(no, "overdue", &to) && n == 3, "%lld: %.*s",
	    (long long)n, STR_ARG(to));
	T_CHECK(str_has(to, email_of(ROLE_director, "ICIT", "")) &&
		    str_has(to, email_of(ROLE_head, "ICIT", "ICIT-DEV")) &&
		    str_has(to, email_of(ROLE_officer, "ICIT", "")),
	    "%.*s", STR_ARG(to));
	T_CHECK(round_of(people, "2026-12-02", 11, 1).notices == 0, "again");
	T_CHECK(round_of(other, "2026-12-03", 9, 0).notices == 0, "again");
}

static void what_was_missed_comes_once(void)
{
	struct str to;
	close_all();
	now = moment("2026-11-16", 10, 0);
	struct str no = gone(ASSIGNED);
	/* No courier ran at 75 %: only what is true now is told. */
	T_CHECK(round_of(people, "2026-12-01", 9, 0).notices == 3, "100 %%");
	T_CHECK(told_of(no, "reminder", &to) == 0, "75 %% afterwards");
	T_CHECK(round_of(people, "2026-12-02", 9, 0).notices == 0, "again");
}

static void a_consent_reminds_its_owner_and_then_the_requester(void)
{
	struct str to;
	close_all();
	now = moment("2026-11-16", 10, 0);
	struct str no = gone(0);
	T_CHECK(round_of(people, "2026-11-19", 9, 0).notices == 0, "day 3");
	int64_t soon = round_of(people, "2026-11-20", 9, 0).notices;
	T_CHECK(soon == told_of(no, "reminder", &to) && soon > 0, "day 4");
	T_CHECK(
	    str_has(to, email_of(ROLE_owner, "", "HRD")), "%.*s", STR_ARG(to));
	T_CHECK(
	    round_of(people, "2026-11-23", 9, 0).notices == soon + 1, "day 5");
	(void)told_of(no, "overdue", &to);
	T_CHECK(str_has(to, email_of(ROLE_requester, "", "")) &&
		    !str_has(to, email_of(ROLE_director, "ICIT", "")),
	    "%.*s", STR_ARG(to));
}

static void whoever_waits_is_not_reminded(void)
{
	close_all();
	now = moment("2026-11-16", 10, 0);
	struct str no = gone(ASSIGNED);
	struct case_file f;
	struct ctx cx = open_on(people, true);
	cx.actor = actor_of(&cx, ROLE_officer, "ICIT", "");
	struct case_command cc = { .no = no,
		.command = COMMAND_return,
		.body = parsed(&cx, STR("{\"message\":\"m\"}")) };
	T_OK(&cx, cases_command(&cx, &cc, &f));
	commit(&cx);
	T_CHECK(round_of(people, "2026-12-14", 9, 0).notices == 0,
	    "the requester has it");
}

static void the_day_is_looked_through_once(void)
{
	struct str *v;
	size_t n;
	close_all();
	now = moment("2026-11-16", 10, 0);
	(void)gone(ASSIGNED);
	now = moment("2026-11-30", 9, 0);
	struct ctx cx = open_on(people, true);
	T_OK(&cx, reminders_list(&cx, &v, &n));
	T_CHECK(n == 1, "%zu to look at", n);
	T_OK(&cx, reminders_done(&cx));
	commit(&cx);
	cx = open_on(people, false);
	T_OK(&cx, reminders_list(&cx, &v, &n));
	T_CHECK(n == 0 && v == NULL, "%zu again", n);
	end(&cx);
	now = moment("2026-12-01", 9, 0);
	cx = open_on(people, false);
	T_OK(&cx, reminders_list(&cx, &v, &n));
	T_CHECK(n == 1, "%zu the next day", n);
	end(&cx);
	close_all();
	cx = open_on(people, false);
	T_OK(&cx, reminders_list(&cx, &v, &n));
	T_CHECK(n == 0 && v != NULL, "none is open, and the day is due");
	end(&cx);
}

static void make(const struct scratch *s)
{
	now = moment("2026-11-16", 9, 0);
	people = scratch_store(s, "people", 2);
	other = scratch_store(s, "people", 2);
	struct ctx cx = ctx_new(arena_new(), now, LANG_EN);
	int64_t days;
	T_OK(&cx, store_migrate(&cx, people, "people", NULL));
	T_OK(&cx, store_write(&cx, people));
	T_OK(&cx, calendar_import(&cx, calendar_shipped(), &days));
	for (size_t i = 0; i < procedures_shipped_n; i++) {
		struct procedure p;
		struct procedure_errors errors = { 0 };
		struct str yaml =
		    str_n((const char *)procedures_shipped[i].bytes,
			procedures_shipped[i].n);
		T_OK(&cx, procedure_read(&cx, yaml, &p, &errors));
		T_OK(&cx, procedure_keep(&cx, &p));
	}
	T_OK(&cx, demo_people(&cx, json_new_array(cx.arena)));
	commit(&cx);
}

static void tests(const struct scratch *s)
{
	kept = s->arena;
	make(s);
	T_RUN(a_day_moves_open_requests_and_no_others);
	T_RUN(offices_keep_calendars_of_their_own);
	T_RUN(a_calendar_comes_as_icalendar);
	T_RUN(hostile_files_change_nothing_and_say_where);
	T_RUN(long_files_are_refused);
	T_RUN(who_has_it_is_reminded_once_and_in_time);
	T_RUN(what_was_missed_comes_once);
	T_RUN(a_consent_reminds_its_owner_and_then_the_requester);
	T_RUN(whoever_waits_is_not_reminded);
	T_RUN(the_day_is_looked_through_once);
}

int main(void)
{
	crypt_init();
	scratch_each(tests);
	return T_PLAN();
}
