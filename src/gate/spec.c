#include "gate/spec.h"

#include "base/str.h"

static enum column_type type_of(struct str s)
{
	for (enum column_type t = 0; t < COLUMN_TYPES; t++)
		if (str_eq(s, str_of(column_type_names[t])))
			return t;
	return TYPE_TEXT;
}

struct columns spec_columns(struct arena *a, const json_t *list)
{
	size_t n = json_array_size(list);
	struct column *v = ARENA_ARRAY(a, struct column, n + 1);
	for (size_t i = 0; i < n; i++) {
		const json_t *c = json_array_get(list, i);
		v[i] = (struct column){ .name = json_text(c, "name"),
			.title_th = json_text(c, "title_th"),
			.title_en = json_text(c, "title_en"),
			.type = type_of(json_text(c, "type")),
			.class = json_text(c, "class"),
			.mask = json_text(c, "mask") };
	}
	return (struct columns){ .v = v, .n = n };
}

json_t *spec_columns_json(struct arena *a, struct columns columns)
{
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < columns.n; i++) {
		json_t *o = json_object();
		json_put_text(o, "name", columns.v[i].name);
		json_put_text(
		    o, "type", str_of(column_type_names[columns.v[i].type]));
		if (columns.v[i].mask.n > 0)
			json_put_text(o, "mask", columns.v[i].mask);
		json_array_append_new(list, o);
	}
	return list;
}

static const struct str *texts(
    struct arena *a, const json_t *list, size_t *ret_n)
{
	struct str *v = ARENA_ARRAY(a, struct str, json_array_size(list) + 1);
	for (size_t i = 0; i < json_array_size(list); i++)
		v[i] = json_as_text(json_array_get(list, i));
	*ret_n = json_array_size(list);
	return v;
}

/* A number in the declaration may be written as a number or as text. */
static struct str as_written(struct arena *a, const json_t *o, const char *key)
{
	const json_t *value = json_value(o, key);
	if (value == NULL || json_is_null(value))
		return (struct str){ 0 };
	if (json_is_string(value))
		return json_as_text(value);
	if (json_is_boolean(value))
		return json_is_true(value) ? STR("true") : STR("false");
	return json_compact(a, value);
}

static struct param param_of(struct arena *a, const json_t *o)
{
	const json_t *list = json_list(o, "enum");
	size_t n = json_array_size(list);
	struct str *allowed = ARENA_ARRAY(a, struct str, n + 1);
	for (size_t i = 0; i < n; i++) {
		const json_t *value = json_array_get(list, i);
		allowed[i] = json_is_string(value) ? json_as_text(value)
		                                   : json_compact(a, value);
	}
	struct str type = json_text(o, "type");
	return (struct param){ .name = json_text(o, "name"),
		.type = type_of(type),
		.required = json_flag(o, "required"),
		.preset = as_written(a, o, "default"),
		.min = as_written(a, o, "min"),
		.max = as_written(a, o, "max"),
		.max_length = json_int(o, "max_length", 0),
		.allowed = allowed,
		.n_allowed = n,
		.body_only = json_flag(o, "body_only") };
}

enum err spec_params(struct ctx *cx, const json_t *list, struct params *ret)
{
	size_t n = json_array_size(list);
	struct param *v = ARENA_ARRAY(cx->arena, struct param, n + 1);
	for (size_t i = 0; i < n; i++)
		v[i] = param_of(cx->arena, json_array_get(list, i));
	*ret = (struct params){ .v = v, .n = n };
	return params_check(cx, *ret);
}

enum err spec_approved(struct ctx *cx, const json_t *spec, struct approved *ret)
{
	struct approved ap = { .sql = json_text(spec, "sql"),
		.columns =
		    spec_columns(cx->arena, json_list(spec, "columns")) };
	const json_t *list = json_list(spec, "filterable");
	bool *filterable = ARENA_ARRAY(cx->arena, bool, ap.columns.n + 1);
	for (size_t i = 0; i < json_array_size(list); i++)
		for (size_t k = 0; k < ap.columns.n; k++)
			if (str_eq(ap.columns.v[k].name,
				json_as_text(json_array_get(list, i))) &&
			    mask_of(ap.columns.v[k].mask) == MASK_none)
				filterable[k] = true;
	ap.filterable = filterable;
	ap.key = texts(cx->arena, json_list(spec, "key"), &ap.n_key);
	enum err e = spec_params(cx, json_list(spec, "params"), &ap.params);
	if (!e)
		*ret = ap;
	return e;
}

struct columns spec_shown(struct arena *a, struct columns all)
{
	struct column *v = ARENA_ARRAY(a, struct column, all.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < all.n; i++)
		if (!str_eq(all.v[i].mask, STR("drop")))
			v[n++] = all.v[i];
	return (struct columns){ .v = v, .n = n };
}
