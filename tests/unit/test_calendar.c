/* Working days, with the vectors of domain.md §3, and calendars as files. */
#include "base/csv.h"
#include "core/calendar_days.h"
#include "people_store.h"

static struct date day_of(const char *iso)
{
	struct date d;

	REQUIRE(date_parse_iso(str_of(iso), &d));
	return d;
}

/* That moment of the day in Thailand. */
static int64_t moment(const char *iso, int hour, int minute)
{
	return date_start_ms(day_of(iso)) +
	       ((int64_t)hour * 60 + minute) * 60000;
}

static void import(struct str csv, int64_t want)
{
	struct ctx cx = cx_write();
	int64_t days = -1;

	MUST(cx, calendar_import(&cx, csv, &days));
	T_CHECK(days == want, "%lld days", (long long)days);
	cx_commit(&cx);
}

static struct calendar stored(struct ctx *cx)
{
	struct calendar c;

	MUST(*cx, calendar_get(cx, STR("ICIT"), CALENDAR_NOW, &c));
	return c;
}

static void shipped_calendars_are_whole(void)
{
	import(calendar_shipped(), 44);
	struct ctx cx = cx_read();
	struct calendar c = stored(&cx);

	T_CHECK(c.n == 44 && c.first_year == 2026 && c.last_year == 2027,
	    "%zu days, %d–%d", c.n, c.first_year, c.last_year);
	const struct day_off *bridge = calendar_off(&c, day_of("2026-01-02"));
	T_CHECK(bridge && bridge->kind == DAY_special, "2 ม.ค. 2569");
	const struct day_off *instead = calendar_off(&c, day_of("2026-06-01"));
	T_CHECK(instead && instead->kind == DAY_substitution, "1 มิ.ย. 2569");
	T_CHECK(!calendar_off(&c, day_of("2026-05-01")),
	    "Labour Day is no government holiday");
	for (size_t i = 0; i < c.n; i++)
		T_CHECK(
		    (c.v[i].kind == DAY_predicted) == (c.v[i].day.year == 2027),
		    "%zu", i);
	cx_free(&cx);
}

static void ten_working_days(void)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{ "2026-05-06", "2026-05-21" }, { "2026-04-03", "2026-04-23" },
		{ "2026-07-24", "2026-08-13" }, { "2026-05-30", "2026-06-16" },
		{ "2026-12-21", "2027-01-06" }, /* 1 ม.ค. 2570 is off */
	};
	struct ctx cx = cx_read();
	struct calendar c = stored(&cx);

	for (size_t i = 0; i < COUNT(cases); i++) {
		bool unconfirmed = true;
		struct date from = day_of(cases[i].from);
		struct date due = calendar_add(&c, from, 10, &unconfirmed);
		T_TEXT(date_iso(cx.arena, due), str_of(cases[i].to));
		/* 2570 is only predicted. */
		T_CHECK(unconfirmed == (due.year == 2027), "%s", cases[i].from);
		T_CHECK(
		    calendar_count(&c, from, due) == 10, "%s", cases[i].from);
	}
	cx_free(&cx);
}

static void years_without_a_table_are_said(void)
{
	struct ctx cx = cx_read();
	struct calendar all = stored(&cx), one = all, none = { 0 };
	bool unconfirmed = false;

	while (one.n > 0 && one.v[one.n - 1].day.year == 2027)
		one.n--;
	one.last_year = 2026;
	struct date due =
	    calendar_add(&one, day_of("2026-12-21"), 10, &unconfirmed);
	T_TEXT(date_iso(cx.arena, due), STR("2027-01-05"));
	T_CHECK(unconfirmed, "into 2570 without its table");
	calendar_add(&all, day_of("2027-12-20"), 10, &unconfirmed);
	T_CHECK(unconfirmed, "into 2571");
	calendar_add(&all, day_of("2025-12-25"), 1, &unconfirmed);
	T_CHECK(unconfirmed, "from 2568");
	calendar_add(&none, day_of("2026-05-06"), 1, &unconfirmed);
	T_CHECK(unconfirmed, "no table at all");
	cx_free(&cx);
}

