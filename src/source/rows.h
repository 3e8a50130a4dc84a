/* rows.h - a batch being filled by a driver that copies its cells: PostgreSQL
 * and ODBC. Inside src/source only. */
#ifndef SOURCE_ROWS_H
#define SOURCE_ROWS_H

#include "source/driver.h"

struct rows {
	struct source_stream head;
	size_t n_columns, max_rows, n_rows;
	size_t used;
	struct arena *wide; /* what did not fit the room, of this batch */
};

void rows_init(struct rows *, struct arena *, size_t n_columns);
/* Empties the batch. */
void rows_begin(struct rows *);
/* Whether another row may be put. */
bool rows_room(const struct rows *);
/* The cells of the next row. */
struct cell *rows_next(struct rows *);
struct batch rows_batch(const struct rows *);
/* `n` bytes that hold until rows_begin(). */
char *rows_bytes(struct rows *, size_t n);

struct str rows_copy(struct rows *, struct str);
/* As UTF-8; what is not is U+FFFD and counted. */
struct str rows_text(struct rows *, struct str);
struct str rows_cp874(struct rows *, struct str);
/* What a text that stands for a number is as a cell; a real of binary floating
 * point is written as all reals are, a decimal keeps its digits. */
void rows_real(struct rows *, struct str, struct cell *ret);
void rows_decimal(struct rows *, struct str, struct cell *ret);

/* A number for PostgreSQL's float8: 1e400 is infinite to a double and an error
 * to it; 1e-400 is 0. */
struct str bound_real(struct arena *, struct str);

struct str without_padding(struct str); /* blanks at its end */

/* CP874 as UTF-8; `to` has room for three bytes of each. */
size_t cp874_decode(struct str, char *to, bool *ret_bad);
/* UTF-8 as CP874; what that has not is the byte FF, which it has not either. */
struct str cp874_of(struct arena *, struct str);
/* The code point of a byte; 0: it has none. */
uint32_t cp874_point(unsigned char);

#endif
