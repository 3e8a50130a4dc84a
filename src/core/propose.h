/* propose.h - in an owner unit with a clerk the clerk prepares the unit's answer,
 * and whoever signs for the unit finds it filled in. Nothing waits for it, and
 * whoever proposed an answer does not sign it. */
#ifndef CORE_PROPOSE_H
#define CORE_PROPOSE_H

#include "core/case_file.h"
#include "core/people.h"

struct decision;

/* Whether the person is clerk of the unit that the open stage asks. */
bool propose_is_clerk(const struct run *, const struct person *);
/* Whether he could come to propose something on the request. */
bool propose_ever(const struct case_file *, const struct person *);
bool propose_now(const struct case_file *, const struct person *);
/* Whether the answer that is proposed here comes from the person. */
bool propose_by(const struct run *, struct str email);
/* Until it is signed, a proposal is the unit's own affair. */
bool propose_shown(const struct run *, const struct person *);
bool propose_event_shown(
    const struct case_file *, const struct event *, const struct person *);
/* For evolve(). */
void propose_take(struct case_file *, const struct event *);
/* {by, at, outcome, note, conditions, columns_refused, acting_for} */
json_t *proposal_json(struct arena *, const struct proposal *);
/* For an endorsement: what was proposed on the runs that it ends, and whether it
 * was signed as it stood, into data "proposals". */
void propose_note(struct decision *, const struct run *const *runs, size_t n);

#endif
