/* handover.h - one request in other hands: whoever holds a stage of it names
 * somebody of his office (of an owner unit: of that unit), who stands in for him
 * on this request alone. As everywhere the act says for whom, and separation of
 * duties goes over both. */
#ifndef CORE_HANDOVER_H
#define CORE_HANDOVER_H

#include "core/facts.h"

struct case_rows;

/* Whether it holds on the day (ISO). */
bool handover_holds(const struct handover *, struct str day);
/* The one that the person gave last and has not taken back; or NULL. */
const struct handover *handover_of(const struct case_file *, struct str giver);
/* For evolve(). */
void handover_take(struct case_file *, const struct event *);
/* Whether it is about the open stage. */
bool handover_covers(const struct handover *, const struct run *);
/* Whether the person may hand it to somebody at all, and now. */
bool handover_ever(
    const struct facts *, const struct case_file *, const struct person *giver);
bool handover_now(
    const struct facts *, const struct case_file *, const struct person *giver);
/* Whether the person may be handed what the giver holds. */
bool handover_may_take(const struct facts *, const struct case_file *,
    const struct person *giver, const struct person *taker);
/* The giver as the taker stands in for him: with those of his roles that the taker
 * fits, whichever stage is open; false when nothing is lent. */
bool handover_lends(struct arena *, const struct case_file *,
    const struct person *giver, const struct person *taker, struct person *ret);
/* Adds who stands in on this request today to facts.stand_ins. A read. */
MUST_CHECK enum err handover_facts(
    struct ctx *, const struct case_file *, struct facts *);
/* [{by, to, from, until, kind, order_no, note, at, ended}] */
json_t *handovers_json(struct arena *, const struct case_file *);

#endif
