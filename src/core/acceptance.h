/* acceptance.h - asking once more for an answer to what was delivered (N-31). */
#ifndef CORE_ACCEPTANCE_H
#define CORE_ACCEPTANCE_H

#include "core/facts.h"

/* Working days after the delivery until the requester is reminded, once for each
 * delivery: the setting "acceptance-reminder", else 5; 0: never. */
MUST_CHECK enum err acceptance_days(struct ctx *, int64_t *ret);
/* Whether that day has come. */
bool acceptance_is_due(
    const struct facts *, const struct case_file *, int64_t now, int64_t days);
/* A notice with a link of its own; the one before stays good, and whichever is
 * used first answers. *ret_told: there is somebody to tell. Write transaction. */
MUST_CHECK enum err acceptance_remind(
    struct ctx *, const struct case_file *, bool *ret_told);

#endif
