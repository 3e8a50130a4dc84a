#include "sheet/numfmt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"

enum numfmt numfmt_builtin(uint32_t id)
{
	static const struct {
		uint32_t first, last;
		enum numfmt is;
	} table[] = {
		{ 14, 17, NUMFMT_DATE },
		{ 18, 21, NUMFMT_TIME },
		{ 22, 22, NUMFMT_DATETIME },
		{ 27, 31, NUMFMT_DATE }, /* of the East */
		{ 32, 35, NUMFMT_TIME },
		{ 36, 36, NUMFMT_DATE },
		{ 45, 47, NUMFMT_TIME },
		{ 50, 54, NUMFMT_DATE },
		{ 55, 56, NUMFMT_TIME },
		{ 57, 58, NUMFMT_DATE },
		{ 71, 74, NUMFMT_DATE }, /* Thai */
		{ 75, 76, NUMFMT_TIME },
		{ 77, 77, NUMFMT_DATETIME },
		{ 78, 80, NUMFMT_TIME },
		{ 81, 81, NUMFMT_DATE },
	};

	for (size_t i = 0; i < COUNT(table); i++)
		if (id >= table[i].first && id <= table[i].last)
			return table[i].is;
	return NUMFMT_NUMBER;
}

/* Passes over what a format shows as it stands, and over colours, conditions
 * and languages. *elapsed: [h], [m] or [s] was among them. */
static bool skip(struct str *s, bool *elapsed)
{
	char c = s->p[0];

	if (c == '\\' || c == '_' || c == '*') {
		*s = str_from(*s, 2);
		return true;
	}
	if (c == '"') {
		struct str rest = str_from(*s, 1);
		*s = str_from(rest, str_index(rest, '"') + 1);
		return true;
	}
	if (c == '[') {
		size_t end = str_index(*s, ']');
		char in = s->n > 1 ? s->p[1] : 0;
		if (in == 'h' || in == 'H' || in == 'm' || in == 'M' ||
		    in == 's' || in == 'S')
			*elapsed = true;
		*s = str_from(*s, end + 1);
		return true;
	}
	return false;
}

/* By the letters that are left: y, d, b and e make a day, h and s a time; m goes
 * with whatever else is there. */
enum numfmt numfmt_of(struct str code)
{
	bool day = false, hour = false, month = false, elapsed = false;

	while (code.n > 0 && code.p[0] != ';') {
		if (skip(&code, &elapsed))
			continue;
		if (str_eq_nocase(str_upto(code, 7), STR("General"))) {
			code = str_from(code, 7);
			continue;
		}
		switch (code.p[0] | 0x20) {
		case 'y':
		case 'd':
		case 'b':
			day = true;
			break;
		case 'e':
			/* E+ and E- are of numbers. */
			if (code.n < 2 ||
			    (code.p[1] != '+' && code.p[1] != '-'))
				day = true;
			break;
		case 'h':
		case 's':
			hour = true;
			break;
		case 'm':
			month = true;
			break;
		default:
			break;
		}
		code = str_from(code, 1);
	}
	if (elapsed || (hour && !day))
		return NUMFMT_TIME;
	if (day && hour)
		return NUMFMT_DATETIME;
	return day || month ? NUMFMT_DATE : NUMFMT_NUMBER;
}

/* Fits strtod: NUL-terminated, with nothing that it would take beside decimal
 * numbers. */
static bool read_double(struct str s, double *ret)
{
	char room[64], *end;

	if (s.n == 0 || s.n >= sizeof room)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("0123456789+-.eE", s.p[i]))
			return false;
	memcpy(room, s.p, s.n);
	room[s.n] = '\0';
	*ret = strtod(room, &end);
	return end == room + s.n && isfinite(*ret);
}

/* A plain decimal of up to 15 digits is its own shortest text once zeros are off
 * its ends, since each of those has a double of its own. */
static bool is_short(struct str s, size_t *ret_point)
{
	size_t digits = 0, point = s.n, i = s.p[0] == '-';

	if (i == s.n || s.p[i] < '0' || s.p[i] > '9')
		return false;
	if (s.p[i] == '0' && i + 1 < s.n && s.p[i + 1] != '.')
		return false;
	for (; i < s.n; i++) {
		char c = s.p[i];
		if (c == '.' && point == s.n)
			point = i;
		else if (c < '0' || c > '9')
			return false;
		else
			digits++;
	}
	*ret_point = point;
	return digits <= 15 && !str_eq(s, STR("-0"));
}

bool number_put(struct buf *b, struct str s)
{
	size_t point;
	double v;

	if (s.n == 0)
		return false;
	if (is_short(s, &point)) {
		if (point < s.n) {
			while (s.p[s.n - 1] == '0')
				s.n--;
			if (s.p[s.n - 1] == '.')
				s.n--;
			if (str_eq(s, STR("-0")))
				s = STR("0");
		}
		buf_str(b, s);
		return true;
	}
	if (!read_double(s, &v))
		return false;
	if (v == 0)
		v = 0; /* without a sign */
	for (int digits = 15; digits <= 17; digits++) {
		char text[40];
		snprintf(text, sizeof text, "%.*g", digits, v);
		if (digits < 17 && strtod(text, NULL) != v)
			continue;
		buf_str(b, str_of(text));
		break;
	}
	return true;
}

/* Of the calendar from 1900 the first sixty days are one off, for the sake of a
 * 29th of February that never was. */
static bool day_of(int64_t serial, bool from_1904, struct date *ret)
{
	const struct date base_1904 = { 1904, 1, 1 },
			  base_1900 = { 1899, 12, 30 };

	if (from_1904) {
		*ret = date_from_days(date_days(base_1904) + serial);
	} else {
		if (serial < 1 || serial == 60)
			return false;
		*ret = date_from_days(
		    date_days(base_1900) + serial + (serial < 60 ? 1 : 0));
	}
	return ret->year <= 9999;
}

static void put_time(struct buf *b, int64_t s)
{
	buf_fmt(b, "%02lld:%02d:%02d", (long long)(s / 3600),
	    (int)(s / 60 % 60), (int)(s % 60));
}

bool serial_put(struct buf *b, struct str written, enum numfmt f,
    bool from_1904, enum sheet_cell_kind *ret)
{
	double v;
	struct date d;

	if (!read_double(written, &v) || v < 0 || v >= 2958466)
		return false;
	int64_t seconds = llround(v * 86400);
	int64_t days = seconds / 86400, rest = seconds % 86400;
	if (f == NUMFMT_TIME || (days == 0 && rest > 0 && !from_1904)) {
		put_time(b, seconds);
		*ret = SHEET_TIME;
		return true;
	}
	if (!day_of(days, from_1904, &d))
		return false;
	buf_fmt(b, "%04d-%02d-%02d", d.year, d.month, d.day);
	*ret = SHEET_DATE;
	if (rest > 0 || f == NUMFMT_DATETIME) {
		buf_char(b, 'T');
		put_time(b, rest);
		*ret = SHEET_DATETIME;
	}
	return true;
}
