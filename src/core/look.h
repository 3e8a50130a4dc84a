/* look.h - looking at data before they are given out: the officer at his query's
 * first rows, whoever may check or prepare at what was prepared. Each look is a
 * row among the deliveries, of no connection and no document, recorded by the
 * gate before anything is shown. Transactions on the shared store. */
#ifndef CORE_LOOK_H
#define CORE_LOOK_H

#include "core/deliveries.h"

/* Of one person; what is more is ERR_RATE ("error.look-rate"). */
enum { LOOKS_PER_HOUR = 120 };

/* Whether the person may look once more. */
MUST_CHECK enum err look_left(struct ctx *, struct str email);

/* A built document that a ticket lets its bearer look at, since it is not yet
 * one of those delivered. */
struct look_document {
	struct str request, digest, name, form, sha256;
	int64_t bytes;
};
MUST_CHECK enum err look_ticket_new(struct ctx *, const struct look_document *,
    struct str holder, struct str *ret_secret);
/* ERR_NOT_FOUND for none, ERR_GONE when it has ended. */
MUST_CHECK enum err look_ticket_find(struct ctx *, struct str secret,
    struct look_document *ret, struct str *ret_holder);

#endif
