/* disposal_tell.h - who is told of a step of a round: whoever has the next one in
 * hand; for disposal_rounds.c. */
#ifndef CORE_DISPOSAL_TELL_H
#define CORE_DISPOSAL_TELL_H

#include "core/disposal_round.h"

/* Of one event, between `before` and `after`: the members of the committee once
 * they are named, or the list came back to them; its chair when the last opinion
 * is given; the head of the report; the records office of what he decided, and
 * of the end. Write transaction. */
MUST_CHECK enum err round_tell(struct ctx *,
    const struct disposal_round *before, const struct disposal_round *after);

#endif
