/* dialect.h - what differs between the SQL of one kind of source and another's:
 * query.c asks it while it writes. Inside src/source only.
 *
 * `at` is the index of one of the approved columns. Values are numbered from 1
 * in the order in which they are written. */
#ifndef SOURCE_DIALECT_H
#define SOURCE_DIALECT_H

#include "base/buf.h"
#include "source/query.h"

/* A caller's = <> in; his < >; sorting, and what is compared with a cell of the
 * source's own: as the source sorts, whatever type was approved; the same by
 * the bytes of texts, so that no two texts are alike that differ. */
enum use { FOR_EQUAL, FOR_ORDER, FOR_SORT, FOR_EXACT };

struct dialect {
	struct str body; /* the approved SQL as the source takes it; absent: as
	                  * it was written */
	const char *quote[2]; /* around a name; the second is doubled in it */
	const struct approved *approved;
	/* The column as it is compared and ordered by. */
	void (*column)(
	    const struct dialect *, struct buf *, size_t at, enum use);
	/* The place of a value compared with it; may change the value. */
	void (*value)(const struct dialect *, struct buf *, size_t at, enum use,
	    size_t number, struct cell *);
	/* column like value; the pattern has % and _, and \ before what stands
	 * for itself. */
	void (*like)(const struct dialect *, struct buf *, size_t at, bool fold,
	    size_t number, struct cell *);
	/* column is true or is false, and neither when it is NULL. */
	void (*is)(const struct dialect *, struct buf *, size_t at,
	    size_t number, struct cell *);
	/* desc and where NULLs stand. */
	void (*order)(const struct dialect *, struct buf *, size_t at, enum use,
	    bool descending, enum nulls);
	/* `limit` is -1 for none. */
	void (*limit)(const struct dialect *, struct buf *, int64_t limit,
	    int64_t offset, bool ordered);
	const void *own;
};

/* "name" in the dialect's quotes. */
void dialect_name(const struct dialect *, struct buf *, struct str name);

extern const struct dialect lite_dialect; /* but for `approved` */

/* query_compile() for a dialect. */
MUST_CHECK enum err query_compile_for(struct ctx *, const struct dialect *,
    const struct approved *, const struct query *, struct compiled *ret);

#endif
