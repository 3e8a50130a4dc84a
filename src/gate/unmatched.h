/* unmatched.h - keys of a table that was sent in which a result does not have:
 * the result's are seen as its rows pass, before any mask, and kept on disk; then
 * the table is gone through once more. */
#ifndef GATE_UNMATCHED_H
#define GATE_UNMATCHED_H

#include "gate/app.h"
#include "source/given.h"

struct unmatched;

/* For that column, which both the table and the result must have: else a wrong
 * field "unmatched". */
MUST_CHECK enum err unmatched_begin(struct ctx *, const struct given *,
    struct str column, struct columns result, struct unmatched **ret);
/* Rows of the result. */
MUST_CHECK enum err unmatched_see(
    struct ctx *, struct unmatched *, const struct batch *);
/* What a list of them has: the key alone. */
struct columns unmatched_columns(const struct unmatched *);
/* The next of them, in the table's order; none: the end. */
MUST_CHECK enum err unmatched_next(
    struct ctx *, struct unmatched *, struct batch *ret);

#endif
