/* calendar_change.h - for the files that change calendars: what stands where in
 * the order of events. */
#ifndef CORE_CALENDAR_CHANGE_H
#define CORE_CALENDAR_CHANGE_H

#include "core/calendar_days.h"

/* Takes the chain; the number of its last event. */
MUST_CHECK enum err change_begin(struct ctx *, int64_t *ret_seq);
/* The e-mail of who changes it, or "system". */
struct str change_by(const struct ctx *);

#endif
