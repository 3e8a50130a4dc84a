#include "fmt/sheet.h"
#include "fmt/encoder.h"

#include "base/buf.h"
#include "base/str.h"
#include "base/time.h"

#define TEXT_MAX ((size_t)32767) /* UTF-16 units in a cell */
#define EXACT_DIGITS 15          /* Excel keeps no more */

size_t sheet_letters(size_t column, char ret[4])
{
	char back[4];
	size_t n = 0;

	for (size_t c = column + 1; c > 0 && n < sizeof(back); c /= 26) {
		c--;
		back[n++] = (char)('A' + c % 26);
	}
	for (size_t i = 0; i < n; i++)
		ret[i] = back[n - 1 - i];
	return n;
}

static size_t utf16_units(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		n += (c & 0xc0) != 0x80;
		n += c >= 0xf0;
	}
	return n;
}

static bool is_hex(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') ||
	       (c >= 'a' && c <= 'f');
}

/* Whether Excel would read _xHHHH_ here as one character. */
static bool looks_escaped(const unsigned char *p, size_t n)
{
	return n >= 7 && p[1] == 'x' && is_hex(p[2]) && is_hex(p[3]) &&
	       is_hex(p[4]) && is_hex(p[5]) && p[6] == '_';
}

/* ECMA-376 part 1, 22.4.2.4 (ST_Xstring). */
static size_t put_special(struct out *o, const unsigned char *p, size_t n)
{
	switch (*p) {
	case '&':
		OUT_LIT(o, "&amp;");
		return 1;
	case '<':
		OUT_LIT(o, "&lt;");
		return 1;
	case '>':
		OUT_LIT(o, "&gt;");
		return 1;
	case '_':
		if (looks_escaped(p, n))
			OUT_LIT(o, "_x005F_");
		else
			out_char(o, '_');
		return 1;
	case 0xef:
		if (n > 2 && p[1] == 0xbf && p[2] >= 0xbe) {
			OUT_LIT(o, "_x");
			out_hex4(o, 0xffc0U | (p[2] & 0x3fU));
			out_char(o, '_');
			return 3;
		}
		out_bytes(o, p, 1);
		return 1;
	default:
		OUT_LIT(o, "_x");
		out_hex4(o, *p);
		out_char(o, '_');
		return 1;
	}
}

static const bool special[256] = {
	OUT_CONTROLS,
	['&'] = 1,
	['<'] = 1,
	['>'] = 1,
	['_'] = 1,
	[0xef] = 1,
};

static void put_place(struct out *o, struct str letters, struct str row)
{
	OUT_LIT(o, "<c r=\"");
	out_str(o, letters);
	out_str(o, row);
	out_char(o, '"');
}

/* The attribute, for all but plain cells. */
static void put_style(struct out *o, enum sheet_style style)
{
	if (style == STYLE_PLAIN)
		return;
	OUT_LIT(o, " s=\"");
	out_uint(o, style);
	out_char(o, '"');
}

static bool needs_preserve(struct str s)
{
	return s.n > 0 && ((unsigned char)s.p[0] <= ' ' ||
			      (unsigned char)s.p[s.n - 1] <= ' ' ||
			      memchr(s.p, '\n', s.n) != NULL);
}

static void put_inline_begin(
    struct out *o, enum sheet_style style, bool preserve)
{
	put_style(o, style);
	if (preserve)
		OUT_LIT(o, " t=\"inlineStr\"><is><t xml:space=\"preserve\">");
	else
		OUT_LIT(o, " t=\"inlineStr\"><is><t>");
}

bool sheet_text(struct out *o, struct str letters, struct str row,
    enum sheet_style style, struct str text)
{
	if (text.n > TEXT_MAX && utf16_units(text) > TEXT_MAX)
		return false;
	put_place(o, letters, row);
	put_inline_begin(o, style, needs_preserve(text));
	out_escaped(o, text, special, put_special);
	OUT_LIT(o, "</t></is></c>");
	return true;
}

static bool put_base64(
    struct out *o, struct str letters, struct str row, struct str bytes)
{
	if ((bytes.n + 2) / 3 * 4 > TEXT_MAX)
		return false;
	put_place(o, letters, row);
	put_inline_begin(o, STYLE_PLAIN, false);
	out_base64(o, bytes);
	OUT_LIT(o, "</t></is></c>");
	return true;
}

static void put_number(struct out *o, struct str letters, struct str row,
    enum column_type type, struct str s)
{
	put_place(o, letters, row);
	if (type == TYPE_BOOLEAN && s.n == 1 && (*s.p == '0' || *s.p == '1'))
		OUT_LIT(o, " t=\"b\"");
	OUT_LIT(o, "><v>");
	out_str(o, s);
	OUT_LIT(o, "</v></c>");
}

static bool two_digits(struct str s, size_t at, int below, int *ret)
{
	int a = s.p[at] - '0', b = s.p[at + 1] - '0';

	if (a < 0 || a > 9 || b < 0 || b > 9 || a * 10 + b >= below)
		return false;
	*ret = a * 10 + b;
	return true;
}

/* HH:MM or HH:MM:SS after a date and a blank or T; nothing else, since Excel
 * keeps neither zones nor exact fractions. */
static bool clock_part(struct str s, int *ret_seconds)
{
	int h = 0, m = 0, sec = 0;

	if ((s.n != 6 && s.n != 9) || (s.p[0] != ' ' && s.p[0] != 'T') ||
	    s.p[3] != ':' || !two_digits(s, 1, 24, &h) ||
	    !two_digits(s, 4, 60, &m))
		return false;
	if (s.n == 9 && (s.p[6] != ':' || !two_digits(s, 7, 60, &sec)))
		return false;
	*ret_seconds = h * 3600 + m * 60 + sec;
	return true;
}

