/* calendar.h - working days (domain.md §3). Monday to Friday without the days of
 * the calendar; the day of receipt is day 0; receipt after 16:30 or on a day
 * off counts as the next working day. Days are in the store (calendar_day),
 * loaded from the shipped government calendars of 2569 and 2570. */
#ifndef CORE_CALENDAR_H
#define CORE_CALENDAR_H

#include "base/ctx.h"
#include "base/time.h"

struct day_off {
	struct date day;
	/* public substitution special regional organisation; predicted: of a
	 * year for which nothing is announced yet */
	struct str kind;
	struct str name_th, name_en;
};
/* Days off in order; `first` and `last` year for which days are known. */
struct calendar {
	const struct day_off *v;
	size_t n;
	int first_year, last_year;
};

MUST_CHECK enum err calendar_get(struct ctx *, struct calendar *ret);
/* CSV `day,kind,name_th,name_en` with a header; whole or not at all, every bad
 * line named (ERR_INVALID, field "line 12"). What was known of a year that the
 * file has days of is replaced. Needs a write transaction. */
MUST_CHECK enum err calendar_import(
    struct ctx *, struct str csv, int64_t *ret_days);
/* The shipped calendars as CSV. */
struct str calendar_shipped(void);

const struct day_off *calendar_off(
    const struct calendar *, struct date); /* or NULL */
bool calendar_working(const struct calendar *, struct date);
/* The day on which something that came at `utc_ms` counts as received. */
struct date calendar_received(const struct calendar *, int64_t utc_ms);
/* The n-th working day after `start` (n >= 0; 0 is start or the next working
 * day). *unconfirmed when the way passes a year without a table. */
struct date calendar_add(
    const struct calendar *, struct date start, int n, bool *unconfirmed);
/* Working days in (start, end]. */
int calendar_count(const struct calendar *, struct date start, struct date end);

#endif
