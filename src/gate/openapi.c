/* OpenAPI 3.1 of one connection: what was granted, and nothing of the source. */
#include "gate/openapi.h"

#include "base/str.h"
#include "base/time.h"
#include "gate/about.h"

#define PROBLEM_REF "#/components/responses/problem"

static void put_new(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value);
}

/* One answer's media types: only those granted. */
static json_t *data_content(const struct api *s)
{
	json_t *content = json_object();
	for (enum form f = 0; f < FORMS; f++) {
		if (!call_grants(s->c, f))
			continue;
		json_t *schema = json_object(), *media = json_object();
		struct str type = form_media(f);
		if (f == FORM_JSON) {
			json_put_text(schema, "type", STR("array"));
			put_new(schema, "items",
			    api_ref("#/components/schemas/row"));
			put_new(media, "schema",
			    json_pack("{s[oo]}", "oneOf", schema,
				api_ref("#/components/schemas/envelope")));
		} else if (f == FORM_NDJSON) {
			json_decref(schema);
			put_new(media, "schema",
			    api_ref("#/components/schemas/row"));
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

static json_t *responses(const struct api *s)
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
	put_new(headers, "Data-Contract",
	    text_header(s->lang, MSG_gate_openapi_contract));
	put_new(headers, "Total-Count",
	    text_header(s->lang, MSG_gate_openapi_count));
	if (!connection_posts(s->c))
		put_new(headers, "ETag",
		    text_header(s->lang, MSG_gate_openapi_etag));
	put_new(headers, "Preference-Applied",
	    text_header(s->lang, MSG_gate_openapi_applied));
	put_new(good, "headers", headers);
	put_new(good, "content", data_content(s));
	put_new(all, "200", good);
	if (!connection_posts(s->c)) {
		json_t *same = json_object();
		json_put_text(same, "description",
		    msg_text(s->lang, MSG_gate_openapi_unchanged));
		put_new(all, "304", same);
	}
	for (size_t i = 0; i < n_gate_problems; i++) {
		struct str status =
		    str_fmt(s->arena, "%d", err_status(gate_problems[i].err));
		put_new(all, str_cstr(s->arena, status), api_ref(PROBLEM_REF));
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

static bool is_param(const struct api *s, struct str name)
{
	for (size_t i = 0; i < s->c->approved.params.n; i++)
		if (str_eq(s->c->approved.params.v[i].name, name))
			return true;
	return false;
}

/* Tests, one for each column that may be asked about: year=gte.2560. */
static void add_tests(const struct api *s, json_t *list)
{
	const struct approved *ap = &s->c->approved;
	for (size_t i = 0; i < ap->columns.n; i++) {
		const struct column *c = &ap->columns.v[i];
		if (!ap->filterable[i] || str_eq(c->mask, STR("drop")) ||
		    is_param(s, c->name))
			continue;
		json_t *schema = api_text_schema();
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
	    api_text_schema());
	parameter(list, STR("or"), msg_text(s->lang, MSG_gate_openapi_group),
	    api_text_schema());
}

static void add_form(const struct api *s, json_t *list)
{
	json_t *schema = api_text_schema(), *forms = json_array();
	for (enum form f = 0; f < FORMS; f++)
		if (call_grants(s->c, f))
			json_add_text(forms, form_suffix(f));
	put_new(schema, "enum", forms);
	parameter(list, STR("format"),
	    msg_text(s->lang, MSG_gate_openapi_format), schema);
	if (call_grants(s->c, FORM_CSV))
		parameter(list, STR("profile"),
		    msg_text(s->lang, MSG_gate_openapi_profile),
		    api_profile_schema());
	json_t *prefer = parameter(list, STR("Prefer"),
	    msg_text(s->lang, MSG_gate_openapi_prefer), api_text_schema());
	json_put_text(prefer, "in", STR("header"));
}

static json_t *get_parameters(const struct api *s)
{
	json_t *list = json_array();
	for (size_t i = 0; i < s->c->approved.params.n; i++) {
		const struct param *p = &s->c->approved.params.v[i];
		if (p->body_only)
			continue;
		json_t *o =
		    parameter(list, p->name, STR(""), api_param_schema(s, p));
		json_put_flag(o, "required", api_is_required(p));
	}
	json_t *select = parameter(list, STR("select"),
	    msg_text(s->lang, MSG_gate_openapi_select), api_select_schema(s));
	json_put_text(select, "style", STR("form"));
	json_put_flag(select, "explode", false);
	add_tests(s, list);
	parameter(list, STR("order"), msg_text(s->lang, MSG_gate_openapi_order),
	    api_text_schema());
	parameter(list, STR("limit"), msg_text(s->lang, MSG_gate_openapi_limit),
	    api_whole_schema(0));
	parameter(list, STR("offset"), STR(""), api_whole_schema(0));
	parameter(list, STR("cursor"),
	    msg_text(s->lang, MSG_gate_openapi_cursor), api_text_schema());
	add_form(s, list);
	json_t *known = parameter(list, STR("If-None-Match"),
	    msg_text(s->lang, MSG_gate_openapi_etag), api_text_schema());
	json_put_text(known, "in", STR("header"));
	return list;
}

static json_t *problem_response(const struct api *s)
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

static json_t *components(const struct api *s)
{
	json_t *o = json_object(), *schemas = json_object();
	put_new(schemas, "row", api_row_schema(s));
	if (call_grants(s->c, FORM_JSON))
		put_new(schemas, "envelope", api_envelope_schema());
	if (connection_posts(s->c)) {
		put_new(schemas, "filter", api_filter_schema(s));
		put_new(schemas, "question", api_body_schema(s));
	}
	put_new(o, "schemas", schemas);
	put_new(
	    o, "responses", json_pack("{so}", "problem", problem_response(s)));
	put_new(o, "securitySchemes",
	    json_pack("{s{ss ss} s{ss ss}}", "bearer", "type", "http", "scheme",
		"bearer", "basic", "type", "http", "scheme", "basic"));
	return o;
}

static json_t *operation(const struct api *s)
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
			"schema", api_ref("#/components/schemas/question")));
	} else {
		put_new(o, "parameters", get_parameters(s));
	}
	put_new(o, "responses", responses(s));
	return o;
}

static json_t *info(const struct api *s)
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
	struct api s = {
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