/* Days since 1899-12-30, as Excel counts from 1900-03-01 on; before that its
 * calendar is wrong (it has a 29 February 1900). */
static bool put_date(struct out *o, struct str letters, struct str row,
    enum column_type type, struct str s)
{
	struct date d;
	int seconds = 0;
	bool clock = type == TYPE_DATETIME && s.n > 10;

	if (s.n < 10 || (!clock && s.n != 10) ||
	    !date_parse_iso(str_upto(s, 10), &d))
		return false;
	if (clock && !clock_part(str_from(s, 10), &seconds))
		return false;

	int64_t serial = date_days(d) + 25569;
	if (serial < 61 || d.year > 9999)
		return false;
	put_place(o, letters, row);
	put_style(o, type == TYPE_DATE ? STYLE_DATE : STYLE_DATETIME);
	OUT_LIT(o, "><v>");
	out_uint(o, (uint64_t)serial);
	if (seconds > 0) {
		char digits[16];
		int64_t part =
		    ((int64_t)seconds * INT64_C(100000000000) + 43200) / 86400;

		for (size_t i = 11; i > 0; i--, part /= 10)
			digits[i] = (char)('0' + part % 10);
		digits[0] = '.';
		out_bytes(o, digits, 12);
	}
	OUT_LIT(o, "</v></c>");
	return true;
}

static size_t digits_of(struct str integer)
{
	return integer.n - (integer.n > 0 && integer.p[0] == '-');
}

/* What Excel cannot hold as a number: a real beyond the doubles is written by
 * sources as 1e999. */
static bool finite_text(struct str real)
{
	return !str_ends(real, STR("e999"));
}

bool sheet_cell(struct out *o, struct str letters, struct str row,
    enum column_type type, const struct cell *c)
{
	switch (c->kind) {
	case CELL_NULL:
		return true;
	case CELL_INTEGER:
		if (digits_of(c->s) > EXACT_DIGITS)
			return sheet_text(o, letters, row, STYLE_PLAIN, c->s);
		put_number(o, letters, row, type, c->s);
		return true;
	case CELL_REAL:
		if (!finite_text(c->s))
			return sheet_text(o, letters, row, STYLE_PLAIN, c->s);
		put_number(o, letters, row, type, c->s);
		return true;
	case CELL_TEXT:
		if ((type == TYPE_DATE || type == TYPE_DATETIME) &&
		    put_date(o, letters, row, type, c->s))
			return true;
		return sheet_text(o, letters, row, STYLE_PLAIN, c->s);
	case CELL_BYTES:
		return put_base64(o, letters, row, c->s);
	}
	return true;
}

/* U+0E31, U+0E34–0E3A, U+0E47–0E4E at p. */
static bool thai_mark(const char *p, size_t n)
{
	if (n < 3 || (unsigned char)p[0] != 0xe0)
		return false;

	unsigned c = 0xe00 + (((unsigned char)p[1] & 1U) << 6) +
	             ((unsigned char)p[2] & 0x3fU);
	return ((unsigned char)p[1] | 1U) == 0xb9 &&
	       (c == 0xe31 || (c >= 0xe34 && c <= 0xe3a) ||
		   (c >= 0xe47 && c <= 0xe4e));
}

size_t sheet_width(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80 &&
		     !thai_mark(s.p + i, s.n - i);
	return n;
}

/* The longest beginning within `units` that leaves no letter without the marks
 * that follow it. */
static struct str cut_units(struct str s, size_t units)
{
	struct str rest = s;
	size_t used = 0, end = 0;
	uint32_t c = 0;

	while (str_take_utf8(&rest, &c)) {
		used += c > 0xffff ? 2 : 1;
		if (used > units)
			break;
		if (!thai_mark(rest.p, rest.n))
			end = s.n - rest.n;
	}
	return str_upto(s, end);
}

struct str encoder_sheet_head(struct str s)
{
	if (s.n <= TEXT_MAX || utf16_units(s) <= TEXT_MAX)
		return s;
	return cut_units(s, TEXT_MAX - 1);
}

static struct str clean_name(struct arena *a, struct str wanted)
{
	struct buf b = buf_new(a, wanted.n + 1);

	for (size_t i = 0; i < wanted.n; i++) {
		unsigned char c = (unsigned char)wanted.p[i];
		bool bad =
		    c < 0x20 || c == 0x7f || memchr("[]:*?/\\", c, 7) != NULL;

		buf_char(&b, bad ? ' ' : (char)c);
	}

	struct str s = str_trim(buf_view(&b));
	while (s.n > 0 && s.p[0] == '\'')
		s = str_from(s, 1);
	while (s.n > 0 && s.p[s.n - 1] == '\'')
		s = str_upto(s, s.n - 1);
	if (s.n == 0 || !xml_legal(s) || str_eq_nocase(s, STR("History")))
		return str_cat(a, STR("Sheet "), s);
	return s;
}

static bool is_taken(struct str name, const struct str *taken, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq_nocase(name, taken[i]))
			return true;
	}
	return false;
}

struct str sheet_name(struct arena *a, struct str wanted, size_t nth,
    const struct str *taken, size_t n_taken)
{
	struct str clean = clean_name(a, wanted);
	struct str name = str_trim(cut_units(clean, SHEET_NAME_MAX));

	/* Among n + 1 numbers one is free. */
	for (size_t k = nth; k <= nth + n_taken + 1; k++) {
		if (k > 1) {
			struct str tail = str_fmt(a, " (%zu)", k);
			struct str head =
			    cut_units(clean, SHEET_NAME_MAX - tail.n);

			name = str_cat(a, str_trim(head), tail);
		}
		if (!is_taken(name, taken, n_taken))
			return name;
	}
	return name;
}
