/* JSON Schema of what one connection gives and takes. */
#include "gate/openapi.h"

#include "base/str.h"
#include "fmt/mask.h"
#include "gate/about.h"

json_t *api_with_text(json_t *o, const char *key, const char *text)
{
	json_put_text(o, key, str_of(text));
	return o;
}

json_t *api_ref(const char *to)
{
	return api_with_text(json_object(), "$ref", to);
}

static void put_new(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value);
}

static json_t *texts(size_t n, const struct str *v)
{
	json_t *list = json_array();
	for (size_t i = 0; i < n; i++)
		json_add_text(list, v[i]);
	return list;
}

/* JSON Schema of a value as JSON answers give it: whole numbers beyond 2^53 are
 * strings, anything may be null, and a source may hold a text in a column of
 * numbers (SQLite does). */
static json_t *value_schema(enum column_type type)
{
	json_t *o = json_object(), *types = json_array();
	switch (type) {
	case TYPE_INTEGER:
	case TYPE_NUMBER:
		json_add_text(types, STR("number"));
		break;
	case TYPE_BOOLEAN:
		json_add_text(types, STR("integer"));
		break;
	case TYPE_BYTES:
		json_put_text(o, "contentEncoding", STR("base64"));
		break;
	case TYPE_TEXT:
	case TYPE_DATE:
	case TYPE_DATETIME:
	case COLUMN_TYPES:
		break;
	}
	json_add_text(types, STR("string"));
	json_add_text(types, STR("null"));
	json_object_set_new(o, "type", types);
	return o;
}

json_t *api_row_schema(const struct api *s)
{
	json_t *o = api_with_text(json_object(), "type", "object");
	json_t *properties = json_object();
	struct columns all = masked_columns(
	    s->arena, spec_shown(s->arena, s->c->approved.columns));
	for (size_t i = 0; i < all.n; i++) {
		json_t *value = value_schema(all.v[i].type);
		json_put_text(
		    value, "title", column_title_in(&all.v[i], s->lang));
		json_put_text(value, "x-class", all.v[i].class);
		json_put_text(value, "x-mask",
		    str_of(mask_names[mask_of(all.v[i].mask)]));
		put_new(properties, str_cstr(s->arena, all.v[i].name), value);
	}
	put_new(o, "properties", properties);
	return o;
}

json_t *api_text_schema(void)
{
	return api_with_text(json_object(), "type", "string");
}

json_t *api_profile_schema(void)
{
	json_t *o = api_text_schema();
	put_new(o, "enum", json_pack("[s]", "excel"));
	return o;
}

json_t *api_whole_schema(int64_t min)
{
	json_t *o = api_with_text(json_object(), "type", "integer");
	json_put_int(o, "minimum", min);
	json_put_int(o, "maximum", QUERY_OFFSET_MAX);
	return o;
}

/* The bounds are texts that were checked: as numbers they are JSON. */
static void put_bound(
    const struct api *s, json_t *o, const char *key, struct str bound)
{
	json_t *value;
	struct ctx cx = ctx_new(s->arena, 0, s->lang);
	if (bound.p != NULL &&
	    !json_parse(
		&cx, str_fmt(s->arena, "[%.*s]", STR_ARG(bound)), 200, &value))
		json_object_set(o, key, json_array_get(value, 0));
}

json_t *api_param_schema(const struct api *s, const struct param *p)
{
	static const char *const types[COLUMN_TYPES] = {
		[TYPE_TEXT] = "string",
		[TYPE_INTEGER] = "integer",
		[TYPE_NUMBER] = "number",
		[TYPE_BOOLEAN] = "boolean",
		[TYPE_DATE] = "string",
		[TYPE_DATETIME] = "string",
		[TYPE_BYTES] = "string",
	};
	json_t *o = api_with_text(json_object(), "type", types[p->type]);
	bool number = p->type == TYPE_INTEGER || p->type == TYPE_NUMBER;
	if (p->type == TYPE_DATE)
		json_put_text(o, "format", STR("date"));
	if (p->type == TYPE_TEXT)
		json_put_int(
		    o, "maxLength", p->max_length > 0 ? p->max_length : 1000);
	if (number) {
		put_bound(s, o, "minimum", p->min);
		put_bound(s, o, "maximum", p->max);
		put_bound(s, o, "default", p->preset);
	} else if (p->preset.p != NULL) {
		json_put_text(o, "default", p->preset);
	}
	if (p->n_allowed > 0 && !number)
		put_new(o, "enum", texts(p->n_allowed, p->allowed));
	return o;
}

bool api_is_required(const struct param *p)
{
	return p->required && p->preset.p == NULL;
}

