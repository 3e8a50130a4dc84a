#include "sheet/id.h"

#include "base/buf.h"
#include "base/str.h"
#include "base/thai.h"

enum { EXACT_DIGITS = 15 }; /* of a number cell: what follows is made up */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t count_digits(struct str s)
{
	size_t n = 0;
	while (n < s.n && is_digit(s.p[n]))
		n++;
	return n;
}

/* 12.50, 6.50123E+12; 5E10 is an id, for nobody writes a number so. */
static bool is_number(
    struct str s, struct str *whole, struct str *fraction, struct str *power)
{
	*whole = str_upto(s, count_digits(s));
	s = str_from(s, whole->n);
	*fraction = *power = STR("");
	if (str_take_char(&s, '.')) {
		*fraction = str_upto(s, count_digits(s));
		s = str_from(s, fraction->n);
		if (fraction->n == 0)
			return false;
	}
	if ((str_take_char(&s, 'E') || str_take_char(&s, 'e')) && s.n > 1 &&
	    (s.p[0] == '+' || s.p[0] == '-')) {
		*power = s;
		s = str_from(s, 1 + count_digits(str_from(s, 1)));
	}
	return whole->n > 0 && s.n == 0;
}

static bool is_zeros(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '0')
			return false;
	return true;
}

/* True when it is no number, or the digits of one. */
static bool is_whole(struct str s, struct str *ret, enum msg *ret_wrong)
{
	struct str whole, fraction, power;

	*ret = s;
	if (!is_number(s, &whole, &fraction, &power))
		return true;
	*ret = whole;
	if (power.n > 0 && power.p[0] == '+')
		*ret_wrong = MSG_sheet_wrong_id_rounded;
	else if (power.n > 0 || !is_zeros(fraction))
		*ret_wrong = MSG_sheet_wrong_id_fraction;
	else
		return true;
	return false;
}

/* Bytes of the dash that a text begins with: of the hyphens and dashes that
 * editors put in place of "-", U+2010 to U+2015, and the sign for minus. */
static size_t dash_bytes(struct str s)
{
	bool dash = str_starts(s, STR("\xe2\x80")) && s.n > 2 &&
	            (unsigned char)s.p[2] >= 0x90 &&
	            (unsigned char)s.p[2] <= 0x95;
	return dash || str_starts(s, STR("\u2212")) ? 3 : 0;
}

/* Bytes of the letter, Thai or Latin, that a text begins with. */
static size_t letter_bytes(struct str s)
{
	unsigned char c = (unsigned char)s.p[0];
	unsigned char second = s.n > 1 ? (unsigned char)s.p[1] : 0;
	unsigned char third = s.n > 2 ? (unsigned char)s.p[2] : 0;

	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return 1;
	/* U+00C0 to U+027F without the signs for times and divided by. */
	if (c >= 0xc3 && c <= 0xc9)
		return c == 0xc3 && (second == 0x97 || second == 0xb7) ? 0 : 2;
	/* U+0E01 to U+0E3A, U+0E40 to U+0E4E: not the sign for baht. */
	if (c == 0xe0 && second == 0xb8)
		return third >= 0x81 && third <= 0xba ? 3 : 0;
	if (c == 0xe0 && second == 0xb9)
		return third <= 0x8e ? 3 : 0;
	return 0;
}

/* With letters or digits at both ends, and a digit among them. */
static bool take_id(struct arena *a, struct str s, struct str *ret)
{
	struct buf b = buf_new(a, s.n + 1);
	bool digit = false,
	     mark = true; /* what stands last is none to end with */

	while (s.n > 0) {
		size_t n = letter_bytes(s), dash = dash_bytes(s);
		if (n > 0 || is_digit(s.p[0])) {
			n = n > 0 ? n : 1;
			digit |= is_digit(s.p[0]);
			buf_str(&b, str_upto(s, n));
			mark = false;
		} else if (dash > 0 || s.p[0] == '-' || s.p[0] == '/' ||
			   s.p[0] == '.' || s.p[0] == '_') {
			if (b.n == 0)
				return false;
			n = dash > 0 ? dash : 1;
			buf_char(&b, dash > 0 ? '-' : s.p[0]);
			mark = true;
		} else if (s.p[0] == ' ') {
			n = 1;
		} else {
			return false;
		}
		s = str_from(s, n);
	}
	*ret = buf_view(&b);
	return digit && !mark && buf_ok(&b);
}

bool sheet_id(struct arena *a, const struct sheet_cell *cell, struct str *ret,
    enum msg *ret_wrong)
{
	struct str s = cell->s;

	if (cell->kind == SHEET_DATE || cell->kind == SHEET_DATETIME ||
	    cell->kind == SHEET_TIME)
		*ret_wrong = MSG_sheet_wrong_id_date;
	if (cell->kind != SHEET_TEXT && cell->kind != SHEET_NUMBER)
		return false;
	if (cell->kind == SHEET_TEXT)
		s = thai_digits_ascii(a, thai_normal(a, s));
	if (!is_whole(s, &s, ret_wrong))
		return false;
	if (cell->kind == SHEET_NUMBER && s.n > EXACT_DIGITS) {
		*ret_wrong = MSG_sheet_wrong_id_rounded;
		return false;
	}
	return take_id(a, s, ret);
}
