/* place.h - where a page ends, and how the next goes on.
 *
 * A page ends at a row; its place is what that row has in the columns of the
 * order and in those that tell it from its neighbours: the key of the table
 * read, where the source knows one, else the first 16 columns shown as they
 * are, by their bytes. The next page is the same question behind that place,
 * whatever was added or taken away before it. Where rows are alike in all of
 * those, how many were given counts.
 *
 * A place leaves as a cursor: sealed, so that nobody reads, alters or makes one,
 * and bound to connection, contract and question. A place too large for a URL
 * becomes a count of rows instead. */
#ifndef GATE_PLACE_H
#define GATE_PLACE_H

#include "base/batch.h"
#include "base/ctx.h"
#include "source/query.h"

struct place {
	const struct cell *cells; /* of order and ties; NULL: the beginning */
	size_t n;
	int64_t skip;  /* rows at the place, or from the beginning, to pass */
	int64_t given; /* rows before it, over all pages */
};

/* The columns besides the order that tell rows apart. */
void place_ties(struct arena *, const struct approved *, const struct query *,
    struct paging *ret);
/* Whether a place is one of this question's: as many cells as its order and
 * ties have. */
bool place_fits(
    const struct place *, const struct query *, const struct paging *);
/* The rows behind `from`, or at it too when some of those are to be passed; and
 * with `to` none behind that. NULL: all. */
const struct cond *place_between(struct arena *, const struct query *,
    const struct paging *, const struct place *from, const struct place *to);

/* The bytes of a cursor, and back. False for what no place wrote. */
struct str place_text(struct arena *, const struct place *);
bool place_parse(struct ctx *, struct str, struct place *ret);

/* Follows the rows of a page to its end. */
struct edge {
	struct arena *arena; /* holds the last row */
	size_t n;
	const size_t *at; /* where its cells stand in a row */
	struct cell *last;
	bool any, goes_on;
	int64_t alike; /* rows up to here with the same cells */
	int64_t rows;
};
/* From the place where the page begins. */
struct edge edge_new(
    struct arena *, const struct compiled *, const struct place *from);
/* The first `n_given` rows are the page's; one behind them is only looked at. */
void edge_rows(struct edge *, const struct batch *, size_t n_given);
struct place edge_place(
    struct arena *, const struct edge *, const struct place *from);

#endif
