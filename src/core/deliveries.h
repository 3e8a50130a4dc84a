/* deliveries.h - one row for every answer that carries data: written before its
 * first byte, completed after its last. A row that was never completed counts
 * as delivered. No row, no data. Transactions on the shared store. */
#ifndef CORE_DELIVERIES_H
#define CORE_DELIVERIES_H

#include "base/ctx.h"
#include "base/json.h"

struct delivery {
	struct str id;         /* "Delivery-Id" */
	struct str connection; /* or */
	struct str document;
	struct str request, key, digest, address, form;
	struct str query; /* what was asked, values left out */
	int64_t at;
};

/* A new one, where the answer itself must hold it. */
struct str delivery_id(struct arena *);
/* Gives the id, unless it has one; status "open". */
MUST_CHECK enum err delivery_begin(struct ctx *, struct delivery *);
/* status "whole" or "cut"; sha256 of the bytes sent, hex. */
MUST_CHECK enum err delivery_end(struct ctx *, struct str id, bool whole,
    int64_t rows, int64_t bytes, struct str sha256);

struct delivered {
	struct delivery d;
	struct str status, sha256;
	int64_t rows, bytes, ended;
};
/* The newest of a connection or document, at most `limit` (1–200). */
MUST_CHECK enum err delivery_list(struct ctx *, struct str connection,
    struct str document, int64_t limit, const struct delivered **ret,
    size_t *ret_n);
MUST_CHECK enum err delivery_get(
    struct ctx *, struct str id, struct delivered *ret);
json_t *delivery_json(struct arena *, const struct delivered *);

#endif
