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

/* Whose call it is. An answer that holds a secret is kept sealed: its key is
 * made of the caller's own secret (token or session), of which the store has
 * the hash alone, and of the Idempotency-Key, which is kept hashed with it. So
 * who reads the store cannot open it. `secret` is empty for other answers. */
struct idempotent {
	int64_t person;
	struct str key, secret;
	struct sha256 digest;
};

/* The answer kept for the key. ERR_INVALID when the key is not 1 to 200
 * printable ASCII characters ("error.idempotency-key"), or was used for another
 * call ("error.idempotency-reused"); ERR_CONFLICT when it is sealed with
 * another token of the person ("error.idempotency-sealed"). */
MUST_CHECK enum err idempotency_find(struct ctx *, const struct idempotent *,
    struct kept_answer *ret, bool *ret_found);

/* Keeps an answer, in the transaction of what it tells of. ERR_CONFLICT when
 * another call kept one meanwhile: roll back, then idempotency_find has it. */
MUST_CHECK enum err idempotency_keep(
    struct ctx *, const struct idempotent *, const struct kept_answer *);

#endif
