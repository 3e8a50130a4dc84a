#include "t.h"

#include "base/str.h"
#include "base/time.h"

static struct arena *arena;

static bool same(struct date a, struct date b)
{
	return a.year == b.year && a.month == b.month && a.day == b.day;
}

/* Walks every day of 1599 … 2600 with the rules of the Gregorian calendar. */
static void days_count_one_by_one(void)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	struct date d = { 1970, 1, 1 };
	T_CHECK(date_days(d) == 0, "%lld", (long long)date_days(d));
	d = (struct date){ 1599, 1, 1 };
	int64_t n = date_days(d);
	int weekday = date_weekday(d);
	while (d.year < 2600) {
		bool leap =
		    d.year % 400 == 0 || (d.year % 4 == 0 && d.year % 100 != 0);
		int length = lengths[d.month - 1] + (leap && d.month == 2);
		struct date past = { d.year, d.month, length + 1 };
		T_CHECK(date_days(d) == n && same(date_from_days(n), d),
		    "%d-%d-%d", d.year, d.month, d.day);
		T_CHECK(date_valid(d) && !date_valid(past), "%d-%d", d.year,
		    d.month);
		T_CHECK(date_weekday(d) == weekday, "%d-%d-%d", d.year, d.month,
		    d.day);
		weekday = (weekday + 1) % 7;
		n++;
		if (++d.day > length) {
			d.day = 1;
			if (++d.month > 12) {
				d.month = 1;
				d.year++;
			}
		}
	}
	T_CHECK(date_weekday((struct date){ 2026, 11, 20 }) == 5, "a Friday");
	T_CHECK(date_days((struct date){ 2000, 3, 1 }) == 11017, "-");
}

static void days_of_no_calendar(void)
{
	static const struct date bad[] = { { 0 }, { 2026, 0, 1 },
		{ 2026, 13, 1 }, { 2026, 1, 0 }, { 2026, -1, 1 },
		{ 10000, 1, 1 }, { 0, 1, 1 }, { 2025, 2, 29 },
		{ 1900, 2, 29 } };
	for (size_t i = 0; i < COUNT(bad); i++)
		T_CHECK(!date_valid(bad[i]), "%zu", i);
	T_CHECK(date_valid((struct date){ 1, 1, 1 }), "first");
	T_CHECK(date_valid((struct date){ 9999, 12, 31 }), "last");
	T_CHECK(date_is_set((struct date){ 0, 0, 1 }), "-");
	T_CHECK(date_is_set((struct date){ 1, 0, 0 }), "-");
	T_CHECK(!date_is_set(bad[0]) && date_is_set(bad[1]), "-");
	struct date a = { 2026, 5, 6 }, b = { 2026, 5, 7 },
		    c = { 2025, 12, 31 };
	T_CHECK(date_cmp(a, b) < 0 && date_cmp(b, a) > 0, "-");
	T_CHECK(date_cmp(a, c) > 0 && date_cmp(a, a) == 0, "-");
	T_CHECK(same(date_add(c, 1), (struct date){ 2026, 1, 1 }), "-");
	T_CHECK(same(date_add(a, -6), (struct date){ 2026, 4, 30 }), "-");
}

static void a_thai_day_begins_at_seventeen_utc(void)
{
	static const struct {
		const char *utc, *day;
		int minute;
	} cases[] = {
		{ "2026-11-19T16:59:59.999Z", "2026-11-19", 1439 },
		{ "2026-11-19T17:00:00Z", "2026-11-20", 0 },
		{ "2026-11-20T02:14:05.123Z", "2026-11-20", 554 },
		{ "1969-12-31T16:59:59Z", "1969-12-31", 1439 },
		{ "1969-12-31T23:59:59Z", "1970-01-01", 419 },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t ms = 0;
		T_CHECK(time_parse_iso(str_of(cases[i].utc), &ms), "%zu", i);
		T_TEXT(date_iso(arena, date_of_ms(ms)), str_of(cases[i].day));
		T_CHECK(minute_of_day(ms) == cases[i].minute, "%zu: %d", i,
		    minute_of_day(ms));
		int64_t start = date_start_ms(date_of_ms(ms));
		T_CHECK(start <= ms && ms - start < 86400000, "%zu", i);
		T_CHECK(minute_of_day(start) == 0, "%zu", i);
	}
}

