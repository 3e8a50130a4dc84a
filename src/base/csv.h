/* csv.h - reading CSV texts (RFC 4180): units, persons, calendars, and piece by
 * piece the files that src/sheet reads. Rows that stream to readers are
 * src/fmt's. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/arena.h"
#include "base/base.h"

/* A text being read. `line` is where the record in hand begins, from 1. */
struct csv {
	struct str rest;
	int line, next_line;
	bool bad; /* a quote that does not end, or text after one that did */
	char delimiter; /* ',' from csv_begin */
	bool raw;       /* cells keep the blanks around them */
	/* `rest` is not all: the text goes on. */
	bool part;
	/* The record in hand may go on in what is not here yet. Nothing was
	 * taken; give `rest` with more behind it and ask again. */
	bool cut;
};

/* A byte order mark is passed over. */
struct csv csv_begin(struct str text);
/* The next record that is not an empty line: its cells, without blanks around
 * them. Cells from `max` on are counted, not kept. False at the end, when the
 * text is bad, or cut. Cells are views of the text, or belong to the arena. */
bool csv_next(
    struct csv *, struct arena *, struct str *cells, size_t max, size_t *ret_n);

#endif
