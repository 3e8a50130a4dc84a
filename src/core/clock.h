/* clock.h - how long a request may take and has taken, in working days, told
 * from its events and the calendar on demand; every day can be explained
 * (N-21, L-11…L-14; domain.md §3).
 *
 * Day 0 is the day on which the stage `clock_from` of the procedure ended: as a
 * rule the receipt by the records office. Days on which the requester was asked
 * for more do not count. The clock stops with the first delivery, or the end;
 * what is done again after a delivery is measured apart (rework). A stage's own
 * budget runs from the day on which the stage was entered; that of a consent
 * reminds and counts nowhere else. */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include "core/facts.h"

struct clock {
	struct str kind;  /* "case": one budget for all, "stage", or "none" */
	struct str stage; /* of "stage" */
	int budget_min, budget; /* working days; 0 when there is none */
	int used;
	int rework; /* working days of work done again */
	bool paused;
	bool unconfirmed;  /* the way there passes a year not yet announced */
	struct date start; /* day 0; unset before */
	struct date due;   /* unset when there is none, or while paused */
	struct date end;   /* the last day counted: today, or when it stopped */
};

struct clock clock_read(
    const struct facts *, const struct case_file *, int64_t now);
/* Working days past the due day; 0 when in time. */
int clock_overdue(const struct facts *, const struct clock *, int64_t now);
/* Working days by which a delivery now would be late: past the due day of the
 * whole, or where only stages have budgets the days by which these were passed.
 * 0 after the first delivery: rework is not late. */
int clock_late(const struct facts *, const struct case_file *, int64_t now);

/* One stage with a budget of its own, each time it was open. */
struct stage_clock {
	const struct run *run;
	const struct stage *stage;
	int budget_min, budget, used, overdue;
	bool counts; /* within the time of the provider: not a consent */
	bool rework, paused, open, unconfirmed;
	struct date start, due, end;
};
struct stage_clocks {
	const struct stage_clock *v;
	size_t n;
};
struct stage_clocks clock_stages(struct arena *, const struct facts *,
    const struct case_file *, int64_t now);

/* {"kind","budget","budget_min","used","paused","rework","unconfirmed"} */
json_t *clock_json(struct arena *, const struct clock *);
/* All of the above, every day and every stage: what /clock answers. */
json_t *clock_whole_json(struct arena *, const struct facts *,
    const struct case_file *, int64_t now, enum lang);
/* Every day from day 0 to the end: {"date","counted","n","why","name"}. */
json_t *clock_days(struct arena *, const struct facts *,
    const struct case_file *, const struct clock *, enum lang);
/* The same for a stage. */
json_t *clock_stage_days(struct arena *, const struct facts *,
    const struct case_file *, const struct stage_clock *, enum lang);
/* The calendar that counts for the whole. */
const struct calendar *clock_calendar(
    const struct facts *, const struct case_file *);
/* Whether the requester was being asked on that day, so that it is not counted. */
bool clock_pauses(const struct case_file *, struct date);

#endif
