/* link.h - links that are secrets of their own: whoever opens one may do one
 * thing, once, without signing in. The secret is shown when it is made, goes
 * out by mail or memo, and is stored hashed. */
#ifndef CORE_LINK_H
#define CORE_LINK_H

#include "base/crypt.h"
#include "base/ctx.h"

struct link {
	struct sha256 hash;
	struct str purpose; /* "acceptance" */
	struct str request; /* its number */
	struct str email;   /* for whom it was made */
	int64_t created, expires;
};

/* A secret that no link has yet, for what must be made before its link is kept. */
struct str link_secret(struct arena *);
/* Good for 60 days. Write transaction. */
MUST_CHECK enum err link_keep(struct ctx *, struct str purpose,
    struct str request, struct str email, struct str secret);
/* Both at once. */
MUST_CHECK enum err link_new(struct ctx *, struct str purpose,
    struct str request, struct str email, struct str *ret_secret);
/* ERR_NOT_FOUND for a secret that is none (of that purpose), ERR_GONE for a link
 * that was used, ended or has expired. */
MUST_CHECK enum err link_find(
    struct ctx *, struct str purpose, struct str secret, struct link *ret);
/* Takes the link in the caller's transaction: of all who try, one gets OK, the
 * others ERR_GONE. */
MUST_CHECK enum err link_use(struct ctx *, const struct link *);
/* Ends the links of a request that were not used. Write transaction. */
MUST_CHECK enum err link_end(
    struct ctx *, struct str purpose, struct str request);

#endif
