#include "source/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "source/lite.h"

#define NUMBER_BYTES ((size_t)64)

void rows_init(struct rows *r, struct arena *a, size_t n_columns)
{
	size_t rows = SOURCE_CELLS / n_columns;

	if (rows > SOURCE_BATCH_ROWS)
		rows = SOURCE_BATCH_ROWS;
	r->n_columns = n_columns;
	r->max_rows = rows == 0 ? 1 : rows;
	r->head.room.cells =
	    ARENA_ARRAY(a, struct cell, r->max_rows * n_columns);
	r->head.room.text = arena_alloc(a, SOURCE_BATCH_BYTES);
	r->wide = arena_inside(a);
}

void rows_begin(struct rows *r)
{
	r->n_rows = r->used = 0;
	if (r->head.outside)
		arena_rewind(r->wide, (struct arena_mark){ 0 });
	r->head.outside = false;
}

bool rows_room(const struct rows *r)
{
	return r->n_rows < r->max_rows && !r->head.outside;
}

struct cell *rows_next(struct rows *r)
{
	return r->head.room.cells + r->n_rows++ * r->n_columns;
}

struct batch rows_batch(const struct rows *r)
{
	return (struct batch){ .n_rows = r->n_rows,
		.n_columns = r->n_columns,
		.cells = r->head.room.cells };
}

char *rows_bytes(struct rows *r, size_t n)
{
	if (n <= SOURCE_BATCH_BYTES - r->used) {
		char *p = r->head.room.text + r->used;

		r->used += n;
		return p;
	}
	r->head.outside = true;
	return arena_alloc(r->wide, n);
}

struct str rows_copy(struct rows *r, struct str s)
{
	char *p = rows_bytes(r, s.n);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return str_n(p, s.n);
}

static size_t put_point(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	to[0] = (char)(0xe0 | c >> 12);
	to[1] = (char)(0x80 | (c >> 6 & 0x3f));
	to[2] = (char)(0x80 | (c & 0x3f));
	return 3;
}

struct str rows_text(struct rows *r, struct str s)
{
	char *p = NULL;
	size_t n = 0;

	if (str_utf8(s))
		return rows_copy(r, s);
	p = rows_bytes(r, 3 * s.n);
	while (s.n > 0) {
		struct str before = s;
		uint32_t c = 0;

		if (str_take_utf8(&s, &c)) {
			memcpy(p + n, before.p, before.n - s.n);
			n += before.n - s.n;
		} else {
			n += put_point(p + n, 0xfffd);
			s = str_from(s, 1);
		}
	}
	r->head.bad_texts++;
	return str_n(p, n);
}

/* Microsoft's code page 874 (unicode.org, CP874.TXT). TIS-620 and ISO 8859-11
 * are parts of it. */
uint32_t cp874_point(unsigned char c)
{
	if (c < 0x80)
		return c;
	if (c == 0x80)
		return 0x20ac;
	if (c == 0x85)
		return 0x2026;
	if (c >= 0x91 && c <= 0x97) {
		static const uint16_t quotes[] = { 0x2018, 0x2019, 0x201c,
			0x201d, 0x2022, 0x2013, 0x2014 };

		return quotes[c - 0x91];
	}
	if (c == 0xa0)
		return 0xa0;
	if ((c >= 0xa1 && c <= 0xda) || (c >= 0xdf && c <= 0xfb))
		return 0x0e00 + (uint32_t)c - 0xa0;
	return 0;
}

size_t cp874_decode(struct str s, char *to, bool *ret_bad)
{
	size_t n = 0;

	*ret_bad = false;
	for (size_t i = 0; i < s.n; i++) {
		uint32_t c = cp874_point((unsigned char)s.p[i]);
		bool bad = c == 0 && s.p[i] != '\0';

		*ret_bad |= bad;
		n += put_point(to + n, bad ? 0xfffd : c);
	}
	return n;
}

struct str rows_cp874(struct rows *r, struct str s)
{
	char *p = rows_bytes(r, 3 * s.n);
	bool bad = false;
	size_t n = cp874_decode(s, p, &bad);

	r->head.bad_texts += bad;
	return str_n(p, n);
}

static char cp874_byte(uint32_t point)
{
	for (unsigned c = point < 0x80 ? point : 0x80; c < 0x100; c++)
		if (cp874_point((unsigned char)c) == point)
			return (char)c;
	return (char)0xff;
}

struct str cp874_of(struct arena *a, struct str s)
{
	struct buf b = buf_new(a, s.n + 1);

	while (s.n > 0) {
		uint32_t c = 0xfffd;

		if (!str_take_utf8(&s, &c))
			s = str_from(s, 1);
		buf_char(&b, cp874_byte(c));
	}
	return buf_view(&b);
}

struct str without_padding(struct str s)
{
	while (s.n > 0 && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

struct str bound_real(struct arena *a, struct str s)
{
	char number[REAL_TEXT_BYTES];
	double v = strtod(str_cstr(a, s), NULL);

	if (isinf(v))
		return v > 0 ? STR("Infinity") : STR("-Infinity");
	return str_dup(a, str_n(number, real_text(v, number)));
}

static bool is_infinite(struct str s, struct str *ret)
{
	bool minus = str_take_char(&s, '-');

	*ret = minus ? STR("-1e999") : STR("1e999");
	return str_eq_nocase(s, STR("infinity")) ||
	       str_eq_nocase(s, STR("inf"));
}

/* PostgreSQL writes the shortest digits too, but 3 for 3.0, and exponents at
 * other places. */
void rows_real(struct rows *r, struct str s, struct cell *ret)
{
	char text[NUMBER_BYTES], number[REAL_TEXT_BYTES];
	struct str infinite;

	ret->kind = CELL_REAL;
	if (is_infinite(s, &infinite)) {
		ret->s = infinite;
		return;
	}
	if (s.n == 0 || s.n >= sizeof(text) || str_eq_nocase(s, STR("nan"))) {
		*ret = (struct cell){ CELL_TEXT, rows_copy(r, s) };
		return;
	}
	if (str_index(s, 'e') == s.n && str_index(s, '.') < s.n) {
		ret->s = rows_copy(r, s);
		return;
	}
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	ret->s =
	    rows_copy(r, str_n(number, real_text(strtod(text, NULL), number)));
}

void rows_decimal(struct rows *r, struct str s, struct cell *ret)
{
	struct str infinite;

	if (is_infinite(s, &infinite)) {
		*ret = (struct cell){ CELL_REAL, infinite };
		return;
	}
	ret->kind = str_index(s, '.') < s.n ? CELL_REAL : CELL_INTEGER;
	if (str_eq_nocase(s, STR("nan")) || s.n == 0)
		ret->kind = CELL_TEXT;
	/* .5 and -.5, as Oracle and some drivers write, are no JSON. */
	bool minus = str_starts(s, STR("-.")), bare = str_starts(s, STR("."));
	if (minus || bare) {
		char *p = rows_bytes(r, s.n + 1);

		p[0] = minus ? '-' : '0';
		p[1] = minus ? '0' : '.';
		memcpy(p + 2, s.p + 1, s.n - 1);
		ret->s = str_n(p, s.n + 1);
		return;
	}
	ret->s = rows_copy(r, s);
}
