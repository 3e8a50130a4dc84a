/* engine.h - how a request moves: entering a stage, passing it over, waiting
 * for all who are asked, going on. It writes what follows into an event's data
 * ("done", "enter", "close", "resume"), so that evolve() needs no procedure. */
#ifndef CORE_ENGINE_H
#define CORE_ENGINE_H

#include "core/facts.h"

/* Opens `s`, or what follows it when nobody need be asked. */
void engine_enter(struct arena *, const struct facts *,
    const struct case_file *, const struct stage *s, json_t *data);
/* Ends the open runs given with `outcome`: goes on when all that were asked
 * have said so, or at once where the outcome ends the case. */
void engine_finish(struct arena *, const struct facts *,
    const struct case_file *, const struct run *const *runs, size_t n,
    struct str outcome, json_t *data);
/* The owner units whose endorsement the request needs and lacks. */
size_t engine_owners_missing(struct arena *, const struct facts *,
    const struct case_file *, struct str **ret);
/* The owner units whose endorsement it needs at all. */
size_t engine_owners_needed(struct arena *, const struct facts *,
    const struct case_file *, struct str **ret);

#endif
