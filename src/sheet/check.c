/* check.c - columns.h: whether a cell is what its column must be. */
#include <string.h>

#include "base/buf.h"
#include "base/near.h"
#include "base/str.h"
#include "base/thai.h"
#include "base/time.h"
#include "sheet/columns.h"
#include "sheet/id.h"
#include "sheet/numfmt.h"

enum { NUMBER_MOST = 64, MAIL_MOST = 254 };

struct sheet_codes {
	const struct str *v; /* as they are written */
	struct str *keys;
	size_t n, distinct, cap;
	size_t *slots; /* index + 1 by hash of the key; cap is a power of two */
};

static size_t hash_of(struct str s)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3;
	return (size_t)(h ^ h >> 32);
}

struct sheet_codes *sheet_codes_new(
    struct arena *a, const struct str *codes, size_t n)
{
	struct sheet_codes *c = ARENA_NEW(a, struct sheet_codes);

	for (c->cap = 16; c->cap < 2 * n; c->cap *= 2)
		;
	c->v = codes;
	c->n = n;
	c->keys = ARENA_ARRAY(a, struct str, n + 1);
	c->slots = ARENA_ARRAY(a, size_t, c->cap);
	struct arena *each = arena_new();
	const struct arena_mark mark = arena_mark(each);
	for (size_t i = 0; i < n; i++) {
		c->keys[i] = str_dup(a, thai_search_key(each, codes[i]));
		arena_rewind(each, mark);
		size_t at = hash_of(c->keys[i]) & (c->cap - 1);
		while (c->slots[at] > 0 &&
		       !str_eq(c->keys[c->slots[at] - 1], c->keys[i]))
			at = (at + 1) & (c->cap - 1);
		if (c->slots[at] > 0) {
			c->keys[i] = STR(""); /* a twin */
			continue;
		}
		c->slots[at] = i + 1;
		c->distinct++;
	}
	arena_free(each);
	return c;
}

size_t sheet_codes_count(const struct sheet_codes *c)
{
	return c->distinct;
}

/* The code as the list has it, whatever the case and digits of the cell. */
static bool take_code(
    struct arena *a, const struct sheet_codes *c, struct str s, struct str *ret)
{
	struct str key = thai_search_key(a, s);

	for (size_t at = hash_of(key) & (c->cap - 1); c->slots[at] > 0;
	     at = (at + 1) & (c->cap - 1)) {
		size_t i = c->slots[at] - 1;
		if (!str_eq(c->keys[i], key))
			continue;
		*ret = c->v[i];
		return true;
	}
	return false;
}

struct str sheet_codes_near(
    struct arena *a, const struct sheet_codes *c, struct str s)
{
	size_t i = near_only(thai_search_key(a, s), c->keys, c->n);
	return i < c->n ? c->v[i] : (struct str){ 0 };
}

/* "1,234.50" and "๑๒" as a plain decimal. */
static bool take_number(struct arena *a, struct str s, struct str *ret)
{
	char room[NUMBER_MOST];
	size_t n = 0, group = 0;
	bool grouped = false;
	struct buf b = buf_new(a, NUMBER_MOST * 8);

	s = str_trim(thai_digits_ascii(a, s));
	size_t point = str_index(s, '.');
	if (s.n == 0 || s.n > sizeof room)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ',' && i < point) {
			/* Three digits between commas, or it is something
			 * else. */
			if ((grouped && group != 3) || group == 0 || group > 3)
				return false;
			grouped = true;
			group = 0;
			continue;
		}
		group += i < point && s.p[i] >= '0' && s.p[i] <= '9';
		room[n++] = s.p[i];
	}
	if (grouped && group != 3)
		return false;
	struct str digits = str_n(room, n);
	str_take_char(&digits, '+');
	if (!number_put(&b, digits))
		return false;
	*ret = buf_view(&b);
	return true;
}

static bool is_integer(struct str s)
{
	int64_t v;
	return str_i64(s, &v);
}

static bool take_bool(struct arena *a, struct str s, struct str *ret)
{
	static const struct {
		const char *word;
		bool is;
	} words[] = { { "true", true }, { "false", false }, { "yes", true },
		{ "no", false }, { "y", true }, { "n", false }, { "1", true },
		{ "0", false }, { "ใช่", true }, { "ไม่ใช่", false },
		{ "มี", true }, { "ไม่มี", false } };
	struct str key = thai_search_key(a, s);

	for (size_t i = 0; i < COUNT(words); i++)
		if (str_eq(key, str_of(words[i].word))) {
			*ret = words[i].is ? STR("true") : STR("false");
			return true;
		}
	return false;
}

