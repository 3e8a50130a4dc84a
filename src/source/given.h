/* given.h - a table of rows that somebody sent in, as it stands beside a source's
 * own tables for one run of an officer's SQL.
 *
 * `struct source` names the tables (source.given); then source_describe(),
 * source_preview() and source_open() each make them anew, in a session of their
 * own that ends with the run:
 * - SQLite: in the connection's temporary schema, in a file without a name in
 *   SQLITE_TMPDIR; the source itself stays open for reading only.
 * - PostgreSQL: a temporary table, filled by COPY; the connection is closed
 *   after. ERR_INVALID ("given-no-temp") when the role may make none.
 * - ODBC: ERR_INVALID ("given-take").
 * The two refusals say that the rows can meet in a place of their own: meet.h.
 *
 * Names and values are bound or quoted, never a piece of SQL. A name that the
 * source has itself is refused ("given-shadows"). Memory stays flat whatever the
 * number of rows: they come batch by batch. */
#ifndef SOURCE_GIVEN_H
#define SOURCE_GIVEN_H

#include "base/batch.h"
#include "base/ctx.h"

#define GIVEN_TABLES ((size_t)8) /* beside one source */
#define GIVEN_NAME_BYTES ((size_t)40)
#define GIVEN_COLUMNS ((size_t)500)
#define GIVEN_MS ((int64_t)5 * 60 * 1000) /* to take a table's rows in */

struct given {
	struct str name;        /* given_name() */
	struct columns columns; /* name and type */
	/* Begins with the first row; called before each run. */
	enum err (*again)(struct ctx *, void *arg);
	/* The next rows; none: the end. Cells hold until the next call, and are
	 * of the columns' types: dates in ISO, booleans 0 and 1. */
	enum err (*next)(struct ctx *, void *arg, struct batch *ret);
	void *arg;
};

/* [a-z][a-z0-9_]*, and none of the databases' own. */
bool given_name(struct str);

#endif
