#include "source/param.h"

#include <stdlib.h>

#include "base/str.h"
#include "base/time.h"

#define TEXT_LENGTH_DEFAULT INT64_C(1000)
#define NAME_MAX_BYTES ((size_t)63)

/* Words that mean something else in the query string. */
static const struct str reserved[] = {
	STR_INIT("select"),
	STR_INIT("order"),
	STR_INIT("offset"),
	STR_INIT("limit"),
	STR_INIT("cursor"),
	STR_INIT("format"),
	STR_INIT("profile"),
	STR_INIT("and"),
	STR_INIT("or"),
	STR_INIT("not"),
};

static size_t take_digits(struct str *s)
{
	size_t n = 0;

	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	*s = str_from(*s, n);
	return n;
}

/* A number as JSON has it (RFC 8259 clause 6). */
static bool is_number(struct str s, bool *ret_whole)
{
	*ret_whole = true;
	str_take_char(&s, '-');
	if (s.n > 1 && s.p[0] == '0' && s.p[1] >= '0' && s.p[1] <= '9')
		return false;
	if (take_digits(&s) == 0)
		return false;
	if (str_take_char(&s, '.')) {
		*ret_whole = false;
		if (take_digits(&s) == 0)
			return false;
	}
	if (str_take_char(&s, 'e') || str_take_char(&s, 'E')) {
		*ret_whole = false;
		if (!str_take_char(&s, '+'))
			str_take_char(&s, '-');
		if (take_digits(&s) == 0)
			return false;
	}
	return s.n == 0;
}

static bool parse_number(struct str s, struct cell *ret)
{
	int64_t i = 0;
	bool whole = false;

	/* Longer than any double needs; strtod gets a copy. */
	if (s.n > 64 || !is_number(s, &whole))
		return false;
	ret->kind = whole && str_i64(s, &i) ? CELL_INTEGER : CELL_REAL;
	ret->s = s;
	return true;
}

static bool parse_boolean(struct str s, struct cell *ret)
{
	ret->kind = CELL_INTEGER;
	if (str_eq(s, STR("true")) || str_eq(s, STR("1")))
		ret->s = STR("1");
	else if (str_eq(s, STR("false")) || str_eq(s, STR("0")))
		ret->s = STR("0");
	else
		return false;
	return true;
}

static bool take_two(struct str *s, int64_t below)
{
	struct str before = *s;
	int64_t v = 0;

	if (!str_take_uint(s, 2, &v) || before.n - s->n != 2 || v >= below) {
		*s = before;
		return false;
	}
	return true;
}

static bool is_zone(struct str s)
{
	if (s.n == 0 || str_eq(s, STR("Z")))
		return true;
	return (str_take_char(&s, '+') || str_take_char(&s, '-')) &&
	       take_two(&s, 24) && str_take_char(&s, ':') && take_two(&s, 60) &&
	       s.n == 0;
}

static bool is_datetime(struct str s)
{
	struct date d;

	if (s.n < 10 || !date_parse_iso(str_upto(s, 10), &d))
		return false;
	s = str_from(s, 10);
	if (s.n == 0)
		return true;
	if (!str_take_char(&s, 'T') && !str_take_char(&s, ' '))
		return false;
	if (!take_two(&s, 24) || !str_take_char(&s, ':') || !take_two(&s, 60))
		return false;
	if (str_take_char(&s, ':') &&
	    (!take_two(&s, 60) ||
		(str_take_char(&s, '.') && take_digits(&s) == 0)))
		return false;
	return is_zone(s);
}

bool value_parse(enum column_type type, struct str s, struct cell *ret)
{
	struct cell c = { .kind = CELL_TEXT, .s = s };
	struct date d;
	int64_t i = 0;
	bool ok = false;

	if (s.n > VALUE_BYTES || !str_utf8(s) ||
	    (s.n > 0 && str_index(s, '\0') < s.n))
		return false;
	switch (type) {
	case TYPE_TEXT:
		ok = true;
		break;
	case TYPE_INTEGER:
		c.kind = CELL_INTEGER;
		ok = str_i64(s, &i);
		break;
	case TYPE_NUMBER:
		ok = parse_number(s, &c);
		break;
	case TYPE_BOOLEAN:
		ok = parse_boolean(s, &c);
		break;
	case TYPE_DATE:
		ok = date_parse_iso(s, &d);
		break;
	case TYPE_DATETIME:
		ok = is_datetime(s);
		break;
	case TYPE_BYTES:
	case COLUMN_TYPES:
		break;
	}
	if (ok)
		*ret = c;
	return ok;
}

static double as_double(struct str s)
{
	char text[72] = { 0 };

	REQUIRE(s.n < sizeof(text));
	for (size_t i = 0; i < s.n; i++)
		text[i] = s.p[i];
	return strtod(text, NULL);
}

/* Two values of one type; dates compare as text. */
static int value_cmp(const struct cell *a, const struct cell *b)
{
	int64_t i = 0, j = 0;

	if (a->kind == CELL_INTEGER && b->kind == CELL_INTEGER) {
		REQUIRE(str_i64(a->s, &i) && str_i64(b->s, &j));
		return (i > j) - (i < j);
	}
	if (a->kind == CELL_TEXT)
		return str_cmp(a->s, b->s);

	double x = as_double(a->s), y = as_double(b->s);
	return (x > y) - (x < y);
}

