#include "sheet/csv_in.h"

#include <string.h>

#include "base/csv.h"
#include "base/str.h"
#include "sheet/encoding.h"

#define PIECE ((size_t)64 << 10)

struct csv_in {
	struct work *w;
	struct decoder decoder;
	uint64_t at; /* next byte of the file */
	unsigned char *piece;
	/* The window: what was decoded and is not yet taken lies at its end. */
	char *window;
	size_t n, cap;
	struct csv csv;
	struct str *cells;
	struct sheet_cell *v;
	struct sheet_row row;
	uint64_t cells_seen;
	struct arena *own; /* cells with doubled quotes */
	struct arena_mark mark;
};

/* Room for one more piece behind what is there. */
static enum err make_room(struct csv_in *c)
{
	size_t need = c->n + decoder_room(PIECE);

	if (c->n > c->w->limits.row_bytes)
		return refuse_at(c->w, SHEET_row_large, c->row.number + 1, 0,
		    most_of(c->w, c->w->limits.row_bytes, 1 << 20));
	if (need <= c->cap)
		return OK;
	size_t cap = c->cap * 2 > need ? c->cap * 2 : need;
	/* The old windows stay: together they are smaller than this one. */
	char *window = arena_room(c->w->cx->arena, cap);
	memcpy(window, c->window, c->n);
	c->window = window;
	c->cap = cap;
	return OK;
}

/* Brings more of the text: at least doubles what waits, so that a long record
 * is not looked at again for each piece. */
static enum err fill(struct csv_in *c)
{
	size_t rest = c->csv.rest.n;
	size_t want = rest + (rest > PIECE ? rest : PIECE);

	memmove(c->window, c->window + (c->n - rest), rest);
	c->n = rest;
	while (c->at < c->w->size && c->n < want) {
		uint64_t left = c->w->size - c->at;
		size_t n = left < PIECE ? (size_t)left : PIECE, made;
		enum err e = make_room(c);
		if (!e)
			e = read_at(c->w, c->at, c->piece, n);
		if (e)
			return e;
		c->at += n;
		if (!decoder_put(&c->decoder, c->piece, n, c->at == c->w->size,
			c->window + c->n, &made))
			return refuse_at(c->w, SHEET_encoding,
			    c->row.number + 1, 0, STR(""));
		c->n += made;
	}
	c->csv.rest = str_n(c->window, c->n);
	c->csv.part = c->at < c->w->size;
	return OK;
}

/* How many columns most of the first records have with this delimiter, and how
 * many records have so many. */
static void look(
    struct csv_in *c, char delimiter, size_t *columns, size_t *same)
{
	enum { RECORDS = 40 };
	size_t widths[RECORDS], n = 0;
	struct csv csv = c->csv;

	csv.delimiter = delimiter;
	while (n < RECORDS && csv_next(&csv, c->own, c->cells,
				  c->w->limits.columns, &widths[n]))
		n++;
	*columns = *same = 0;
	for (size_t i = 0; i < n; i++) {
		size_t count = 0;
		for (size_t k = 0; k < n; k++)
			count += widths[k] == widths[i];
		if (widths[i] > 1 && count > *same) {
			*columns = widths[i];
			*same = count;
		}
	}
	arena_rewind(c->own, c->mark);
}

/* "sep=;" on a line of its own is a spreadsheet's way to say it. */
static bool take_sep(struct csv_in *c, char *ret)
{
	struct str s = c->csv.rest;

	if (!str_take(&s, STR("sep=")) || s.n < 2)
		return false;
	char said = s.p[0];
	s = str_from(s, 1);
	bool cr = str_take_char(&s, '\r');
	if (!str_take_char(&s, '\n') && !cr)
		return false;
	if (said != ',' && said != ';' && said != '\t' && said != '|')
		return false;
	*ret = said;
	c->csv.rest = s;
	c->csv.next_line++;
	c->row.number++;
	return true;
}

