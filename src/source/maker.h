/* maker.h - makes a small SQLite database from nothing: tables and their rows,
 * as fast as the disk takes them. For the demo university and for tests; no
 * source that people use is ever written.
 *
 * The file is made under another name, synced and renamed into place by
 * maker_end(), so that it is there as a whole or not at all. What goes wrong
 * between is kept and told there. Its journal mode is "delete". The same calls
 * give the same bytes. */
#ifndef SOURCE_MAKER_H
#define SOURCE_MAKER_H

#include "base/batch.h"
#include "base/ctx.h"

struct maker;

struct maker_column {
	const char *name; /* [a-z0-9_] */
	enum column_type type;
};

/* Begins the file `path`. It closes with cx's arena; without maker_end()
 * nothing is left of it. ERR_BROKEN. */
MUST_CHECK enum err maker_begin(
    struct ctx *, struct str path, struct maker **ret);

/* A table whose first `n_key` columns are its primary key; 0: none. */
void maker_table(struct maker *, const char *name, const struct maker_column *,
    size_t n_columns, size_t n_key);

/* The next cell of the table made last; the last of a row writes the row. */
void maker_text(struct maker *, struct str);
void maker_integer(struct maker *, int64_t);
void maker_real(struct maker *, double);
void maker_null(struct maker *);

/* A bug when a row is not whole. */
MUST_CHECK enum err maker_end(struct ctx *, struct maker *);

#endif
