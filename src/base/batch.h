/* batch.h - rows on their way from a source to an encoder: the one type that
 * src/source and src/fmt share. Cells are views into the source's memory and
 * hold until its next batch. */
#ifndef BASE_BATCH_H
#define BASE_BATCH_H

#include "base/base.h"

enum cell_kind {
	CELL_NULL,
	CELL_INTEGER, /* `s` is its decimal text */
	CELL_REAL, /* `s` is the shortest text that reads back, with . or e */
	CELL_TEXT, /* UTF-8 */
	CELL_BYTES,
};
struct cell {
	enum cell_kind kind;
	struct str s;
};

/* Column types, classes and masks of contract.md §3. */
enum column_type {
	TYPE_TEXT,
	TYPE_INTEGER,
	TYPE_NUMBER,
	TYPE_BOOLEAN,
	TYPE_DATE,
	TYPE_DATETIME,
	TYPE_BYTES,
	COLUMN_TYPES
};
extern const char *const column_type_names[COLUMN_TYPES];

enum mask {
#define MASK(name) MASK_##name,
#include "base/masks.def"
#undef MASK
	MASKS
};
extern const char *const mask_names[MASKS];
/* "" and what is not known are MASK_none. */
enum mask mask_of(struct str code);
/* partial: text and integer; year: date and datetime; the others: any. */
bool mask_fits(enum mask, enum column_type);

struct column {
	struct str name, title_th, title_en;
	enum column_type type;
	struct str class, mask; /* codes; "" until the artefact says */
};
struct columns {
	const struct column *v;
	size_t n;
};

struct batch {
	size_t n_rows, n_columns;
	const struct cell *cells; /* row after row */
};

#endif