static void days_as_people_write_them(void)
{
	static const struct {
		const char *text, *want; /* "" is a refusal */
	} cases[] = {
		/* What the procedures and their forms have. */
		{ "6 พฤษภาคม 2569", "2026-05-06" },
		{ "01/03/64", "2021-03-01" },
		{ "1/03/2564", "2021-03-01" },
		{ "1/3/2564", "2021-03-01" },
		{ "6 พ.ค. 69", "2026-05-06" },
		{ "๖ พ.ค. ๒๕๖๙", "2026-05-06" },
		{ "29/02/2567", "2024-02-29" },
		{ "29/02/2568", "" },
		{ "2569-05-06", "" },
		{ "31/04/2569", "" },
		{ "2026-05-06", "2026-05-06" },
		/* The edges of the rule for years. */
		{ "1/1/2400", "1857-01-01" },
		{ "1/1/2399", "" },
		{ "1/1/2201", "" },
		{ "1/1/2200", "2200-01-01" },
		{ "1/1/1900", "1900-01-01" },
		{ "1/1/1899", "" },
		{ "1/1/00", "1957-01-01" },
		{ "1/1/99", "2056-01-01" },
		{ "1/1/569", "" },
		{ "1/1/9", "" },
		{ "1/1/25690", "" },
		{ "1/1/", "" },
		{ "2400-01-01", "" },
		{ "2399-01-01", "2399-01-01" },
		/* Other ways. */
		{ "  6\xc2\xa0พฤษภาคม   พ.ศ. 2569 ", "2026-05-06" },
		{ "6พ.ค.2569", "2026-05-06" },
		{ "๒๐/๑๑/๒๕๖๙", "2026-11-20" },
		{ "๒๐๒๖-๑๑-๒๐", "2026-11-20" },
		{ "20 Nov 2026", "2026-11-20" },
		{ "20 november 2569", "2026-11-20" },
		{ "20 Nov 26", "" },
		{ "31 ธันวาคม 2569", "2026-12-31" },
		{ "1 มี.ค. 2569", "2026-03-01" },
		{ "1 มิ.ย. 2569", "2026-06-01" },
		{ "30 กุมภาพันธ์ 2569", "" },
		{ "0/1/2569", "" },
		{ "1/0/2569", "" },
		{ "1/13/2569", "" },
		{ "001/1/2569", "" },
		{ "1/1/2569 x", "" },
		{ "1/1/2569\xff", "" },
		{ "6 พค 2569", "" },
		{ "", "" },
		{ "พฤษภาคม 2569", "" },
		{ "6 2569", "" },
		{ "-1/1/2569", "" },
		{ "2026-5-6", "" },
		{ "2026-05-06T00:00", "" },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct date d = { 0 };
		bool ok = date_parse(str_of(cases[i].text), &d);
		T_CHECK(ok == (cases[i].want[0] != 0), "“%s”", cases[i].text);
		T_TEXT(date_iso(arena, d), str_of(cases[i].want));
	}
	char long_text[400];
	for (size_t i = 0; i < sizeof long_text; i++)
		long_text[i] = '1';
	struct date d;
	T_CHECK(!date_parse(str_n(long_text, sizeof long_text), &d), "long");
}

static void iso_and_nothing_else(void)
{
	struct date d = { 0 };
	T_CHECK(date_parse_iso(STR("2024-02-29"), &d), "leap");
	T_CHECK(same(d, (struct date){ 2024, 2, 29 }), "-");
	static const char *const bad[] = { "2025-02-29", "2026-1-01",
		"2026-01-1", "2026/01/01", "20260101", " 2026-01-01",
		"2026-01-01 ", "2026-01-011", "02026-01-01", "0000-01-01", "" };
	for (size_t i = 0; i < COUNT(bad); i++)
		T_CHECK(!date_parse_iso(str_of(bad[i]), &d), "%s", bad[i]);
	T_CHECK(d.year == 2024, "untouched");
}