static void day_nought_is_the_day_of_receipt(void)
{
	static const struct {
		const char *day;
		int hour, minute;
		const char *counts_as;
	} cases[] = {
		{ "2026-05-06", 9, 0, "2026-05-06" },
		{ "2026-05-06", 0, 0, "2026-05-06" },
		{ "2026-05-06", 16, 30, "2026-05-06" },
		{ "2026-05-06", 16, 31, "2026-05-07" },
		{ "2026-05-06", 23, 59, "2026-05-07" },
		{ "2026-05-12", 17, 0, "2026-05-14" }, /* 13 พืชมงคล */
		{ "2026-05-29", 17, 0, "2026-06-02" }, /* weekend and 1 มิ.ย. */
		{ "2026-04-11", 10, 0, "2026-04-16" }, /* Saturday, สงกรานต์ */
		{ "2026-12-30", 17, 0, "2027-01-04" },
	};
	struct ctx cx = cx_read();
	struct calendar c = stored(&cx);

	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t at =
		    moment(cases[i].day, cases[i].hour, cases[i].minute);
		T_TEXT(date_iso(cx.arena, calendar_received(&c, at)),
		    str_of(cases[i].counts_as));
	}
	bool unconfirmed;
	T_TEXT(date_iso(cx.arena,
		   calendar_add(&c, day_of("2026-05-30"), 0, &unconfirmed)),
	    STR("2026-06-02"));
	T_TEXT(date_iso(cx.arena,
		   calendar_add(&c, day_of("2026-06-02"), 0, &unconfirmed)),
	    STR("2026-06-02"));
	cx_free(&cx);
}

static void counting_between_days(void)
{
	struct ctx cx = cx_read();
	struct calendar c = stored(&cx);

	T_CHECK(
	    calendar_count(&c, day_of("2026-05-06"), day_of("2026-05-06")) == 0,
	    "the same day");
	T_CHECK(
	    calendar_count(&c, day_of("2026-05-08"), day_of("2026-05-10")) == 0,
	    "a weekend");
	T_CHECK(
	    calendar_count(&c, day_of("2026-05-10"), day_of("2026-05-06")) == 0,
	    "backwards");
	/* Every day of 2569: 261 weekdays, 22 days off, two on a weekend. */
	T_CHECK(calendar_count(
		    &c, day_of("2025-12-31"), day_of("2026-12-31")) == 261 - 20,
	    "%d",
	    calendar_count(&c, day_of("2025-12-31"), day_of("2026-12-31")));
	cx_free(&cx);
}

#define HEAD "day,kind,name_th,name_en\n"

static void a_year_is_replaced(void)
{
	import(
	    STR(HEAD
		"2027-01-01,public,วันขึ้นปีใหม่,New Year's Day\r\n"
		"\r\n"
		"4/1/2570,special,\"วันหยุด, พิเศษ\",\"A \"\"special\"\" day\"\r\n"),
	    2);
	struct ctx cx = cx_read();
	struct calendar c = stored(&cx);

	T_CHECK(c.n == 24, "%zu", c.n);
	const struct day_off *d = calendar_off(&c, day_of("2027-01-04"));
	T_CHECK(d, "a Thai date");
	if (d) {
		T_TEXT(d->name_th, STR("วันหยุด, พิเศษ"));
		T_TEXT(d->name_en, STR("A \"special\" day"));
	}
	T_CHECK(!calendar_off(&c, day_of("2027-12-31")), "2570 is new");
	T_CHECK(calendar_off(&c, day_of("2026-12-31")), "2569 stays");
	cx_free(&cx);
	import(calendar_shipped(), 44);
}

