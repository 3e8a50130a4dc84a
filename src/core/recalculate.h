/* recalculate.h - a calendar or an office's hours have changed: every open request
 * whose due day moved so is told, by an event of its own with the day before and
 * the day after. Requests whose clock has stopped keep theirs. */
#ifndef CORE_RECALCULATE_H
#define CORE_RECALCULATE_H

#include "core/calendar_days.h"

struct recalculation {
	struct str why; /* "calendar" or "hours" */
	struct str calendar;
	const struct calendar_plan *plan; /* what changed; or NULL */
};
/* In the transaction of the change, which has the chain; *ret_moved counts the
 * requests of which the due day moved. */
MUST_CHECK enum err cases_recalculate(
    struct ctx *, const struct recalculation *, int64_t *ret_moved);

#endif
