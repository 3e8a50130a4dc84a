/* consult.h - an opinion that is asked for before a decision or a release: by
 * whoever holds the stage, of a named person of the office. Nothing waits for
 * it; it is open as long as the stage is at which it was asked. */
#ifndef CORE_CONSULT_H
#define CORE_CONSULT_H

#include "core/facts.h"

/* Whether an answer is still of use: not given yet, and the stage is open. */
bool consult_is_open(const struct case_file *, const struct consultation *);
/* The open one to this person, the newest; or NULL. */
const struct consultation *consult_open_to(
    const struct case_file *, struct str email);
/* Whether the person was ever asked here. */
bool consult_asked(const struct case_file *, struct str email);
/* Whether the person may be asked at the stage: director or executive of the
 * office, or of the stage's role there; not of the requester's side. */
bool consult_may_advise(
    const struct case_file *, enum role of_stage, const struct person *);
/* For evolve(): the open ones that the event answers are answered; by whom they
 * were asked, or empty. */
struct str consult_answered(struct case_file *, const struct event *);
/* [{to, by, stage, text, at, answered, open}] */
json_t *consult_json(struct arena *, const struct case_file *);
/* [{by, outcome, text, at, asked_by, acting_for}] */
json_t *opinions_json(struct arena *, const struct case_file *);

#endif
