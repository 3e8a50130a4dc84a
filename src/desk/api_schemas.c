#include "desk/api_schemas.h"

#include "base/read_as.h"
#include "base/str.h"
#include "core/answers.h"
#include "core/command_body.h"
#include "core/flags.h"
#include "core/replies.h"

static const struct {
	const char *name, *members;
} schemas[] = {
#define SCHEMA(name, members) { #name, members },
#include "desk/api_schemas.def"
#undef SCHEMA
};

/* What stands in the arrays and objects of a command's body. */
static const struct {
	const char *field, *type;
} inside[] = {
	{ "parts", "Part" },
	{ "params", "Param" },
	{ "columns", "Column" },
	{ "quota", "Quota" },
	{ "confirm", "Confirm" },
	{ "answers", "Answers" },
	{ "not_given", "NotGiven" },
	{ "tables", "SentTable" },
	{ "take", "Take" },
};

static json_t *simple(struct arena *a, const char *type, const char *format)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "type", str_of(type));
	if (format != NULL)
		json_put_text(o, "format", str_of(format));
	return o;
}

static json_t *list_of(struct arena *a, const json_t *items)
{
	json_t *o = simple(a, "array", NULL);
	json_put(o, "items", items);
	return o;
}

static json_t *or_null(struct arena *a, const json_t *schema)
{
	json_t *o = json_new_object(a), *any = json_new_array(a);
	json_add(any, schema);
	json_add(any, simple(a, "null", NULL));
	json_put(o, "anyOf", any);
	return o;
}

json_t *schema_ref(struct arena *a, struct str name)
{
	json_t *o = json_new_object(a);
	json_put_text(
	    o, "$ref", str_cat(a, STR("#/components/schemas/"), name));
	return o;
}

/* Every code that an answer may carry: the keys of the catalogue. */
static json_t *error_codes(struct arena *a)
{
	json_t *list = json_new_array(a);
	for (size_t m = MSG_NONE + 1; m < MSGS; m++) {
		struct str key = msg_key((enum msg)m);
		if (str_take(&key, STR("error.")))
			json_add_text(list, key);
	}
	return list;
}

static json_t *names_list(struct arena *a, const char *const *names, size_t n)
{
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < n; i++)
		if (names[i][0] != '\0')
			json_add_text(list, str_of(names[i]));
	return list;
}

static json_t *one_of(struct arena *a, struct str kind)
{
	const struct {
		const char *kind;
		const char *const *names;
		size_t n;
	} kinds[] = {
		{ "role", role_names, ROLES },
		{ "state", state_names, STATES },
		{ "stage", stage_names, STAGES },
		{ "outcome", outcome_names, OUTCOMES },
		{ "flag", flag_names, FLAGS },
		{ "command", command_names, COMMANDS },
		{ "reply_state", reply_states, REPLY_STATES },
		{ "check", read_checks.v, read_checks.n },
		{ "era", read_eras.v, read_eras.n },
	};
	json_t *o = simple(a, "string", NULL);
	if (str_eq(kind, STR("error")))
		json_put(o, "enum", error_codes(a));
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (str_eq(kind, str_of(kinds[i].kind)))
			json_put(o, "enum",
			    names_list(a, kinds[i].names, kinds[i].n));
	return o;
}

static json_t *letter_type(struct arena *a, char letter)
{
	switch (letter) {
	case 's':
		return simple(a, "string", NULL);
	case 'i':
		return simple(a, "integer", NULL);
	case 'n':
		return simple(a, "number", NULL);
	case 'b':
		return simple(a, "boolean", NULL);
	case 'd':
		return simple(a, "string", "date");
	case 't':
		return simple(a, "string", "date-time");
	case 'o':
		return simple(a, "object", NULL);
	default:
		return json_new_object(a);
	}
}

json_t *schema_of_type(struct arena *a, struct str type)
{
	if (str_take_char(&type, '['))
		return list_of(a, schema_of_type(a, type));
	if (str_ends(type, STR("?")))
		return or_null(
		    a, schema_of_type(a, str_upto(type, type.n - 1)));
	if (str_eq(type, STR("file"))) {
		json_t *o = simple(a, "string", NULL);
		json_put_text(
		    o, "contentMediaType", STR("application/octet-stream"));
		return o;
	}
	if (str_take_char(&type, '{'))
		return one_of(a, str_upto(type, type.n - 1));
	return type.n == 1 ? letter_type(a, type.p[0]) : schema_ref(a, type);
}

bool schema_member(struct str *left, struct str *ret_name, struct str *ret_type)
{
	struct str one;
	if (left->n == 0)
		return false;
	str_cut(*left, ' ', &one, left);
	return str_cut(one, ':', ret_name, ret_type);
}

