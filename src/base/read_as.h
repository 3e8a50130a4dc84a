/* read_as.h - how a table that was sent in may be read: the names of what its
 * columns must be (checks.def), of years (eras.def), of letters (encodings.def), as
 * they stand in choices, on pages and in the API. */
#ifndef BASE_READ_AS_H
#define BASE_READ_AS_H

#include "base/base.h"

struct read_names {
	const char *const *v;
	size_t n;
};
extern const struct read_names read_checks, read_eras, read_encodings;

/* The index of a name; `n` for none. */
size_t read_name(struct read_names, struct str);

/* "B17"; "17" without a column; "" without a row. Both from 1. */
struct arena;
struct str cell_place(struct arena *, int64_t row, int64_t column);
struct str column_letters(struct arena *, int64_t column);

#endif