/* Prefer: envelope. */
json_t *api_envelope_schema(void)
{
	json_t *rows = api_with_text(json_object(), "type", "array");
	put_new(rows, "items", api_ref("#/components/schemas/row"));
	json_t *o = json_pack("{ss, s{so s{s[ss]} s{ss} s{ss} s{ss}}}", "type",
	    "object", "properties", "data", rows, "next", "type", "string",
	    "null", "truncated", "type", "boolean", "contract", "type",
	    "object", "delivery", "type", "string");
	REQUIRE(o != NULL);
	return o;
}

static json_t *column_names(const struct api *s, bool filterable)
{
	const struct approved *ap = &s->c->approved;
	json_t *list = json_array();
	for (size_t i = 0; i < ap->columns.n; i++)
		if (!str_eq(ap->columns.v[i].mask, STR("drop")) &&
		    (!filterable || ap->filterable[i]))
			json_add_text(list, ap->columns.v[i].name);
	return list;
}

json_t *api_select_schema(const struct api *s)
{
	json_t *o = api_with_text(json_object(), "type", "array");
	json_t *items = api_text_schema();
	put_new(items, "enum", column_names(s, false));
	put_new(o, "items", items);
	return o;
}

static json_t *params_schema(const struct api *s)
{
	json_t *o = api_with_text(json_object(), "type", "object");
	json_t *properties = json_object(), *required = json_array();
	for (size_t i = 0; i < s->c->approved.params.n; i++) {
		const struct param *p = &s->c->approved.params.v[i];
		json_t *param = api_param_schema(s, p);
		if (p->body_only)
			json_put_text(param, "description",
			    msg_text(s->lang, MSG_gate_about_body_only));
		put_new(properties, str_cstr(s->arena, p->name), param);
		if (api_is_required(p))
			json_add_text(required, p->name);
	}
	put_new(o, "properties", properties);
	if (json_array_size(required) > 0)
		put_new(o, "required", required);
	else
		json_decref(required);
	put_new(o, "additionalProperties", json_false());
	return o;
}

static json_t *test_schema(const struct api *s)
{
	static const char *const negations[] = { "", "not." };
	json_t *o = api_with_text(json_object(), "type", "object");
	json_t *properties = json_object(), *column = api_text_schema(),
	       *op = api_text_schema(), *names = json_array();
	put_new(column, "enum", column_names(s, true));
	for (size_t k = 0; k < COUNT(negations); k++)
		for (size_t i = 0; i < OPS; i++)
			json_add_text(
			    names, str_cat(s->arena, str_of(negations[k]),
				       op_name((enum op)i)));
	put_new(op, "enum", names);
	put_new(properties, "column", column);
	put_new(properties, "op", op);
	put_new(properties, "value", json_object());
	put_new(o, "properties", properties);
	put_new(o, "required", json_pack("[sss]", "column", "op", "value"));
	return o;
}

static json_t *group_schema(const char *key)
{
	json_t *o = api_with_text(json_object(), "type", "object");
	json_t *list = api_with_text(json_object(), "type", "array");
	put_new(list, "items", api_ref("#/components/schemas/filter"));
	put_new(o, "properties", json_pack("{so}", key, list));
	put_new(o, "required", json_pack("[s]", key));
	return o;
}

json_t *api_filter_schema(const struct api *s)
{
	json_t *o = json_object(), *any = json_array();
	json_t *negated = api_with_text(json_object(), "type", "object");
	put_new(negated, "properties",
	    json_pack("{so}", "not", api_ref("#/components/schemas/filter")));
	put_new(negated, "required", json_pack("[s]", "not"));
	json_array_append_new(any, test_schema(s));
	json_array_append_new(any, group_schema("and"));
	json_array_append_new(any, group_schema("or"));
	json_array_append_new(any, negated);
	put_new(o, "anyOf", any);
	return o;
}

json_t *api_body_schema(const struct api *s)
{
	json_t *o = api_with_text(json_object(), "type", "object");
	json_t *p = json_object(), *order = json_object();
	put_new(order, "type", json_string("array"));
	put_new(order, "items", api_text_schema());
	put_new(p, "select", api_select_schema(s));
	put_new(p, "filter", api_ref("#/components/schemas/filter"));
	put_new(p, "order", order);
	put_new(p, "limit", api_whole_schema(0));
	put_new(p, "offset", api_whole_schema(0));
	put_new(p, "cursor", api_text_schema());
	put_new(p, "format", api_text_schema());
	if (call_grants(s->c, FORM_CSV))
		put_new(p, "profile", api_profile_schema());
	put_new(p, "params", params_schema(s));
	put_new(o, "properties", p);
	put_new(o, "additionalProperties", json_false());
	return o;
}