static bool has_bounds(enum column_type t)
{
	return t == TYPE_INTEGER || t == TYPE_NUMBER || t == TYPE_DATE ||
	       t == TYPE_DATETIME;
}

/* Whether `c`, read from `text`, is within the declaration. */
static bool within(const struct param *p, struct str text, const struct cell *c)
{
	struct cell bound;
	int64_t length =
	    p->max_length > 0 ? p->max_length : TEXT_LENGTH_DEFAULT;

	if (p->min.p != NULL && value_parse(p->type, p->min, &bound) &&
	    value_cmp(c, &bound) < 0)
		return false;
	if (p->max.p != NULL && value_parse(p->type, p->max, &bound) &&
	    value_cmp(c, &bound) > 0)
		return false;
	if (p->type == TYPE_TEXT && (int64_t)str_chars(text) > length)
		return false;
	if (p->n_allowed == 0)
		return true;
	for (size_t i = 0; i < p->n_allowed; i++) {
		if (str_eq(text, p->allowed[i]))
			return true;
	}
	return false;
}

static bool name_ok(struct str s)
{
	if (s.n == 0 || s.n > NAME_MAX_BYTES || s.p[0] < 'a' || s.p[0] > 'z')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    c != '_')
			return false;
	}
	for (size_t i = 0; i < COUNT(reserved); i++) {
		if (str_eq(s, reserved[i]))
			return false;
	}
	return true;
}

static bool bounds_ok(const struct param *p)
{
	struct cell low, high;
	bool has_low = p->min.p != NULL, has_high = p->max.p != NULL;

	if ((has_low || has_high) && !has_bounds(p->type))
		return false;
	if (has_low && !value_parse(p->type, p->min, &low))
		return false;
	if (has_high && !value_parse(p->type, p->max, &high))
		return false;
	return !has_low || !has_high || value_cmp(&low, &high) <= 0;
}

static bool values_ok(const struct param *p)
{
	struct cell c;

	for (size_t i = 0; i < p->n_allowed; i++) {
		if (!value_parse(p->type, p->allowed[i], &c))
			return false;
	}
	return p->preset.p == NULL || (value_parse(p->type, p->preset, &c) &&
					  within(p, p->preset, &c));
}

static bool named_before(struct params ps, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (str_eq(ps.v[k].name, ps.v[i].name))
			return true;
	}
	return false;
}

enum err params_check(struct ctx *cx, struct params ps)
{
	if (ps.n > PARAMS_MAX)
		return fail(cx, ERR_INVALID, MSG_error_sql_too_many_parameters);
	for (size_t i = 0; i < ps.n; i++) {
		const struct param *p = &ps.v[i];

		if (!name_ok(p->name) || named_before(ps, i))
			field_wrong(
			    cx, p->name, MSG_error_parameter_name, p->name);
		else if (p->type >= TYPE_BYTES || p->max_length < 0 ||
			 p->n_allowed > PARAM_ENUM_MAX || !bounds_ok(p) ||
			 !values_ok(p))
			field_wrong(cx, p->name,
			    MSG_error_parameter_declaration, p->name);
	}
	return fields_end(cx);
}

/* The last one given counts; two of one name are refused. */
static bool find_arg(
    struct ctx *cx, struct args args, struct str name, struct str *ret)
{
	bool found = false;

	for (size_t i = 0; i < args.n; i++) {
		if (!str_eq(args.v[i].name, name))
			continue;
		if (found)
			field_wrong(cx, name, MSG_error_parameter_twice, name);
		*ret = args.v[i].value;
		found = true;
	}
	return found;
}

static void bind_one(struct ctx *cx, const struct param *p, struct args args,
    bool partial, struct cell *ret)
{
	struct str text = { 0 };

	*ret = (struct cell){ .kind = CELL_NULL };
	if (!find_arg(cx, args, p->name, &text)) {
		if (p->preset.p == NULL) {
			if (p->required && !partial)
				field_wrong(cx, p->name,
				    MSG_error_parameter_missing, p->name);
			return;
		}
		text = p->preset;
	}
	if (!value_parse(p->type, text, ret) || !within(p, text, ret))
		field_wrong(cx, p->name, MSG_error_parameter_value, p->name);
}

enum err params_bind(struct ctx *cx, struct params ps, struct args args,
    bool partial, const struct cell **ret)
{
	struct cell *cells = ARENA_ARRAY(cx->arena, struct cell, ps.n);

	for (size_t i = 0; i < args.n; i++) {
		bool known = false;

		for (size_t k = 0; k < ps.n && !known; k++)
			known = str_eq(args.v[i].name, ps.v[k].name);
		if (!known)
			field_wrong(cx, args.v[i].name,
			    MSG_error_parameter_unknown, args.v[i].name);
	}
	for (size_t i = 0; i < ps.n; i++)
		bind_one(cx, &ps.v[i], args, partial, &cells[i]);

	enum err e = fields_end(cx);
	if (e == OK)
		*ret = cells;
	return e;
}
