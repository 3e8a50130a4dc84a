/* calendar.h - working days (domain.md §3). Monday to Friday without the days of
 * the calendars that an office keeps; the day of receipt is day 0; receipt after
 * the office closes (16:30 unless set otherwise), or on a day off, counts as the
 * next working day.
 *
 * Calendars lie one upon another: the government's, then an organisation's own,
 * then a campus's; where several have a day, the last one counts. On a day
 * `working_override` work goes on whatever the others say; `half_day` is a
 * working day that ends at noon.
 *
 * Pure: days come from the store by calendar_days.h. */
#ifndef CORE_CALENDAR_H
#define CORE_CALENDAR_H

#include "base/ctx.h"
#include "base/time.h"

/* "predicted": of a year for which nothing is announced yet. */
enum day_kind {
#define DAY_KIND(name) DAY_##name,
#include "core/day_kinds.def"
#undef DAY_KIND
	DAY_KINDS
};
extern const char *const day_kind_names[DAY_KINDS];

struct day_off {
	struct date day;
	enum day_kind kind;
	struct str calendar;
	struct str name_th, name_en;
};

/* What holds for one office, days in order; `first` and `last` year for which
 * the first of its calendars has days, and those between that are not
 * confirmed. */
struct calendar {
	const struct day_off *v;
	size_t n;
	int first_year, last_year;
	const int *open_years;
	size_t n_open_years;
	int closes; /* minute of the day; 0 is 16:30 */
};

/* What stands on the day, or NULL. */
const struct day_off *calendar_on(const struct calendar *, struct date);
/* The same when it is a day off. */
const struct day_off *calendar_off(const struct calendar *, struct date);
bool calendar_working(const struct calendar *, struct date);
/* When the office closes on a working day, in minutes. */
int calendar_closes(const struct calendar *, struct date);
/* Whether the year's days are announced, so that a due day in it holds. */
bool calendar_confirmed(const struct calendar *, int year);
/* The day on which something that came at `utc_ms` counts as received. */
struct date calendar_received(const struct calendar *, int64_t utc_ms);
/* The n-th working day after `start` (n >= 0; 0 is start or the next working
 * day). *unconfirmed when the way passes a year that is not confirmed. */
struct date calendar_add(
    const struct calendar *, struct date start, int n, bool *unconfirmed);
/* Working days in (start, end]. */
int calendar_count(const struct calendar *, struct date start, struct date end);

#endif
