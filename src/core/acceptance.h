/* acceptance.h - what happens when nobody answers to what was delivered (N-31):
 * the requester is asked once more, and where the university wants it so, the case
 * is closed without an answer, as "delivered", without a score. */
#ifndef CORE_ACCEPTANCE_H
#define CORE_ACCEPTANCE_H

#include "core/facts.h"

/* Working days after the delivery until the requester is reminded, once for each
 * delivery: the setting "acceptance-reminder", else 5; 0: never. */
MUST_CHECK enum err acceptance_days(struct ctx *, int64_t *ret);
/* The same from the reminder to the end: "acceptance-closes", else 0: never. */
MUST_CHECK enum err acceptance_closes(struct ctx *, int64_t *ret);
/* Whether it waits for an answer, and `days` working days have passed since. */
bool acceptance_is_due(const struct facts *, const struct case_file *,
    int64_t since, int64_t now, int64_t days);
/* To whom a link goes. False when he has left: whoever may not sign in is sent none
 * either. */
MUST_CHECK enum err acceptance_requester(
    struct ctx *, const struct case_file *, struct person *ret, bool *there);
/* A notice with a link of its own; the one before stays good, and whichever is
 * used first answers. *ret_told: there is somebody to tell. Write transaction. */
MUST_CHECK enum err acceptance_remind(
    struct ctx *, const struct case_file *, bool *ret_told);
/* By "system", if it waits still. Takes the chain; write transaction. */
MUST_CHECK enum err acceptance_lapse(struct ctx *, struct str request);

#endif