static json_t *members_schema(struct arena *a, struct str members)
{
	json_t *o = simple(a, "object", NULL), *all = json_new_object(a);
	struct str name, type;
	while (schema_member(&members, &name, &type))
		json_put(all, str_cstr(a, name), schema_of_type(a, type));
	json_put(o, "properties", all);
	return o;
}

static json_t *codes_of(struct arena *a, const struct field *f)
{
	json_t *o = simple(a, "string", NULL), *list = json_new_array(a);
	for (size_t i = 0; i < f->n_choices; i++)
		json_add_text(list, f->choices[i].code);
	json_put(o, "enum", list);
	return o;
}

static json_t *answer_schema(struct arena *a, const struct field *f)
{
	json_t *o;
	switch (f->type) {
	case FIELD_date:
		return simple(a, "string", "date");
	case FIELD_email:
		return simple(a, "string", "email");
	case FIELD_flag:
		return simple(a, "boolean", NULL);
	case FIELD_choice:
		return codes_of(a, f);
	case FIELD_choices:
		return list_of(a, codes_of(a, f));
	case FIELD_systems:
	case FIELD_networks:
		return list_of(a, simple(a, "string", NULL));
	case FIELD_text:
	case FIELD_lines:
	case FIELD_phone:
	case FIELD_unit:
	case FIELD_TYPES:
		break;
	}
	o = simple(a, "string", NULL);
	json_put_int(o, "maxLength", (int64_t)f->max_chars);
	return o;
}

static json_t *answers_schema(struct arena *a, enum lang lang)
{
	size_t n;
	const char *const *keys = answer_keys(&n);
	json_t *o = simple(a, "object", NULL), *all = json_new_object(a);
	for (size_t i = 0; i < n; i++) {
		json_t *one = answer_schema(a, answer_known(str_of(keys[i])));
		json_put_text(one, "description",
		    msg_code(a, lang, STR("answer."), str_of(keys[i])));
		json_put(all, keys[i], one);
	}
	json_put(o, "properties", all);
	json_put_flag(o, "additionalProperties", false);
	return o;
}

static json_t *inner(struct arena *a, const struct body_field *f)
{
	for (size_t i = 0; i < COUNT(inside); i++)
		if (str_eq(str_of(f->name), str_of(inside[i].field)))
			return schema_ref(a, str_of(inside[i].type));
	return simple(a, "object", NULL);
}

static json_t *words_schema(struct arena *a, struct str words)
{
	json_t *o = simple(a, "string", NULL), *list = json_new_array(a);
	struct str one;
	for (bool more = true; more;) {
		more = str_cut(words, ' ', &one, &words);
		json_add_text(list, one);
	}
	json_put(o, "enum", list);
	return o;
}

static json_t *body_schema(struct arena *a, const struct body_field *f)
{
	switch (f->type) {
	case BODY_CHOICE:
		return words_schema(a, str_of(f->choices));
	case BODY_DATE:
		return simple(a, "string", "date");
	case BODY_INTEGER:
		return simple(a, "integer", NULL);
	case BODY_TEXTS:
	case BODY_FILES:
		return list_of(a, simple(a, "string", NULL));
	case BODY_ARRAY:
		return list_of(a, inner(a, f));
	case BODY_OBJECT:
		return inner(a, f);
	case BODY_TEXT:
	case BODY_LINES:
	case BODY_SQL:
	case BODY_MOMENT:
	case BODY_FILE:
		break;
	}
	return simple(a, "string", NULL);
}

struct str schema_of_command(struct arena *a, enum command c)
{
	return str_cat(a, STR("Command_"), str_of(command_names[c]));
}

static json_t *command_schema(struct arena *a, enum command c)
{
	json_t *o = simple(a, "object", NULL), *all = json_new_object(a);
	for (size_t i = 0; i < n_body_fields; i++)
		if (body_fields[i].command == c)
			json_put(all, body_fields[i].name,
			    body_schema(a, &body_fields[i]));
	json_put(o, "properties", all);
	json_put_flag(o, "additionalProperties", false);
	return o;
}

json_t *schemas_all(struct arena *a, enum lang lang)
{
	json_t *all = json_new_object(a);
	for (size_t i = 0; i < COUNT(schemas); i++)
		json_put(all, schemas[i].name,
		    members_schema(a, str_of(schemas[i].members)));
	json_put(all, "Answers", answers_schema(a, lang));
	for (size_t c = 0; c < COMMANDS; c++)
		json_put(all,
		    str_cstr(a, schema_of_command(a, (enum command)c)),
		    command_schema(a, (enum command)c));
	return all;
}
