/* deliveries.h - one row for every answer that carries data, as the desk and the
 * holders of keys look for it: a projection of the gate's log of evidence
 * (src/evidence), written behind the answers. What the log has and the table
 * lacks is filled in. A row that was never completed counts as delivered.
 * Transactions on the shared store. */
#ifndef CORE_DELIVERIES_H
#define CORE_DELIVERIES_H

#include "base/ctx.h"
#include "base/json.h"

struct delivery {
	struct str id;         /* "Delivery-Id" */
	struct str connection; /* or */
	struct str document;
	struct str request, key, digest, address, form;
	struct str query;          /* what was asked, values left out */
	struct str purpose, basis; /* not in the table */
	int64_t bad_texts; /* that could not be decoded; not in the table */
	int64_t reading;   /* of a table that goes back (given_back.h); 0: none;
			    * not in the table */
	int64_t at;
};

/* A new one, where the answer itself must hold it. */
struct str delivery_id(struct arena *);

struct delivered {
	struct delivery d;
	struct str status; /* "open" "whole" "cut" */
	struct str sha256; /* of the bytes sent, hex */
	int64_t rows, bytes, ended;
	struct str log;            /* empty: from before there were logs */
	int64_t leaf, result_leaf; /* -1: none */
};
/* A row that is there already stays as it is. */
MUST_CHECK enum err delivery_put(struct ctx *, const struct delivered *);
/* Its end: status, rows, bytes, sha256, ended and result_leaf, unless the row has
 * one. */
MUST_CHECK enum err delivery_end(struct ctx *, const struct delivered *);
/* How many leaves of a log are in the table. */
MUST_CHECK enum err delivery_leaves(struct ctx *, struct str log, int64_t *ret);
MUST_CHECK enum err delivery_set_leaves(
    struct ctx *, struct str log, int64_t leaves);

/* The newest of a connection or document, at most `limit` (1–200). */
MUST_CHECK enum err delivery_list(struct ctx *, struct str connection,
    struct str document, int64_t limit, const struct delivered **ret,
    size_t *ret_n);
MUST_CHECK enum err delivery_get(
    struct ctx *, struct str id, struct delivered *ret);
json_t *delivery_json(struct arena *, const struct delivered *);

#endif
