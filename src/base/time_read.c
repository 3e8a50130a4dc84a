/* time_read.c - dates and moments as people and machines write them. */
#include <string.h>

#include "base/str.h"
#include "base/time.h"

#define MAX_WRITTEN 100

/* Exactly `digits` digits. */
static bool take_exactly(struct str *s, size_t digits, int *ret)
{
	struct str number = str_upto(*s, digits);
	int64_t v;
	if (number.n != digits || !str_take_uint(&number, digits, &v) ||
	    number.n != 0)
		return false;
	*s = str_from(*s, digits);
	*ret = (int)v;
	return true;
}

static bool take_iso(struct str *cursor, struct date *ret)
{
	struct str s = *cursor;
	struct date d;
	if (!take_exactly(&s, 4, &d.year) || !str_take_char(&s, '-') ||
	    !take_exactly(&s, 2, &d.month) || !str_take_char(&s, '-') ||
	    !take_exactly(&s, 2, &d.day) || !date_valid(d))
		return false;
	*ret = d;
	*cursor = s;
	return true;
}

bool date_parse_iso(struct str s, struct date *ret)
{
	struct date d;
	if (!take_iso(&s, &d) || s.n != 0)
		return false;
	*ret = d;
	return true;
}

/* Thai digits as ASCII and no-break spaces as spaces, into `room`. */
static struct str plain(struct str s, char room[MAX_WRITTEN])
{
	size_t n = 0;
	while (s.n) {
		uint32_t c = 0;
		struct str before = s;
		if (!str_take_utf8(&s, &c))
			return (struct str){ 0 };
		if (c >= 0xe50 && c <= 0xe59) {
			room[n++] = (char)('0' + (c - 0xe50));
		} else if (c == 0xa0 || c == '\t') {
			room[n++] = ' ';
		} else {
			memcpy(room + n, before.p, before.n - s.n);
			n += before.n - s.n;
		}
	}
	return str_trim(str_n(room, n));
}

static void skip_spaces(struct str *s)
{
	while (str_take_char(s, ' '))
		;
}

/* A month's name in either language, long or short; *thai: in which. */
static bool take_month(struct str *s, int *ret, bool *thai)
{
	static const enum msg firsts[] = { MSG_month_01, MSG_month_short_01 };
	for (size_t i = 0; i < COUNT(firsts) * LANGS * 12; i++) {
		enum lang lang = i / 12 % LANGS == 0 ? LANG_TH : LANG_EN;
		size_t first = firsts[i / 12 / LANGS];
		struct str name = msg_text(lang, (enum msg)(first + i % 12));
		if (!str_eq_nocase(str_upto(*s, name.n), name))
			continue;
		*s = str_from(*s, name.n);
		*ret = (int)(i % 12) + 1;
		*thai = lang == LANG_TH;
		return true;
	}
	return false;
}

/* "6 พฤษภาคม 2569" up to the year, or "01/03/". */
static bool take_day_month(struct str *s, struct date *d, bool *thai)
{
	int64_t day, month;
	if (!str_take_uint(s, 2, &day))
		return false;
	d->day = (int)day;
	if (str_take_char(s, '/')) {
		if (!str_take_uint(s, 2, &month) || !str_take_char(s, '/'))
			return false;
		d->month = (int)month;
		*thai = true;
		return true;
	}
	skip_spaces(s);
	if (!take_month(s, &d->month, thai))
		return false;
	skip_spaces(s);
	if (str_take(s, STR("พ.ศ.")))
		skip_spaces(s);
	return true;
}

/* The year rule of the header. Two digits are พ.ศ. only where nothing else says
 * otherwise: after an English month they could be either, so they are refused. */
static bool year_of(int64_t written, size_t digits, bool thai, int *ret)
{
	if (digits == 2 && thai)
		*ret = (int)written + 2500 - 543;
	else if (digits == 4 && written >= 2400)
		*ret = (int)written - 543;
	else if (digits == 4 && written >= 1900 && written <= 2200)
		*ret = (int)written;
	else
		return false;
	return true;
}

bool date_parse(struct str text, struct date *ret)
{
	char room[MAX_WRITTEN];
	struct date d;
	bool thai;
	int64_t year;

	if (text.n > sizeof room)
		return false;
	struct str s = plain(text, room);
	if (date_parse_iso(s, &d)) {
		if (d.year >= 2400)
			return false;
		*ret = d;
		return true;
	}
	if (!take_day_month(&s, &d, &thai))
		return false;
	size_t digits = s.n;
	if (!str_take_uint(&s, 4, &year) || s.n != 0)
		return false;
	if (!year_of(year, digits, thai, &d.year) || !date_valid(d))
		return false;
	*ret = d;
	return true;
}

/* ".1", ".12", ".123…": milliseconds; more digits are cut. */
static bool take_fraction(struct str *s, int *ms)
{
	int scale = 100;
	*ms = 0;
	if (!str_take_char(s, '.'))
		return true;
	if (s->n == 0 || s->p[0] < '0' || s->p[0] > '9')
		return false;
	for (; s->n && s->p[0] >= '0' && s->p[0] <= '9'; scale /= 10) {
		*ms += (s->p[0] - '0') * scale;
		*s = str_from(*s, 1);
	}
	return true;
}

/* "Z" or "+07:00". */
static bool take_offset(struct str *s, int *minutes)
{
	int h, m;
	*minutes = 0;
	if (str_take_char(s, 'Z'))
		return true;
	bool minus = str_take_char(s, '-');
	if (!minus && !str_take_char(s, '+'))
		return false;
	if (!take_exactly(s, 2, &h) || !str_take_char(s, ':') ||
	    !take_exactly(s, 2, &m) || h > 23 || m > 59)
		return false;
	*minutes = (h * 60 + m) * (minus ? -1 : 1);
	return true;
}

bool time_parse_iso(struct str s, int64_t *ret_ms)
{
	struct date d;
	int h, m, sec, ms, offset;
	if (!take_iso(&s, &d) || !str_take_char(&s, 'T') ||
	    !take_exactly(&s, 2, &h) || !str_take_char(&s, ':') ||
	    !take_exactly(&s, 2, &m) || !str_take_char(&s, ':') ||
	    !take_exactly(&s, 2, &sec) || h > 23 || m > 59 || sec > 59 ||
	    !take_fraction(&s, &ms) || !take_offset(&s, &offset) || s.n != 0)
		return false;
	int64_t minutes = date_days(d) * 1440 + h * 60 + m - offset;
	*ret_ms = (minutes * 60 + sec) * 1000 + ms;
	return true;
}
