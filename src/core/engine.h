/* engine.h - how a request moves: entering stages, passing them over, waiting
 * for all who are asked, going on. It writes what follows into an event's data
 * ("done", "votes", "drop", "skip", "enter", "also", "close", "resume"), so that
 * evolve() needs no procedure.
 *
 * One step is open at a time: a stage, or several side by side. It is joined when
 * all that was asked in it is answered; the first refusal that decides ends the
 * case. */
#ifndef CORE_ENGINE_H
#define CORE_ENGINE_H

#include "core/facts.h"

/* A unit that a stage concerns: it is asked, or why it need not be ("why" is
 * the rule's name, with the standing consent where that is the reason). */
struct asking {
	struct str unit, why;
	const json_t *standing;
};
size_t engine_asking(struct arena *, const struct facts *,
    const struct case_file *, const struct stage *, struct asking **ret);

/* Opens `s`, or what follows it when nobody need be asked. */
void engine_enter(struct arena *, const struct facts *,
    const struct case_file *, const struct stage *s, json_t *data);
/* Opens what follows: stages, or the end. */
void engine_follow(struct arena *, const struct facts *,
    const struct case_file *, const struct next *, json_t *data);
/* Ends the open runs given with `outcome`, as far as `by` can: goes on when all
 * that were asked have said so, or at once where the outcome ends the case. */
void engine_finish(struct arena *, const struct facts *,
    const struct case_file *, const struct run *const *runs, size_t n,
    struct str outcome, struct str by, json_t *data);
/* After the systems of a request changed to what `f` has: asks the owners that
 * it now needs and lacks, and no more those that it does not need. */
void engine_ask_owners(struct arena *, const struct facts *,
    const struct case_file *f, json_t *data);

/* The stage at which owner units are asked, the first of them; or NULL. */
const struct stage *engine_owner_stage(const struct procedure *);
/* The first such stage that lacks an endorsement; or NULL. */
const struct stage *engine_owner_stage_open(
    struct arena *, const struct facts *, const struct case_file *);
/* The owner units whose endorsement the request needs and lacks. */
size_t engine_owners_missing(struct arena *, const struct facts *,
    const struct case_file *, struct str **ret);
/* The owner units whose endorsement it needs at all. */
size_t engine_owners_needed(struct arena *, const struct facts *,
    const struct case_file *, struct str **ret);

/* Why the owner unit is not asked; empty when it is, or is no owner. */
struct str engine_passed_over(struct arena *, const struct facts *,
    const struct case_file *, struct str unit);

enum verdict { VERDICT_open, VERDICT_good, VERDICT_bad };
/* Where several persons must agree: what their answers come to, with one more
 * by `by` (empty: without). */
enum verdict engine_tally(const struct facts *, const struct stage *,
    const struct run *, struct str by, struct str outcome);
/* Whether he has answered already and others are waited for. */
bool engine_has_voted(const struct facts *, const struct run *, struct str by);

#endif