/* d-m-y and d.m.y as d/m/y, since date_parse() knows only that. */
static struct str with_slashes(struct arena *a, struct str s)
{
	char *p;
	size_t at = 0, digits[3] = { 0 }, part = 0;

	for (; at < s.n; at++) {
		bool digit = s.p[at] >= '0' && s.p[at] <= '9';
		bool mark = s.p[at] == '-' || s.p[at] == '.' || s.p[at] == '/';
		if (mark && part < 2)
			part++;
		else if (digit)
			digits[part]++;
		else
			return s;
	}
	if (part != 2 || digits[0] == 0 || digits[0] > 2)
		return s;
	p = arena_alloc(a, s.n);
	memcpy(p, s.p, s.n);
	for (size_t i = 0; i < s.n; i++)
		if (p[i] == '-' || p[i] == '.')
			p[i] = '/';
	return str_n(p, s.n);
}

/* The digits of the year: what stands last, or first in ISO. */
static size_t year_digits(struct str s)
{
	size_t n = 0;
	while (n < s.n && s.p[s.n - 1 - n] >= '0' && s.p[s.n - 1 - n] <= '9')
		n++;
	return n;
}

static bool take_date(
    struct arena *a, struct str text, enum sheet_era era, struct date *ret)
{
	struct str s = with_slashes(a, str_trim(thai_digits_ascii(a, text)));
	struct date d;

	if (date_parse_iso(s, &d)) {
		/* ISO is of the Gregorian calendar; some write พ.ศ. so. */
		if (d.year < 2400 && era == SHEET_ERA_BE)
			return false;
		if (d.year >= 2400 && era == SHEET_ERA_CE)
			return false;
		d.year -= d.year >= 2400 ? 543 : 0;
	} else if (!date_parse(s, &d)) {
		return false;
	} else if (year_digits(s) == 2) {
		if (era == SHEET_ERA_CE) {
			int written = (d.year + 543) % 100;
			d.year = written + (written < 70 ? 2000 : 1900);
		}
	} else {
		int64_t written;
		struct str year = str_from(s, s.n - year_digits(s));
		if (!str_take_uint(&year, 4, &written) ||
		    (era == SHEET_ERA_BE && written < 2400) ||
		    (era == SHEET_ERA_CE && written >= 2400))
			return false;
	}
	if (!date_valid(d))
		return false;
	*ret = d;
	return true;
}

/* "09:14", "9.14 น.", "09:14:00". */
static bool take_time(struct arena *a, struct str s, struct str *ret)
{
	int64_t h, m, sec = 0;

	s = str_trim(s);
	if (str_ends(s, STR("น.")))
		s = str_trim(str_upto(s, s.n - STR("น.").n));
	if (!str_take_uint(&s, 2, &h) ||
	    (!str_take_char(&s, ':') && !str_take_char(&s, '.')) || s.n < 2 ||
	    !str_take_uint(&s, 2, &m))
		return false;
	if (str_take_char(&s, ':') && !str_take_uint(&s, 2, &sec))
		return false;
	if (s.n > 0 || h > 23 || m > 59 || sec > 59)
		return false;
	*ret = str_fmt(a, "%02d:%02d:%02d", (int)h, (int)m, (int)sec);
	return true;
}

/* A true date cell in which somebody typed the year in พ.ศ. */
static bool take_day_cell(const struct sheet_column *c,
    const struct sheet_cell *cell, struct date *d, struct sheet_value *ret)
{
	if (!date_parse_iso(str_upto(cell->s, 10), d))
		return false;
	ret->moved = d->year >= 2400 && c->era != SHEET_ERA_CE;
	if (ret->moved)
		d->year -= 543;
	return date_valid(*d);
}

static bool check_date(struct arena *a, const struct sheet_column *c,
    const struct sheet_cell *cell, struct sheet_value *ret)
{
	struct date d = { 0 };
	bool well = cell->kind == SHEET_DATE ? take_day_cell(c, cell, &d, ret)
	            : cell->kind == SHEET_TEXT
	                ? take_date(a, cell->s, c->era, &d)
	                : false;

	if (well)
		ret->s = date_iso(a, d);
	return well;
}

