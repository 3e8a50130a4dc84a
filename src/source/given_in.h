/* given_in.h - taking a table's rows in; inside src/source only. */
#ifndef SOURCE_GIVEN_IN_H
#define SOURCE_GIVEN_IN_H

#include <sqlite3.h>

#include "source/driver.h"
#include "source/given.h"

/* ERR_INVALID unless names and columns are such as every database takes. */
MUST_CHECK enum err given_check(struct ctx *, const struct given *, size_t n);
MUST_CHECK enum err given_shadows(struct ctx *, struct str name);

/* Each batch of the table from its first row on, for as long as somebody waits
 * and the time allows. */
typedef enum err given_take_fn(
    struct ctx *, void *arg, const struct batch *rows);
MUST_CHECK enum err given_rows(struct ctx *, const struct given *,
    const struct source_limits *, given_take_fn *, void *arg);

/* A table of a SQLite database being filled. A value stands in it as it came: an
 * integer or real that SQLite's 64 bits do not hold is kept as a text. */
struct lite_fill {
	sqlite3 *db;
	sqlite3_stmt *st; /* the insert; ends with lite_fill_end() */
	struct columns columns;
};
/* `schema` is "main" or "temp". */
MUST_CHECK enum err lite_fill_begin(struct ctx *, sqlite3 *, const char *schema,
    struct str name, struct columns, struct lite_fill *ret);
MUST_CHECK enum err lite_fill_rows(
    struct ctx *, struct lite_fill *, const struct batch *);
void lite_fill_end(struct lite_fill *);

#endif