static void broken_files_change_nothing(void)
{
	static const struct {
		const char *what;
		struct str csv;
		const char *line;
	} cases[] = {
		{ "nothing", STR_INIT(""), "line 1" },
		{ "no header", STR_INIT("2026-01-01,public,ก,A\n"), "line 1" },
		{ "another header", STR_INIT("date,kind,name_th,name_en\n"),
		    "line 1" },
		{ "no days", STR_INIT(HEAD), "line 2" },
		{ "three cells", STR_INIT(HEAD "2026-01-01,public,ก\n"),
		    "line 2" },
		{ "five cells", STR_INIT(HEAD "2026-01-01,public,ก,A,B\n"),
		    "line 2" },
		{ "no day", STR_INIT(HEAD "2026-02-30,public,ก,A\n"),
		    "line 2" },
		{ "ISO with a Thai year",
		    STR_INIT(HEAD "2569-01-01,public,ก,A\n"), "line 2" },
		{ "a kind there is not",
		    STR_INIT(HEAD "2026-01-01,holiday,ก,A\n"), "line 2" },
		{ "a day twice",
		    STR_INIT(HEAD "2026-01-01,public,ก,A\n\n"
				  "1/1/2569,public,ข,B\n"),
		    "line 4" },
		{ "an open quote", STR_INIT(HEAD "2026-01-01,public,\"ก,A\n"),
		    "line 2" },
		{ "not UTF-8", STR_INIT(HEAD "2026-01-01,public,\xa1,A\n"),
		    "line 1" },
		{ "an error after good lines",
		    STR_INIT(HEAD "2026-01-01,public,ก,A\n"
				  "2026-01-02,public,,B\n"),
		    "line 3" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ctx cx = cx_write();
		int64_t days = -1;
		enum err e = calendar_import(&cx, cases[i].csv, &days);
		T_CHECK(
		    e == ERR_INVALID && days == -1, "%s: %u", cases[i].what, e);
		T_CHECK(cx.fault.n_fields == 1, "%s", cases[i].what);
		if (cx.fault.fields)
			T_TEXT(cx.fault.fields->field, str_of(cases[i].line));
		struct calendar c = stored(&cx);
		T_CHECK(c.n == 44, "%s: %zu", cases[i].what, c.n);
		cx_free(&cx);
	}
}

static void every_bad_line_is_named(void)
{
	struct ctx cx = cx_write();
	int64_t days;

	T_CHECK(calendar_import(&cx,
		    STR(HEAD "x,public,ก,A\n2026-01-01,public,ก,A\n"
			     "2026-01-02,what,ก,A\n2026-01-03\n"),
		    &days) == ERR_INVALID,
	    "wrong");
	T_CHECK(cx.fault.n_fields == 3, "%zu", cx.fault.n_fields);
	cx_free(&cx);
}

static void a_huge_file_is_refused(void)
{
	struct ctx cx = cx_write();
	int64_t days;
	size_t n = ((size_t)1 << 20) + 1;
	char *p = ARENA_ARRAY(cx.arena, char, n);

	T_CHECK(calendar_import(&cx, str_n(p, n), &days) == ERR_TOO_LARGE,
	    "1 MiB and 1");
	cx_free(&cx);
}

static void csv_cells(void)
{
	struct arena *a = arena_new();
	struct csv c = csv_begin(STR("\xef\xbb\xbf"
				     "a, b ,\"c\n\"\"d\"\n"
				     "\n,\n\"x\"y\n"));
	struct str cells[2];
	size_t n = 0;

	T_CHECK(csv_next(&c, a, cells, 2, &n) && n == 3 && c.line == 1,
	    "three cells: %zu", n);
	T_TEXT(cells[0], STR("a"));
	T_TEXT(cells[1], STR("b"));
	T_CHECK(csv_next(&c, a, cells, 2, &n) && n == 2 && c.line == 4,
	    "two empty ones: %zu on %d", n, c.line);
	T_CHECK(cells[0].n == 0 && cells[1].n == 0, "empty");
	T_CHECK(!csv_next(&c, a, cells, 2, &n) && c.bad && c.line == 5,
	    "text after a quote");
	arena_free(a);
}

static void on_store(void)
{
	T_RUN(shipped_calendars_are_whole);
	T_RUN(ten_working_days);
	T_RUN(years_without_a_table_are_said);
	T_RUN(day_nought_is_the_day_of_receipt);
	T_RUN(counting_between_days);
	T_RUN(a_year_is_replaced);
	T_RUN(broken_files_change_nothing);
	T_RUN(every_bad_line_is_named);
	T_RUN(a_huge_file_is_refused);
}

int main(void)
{
	crypt_init();
	T_RUN(csv_cells);
	on_each_store(on_store);
	return T_PLAN();
}