static char find_delimiter(struct csv_in *c)
{
	static const char tried[] = { ',', ';', '\t' };
	size_t best_same = 0, best_columns = 0;
	char best = ',';

	if (take_sep(c, &best))
		return best;
	for (size_t i = 0; i < COUNT(tried); i++) {
		size_t columns, same;
		look(c, tried[i], &columns, &same);
		if (same > best_same ||
		    (same == best_same && columns > best_columns)) {
			best = tried[i];
			best_same = same;
			best_columns = columns;
		}
	}
	return best;
}

enum err csv_in_open(
    struct work *w, const struct sheet_file *file, struct csv_in **ret)
{
	struct arena *a = w->cx->arena;
	struct csv_in *c = ARENA_NEW(a, struct csv_in);
	uint64_t start = 0;

	enum err e =
	    encoding_find(w, file->encoding, &c->decoder.encoding, &start);
	if (e)
		return e;
	c->w = w;
	c->at = start;
	c->piece = arena_room(a, PIECE);
	c->cells = ARENA_ARRAY(a, struct str, w->limits.columns);
	c->v = ARENA_ARRAY(a, struct sheet_cell, w->limits.columns);
	c->own = arena_inside(a);
	c->cap = 4 * PIECE;
	c->window = arena_room(a, c->cap);
	c->mark = arena_mark(c->own);
	c->csv = csv_begin(STR(""));
	c->csv.raw = true;
	e = fill(c);
	if (e)
		return e;
	c->csv.delimiter = file->delimiter;
	if (file->delimiter == 0)
		c->csv.delimiter = find_delimiter(c);
	*ret = c;
	return OK;
}

enum sheet_encoding csv_in_encoding(const struct csv_in *c)
{
	return c->decoder.encoding;
}

char csv_in_delimiter(const struct csv_in *c)
{
	return c->csv.delimiter;
}

uint64_t csv_in_place(const struct csv_in *c)
{
	return c->at;
}

/* Cells that hold nothing at the end are none. */
static enum err make_row(struct csv_in *c, uint32_t number, size_t n)
{
	const struct sheet_limits *l = &c->w->limits;

	if (number > l->rows)
		return refuse_at(
		    c->w, SHEET_rows, number, 0, most_of(c->w, l->rows, 1));
	if (n > l->columns)
		return refuse_at(c->w, SHEET_columns, number, 0,
		    most_of(c->w, l->columns, 1));
	size_t used = 0, bytes = 0;
	for (size_t i = 0; i < n; i++) {
		struct str s = c->cells[i];
		if (s.n > l->cell_bytes)
			return refuse_at(c->w, SHEET_cell_large, number,
			    (uint32_t)i + 1,
			    most_of(c->w, l->cell_bytes, 1 << 10));
		c->v[i] = (struct sheet_cell){
			.kind = s.n > 0 ? SHEET_TEXT : SHEET_EMPTY, .s = s
		};
		if (s.n > 0)
			used = i + 1;
		c->cells_seen += s.n > 0;
		bytes += s.n;
	}
	if (bytes > l->row_bytes)
		return refuse_at(c->w, SHEET_row_large, number, 0,
		    most_of(c->w, l->row_bytes, 1 << 20));
	if (c->cells_seen > l->cells)
		return refuse_at(
		    c->w, SHEET_cells, number, 0, most_of(c->w, l->cells, 1));
	c->row = (struct sheet_row){ .number = number, .n = used, .v = c->v };
	return OK;
}

enum err csv_in_next(struct csv_in *c, const struct sheet_row **ret)
{
	size_t n = 0;

	for (;;) {
		int before = c->csv.next_line;
		arena_rewind(c->own, c->mark);
		bool found = csv_next(
		    &c->csv, c->own, c->cells, c->w->limits.columns, &n);
		if (!found && c->csv.cut) {
			enum err e = fill(c);
			if (e)
				return e;
			continue;
		}
		/* Empty lines are rows too, as a spreadsheet counts. */
		uint32_t skipped = (uint32_t)(c->csv.line - before);
		uint32_t number = c->row.number + skipped + 1;
		if (c->csv.bad)
			return refuse_at(c->w, SHEET_quote, number, 0, STR(""));
		if (!found) {
			*ret = NULL;
			return OK;
		}
		enum err e = make_row(c, number, n);
		if (e)
			return e;
		if (c->row.n == 0)
			continue;
		*ret = &c->row;
		return OK;
	}
}
