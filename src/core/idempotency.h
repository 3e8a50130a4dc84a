/* idempotency.h - answers kept for 24 hours under the key that a caller gave, so
 * that the same call made again has one effect and one answer. Per person. */
#ifndef CORE_IDEMPOTENCY_H
#define CORE_IDEMPOTENCY_H

#include "base/crypt.h"
#include "base/ctx.h"

struct kept_answer {
	int status;
	struct str body;
};

/* What makes two calls the same: method, path and body. */
struct sha256 idempotency_digest(
    struct arena *, struct str method, struct str path, struct str body);

/* The answer kept for the key. ERR_INVALID when the key is not 1 to 200
 * printable ASCII characters ("error.idempotency-key"), or was used for another
 * call ("error.idempotency-reused"). */
MUST_CHECK enum err idempotency_find(struct ctx *, int64_t person,
    struct str key, struct sha256 digest, struct kept_answer *ret,
    bool *ret_found);

/* Keeps an answer, in the transaction of what it tells of. ERR_CONFLICT when
 * another call kept one meanwhile: roll back, then idempotency_find has it. */
MUST_CHECK enum err idempotency_keep(struct ctx *, int64_t person,
    struct str key, struct sha256 digest, const struct kept_answer *);

#endif