static bool check_datetime(struct arena *a, const struct sheet_column *c,
    const struct sheet_cell *cell, struct sheet_value *ret)
{
	struct date d = { 0 };
	struct str time = STR("00:00:00"), s = str_trim(cell->s);

	if (cell->kind == SHEET_DATETIME || cell->kind == SHEET_DATE) {
		if (!take_day_cell(c, cell, &d, ret))
			return false;
		if (cell->kind == SHEET_DATETIME)
			time = str_from(cell->s, 11);
	} else {
		size_t at = s.n;
		s = str_trim(thai_digits_ascii(a, s));
		if (str_ends(s, STR("น.")))
			s = str_trim(str_upto(s, s.n - STR("น.").n));
		for (at = s.n; at > 0; at--)
			if (s.p[at - 1] == ' ' || s.p[at - 1] == 'T')
				break;
		if (cell->kind != SHEET_TEXT || at == 0 ||
		    !take_time(a, str_from(s, at), &time) ||
		    !take_date(a, str_upto(s, at - 1), c->era, &d))
			return false;
	}
	struct str day = date_iso(a, d);
	ret->s = str_fmt(a, "%.*sT%.*s", STR_ARG(day), STR_ARG(time));
	return true;
}

/* Digits of a text in which blanks and the marks given may stand between. */
static bool take_digits(
    struct arena *a, struct str s, const char *marks, struct str *ret)
{
	struct buf b = buf_new(a, NUMBER_MOST);

	s = thai_digits_ascii(a, s);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9')
			buf_char(&b, s.p[i]);
		else if (s.p[i] == '\0' || !strchr(marks, s.p[i]))
			return false;
	}
	*ret = buf_view(&b);
	return buf_ok(&b) && ret->n > 0;
}

bool sheet_citizen_id(struct str s)
{
	int sum = 0;

	if (s.n != 13 || s.p[0] < '1' || s.p[0] > '8')
		return false;
	for (int i = 0; i < 12; i++)
		sum += (s.p[i] - '0') * (13 - i);
	return s.p[12] - '0' == (11 - sum % 11) % 10;
}

static bool check_citizen_id(
    struct arena *a, struct str s, struct str *ret, enum msg *wrong)
{
	if (!take_digits(a, s, " -", ret) || ret->n != 13) {
		*wrong = MSG_sheet_wrong_citizen_id;
		return false;
	}
	*wrong = MSG_sheet_wrong_citizen_id_digit;
	return sheet_citizen_id(*ret);
}

/* domain.md 5.10: 02 and 0xx numbers have nine digits, 06 08 09 ten; an
 * extension follows "ต่อ"; a number of the house has four digits. */
static bool check_phone(struct arena *a, struct str s, struct sheet_value *ret)
{
	static const struct str before[] = { STR_INIT("ต่อ"), STR_INIT("ext."),
		STR_INIT("ext"), STR_INIT("#"), STR_INIT("x") };
	struct str digits, more = { 0 };

	s = str_trim(thai_digits_ascii(a, s));
	for (size_t i = 0; i < COUNT(before) && !more.p; i++)
		for (size_t at = 1; at + before[i].n < s.n; at++)
			if (str_eq_nocase(
				str_upto(str_from(s, at), before[i].n),
				before[i])) {
				more = str_from(s, at + before[i].n);
				s = str_trim(str_upto(s, at));
				break;
			}
	if (more.p &&
	    (!take_digits(a, more, " -", &ret->more) || ret->more.n > 6))
		return false;
	bool abroad = str_take(&s, STR("+66"));
	if (!take_digits(a, s, " -().", &digits))
		return false;
	if (!abroad && digits.n == 4 && digits.p[0] != '0' && !more.p) {
		ret->more = digits;
		ret->s = digits;
		return true;
	}
	bool zero = str_take_char(&digits, '0');
	if ((!zero && !abroad) || digits.n < 8 || digits.n > 9 ||
	    digits.p[0] == '0')
		return false;
	bool mobile =
	    digits.p[0] == '6' || digits.p[0] == '8' || digits.p[0] == '9';
	ret->s = str_fmt(a, "+66%.*s", STR_ARG(digits));
	return mobile == (digits.n == 9);
}

static bool is_atom(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("!#$%&'*+/=?^_`{|}~-", c) != NULL);
}

/* Atoms between dots. */
static bool is_dotted(struct str s, bool domain, size_t least)
{
	size_t parts = 0;

	while (s.p && parts < 100) {
		struct str part;
		(void)str_cut(s, '.', &part, &s);
		if (part.n == 0 || (domain && part.n > 63) ||
		    (domain && (part.p[0] == '-' || part.p[part.n - 1] == '-')))
			return false;
		for (size_t i = 0; i < part.n; i++)
			if (!is_atom(part.p[i]) ||
			    (domain && strchr("!#$%&'*+/=?^_`{|}~", part.p[i])))
				return false;
		parts++;
	}
	return parts >= least;
}

