/* time.h - moments and days.
 *
 * A moment is int64_t UTC milliseconds. A day is a struct date of the
 * proleptic Gregorian calendar, in Thailand's time (UTC+7, no summer time).
 * Stored as ISO 8601, shown in พ.ศ. (domain.md 2.6). */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include "base/arena.h"
#include "base/base.h"
#include "base/msg.h"

struct date {
	int year, month, day; /* 2026, 11, 20; all zero is "no date" */
};

int64_t time_now_ms(void);
/* Days since 1970-01-01; and back. */
int64_t date_days(struct date);
struct date date_from_days(int64_t days);
bool date_valid(struct date);
bool date_is_set(struct date);
int date_cmp(struct date a, struct date b);
struct date date_add(struct date, int64_t days);
int date_weekday(struct date); /* 0 Sunday … 6 Saturday */
/* The Thai day on which the moment falls, and its first moment. */
struct date date_of_ms(int64_t utc_ms);
int64_t date_start_ms(struct date);
/* Minutes since midnight, Thai time. */
int minute_of_day(int64_t utc_ms);
/* พ.ศ. of a day: year + 543. */
int year_be(struct date);

/* YYYY-MM-DD, Gregorian, and nothing else. */
bool date_parse_iso(struct str, struct date *ret);
/* What people write (domain.md 2.6): "6 พฤษภาคม 2569", "๖ พ.ค. ๒๕๖๙",
 * "01/03/64", "1/3/2564", "2026-05-06". Four digits from 2400 are พ.ศ.,
 * 1900–2200 ค.ศ., two digits 25xx; ISO with a year from 2400 is refused. */
bool date_parse(struct str, struct date *ret);
struct str date_iso(struct arena *, struct date);
/* "20 พ.ย. 2569" or "20 Nov 2026"; long: "20 พฤศจิกายน 2569". "" for no date. */
struct str date_short(struct arena *, enum lang, struct date);
struct str date_long(struct arena *, enum lang, struct date);
/* "20 พ.ย. 2569 09:14 น." or "20 Nov 2026 09:14". */
struct str time_short(struct arena *, enum lang, int64_t utc_ms);
/* 2026-11-20T02:14:05.123Z */
struct str time_iso(struct arena *, int64_t utc_ms);
bool time_parse_iso(struct str, int64_t *ret_ms);

#endif
