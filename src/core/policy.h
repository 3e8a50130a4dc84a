/* policy.h - who may see and who may act: computed from the procedure, the
 * state and the person's roles. Drives pages, API and documents alike. Pure. */
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include "core/facts.h"

/* Whether the person may see the request at all (contract.md §3, "Who sees"). */
bool policy_sees(const struct case_file *, const struct person *);
/* Whether the office has seen it: from intake on; one that came on paper was
 * entered there, so from the first save. */
bool policy_reached(const struct case_file *);
/* The viewer keys of the request, as person_role.viewer and "person:e-mail"
 * hold them: what policy_sees says, for lists. */
size_t policy_viewers(
    const struct case_file *, struct arena *, struct str **ret);

/* OK, or why not: ERR_DENIED (never his on this request: role, separation of
 * duties), ERR_CONFLICT (not in this state). */
MUST_CHECK enum err policy_may(struct ctx *, const struct facts *,
    const struct case_file *, const struct person *, enum command);
/* The same, and for whom he stands in by it; NULL: by his own right, which goes
 * first. */
MUST_CHECK enum err policy_as(struct ctx *, const struct facts *,
    const struct case_file *, const struct person *, enum command,
    const struct standing **ret);
/* The commands he may give now, as COMMAND_BITs. */
uint32_t policy_allowed(struct ctx *, const struct facts *,
    const struct case_file *, const struct person *);

/* Whether the person holds this open stage. */
bool policy_holds(const struct facts *, const struct case_file *,
    const struct run *, const struct person *);
/* Whether he holds, or may come to hold, such a stage of the request. */
bool policy_holds_stage(const struct facts *, const struct case_file *,
    const struct stage *, const struct person *);
/* Whether the person may bring what an owner signed on paper. */
bool policy_brings_paper(
    const struct case_file *, const struct run *, const struct person *);
/* Whether separation of duties keeps the person from the command. */
bool policy_apart(const struct facts *, const struct case_file *,
    struct str email, enum command);
/* Whether the person may come to hold some stage of the request, or has it in his
 * office's charge. */
bool policy_works_on(
    const struct facts *, const struct case_file *, const struct person *);
/* Whether he acted for the provider: then he may not accept or receive. */
bool policy_acted_for_provider(const struct case_file *, struct str email);
/* Persons who hold the stage, for "who has it now" and notices; by name. After
 * them those who stand in for one of them today, with that one in `stands`. */
MUST_CHECK enum err policy_holders(struct ctx *, const struct facts *,
    const struct case_file *, const struct run *, const struct person **ret,
    size_t *ret_n);

#endif
