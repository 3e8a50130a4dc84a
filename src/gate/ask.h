/* ask.h - what a caller asks, read from the query string or from a JSON body
 * into one tree (source/query.h); docs/GATE.md describes both dialects
 * (contract.md §4). Reads only: what is approved is checked by query_compile. */
#ifndef GATE_ASK_H
#define GATE_ASK_H

#include "base/ctx.h"
#include "base/json.h"
#include "http/http.h"
#include "source/query.h"

/* The query of a URL, as src/http takes it, and what the shortest cursor needs of
 * it: a page's question leaves that room, or it could not be gone on with. */
#define ASK_URL_BYTES ((size_t)8192)
#define ASK_CURSOR_ROOM ((size_t)160)

struct asked {
	struct query query;
	struct str cursor; /* as sent; empty: none */
	struct str words;  /* what was asked, values left out: for the record */
	/* The question itself, without cursor and offset: a cursor is signed over
	 * it, and a GET repeats it in the link to the next page. */
	struct str question;
};

/* `column=op.value`, and=(…), or=(…), select, order, limit, offset, cursor; a
 * name that is a declared parameter is that, and a column of the same name is
 * tested within and=(…). `format` is passed over. ERR_INVALID with each thing
 * that is wrong. */
MUST_CHECK enum err ask_query_string(
    struct ctx *, struct pairs, const struct approved *, struct asked *ret);
/* {select,filter,order,limit,offset,cursor,params}; `format` is passed over. */
MUST_CHECK enum err ask_json(
    struct ctx *, const json_t *body, struct asked *ret);

/* Shared by both: a list of columns, an order as written. */
struct str *ask_split(struct ctx *, struct str list, size_t *ret_n);
void ask_select(const struct str *, size_t n, struct query *);
void ask_order(struct ctx *, const struct str *, size_t n, struct query *);
void ask_number(struct ctx *, const char *name, struct str, int64_t *ret);
/* What only holds together, and whether anything was wrong. */
MUST_CHECK enum err ask_end(struct ctx *, struct asked *out, struct asked *ret);

#endif
