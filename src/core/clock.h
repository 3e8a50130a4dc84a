/* clock.h - how long a request may take and has taken, in working days, told
 * from its events and the calendar on demand; every day can be explained
 * (N-21, L-11…L-14; domain.md §3). The day of receipt is day 0; days on which
 * the requester was asked for more do not count. */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include "core/facts.h"

struct clock {
	struct str kind; /* "case": one budget for all, "stage", or "none" */
	int budget_min, budget; /* working days; 0 when there is none */
	int used;
	bool paused;
	bool unconfirmed;  /* the due day lies in a year without a calendar */
	struct date start; /* day 0; unset before */
	struct date due;   /* unset when there is none, or while paused */
	struct date end;   /* the last day counted: today, or when it stopped */
};

struct clock clock_read(
    const struct facts *, const struct case_file *, int64_t now);
/* Working days past the due day; 0 when in time. */
int clock_overdue(const struct facts *, const struct clock *, int64_t now);
/* {"kind","budget","used","paused"} */
json_t *clock_json(struct arena *, const struct clock *);
/* Every day from day 0 to the end: {"date","counted","n","why","name"}. */
json_t *clock_days(struct arena *, const struct facts *,
    const struct case_file *, const struct clock *, enum lang);

#endif
