#include "core/command_body.h"

#include "base/str.h"
#include "base/thai.h"
#include "base/time.h"

#define MAX_LIST 50
#define MAX_TEXT 500
#define MAX_LINES 5000
#define MAX_SQL 65536

const struct body_field body_fields[] = {
#define FIELD(command, name, type, choices) \
	{ COMMAND_##command, #name, BODY_##type, choices },
#include "core/command_fields.def"
#undef FIELD
};
const size_t n_body_fields = COUNT(body_fields);

static const struct body_field *field_of(enum command c, struct str name)
{
	for (size_t i = 0; i < n_body_fields; i++)
		if (body_fields[i].command == c &&
		    str_eq(str_of(body_fields[i].name), name))
			return &body_fields[i];
	return NULL;
}

struct check {
	struct ctx *cx;
	const struct case_file *f;
	const struct body_field *field;
	json_t *out;
};

static void wrong(const struct check *k, enum msg msg, struct str arg)
{
	field_wrong(k->cx, str_of(k->field->name), msg, arg);
}

static void check_text(const struct check *k, struct str s, size_t max)
{
	struct str normal = k->field->type == BODY_LINES
	                        ? thai_normal_lines(k->cx->arena, s)
	                        : thai_normal(k->cx->arena, s);
	if (str_chars(normal) > max) {
		wrong(k, MSG_field_too_long, str_fmt(k->cx->arena, "%zu", max));
		return;
	}
	if (normal.n > 0)
		json_put_text(k->out, k->field->name, normal);
}

static void check_choice(const struct check *k, struct str s)
{
	struct str left = str_of(k->field->choices), one;
	bool more = true;
	while (more) {
		more = str_cut(left, ' ', &one, &left);
		if (str_eq(one, s)) {
			json_put_text(k->out, k->field->name, s);
			return;
		}
	}
	wrong(k, MSG_field_bad_choice, s);
}

static void check_date(const struct check *k, struct str s)
{
	struct date d;
	int64_t ms;
	if (k->field->type == BODY_MOMENT && time_parse_iso(s, &ms)) {
		json_put_int(k->out, k->field->name, ms);
		return;
	}
	if (!date_parse(s, &d)) {
		wrong(k, MSG_field_bad_date, s);
		return;
	}
	if (k->field->type == BODY_MOMENT)
		json_put_int(k->out, k->field->name, date_start_ms(d));
	else
		json_put_text(
		    k->out, k->field->name, date_iso(k->cx->arena, d));
}

static void check_string(const struct check *k, struct str s)
{
	if (s.n == 0)
		return;
	switch (k->field->type) {
	case BODY_TEXT:
		check_text(k, s, MAX_TEXT);
		break;
	case BODY_LINES:
		check_text(k, s, MAX_LINES);
		break;
	case BODY_SQL:
		if (s.n > MAX_SQL)
			wrong(k, MSG_field_too_long, STR("65536"));
		else
			json_put_text(k->out, k->field->name, s);
		break;
	case BODY_CHOICE:
		check_choice(k, s);
		break;
	case BODY_DATE:
	case BODY_MOMENT:
		check_date(k, s);
		break;
	case BODY_FILE:
		if (case_file_of(k->f, s) == NULL)
			wrong(k, MSG_field_no_such_file, s);
		else
			json_put_text(k->out, k->field->name, s);
		break;
	case BODY_INTEGER:
	case BODY_TEXTS:
	case BODY_FILES:
	case BODY_ARRAY:
	case BODY_OBJECT:
		wrong(k, MSG_field_bad_type, STR(""));
		break;
	}
}

static void check_texts(const struct check *k, const json_t *list)
{
	json_t *out = json_new_array(k->cx->arena);
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct str s = json_as_text(json_array_get(list, i));
		s = thai_normal(k->cx->arena, s);
		if (s.n == 0 || str_chars(s) > MAX_TEXT) {
			wrong(k, MSG_field_not_text, STR(""));
			return;
		}
		if (k->field->type == BODY_FILES &&
		    case_file_of(k->f, s) == NULL)
			wrong(k, MSG_field_no_such_file, s);
		json_add_text(out, s);
	}
	json_put(k->out, k->field->name, out);
}

static void check_field(const struct check *k, const json_t *value)
{
	enum body_type t = k->field->type;
	if (json_is_null(value))
		return;
	if (json_is_string(value)) {
		check_string(k, json_as_text(value));
		return;
	}
	if (t == BODY_INTEGER && json_is_integer(value)) {
		json_put_int(k->out, k->field->name, json_integer_value(value));
		return;
	}
	if (json_is_array(value) && json_array_size(value) > MAX_LIST) {
		wrong(k, MSG_field_too_many, STR("50"));
		return;
	}
	if ((t == BODY_TEXTS || t == BODY_FILES) && json_is_array(value))
		check_texts(k, value);
	else if ((t == BODY_ARRAY && json_is_array(value)) ||
		 (t == BODY_OBJECT && json_is_object(value)))
		json_put(k->out, k->field->name, value);
	else
		wrong(k, MSG_field_bad_type, STR(""));
}

enum err command_body(struct ctx *cx, const struct case_file *f, enum command c,
    const json_t *body, json_t **ret)
{
	struct check k = {
		.cx = cx, .f = f, .out = json_new_object(cx->arena)
	};
	const char *key;
	json_t *value;
	json_t *object = json_keep(cx->arena, json_deep_copy(body));

	json_object_foreach(object, key, value)
	{
		k.field = field_of(c, str_of(key));
		if (k.field == NULL)
			field_wrong(
			    cx, str_of(key), MSG_field_unknown, STR(""));
		else
			check_field(&k, value);
	}
	*ret = k.out;
	return fields_end(cx);
}

void body_needs(struct ctx *cx, const json_t *form, const char *name)
{
	if (json_value(form, name) == NULL)
		field_wrong(cx, str_of(name), MSG_field_required, STR(""));
}
