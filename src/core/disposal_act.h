/* disposal_act.h - between an act on a round and its event; for
 * disposal_rounds.c. */
#ifndef CORE_DISPOSAL_ACT_H
#define CORE_DISPOSAL_ACT_H

#include "core/delegation.h"
#include "core/disposal_round.h"

/* What the event says; ERR_CONFLICT, ERR_INVALID. Whether the actor may was
 * asked before. */
MUST_CHECK enum err round_decide(struct ctx *, const struct disposal_round *,
    enum disposal_act, const json_t *body, json_t **ret);
/* For whom he does it; NULL: by his own right. */
const struct standing *round_stands_as(
    const struct disposal_round *, const struct person *, enum disposal_act);

#endif
