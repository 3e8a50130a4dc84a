/* table.h - the rows of a table that was sent in, as its columns' checks have
 * them: for what is built of it, and for looks at it. It was read before
 * (core/inbound.h): the same sheet, columns and checks. */
#ifndef GATE_TABLE_H
#define GATE_TABLE_H

#include "base/batch.h"
#include "core/deliveries.h"
#include "core/inbound.h"
#include "gate/app.h"

struct table; /* goes with the visit */

/* A visit that lets a table be read only to be looked at, or copied: so many at
 * once, for each has a process. ERR_BUSY; held until the visit's end. */
enum { TABLES_AT_ONCE = 4 };
MUST_CHECK enum err table_turn(struct gate_visit *);

/* ERR_NOT_FOUND for one that is not of this request; ERR_CONFLICT
 * ("error.table-unread") unless it was read; ERR_GONE ("error.table-lost") when
 * the bytes are not there or are others, which is then known of it. Needs no
 * transaction open. `whole`: all bytes are looked at before. */
MUST_CHECK enum err table_open(struct gate_visit *, struct str upload,
    struct str request, bool whole, struct table **ret);
const struct inbound *table_of(const struct table *);
/* Name, title and type; class and mask are not known here. Behind a column of names
 * stand the columns of their parts ("parts" of what was found). */
struct columns table_columns(const struct table *);
/* Which column of the file the one at `i` comes from; from 1 on. */
int64_t table_column_of(const struct table *, size_t i);
/* The same as they were found; of parts {title, name, type, part_of}. */
json_t *table_columns_json(const struct table *);
/* From the first row on; called before the first row too. Rows that stood before
 * are left out when it was read so ("once"). */
MUST_CHECK enum err table_again(struct table *);
/* The next rows, at most 256; none: the end. An empty or wrong cell is NULL,
 * dates are in ISO, booleans 0 and 1. They hold until the next call. */
MUST_CHECK enum err table_next(struct table *, struct batch *ret);

/* The same row by row. */
struct table_cell {
	struct str sent;  /* as it stood there */
	struct str value; /* as the check has it; empty when there is none */
	bool wrong;
	enum msg why;
};
struct table_row {
	uint32_t number; /* as a spreadsheet shows it */
	size_t n;        /* of columns, always all */
	const struct table_cell *v;
};
/* NULL: the end. It holds until the next call. */
MUST_CHECK enum err table_row_next(
    struct table *, const struct table_row **ret);
/* Why a cell of that column is wrong, in the visit's language. */
struct str table_why(const struct table *, size_t column,
    const struct table_cell *, struct arena *);
/* As table_next() has it. */
struct cell table_cell_typed(
    struct arena *, enum column_type, const struct table_cell *);

/* The record of a look at it by the desk's person ("by"), before it is had; counts
 * among his looks: ERR_RATE. With two tables it names both, the other's id after
 * a blank; `with` is NULL for one. */
MUST_CHECK enum err table_look_begin(struct gate_visit *, const json_t *order,
    const struct inbound *, const struct inbound *with, struct delivery *ret);
/* What became of it, and how many rows; `looked` is given back, with its own
 * reason. */
MUST_CHECK enum err table_look_end(
    struct gate_visit *, struct str id, enum err looked, size_t rows);

#endif