static void days_as_we_write_them(void)
{
	struct date d = { 2026, 11, 20 }, none = { 0 };
	T_CHECK(year_be(d) == 2569, "-");
	T_TEXT(date_iso(arena, d), STR("2026-11-20"));
	T_TEXT(date_short(arena, LANG_TH, d), STR("20 พ.ย. 2569"));
	T_TEXT(date_long(arena, LANG_TH, d), STR("20 พฤศจิกายน 2569"));
	T_TEXT(date_short(arena, LANG_EN, d), STR("20 Nov 2026"));
	T_TEXT(date_long(arena, LANG_EN, d), STR("20 November 2026"));
	T_TEXT(date_short(arena, LANG_TH, none), STR(""));
	T_TEXT(date_long(arena, LANG_EN, none), STR(""));
	T_TEXT(date_iso(arena, none), STR(""));
	for (int month = 1; month <= 12; month++) {
		for (size_t lang = 0; lang < LANGS; lang++) {
			struct date m = { 2026, month, 1 }, back = { 0 };
			struct str s = date_long(arena, (enum lang)lang, m);
			T_CHECK(date_parse(s, &back) && same(m, back), "%.*s",
			    STR_ARG(s));
			s = date_short(arena, (enum lang)lang, m);
			T_CHECK(date_parse(s, &back) && same(m, back), "%.*s",
			    STR_ARG(s));
		}
	}
}

static void moments(void)
{
	int64_t ms = 0;
	T_CHECK(time_parse_iso(STR("2026-11-20T02:14:05.123Z"), &ms), "-");
	T_CHECK(ms == INT64_C(1795140845123), "%lld", (long long)ms);
	T_TEXT(time_iso(arena, ms), STR("2026-11-20T02:14:05.123Z"));
	T_TEXT(time_short(arena, LANG_TH, ms), STR("20 พ.ย. 2569 09:14 น."));
	T_TEXT(time_short(arena, LANG_EN, ms), STR("20 Nov 2026 09:14"));
	T_TEXT(time_iso(arena, -1), STR("1969-12-31T23:59:59.999Z"));

	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "2026-11-20T09:14:05+07:00", "2026-11-20T02:14:05.000Z" },
		{ "2026-11-20T00:30:00+07:00", "2026-11-19T17:30:00.000Z" },
		{ "2026-11-20T00:00:00-01:30", "2026-11-20T01:30:00.000Z" },
		{ "2026-11-20T00:00:00-23:59", "2026-11-20T23:59:00.000Z" },
		{ "2026-11-20T23:59:59Z", "2026-11-20T23:59:59.000Z" },
		{ "2026-11-20T00:00:00.059Z", "2026-11-20T00:00:00.059Z" },
		{ "2026-11-20T00:00:00.5Z", "2026-11-20T00:00:00.500Z" },
		{ "2026-11-20T00:00:00.123987Z", "2026-11-20T00:00:00.123Z" },
		{ "2026-11-20T00:00:00.1234567890123456789012345Z",
		    "2026-11-20T00:00:00.123Z" },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		T_CHECK(time_parse_iso(str_of(cases[i].text), &ms), "%zu", i);
		T_TEXT(time_iso(arena, ms), str_of(cases[i].want));
	}
	static const char *const bad[] = { "", "2026-11-20",
		"2026-11-20T00:00:00", "2026-11-20 00:00:00Z",
		"2026-11-20T24:00:00Z", "2026-11-20T00:60:00Z",
		"2026-11-20T00:00:60Z", "2026-11-20T00:00:00.Z",
		"2026-11-20T00:00:00Zz", "2026-11-31T00:00:00Z",
		"2026-11-20T00:00Z", "2026-11-20T00:00:00+0700",
		"2026-11-20T00:00:00.+07:00", "2026-11-20T00:00:00+24:00",
		"2026-11-20T00:00:00+07:60" };
	ms = 42;
	for (size_t i = 0; i < COUNT(bad); i++)
		T_CHECK(!time_parse_iso(str_of(bad[i]), &ms), "%s", bad[i]);
	T_CHECK(ms == 42, "untouched");
	T_CHECK(time_now_ms() > INT64_C(1700000000000), "after 2023");
}

int main(void)
{
	arena = arena_new();
	T_RUN(days_count_one_by_one);
	T_RUN(days_of_no_calendar);
	T_RUN(a_thai_day_begins_at_seventeen_utc);
	T_RUN(days_as_people_write_them);
	T_RUN(iso_and_nothing_else);
	T_RUN(days_as_we_write_them);
	T_RUN(moments);
	arena_free(arena);
	return T_PLAN();
}
