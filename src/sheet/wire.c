#include "sheet/wire.h"

#include "base/str.h"

enum { LENGTH_BYTES = 4, FORMULA = 0x80, HIDDEN = 1 };

size_t wire_most(const struct sheet_limits *l)
{
	return (size_t)l->row_bytes + (size_t)l->columns * 8 + WIRE_BLOCK + 100;
}

/* Seven bits a byte, the low ones first. */
static size_t number_bytes(unsigned char *to, uint64_t v)
{
	size_t n = 0;

	for (; v > 0x7f; v >>= 7)
		to[n++] = (unsigned char)(v | 0x80);
	to[n++] = (unsigned char)v;
	return n;
}

static void put_number(struct buf *b, uint64_t v)
{
	unsigned char bytes[10];

	buf_bytes(b, bytes, number_bytes(bytes, v));
}

void wire_put_text(struct buf *b, struct str s)
{
	put_number(b, s.n);
	buf_str(b, s);
}

void wire_begin(struct buf *b, enum wire_kind kind)
{
	b->n = 0;
	b->overflow = false;
	buf_bytes(b, "\0\0\0\0", LENGTH_BYTES);
	buf_char(b, (char)kind);
}

struct str wire_end(struct buf *b)
{
	REQUIRE(buf_ok(b) && b->n > LENGTH_BYTES);
	size_t n = b->n - LENGTH_BYTES;
	for (int i = 0; i < LENGTH_BYTES; i++)
		b->p[i] = (char)(n >> 8 * i);
	return buf_view(b);
}

void wire_put_head(struct buf *b, const struct wire_head *h)
{
	buf_char(b, (char)h->kind);
	buf_char(b, (char)h->encoding);
	buf_char(b, h->delimiter);
	put_number(b, h->n_tabs);
	for (size_t i = 0; i < h->n_tabs; i++) {
		buf_char(b, h->tabs[i].hidden ? HIDDEN : 0);
		wire_put_text(b, h->tabs[i].name);
	}
}

void wire_put_progress(struct buf *b, uint32_t thousandths)
{
	put_number(b, thousandths);
}

void wire_put_row(struct buf *b, const struct sheet_row *r)
{
	put_number(b, r->number);
	put_number(b, r->n);
	for (size_t i = 0; i < r->n; i++) {
		const struct sheet_cell *c = &r->v[i];
		int flag = c->formula ? FORMULA : 0;
		bool empty = c->kind == SHEET_EMPTY;
		unsigned char head[11];

		head[0] = (unsigned char)((int)c->kind | flag);
		buf_bytes(
		    b, head, empty ? 1 : 1 + number_bytes(head + 1, c->s.n));
		if (!empty)
			buf_str(b, c->s);
	}
}

void wire_put_finding(struct buf *b, const struct sheet_finding *f)
{
	put_number(b, (uint64_t)f->kind);
	put_number(b, f->row);
	put_number(b, f->column);
	wire_put_text(b, f->detail);
}

static bool take_byte(struct str *s, unsigned char *ret)
{
	if (s->n == 0)
		return false;
	*ret = (unsigned char)s->p[0];
	*s = str_from(*s, 1);
	return true;
}

static bool take_number(struct str *s, uint64_t most, uint64_t *ret)
{
	uint64_t v = 0;
	unsigned char c;

	for (int shift = 0; shift < 35; shift += 7) {
		if (!take_byte(s, &c))
			return false;
		v |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80) {
			*ret = v;
			return v <= most;
		}
	}
	return false;
}

/* Up to `most` bytes of well-formed UTF-8. */
static bool take_text(struct str *s, uint64_t most, struct str *ret)
{
	uint64_t n;

	if (!take_number(s, most, &n) || n > s->n)
		return false;
	*ret = str_upto(*s, (size_t)n);
	*s = str_from(*s, (size_t)n);
	return str_utf8(*ret);
}

bool wire_take_text(struct str *s, struct str *ret)
{
	return take_text(s, 10000, ret);
}

bool wire_take_head(struct str *s, struct arena *a,
    const struct sheet_limits *l, struct wire_head *ret)
{
	unsigned char kind, encoding, delimiter, flags;
	uint64_t n;

	if (!take_byte(s, &kind) || kind >= SHEET_KINDS ||
	    !take_byte(s, &encoding) || encoding >= SHEET_ENCODINGS ||
	    !take_byte(s, &delimiter) || delimiter > 0x7f ||
	    !take_number(s, l->sheets, &n) || n > s->n)
		return false;
	struct sheet_tab *tabs = ARENA_ARRAY(a, struct sheet_tab, n + 1);
	for (size_t i = 0; i < n; i++) {
		if (!take_byte(s, &flags) || !wire_take_text(s, &tabs[i].name))
			return false;
		tabs[i].name = str_dup(a, tabs[i].name);
		tabs[i].hidden = flags & HIDDEN;
	}
	*ret = (struct wire_head){ (enum sheet_kind)kind,
		(enum sheet_encoding)encoding, (char)delimiter, tabs,
		(size_t)n };
	return s->n == 0;
}

bool wire_take_progress(struct str *s, uint32_t *ret)
{
	uint64_t v;

	if (!take_number(s, 1000, &v))
		return false;
	*ret = (uint32_t)v;
	return true;
}

bool wire_take_row(struct str *s, const struct sheet_limits *l,
    struct sheet_cell *cells, struct sheet_row *ret)
{
	uint64_t number, n;
	unsigned char kind;

	if (!take_number(s, l->rows, &number) || number == 0 ||
	    !take_number(s, l->columns, &n) || n == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		struct str text = STR("");
		if (!take_byte(s, &kind) ||
		    (kind & ~FORMULA) >= SHEET_CELL_KINDS)
			return false;
		bool empty = (kind & ~FORMULA) == SHEET_EMPTY;
		if (!empty && !take_text(s, l->cell_bytes, &text))
			return false;
		cells[i] = (struct sheet_cell){ (enum sheet_cell_kind)(
						    kind & ~FORMULA),
			(kind & FORMULA) != 0, text };
	}
	*ret = (struct sheet_row){ (uint32_t)number, (size_t)n, cells };
	return true;
}

bool wire_take_finding(struct str *s, struct sheet_finding *ret)
{
	uint64_t kind, row, column;

	if (!take_number(s, SHEET_TROUBLES - 1, &kind) || kind == SHEET_FINE ||
	    !take_number(s, UINT32_MAX, &row) ||
	    !take_number(s, UINT32_MAX, &column) ||
	    !wire_take_text(s, &ret->detail) || s->n > 0)
		return false;
	ret->kind = (enum sheet_trouble)kind;
	ret->row = (uint32_t)row;
	ret->column = (uint32_t)column;
	return true;
}
