/* keyset.h - a set of values by their text, of any number: beyond two megabytes
 * it lies in a file without a name in SQLITE_TMPDIR. Says which rows of a table
 * that was sent in have no match in a result. */
#ifndef SOURCE_KEYSET_H
#define SOURCE_KEYSET_H

#include "base/batch.h"
#include "base/ctx.h"

struct keyset; /* goes with cx's arena */

MUST_CHECK enum err keyset_new(struct ctx *, struct keyset **ret);
/* 12 and '12' and 12.0 are one; NULL is in no set. */
MUST_CHECK enum err keyset_add(
    struct ctx *, struct keyset *, const struct cell *);
MUST_CHECK enum err keyset_has(
    struct ctx *, struct keyset *, const struct cell *, bool *ret);

#endif