static bool check_email(struct arena *a, struct str s, struct str *ret)
{
	struct str local, domain;

	s = str_trim(s);
	if (s.n > MAIL_MOST || !str_cut(s, '@', &local, &domain) ||
	    local.n > 64 || !is_dotted(local, false, 1) ||
	    !is_dotted(domain, true, 2))
		return false;
	struct str lower = str_lower(a, domain);
	*ret = str_fmt(a, "%.*s@%.*s", STR_ARG(local), STR_ARG(lower));
	return true;
}

/* A cell that holds a number, as far as its kind goes. */
static bool check_number(
    struct arena *a, const struct sheet_cell *cell, bool whole, struct str *ret)
{
	if (cell->kind != SHEET_NUMBER && cell->kind != SHEET_TEXT)
		return false;
	return take_number(a, cell->s, ret) && (!whole || is_integer(*ret));
}

/* No mail address, and no number: what stands in such a column by mistake. */
static bool check_name(struct arena *a, struct str s, struct str *ret)
{
	struct str plain = thai_digits_ascii(a, s);

	for (size_t i = 0; i < plain.n; i++)
		if ((plain.p[i] >= '0' && plain.p[i] <= '9') ||
		    plain.p[i] == '@')
			return false;
	*ret = thai_normal(a, s);
	return ret->n > 0;
}

static bool is_right(struct arena *a, const struct sheet_column *c,
    const struct sheet_cell *cell, struct sheet_value *ret, enum msg *wrong)
{
	switch (c->check) {
	case SHEET_CHECK_text:
		ret->s = thai_normal(a, cell->s);
		return true;
	case SHEET_CHECK_id:
		return sheet_id(a, cell, &ret->s, wrong);
	case SHEET_CHECK_integer:
		return check_number(a, cell, true, &ret->s);
	case SHEET_CHECK_number:
		return check_number(a, cell, false, &ret->s);
	case SHEET_CHECK_boolean:
		return take_bool(a, cell->s, &ret->s);
	case SHEET_CHECK_date:
		return check_date(a, c, cell, ret);
	case SHEET_CHECK_datetime:
		return check_datetime(a, c, cell, ret);
	case SHEET_CHECK_citizen_id:
		return check_citizen_id(a, cell->s, &ret->s, wrong);
	case SHEET_CHECK_phone:
		return check_phone(a, cell->s, ret);
	case SHEET_CHECK_email:
		return check_email(a, cell->s, &ret->s);
	case SHEET_CHECK_code:
		return c->codes && take_code(a, c->codes, cell->s, &ret->s);
	case SHEET_CHECK_name:
		return cell->kind == SHEET_TEXT &&
		       check_name(a, cell->s, &ret->s);
	case SHEET_CHECKS:
		break;
	}
	return false;
}

/* Blanks that do not break and marks that nobody sees come with what is copied
 * from pages of the web; only letters outside of ASCII can be such. */
static struct sheet_cell tidied(struct arena *a, const struct sheet_cell *cell)
{
	struct sheet_cell tidy = *cell;
	size_t i = 0;
	while (i < cell->s.n && (unsigned char)cell->s.p[i] < 0x80)
		i++;
	if (cell->kind == SHEET_TEXT && i < cell->s.n)
		tidy.s = thai_normal(a, cell->s);
	return tidy;
}

bool sheet_check(struct arena *a, const struct sheet_column *c,
    const struct sheet_cell *cell, struct sheet_value *ret, enum msg *ret_wrong)
{
	static const enum msg messages[SHEET_CHECKS] = {
#define CHECK(name, type, msg) [SHEET_CHECK_##name] = MSG_##msg,
#include "base/checks.def"
#undef CHECK
	};
	struct sheet_value v = { .s = STR("") };

	REQUIRE(c->check < SHEET_CHECKS);
	const struct sheet_cell tidy = tidied(a, cell);
	if (tidy.kind == SHEET_EMPTY || str_trim(tidy.s).n == 0) {
		*ret_wrong = MSG_sheet_wrong_empty;
		*ret = v;
		return !c->needed;
	}
	*ret_wrong = messages[c->check];
	if (cell->kind == SHEET_ERROR) {
		*ret_wrong = MSG_sheet_wrong_error;
		return false;
	}
	if (!is_right(a, c, &tidy, &v, ret_wrong))
		return false;
	*ret = v;
	return true;
}
