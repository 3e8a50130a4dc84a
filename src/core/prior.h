/* prior.h - standing consent: an owner unit agrees in advance that a unit may
 * have data of a system, for one purpose, until a day. Kept as rows that are
 * never changed but for their revocation; what a request went by stands in its
 * own event. It covers a request whose purpose is, word for word, the one that
 * was agreed: nobody guesses what an owner would have meant. */
#ifndef CORE_PRIOR_H
#define CORE_PRIOR_H

#include "core/case_file.h"
#include "core/people.h"

struct prior {
	struct str id;
	struct str unit, asker; /* owner unit; the unit that may ask */
	struct str system, purpose;
	const json_t *columns; /* names; NULL: all that the system offers */
	struct str until;      /* ISO, the last day */
	struct str note, by;
	int64_t at, revoked; /* revoked 0: in force until its day */
	struct str revoked_by, reason;
};

/* By cx->actor, who holds `owner` in the unit that owns the system. ERR_DENIED,
 * ERR_INVALID. Write transaction. */
MUST_CHECK enum err prior_add(
    struct ctx *, const json_t *body, struct prior *ret);
/* By a holder of `owner` in its unit. ERR_NOT_FOUND, ERR_CONFLICT when it is
 * revoked already. Requests that went by it keep what they have. */
MUST_CHECK enum err prior_revoke(
    struct ctx *, struct str id, struct str reason, struct prior *ret);
/* Those that cx->actor may see, newest first: of his units as owner or asker;
 * all for the people of offices, auditor and DPO. */
MUST_CHECK enum err prior_list(
    struct ctx *, const struct prior **ret, size_t *ret_n);
/* Those in force today for requests of the unit. */
MUST_CHECK enum err prior_for(
    struct ctx *, struct str asker, const struct prior **ret, size_t *ret_n);
bool prior_in_force(const struct ctx *, const struct prior *);
/* The one that covers all that the case asks of the owner; NULL when there is
 * none, so also when it asks for several of his systems. */
const struct prior *prior_covers(struct arena *, const struct prior *, size_t n,
    const struct case_file *, struct str owner);
/* Whether what is pinned still is what the case asks of the owner. */
bool prior_still(struct arena *, const json_t *pinned, const struct case_file *,
    struct str owner);
json_t *prior_json(struct arena *, const struct ctx *, const struct prior *);
/* What an event says of it. */
json_t *prior_pinned(struct arena *, const struct prior *);

#endif
