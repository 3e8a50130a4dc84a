/* OpenAPI 3.1 of one connection: what was granted, and nothing of the source. */
#include "base/str.h"
#include "base/time.h"
#include "gate/about.h"

#define PROBLEM_REF "#/components/responses/problem"

struct spec {
	const struct call *c;
	struct arena *arena;
	enum lang lang;
};

/* Objects that are handed on at once. */
static json_t *with_text(json_t *o, const char *key, const char *text)
{
	json_put_text(o, key, str_of(text));
	return o;
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

static json_t *row_schema(const struct spec *s)
{
	json_t *o = with_text(json_object(), "type", "object");
	json_t *properties = json_object();
	struct columns all = spec_shown(s->arena, s->c->approved.columns);
	for (size_t i = 0; i < all.n; i++) {
		json_t *value = value_schema(all.v[i].type);
		json_put_text(
		    value, "title", column_title_in(&all.v[i], s->lang));
		json_put_text(value, "x-class", all.v[i].class);
		put_new(properties, str_cstr(s->arena, all.v[i].name), value);
	}
	put_new(o, "properties", properties);
	return o;
}

static json_t *ref(const char *to)
{
	return with_text(json_object(), "$ref", to);
}

/* One answer's media types: only those granted. */
static json_t *data_content(const struct spec *s)
{
	json_t *content = json_object();
	for (enum form f = 0; f < FORMS; f++) {
		if (!connection_grants(s->c, f))
			continue;
		json_t *schema = json_object(), *media = json_object();
		struct str type = form_media(f);
		if (f == FORM_JSON) {
			json_put_text(schema, "type", STR("array"));
			put_new(
			    schema, "items", ref("#/components/schemas/row"));
			put_new(media, "schema", schema);
		} else if (f == FORM_NDJSON) {
			json_decref(schema);
			put_new(
			    media, "schema", ref("#/components/schemas/row"));
		} else {
			json_put_text(schema, "type", STR("string"));
			put_new(media, "schema", schema);
		}
		type = str_upto(type, str_index(type, ';'));
		put_new(content, str_cstr(s->arena, type), media);
	}
	return content;
}

static json_t *text_header(enum lang lang, enum msg msg)
{
	json_t *o = json_object(), *schema = json_object();
	json_put_text(o, "description", msg_text(lang, msg));
	json_put_text(schema, "type", STR("string"));
	put_new(o, "schema", schema);
	return o;
}

static json_t *responses(const struct spec *s)
{
	json_t *all = json_object(), *good = json_object(),
	       *headers = json_object();
	json_put_text(
	    good, "description", msg_text(s->lang, MSG_gate_openapi_rows));
	put_new(headers, "Delivery-Id",
	    text_header(s->lang, MSG_gate_openapi_delivery));
	put_new(
	    headers, "Sunset", text_header(s->lang, MSG_gate_openapi_sunset));
	put_new(headers, "Link", text_header(s->lang, MSG_gate_openapi_link));
	put_new(good, "headers", headers);
	put_new(good, "content", data_content(s));
	put_new(all, "200", good);
	for (size_t i = 0; i < n_gate_problems; i++) {
		struct str status =
		    str_fmt(s->arena, "%d", err_status(gate_problems[i].err));
		put_new(all, str_cstr(s->arena, status), ref(PROBLEM_REF));
	}
	return all;
}

static json_t *parameter(
    json_t *list, struct str name, struct str description, json_t *schema)
{
	json_t *o = json_object();
	json_put_text(o, "name", name);
	json_put_text(o, "in", STR("query"));
	if (description.n > 0)
		json_put_text(o, "description", description);
	put_new(o, "schema", schema);
	json_array_append_new(list, o);
	return o;
}

static json_t *text_schema(void)
{
	return with_text(json_object(), "type", "string");
}

static json_t *whole_schema(int64_t min)
{
	json_t *o = with_text(json_object(), "type", "integer");
	json_put_int(o, "minimum", min);
	json_put_int(o, "maximum", QUERY_OFFSET_MAX);
	return o;
}

/* The bounds are texts that were checked: as numbers they are JSON. */
static void put_bound(
    const struct spec *s, json_t *o, const char *key, struct str bound)
{
	json_t *value;
	struct ctx cx = ctx_new(s->arena, 0, s->lang);
	if (bound.p != NULL &&
	    !json_parse(
		&cx, str_fmt(s->arena, "[%.*s]", STR_ARG(bound)), 200, &value))
		json_object_set(o, key, json_array_get(value, 0));
}

static json_t *param_schema(const struct spec *s, const struct param *p)
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
	json_t *o = with_text(json_object(), "type", types[p->type]);
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

static bool is_required(const struct param *p)
{
	return p->required && p->preset.p == NULL;
}

static bool is_param(const struct spec *s, struct str name)
{
	for (size_t i = 0; i < s->c->approved.params.n; i++)
		if (str_eq(s->c->approved.params.v[i].name, name))
			return true;
	return false;
}

/* Tests, one for each column that may be asked about: year=gte.2560. */
static void add_tests(const struct spec *s, json_t *list)
{
	const struct approved *ap = &s->c->approved;
	for (size_t i = 0; i < ap->columns.n; i++) {
		const struct column *c = &ap->columns.v[i];
		if (!ap->filterable[i] || str_eq(c->mask, STR("drop")) ||
		    is_param(s, c->name))
			continue;
		json_t *schema = text_schema();
		json_put_text(schema, "pattern",
		    STR("^(not\\.)?(eq|neq|gt|gte|lt|lte|like|ilike|in|is)"
			"\\."));
		parameter(list, c->name,
		    str_fmt(s->arena, "%.*s (%s)",
			STR_ARG(column_title_in(c, s->lang)),
			column_type_names[c->type]),
		    schema);
	}
	parameter(list, STR("and"), msg_text(s->lang, MSG_gate_openapi_group),
	    text_schema());
	parameter(list, STR("or"), msg_text(s->lang, MSG_gate_openapi_group),
	    text_schema());
}

static json_t *column_names(const struct spec *s, bool filterable)
{
	const struct approved *ap = &s->c->approved;
	json_t *list = json_array();
	for (size_t i = 0; i < ap->columns.n; i++)
		if (!str_eq(ap->columns.v[i].mask, STR("drop")) &&
		    (!filterable || ap->filterable[i]))
			json_add_text(list, ap->columns.v[i].name);
	return list;
}

static json_t *select_schema(const struct spec *s)
{
	json_t *o = with_text(json_object(), "type", "array");
	json_t *items = text_schema();
	put_new(items, "enum", column_names(s, false));
	put_new(o, "items", items);
	return o;
}

static void add_form(const struct spec *s, json_t *list)
{
	json_t *schema = text_schema(), *forms = json_array();
	for (enum form f = 0; f < FORMS; f++)
		if (connection_grants(s->c, f))
			json_add_text(forms, form_suffix(f));
	put_new(schema, "enum", forms);
	parameter(list, STR("format"),
	    msg_text(s->lang, MSG_gate_openapi_format), schema);
}

static json_t *get_parameters(const struct spec *s)
{
	json_t *list = json_array();
	for (size_t i = 0; i < s->c->approved.params.n; i++) {
		const struct param *p = &s->c->approved.params.v[i];
		json_t *o =
		    parameter(list, p->name, STR(""), param_schema(s, p));
		json_put_flag(o, "required", is_required(p));
	}
	json_t *select = parameter(list, STR("select"),
	    msg_text(s->lang, MSG_gate_openapi_select), select_schema(s));
	json_put_text(select, "style", STR("form"));
	json_put_flag(select, "explode", false);
	add_tests(s, list);
	parameter(list, STR("order"), msg_text(s->lang, MSG_gate_openapi_order),
	    text_schema());
	parameter(list, STR("limit"), msg_text(s->lang, MSG_gate_openapi_limit),
	    whole_schema(0));
	parameter(list, STR("offset"), STR(""), whole_schema(0));
	parameter(list, STR("cursor"),
	    msg_text(s->lang, MSG_gate_openapi_cursor), text_schema());
	add_form(s, list);
	return list;
}

static json_t *params_schema(const struct spec *s)
{
	json_t *o = with_text(json_object(), "type", "object");
	json_t *properties = json_object(), *required = json_array();
	for (size_t i = 0; i < s->c->approved.params.n; i++) {
		const struct param *p = &s->c->approved.params.v[i];
		put_new(properties, str_cstr(s->arena, p->name),
		    param_schema(s, p));
		if (is_required(p))
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

static json_t *test_schema(const struct spec *s)
{
	static const char *const negations[] = { "", "not." };
	json_t *o = with_text(json_object(), "type", "object");
	json_t *properties = json_object(), *column = text_schema(),
	       *op = text_schema(), *names = json_array();
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
	json_t *o = with_text(json_object(), "type", "object");
	json_t *list = with_text(json_object(), "type", "array");
	put_new(list, "items", ref("#/components/schemas/filter"));
	put_new(o, "properties", json_pack("{so}", key, list));
	put_new(o, "required", json_pack("[s]", key));
	return o;
}

static json_t *filter_schema(const struct spec *s)
{
	json_t *o = json_object(), *any = json_array();
	json_t *negated = with_text(json_object(), "type", "object");
	put_new(negated, "properties",
	    json_pack("{so}", "not", ref("#/components/schemas/filter")));
	put_new(negated, "required", json_pack("[s]", "not"));
	json_array_append_new(any, test_schema(s));
	json_array_append_new(any, group_schema("and"));
	json_array_append_new(any, group_schema("or"));
	json_array_append_new(any, negated);
	put_new(o, "anyOf", any);
	return o;
}

static json_t *body_schema(const struct spec *s)
{
	json_t *o = with_text(json_object(), "type", "object");
	json_t *p = json_object(), *order = json_object();
	put_new(order, "type", json_string("array"));
	put_new(order, "items", text_schema());
	put_new(p, "select", select_schema(s));
	put_new(p, "filter", ref("#/components/schemas/filter"));
	put_new(p, "order", order);
	put_new(p, "limit", whole_schema(0));
	put_new(p, "offset", whole_schema(0));
	put_new(p, "cursor", text_schema());
	put_new(p, "format", text_schema());
	put_new(p, "params", params_schema(s));
	put_new(o, "properties", p);
	put_new(o, "additionalProperties", json_false());
	return o;
}

static json_t *problem_response(const struct spec *s)
{
	json_t *o = json_object(), *codes = json_array();
	for (size_t i = 0; i < n_gate_problems; i++)
		json_add_text(codes, problem_code(gate_problems[i].msg));
	json_t *field = json_pack("{ss, s{s{ss} s{ss} s{ss}}}", "type",
	    "object", "properties", "field", "type", "string", "code", "type",
	    "string", "message", "type", "string");
	json_t *schema = json_pack("{ss, s{s{ss} s{ss} s{ss} s{ss} s{ss so}"
				   " s{ss so}}}",
	    "type", "object", "properties", "type", "type", "string", "title",
	    "type", "string", "status", "type", "integer", "detail", "type",
	    "string", "code", "type", "string", "enum", codes, "errors", "type",
	    "array", "items", field);
	REQUIRE(schema != NULL);
	json_put_text(
	    o, "description", msg_text(s->lang, MSG_gate_openapi_problem));
	put_new(o, "content",
	    json_pack("{s{so}}", "application/problem+json", "schema", schema));
	return o;
}

static json_t *components(const struct spec *s)
{
	json_t *o = json_object(), *schemas = json_object();
	put_new(schemas, "row", row_schema(s));
	if (connection_posts(s->c)) {
		put_new(schemas, "filter", filter_schema(s));
		put_new(schemas, "question", body_schema(s));
	}
	put_new(o, "schemas", schemas);
	put_new(
	    o, "responses", json_pack("{so}", "problem", problem_response(s)));
	put_new(o, "securitySchemes",
	    json_pack("{s{ss ss} s{ss ss}}", "bearer", "type", "http", "scheme",
		"bearer", "basic", "type", "http", "scheme", "basic"));
	return o;
}

static json_t *operation(const struct spec *s)
{
	const struct call *c = s->c;
	json_t *o = json_object();
	json_put_text(o, "operationId", c->connection.part);
	json_put_text(o, "summary", json_text(c->connection.spec, "title"));
	if (connection_posts(c)) {
		put_new(o, "parameters", json_array());
		add_form(s, json_object_get(o, "parameters"));
		put_new(o, "requestBody",
		    json_pack("{s{s{so}}}", "content", "application/json",
			"schema", ref("#/components/schemas/question")));
	} else {
		put_new(o, "parameters", get_parameters(s));
	}
	put_new(o, "responses", responses(s));
	return o;
}

static json_t *info(const struct spec *s)
{
	const struct call *c = s->c;
	json_t *o = json_object();
	struct str title = json_text(c->connection.spec, "title");
	json_put_text(o, "title", title.n > 0 ? title : c->connection.id);
	json_put_text(
	    o, "description", json_text(c->connection.spec, "purpose"));
	json_put_text(o, "version", str_upto(c->connection.digest, 12));
	json_put_text(o, "x-request", c->connection.request);
	json_put_text(
	    o, "x-expires", time_iso(s->arena, c->connection.expires));
	return o;
}

json_t *openapi_of(const struct call *c)
{
	struct spec s = {
		.c = c, .arena = c->v->cx.arena, .lang = c->v->cx.lang
	};
	json_t *o = json_new_object(s.arena);
	json_t *path = json_object(), *paths = json_object();
	bool post = connection_posts(c);
	json_put_text(o, "openapi", STR("3.1.0"));
	put_new(o, "info", info(&s));
	json_t *server = json_object(), *servers = json_array();
	json_put_text(server, "url", c->v->gate->options->site->gate_url);
	json_array_append_new(servers, server);
	put_new(o, "servers", servers);
	put_new(path, post ? "post" : "get", operation(&s));
	put_new(paths,
	    str_cstr(
		s.arena, str_fmt(s.arena, "/v1/d/%.*s%s",
			     STR_ARG(c->connection.id), post ? "/query" : "")),
	    path);
	put_new(o, "paths", paths);
	put_new(o, "components", components(&s));
	put_new(o, "security", json_pack("[{s[]} {s[]}]", "bearer", "basic"));
	return o;
}
