#include "core/answers.h"

#include "base/cidr.h"
#include "base/str.h"
#include "base/thai.h"
#include "base/time.h"
#include "core/people.h"

enum { max_items = 50, max_code = 60 };

#define C(text) { .code = STR_INIT(text) },
#define CHOICES(set, prefix, list) \
	static const struct choice set##_choices[] = { list };
#define ANSWER(key, type, max, set)
#include "core/answers.def"
#undef CHOICES
#undef ANSWER
#undef C

#define HAS_CHOICES(type) \
	(FIELD_##type == FIELD_choice || FIELD_##type == FIELD_choices)

static const struct field known[] = {
#define CHOICES(set, prefix, list)
#define ANSWER(name, kind, max, set)      \
	{ .key = STR_INIT(#name),         \
		.type = FIELD_##kind,     \
		.max_chars = max,         \
		.choices = set##_choices, \
		.n_choices = HAS_CHOICES(kind) ? COUNT(set##_choices) : 0 },
#include "core/answers.def"
#undef ANSWER
};

static const char *const keys[] = {
#define ANSWER(name, type, max, set) #name,
#include "core/answers.def"
#undef ANSWER
#undef CHOICES
};

static const struct {
	const struct choice *choices;
	struct str prefix;
} prefixes[] = {
#define CHOICES(set, text, list) \
	{ .choices = set##_choices, .prefix = STR_INIT(text) },
#define ANSWER(name, type, max, set)
#include "core/answers.def"
#undef ANSWER
#undef CHOICES
};

const struct field *answer_known(struct str key)
{
	for (size_t i = 0; i < COUNT(known); i++)
		if (str_eq(known[i].key, key))
			return &known[i];
	return NULL;
}

const char *const *answer_keys(size_t *ret_n)
{
	*ret_n = COUNT(keys);
	return keys;
}

struct str answer_prefix(struct str key)
{
	const struct field *f = answer_known(key);

	for (size_t i = 0; f && i < COUNT(prefixes); i++)
		if (prefixes[i].choices == f->choices)
			return prefixes[i].prefix;
	return (struct str){ 0 };
}

/* One value being checked. */
struct check {
	struct ctx *cx;
	const struct field *field;
};

static json_t *text_value(struct ctx *cx, struct str s)
{
	json_t *v = json_stringn(s.p, s.n);

	REQUIRE(v);
	return json_keep(cx->arena, v);
}

static bool wrong(const struct check *c, enum msg m, struct str arg)
{
	field_wrong(c->cx, c->field->key, m, arg);
	return false;
}

static bool has_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char b = (unsigned char)s.p[i];
		if ((b < 0x20 && b != '\n' && b != '\r' && b != '\t') ||
		    b == 0x7f)
			return true;
	}
	return false;
}

static bool check_length(const struct check *c, struct str s, size_t max)
{
	if (str_chars(s) <= max)
		return true;
	return wrong(c, MSG_field_too_long, str_fmt(c->cx->arena, "%zu", max));
}

static bool check_text(const struct check *c, struct str s, struct str *ret)
{
	bool lines = c->field->type == FIELD_lines;

	if (has_control(s))
		return wrong(c, MSG_field_not_text, STR(""));
	*ret = lines ? thai_normal_lines(c->cx->arena, s)
	             : thai_normal(c->cx->arena, s);
	return check_length(c, *ret, c->field->max_chars);
}

static bool check_date(const struct check *c, struct str s, struct str *ret)
{
	struct date d;

	if (!date_parse(s, &d))
		return wrong(c, MSG_field_bad_date, STR(""));
	*ret = date_iso(c->cx->arena, d);
	return true;
}

static bool check_email(const struct check *c, struct str s, struct str *ret)
{
	if (!email_normal(c->cx->arena, s, ret))
		return wrong(c, MSG_field_bad_email, STR(""));
	return true;
}

/* Internal numbers may be as short as three digits; extensions and dashes are
 * kept as they were typed (domain.md 5.10). */
static bool check_phone(const struct check *c, struct str s, struct str *ret)
{
	size_t digits = 0;

	if (has_control(s))
		return wrong(c, MSG_field_bad_phone, STR(""));
	*ret = thai_digits_ascii(c->cx->arena, thai_normal(c->cx->arena, s));
	for (size_t i = 0; i < ret->n; i++)
		digits += ret->p[i] >= '0' && ret->p[i] <= '9';
	if (digits < 3 || digits > 30 || str_index(*ret, '@') != ret->n)
		return wrong(c, MSG_field_bad_phone, STR(""));
	return check_length(c, *ret, c->field->max_chars);
}

static bool check_choice(const struct check *c, struct str s, struct str *ret)
{
	for (size_t i = 0; i < c->field->n_choices; i++)
		if (str_eq(c->field->choices[i].code, s)) {
			*ret = c->field->choices[i].code;
			return true;
		}
	return wrong(c, MSG_field_bad_choice, s);
}

static bool check_network(const struct check *c, struct str s, struct str *ret)
{
	struct cidr network;

	if (!cidr_parse(s, &network))
		return wrong(c, MSG_field_bad_network, s);
	*ret = cidr_text(c->cx->arena, &network);
	return true;
}

/* Only the form of a code: which systems there are, the store knows. */
static bool check_code(const struct check *c, struct str s, struct str *ret)
{
	bool ok = s.n <= max_code;

	for (size_t i = 0; i < s.n; i++) {
		char b = s.p[i];
		ok = ok && ((b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') ||
			       (b >= 'A' && b <= 'Z') || b == '_' || b == '-' ||
			       b == '.');
	}
	*ret = s;
	return ok ? true : wrong(c, MSG_field_bad_choice, s);
}

static bool check_scalar(const struct check *c, struct str s, struct str *ret)
{
	switch (c->field->type) {
	case FIELD_date:
		return check_date(c, s, ret);
	case FIELD_email:
		return check_email(c, s, ret);
	case FIELD_phone:
		return check_phone(c, s, ret);
	case FIELD_choice:
	case FIELD_choices:
		return check_choice(c, s, ret);
	case FIELD_networks:
		return check_network(c, s, ret);
	case FIELD_systems:
		return check_code(c, s, ret);
	case FIELD_text:
	case FIELD_lines:
	case FIELD_unit:
	case FIELD_flag:
	case FIELD_TYPES:
		break;
	}
	return check_text(c, s, ret);
}

static bool list_has(const json_t *list, struct str s)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_eq(json_as_text(json_array_get(list, i)), s))
			return true;
	return false;
}

/* Adds one item of a list unless it is there already. */
static bool add_item(const struct check *c, struct str s, json_t *list)
{
	struct str item;

	s = str_trim(s);
	if (s.n == 0)
		return true;
	if (!check_scalar(c, s, &item))
		return false;
	if (list_has(list, item))
		return true;
	if (json_array_size(list) == max_items)
		return wrong(c, MSG_field_too_many,
		    str_fmt(c->cx->arena, "%d", max_items));
	json_add_text(list, item);
	return true;
}

/* A form sends one line where the API sends a list. */
static bool add_line(const struct check *c, struct str s, json_t *list)
{
	size_t start = 0;

	for (size_t i = 0; i <= s.n; i++) {
		bool gap = i == s.n || s.p[i] == ',' || s.p[i] == ' ' ||
		           s.p[i] == '\n' || s.p[i] == '\r' || s.p[i] == '\t';
		if (!gap)
			continue;
		if (!add_item(c, str_from(str_upto(s, i), start), list))
			return false;
		start = i + 1;
	}
	return true;
}

static bool check_list(const struct check *c, const json_t *in, json_t **ret)
{
	json_t *list = json_new_array(c->cx->arena);

	if (json_is_string(in) && !add_line(c, json_as_text(in), list))
		return false;
	if (!json_is_string(in) && !json_is_array(in))
		return wrong(c, MSG_field_not_list, STR(""));
	for (size_t i = 0; json_is_array(in) && i < json_array_size(in); i++) {
		const json_t *item = json_array_get(in, i);
		if (!json_is_string(item))
			return wrong(c, MSG_field_not_text, STR(""));
		if (!add_item(c, json_as_text(item), list))
			return false;
	}
	*ret = json_array_size(list) ? list : NULL;
	return true;
}

/* Yes is kept; no is the same as absent. */
static bool check_flag(const struct check *c, const json_t *in, json_t **ret)
{
	static const char *const yes[] = { "true", "yes", "on", "1" };
	static const char *const no[] = { "false", "no", "off", "0" };
	struct str s = json_as_text(in);

	bool on = json_is_true(in) || kind_find(s, yes, COUNT(yes)) >= 0;
	bool off = json_is_false(in) || kind_find(s, no, COUNT(no)) >= 0;
	if (!on && !off)
		return wrong(c, MSG_field_bad_flag, STR(""));
	*ret = on ? json_true() : NULL;
	return true;
}

static bool is_list(const struct field *f)
{
	return f->type == FIELD_choices || f->type == FIELD_systems ||
	       f->type == FIELD_networks;
}

/* The value as it is kept; *ret is NULL when the answer goes. */
static bool check_value(const struct check *c, const json_t *in, json_t **ret)
{
	struct str s = str_trim(json_as_text(in));
	struct str kept;

	*ret = NULL;
	if (json_is_null(in) || (json_is_string(in) && s.n == 0))
		return true;
	if (is_list(c->field))
		return check_list(c, in, ret);
	if (c->field->type == FIELD_flag)
		return check_flag(c, in, ret);
	if (!json_is_string(in))
		return wrong(c, MSG_field_not_text, STR(""));
	if (!check_scalar(c, s, &kept))
		return false;
	if (kept.n > 0)
		*ret = text_value(c->cx, kept);
	return true;
}

/* What the data are about must not end before it begins. */
static void check_period(struct ctx *cx, const json_t *answers)
{
	struct str from = json_text(answers, "period_from");
	struct str to = json_text(answers, "period_to");

	if (from.n > 0 && to.n > 0 && str_cmp(from, to) > 0)
		field_wrong(
		    cx, STR("period_to"), MSG_field_before_start, STR(""));
}

static void merge_one(
    struct ctx *cx, const char *key, const json_t *in, json_t *into)
{
	struct str name = str_dup(cx->arena, str_of(key));
	struct check c = { .cx = cx, .field = answer_known(name) };
	json_t *kept = NULL;

	if (!c.field) {
		field_wrong(cx, name, MSG_field_unknown, name);
		return;
	}
	if (!check_value(&c, in, &kept))
		return;
	if (kept)
		json_put(into, key, kept);
	else
		json_object_del(into, key);
}

/* The library's walkers want to write; nothing here does. */
static json_t *unconst(const json_t *j)
{
	return (json_t *)(uintptr_t)j;
}

enum err answers_merge(
    struct ctx *cx, const json_t *before, const json_t *input, json_t **ret)
{
	json_t *all = json_new_object(cx->arena);

	if (!json_is_object(input)) {
		field_wrong(cx, STR("answers"), MSG_field_not_object, STR(""));
		return fields_end(cx);
	}
	if (before)
		REQUIRE(json_object_update(all, unconst(before)) == 0);
	void *at = json_object_iter(unconst(input));
	for (; at; at = json_object_iter_next(unconst(input), at))
		merge_one(cx, json_object_iter_key(at),
		    json_object_iter_value(at), all);
	check_period(cx, all);
	enum err e = fields_end(cx);
	if (e)
		return e;
	*ret = all;
	return OK;
}

bool condition_holds(const struct condition *c, const json_t *answers)
{
	if (c->field.n == 0)
		return true;
	const json_t *v = json_object_getn(answers, c->field.p, c->field.n);
	bool is;
	if (json_is_array(v))
		is = list_has(v, c->value);
	else if (json_is_true(v))
		is = str_eq(c->value, STR("true"));
	else
		is = str_eq(json_as_text(v), c->value);
	return is != c->negate;
}

bool field_asked(const struct field *f, const json_t *answers)
{
	return condition_holds(&f->asked_if, answers);
}

bool field_required(const struct field *f, const json_t *answers)
{
	if (!field_asked(f, answers))
		return false;
	if (f->required)
		return true;
	return f->required_if.field.n > 0 &&
	       condition_holds(&f->required_if, answers);
}

enum err answers_complete(
    struct ctx *cx, const struct procedure *p, const json_t *answers)
{
	for (size_t s = 0; s < p->n_sections; s++)
		for (size_t i = 0; i < p->sections[s].n_fields; i++) {
			const struct field *f = &p->sections[s].fields[i];
			if (field_required(f, answers) &&
			    !json_object_getn(answers, f->key.p, f->key.n))
				field_wrong(
				    cx, f->key, MSG_field_required, STR(""));
		}
	return fields_end(cx);
}
