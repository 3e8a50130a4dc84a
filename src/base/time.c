#include "base/time.h"

#include <time.h>

#include "base/str.h"

#define DAY_MS INT64_C(86400000)
#define THAI_OFFSET_MS (7 * INT64_C(3600000))
#define DAYS_400_YEARS 146097

/* Division towards minus infinity: moments before 1970 are negative. */
static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t time_now_ms(void)
{
	struct timespec t;
	REQUIRE(clock_gettime(CLOCK_REALTIME, &t) == 0);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Counts years from March, so that the leap day is a year's last and the months
 * before a month m (March = 0) have (153 m + 2) / 5 days. */
int64_t date_days(struct date d)
{
	int64_t year = d.year - (d.month <= 2);
	int64_t month = (d.month + 9) % 12;
	int64_t cycle = floor_div(year, 400), in_cycle = year - cycle * 400;
	int64_t day = in_cycle * 365 + in_cycle / 4 - in_cycle / 100 +
	              (153 * month + 2) / 5 + d.day - 1;
	return cycle * DAYS_400_YEARS + day - 719468; /* 1 Mar 0 to 1970 */
}

struct date date_from_days(int64_t days)
{
	days += 719468;
	int64_t cycle = floor_div(days, DAYS_400_YEARS);
	int64_t day = days - cycle * DAYS_400_YEARS; /* 0 … 146096 */
	/* The last day of 4, 100 and 400 years belongs to the year before. */
	int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= year * 365 + year / 4 - year / 100;
	int64_t month = (5 * day + 2) / 153; /* March = 0 */
	return (struct date){
		.year = (int)(cycle * 400 + year + (month >= 10)),
		.month = (int)(month < 10 ? month + 3 : month - 9),
		.day = (int)(day - (153 * month + 2) / 5 + 1),
	};
}

bool date_valid(struct date d)
{
	return d.year >= 1 && d.year <= 9999 && d.month >= 1 && d.month <= 12 &&
	       d.day >= 1 && d.day <= days_in_month(d.year, d.month);
}

bool date_is_set(struct date d)
{
	return d.year != 0 || d.month != 0 || d.day != 0;
}

int date_cmp(struct date a, struct date b)
{
	if (a.year != b.year)
		return a.year < b.year ? -1 : 1;
	if (a.month != b.month)
		return a.month < b.month ? -1 : 1;
	return (a.day > b.day) - (a.day < b.day);
}

struct date date_add(struct date d, int64_t days)
{
	return date_from_days(date_days(d) + days);
}

int date_weekday(struct date d)
{
	int64_t days = date_days(d) + 4; /* 1970-01-01 was a Thursday */
	return (int)(days - floor_div(days, 7) * 7);
}

struct date date_of_ms(int64_t utc_ms)
{
	return date_from_days(floor_div(utc_ms + THAI_OFFSET_MS, DAY_MS));
}

int64_t date_start_ms(struct date d)
{
	return date_days(d) * DAY_MS - THAI_OFFSET_MS;
}

int minute_of_day(int64_t utc_ms)
{
	int64_t ms = utc_ms + THAI_OFFSET_MS;
	return (int)((ms - floor_div(ms, DAY_MS) * DAY_MS) / 60000);
}

int year_be(struct date d)
{
	return d.year + 543;
}

struct str date_iso(struct arena *a, struct date d)
{
	if (!date_is_set(d))
		return STR("");
	return str_fmt(a, "%04d-%02d-%02d", d.year, d.month, d.day);
}

static struct str with_month(
    struct arena *a, enum lang lang, struct date d, enum msg first_month)
{
	if (!date_is_set(d))
		return STR("");
	REQUIRE(d.month >= 1 && d.month <= 12);
	size_t m = (size_t)first_month + (size_t)d.month - 1;
	return str_fmt(a, "%d %.*s %d", d.day,
	    STR_ARG(msg_text(lang, (enum msg)m)),
	    lang == LANG_TH ? year_be(d) : d.year);
}

struct str date_short(struct arena *a, enum lang lang, struct date d)
{
	return with_month(a, lang, d, MSG_month_short_01);
}

struct str date_long(struct arena *a, enum lang lang, struct date d)
{
	return with_month(a, lang, d, MSG_month_01);
}

struct str time_short(struct arena *a, enum lang lang, int64_t utc_ms)
{
	int minute = minute_of_day(utc_ms);
	return str_fmt(a, "%.*s %02d:%02d%s",
	    STR_ARG(date_short(a, lang, date_of_ms(utc_ms))), minute / 60,
	    minute % 60, lang == LANG_TH ? " น." : "");
}

struct str time_iso(struct arena *a, int64_t utc_ms)
{
	int64_t days = floor_div(utc_ms, DAY_MS);
	int ms = (int)(utc_ms - days * DAY_MS);
	return str_fmt(a, "%.*sT%02d:%02d:%02d.%03dZ",
	    STR_ARG(date_iso(a, date_from_days(days))), ms / 3600000,
	    ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}
