/* The API described by the tables it is made from: routes.def, commands.def,
 * command_fields.def, answers.def, api_schemas.def. */
#include "base/str.h"
#include "desk/api_schemas.h"
#include "desk/app.h"

/* The name of each handler, in the order of desk_routes[]. */
static const char *const handlers[] = {
#define ROUTE(method, path, fn, door, who, body, max, shows) #fn,
#include "desk/routes.def"
#undef ROUTE
};

struct operation {
	const char *handler;
	int status;
	const char *gives, *takes, *query;
};
static const struct operation operations[] = {
#define OPERATION(fn, status, gives, takes, query) \
	{ #fn, status, gives, takes, query },
#include "desk/api_operations.def"
#undef OPERATION
};

struct work {
	struct ctx *cx;
	json_t *paths;
};

static const struct operation *operation_of(const char *handler)
{
	for (size_t i = 0; i < COUNT(operations); i++)
		if (str_eq(str_of(operations[i].handler), str_of(handler)))
			return &operations[i];
	return NULL;
}

static json_t *content(struct arena *a, const char *type, const json_t *schema)
{
	json_t *o = json_new_object(a), *media = json_new_object(a);
	if (schema != NULL)
		json_put(media, "schema", schema);
	json_put(o, type, media);
	return o;
}

static void add_parameter(struct arena *a, json_t *list, const char *in,
    struct str name, const json_t *schema)
{
	json_t *p = json_new_object(a);
	json_put_text(p, "name", name);
	json_put_text(p, "in", str_of(in));
	json_put_flag(p, "required", in[0] == 'p');
	json_put(p, "schema", schema);
	json_add(list, p);
}

/* Every {name} of the path, the members of the query, the headers minded. */
static json_t *parameters(struct arena *a, struct str path, const char *query,
    struct str method, bool versioned)
{
	json_t *list = json_new_array(a);
	struct str left = str_of(query), name, type, rest = path;
	struct str text = STR("s");
	while (str_cut(rest, '{', &name, &rest)) {
		str_cut(rest, '}', &name, &rest);
		add_parameter(a, list, "path", name, schema_of_type(a, text));
	}
	while (schema_member(&left, &name, &type))
		add_parameter(a, list, "query", name, schema_of_type(a, type));
	if (str_eq(method, STR("POST")))
		add_parameter(a, list, "header", STR("Idempotency-Key"),
		    schema_of_type(a, text));
	if (versioned)
		add_parameter(a, list, "header", STR("If-Match"),
		    schema_of_type(a, text));
	return list;
}

static json_t *response(
    struct work *w, enum msg description, const char *type, struct str schema)
{
	struct arena *a = w->cx->arena;
	json_t *o = json_new_object(a);
	json_put_text(o, "description", msg_text(w->cx->lang, description));
	if (type != NULL)
		json_put(o, "content",
		    content(
			a, type, schema.n > 0 ? schema_ref(a, schema) : NULL));
	return o;
}

static json_t *responses(
    struct work *w, int status, struct str gives, const char *shows)
{
	struct arena *a = w->cx->arena;
	json_t *o = json_new_object(a);
	bool file = str_eq(str_of(shows), STR("file"));
	bool bare = status == 204 || status == 303;
	const char *type = bare   ? NULL
	                   : file ? "application/octet-stream"
	                          : "application/json";
	json_put(o, str_cstr(a, str_fmt(a, "%d", status)),
	    response(w,
		status == 303 ? MSG_openapi_elsewhere : MSG_openapi_done, type,
		gives));
	json_put(o, "default",
	    response(w, MSG_openapi_problem, "application/problem+json",
		STR("Problem")));
	return o;
}

static json_t *request_body(
    struct arena *a, struct str takes, enum body_kind body)
{
	json_t *o = json_new_object(a);
	const json_t *schema = schema_ref(a, takes);
	json_put(o, "content",
	    content(a,
		body == BODY_FORM ? "multipart/form-data" : "application/json",
		schema));
	return o;
}

/* One call, put under its path and method. */
struct call {
	struct str path, method, id, summary, gives, takes;
	const char *query, *shows;
	enum body_kind body;
	int status;
	bool versioned, open;
};

static void put_call(struct work *w, const struct call *c)
{
	struct arena *a = w->cx->arena;
	json_t *o = json_new_object(a);
	const char *path = str_cstr(a, c->path);
	json_t *item = json_object_get(w->paths, path);
	if (item == NULL) {
		item = json_new_object(a);
		json_put(w->paths, path, item);
	}
	json_put_text(o, "operationId", c->id);
	json_put_text(o, "summary", c->summary);
	json_put(o, "parameters",
	    parameters(a, c->path, c->query, c->method, c->versioned));
	if (c->takes.n > 0)
		json_put(o, "requestBody", request_body(a, c->takes, c->body));
	json_put(o, "responses", responses(w, c->status, c->gives, c->shows));
	if (c->open)
		json_put(o, "security", json_new_array(a));
	json_put(item, str_cstr(a, str_lower(a, c->method)), o);
}

static void put_commands(struct work *w, const struct desk_route *r)
{
	struct arena *a = w->cx->arena;
	struct str before = str_of(r->path);
	before.n -= STR("{command}").n;
	for (size_t i = 0; i < COMMANDS; i++) {
		struct str name = str_of(command_names[i]);
		struct call c = { .path = str_cat(a, before, name),
			.method = str_of(r->method),
			.id = str_cat(a, STR("command_"), name),
			.summary =
			    msg_code(a, w->cx->lang, STR("command."), name),
			.gives = STR("Request"),
			.takes = schema_of_command(a, (enum command)i),
			.query = "",
			.shows = r->shows,
			.body = r->body,
			.status = 200,
			.versioned = true };
		put_call(w, &c);
	}
}

static void put_route(struct work *w, size_t i)
{
	struct arena *a = w->cx->arena;
	const struct desk_route *r = &desk_routes[i];
	const struct operation *op = operation_of(handlers[i]);
	struct str id = str_of(handlers[i]);
	if (str_ends(str_of(r->path), STR("/{command}"))) {
		put_commands(w, r);
		return;
	}
	REQUIRE(op != NULL);
	str_take(&id, STR("api_"));
	struct call c = { .path = str_of(r->path),
		.method = str_of(r->method),
		.id = id,
		.summary = msg_code(a, w->cx->lang, STR("openapi."), id),
		.gives = str_of(op->gives),
		.takes = str_of(op->takes),
		.query = op->query,
		.shows = r->shows,
		.body = r->body,
		.status = op->status,
		.versioned = str_eq(str_of(r->method), STR("PATCH")) ||
		             str_eq(id, STR("paper_sign")),
		.open = r->who == WHO_MAY_open };
	put_call(w, &c);
}

static json_t *security_schemes(struct arena *a)
{
	json_t *all = json_new_object(a), *bearer = json_new_object(a);
	json_put_text(bearer, "type", STR("http"));
	json_put_text(bearer, "scheme", STR("bearer"));
	json_put(all, "token", bearer);
	return all;
}

static json_t *document(struct visit *v)
{
	struct arena *a = v->cx.arena;
	struct work w = { &v->cx, json_new_object(a) };
	json_t *o = json_new_object(a), *info = json_new_object(a);
	json_t *server = json_new_object(a), *servers = json_new_array(a);
	json_t *components = json_new_object(a), *security = json_new_array(a);
	json_t *token = json_new_object(a);
	for (size_t i = 0; i < n_desk_routes; i++)
		if (desk_routes[i].door == DOOR_api)
			put_route(&w, i);
	json_put_text(info, "title", msg_text(v->cx.lang, MSG_openapi_title));
	json_put_text(info, "version", STR(PRATU_VERSION));
	json_put_text(
	    info, "description", msg_text(v->cx.lang, MSG_openapi_about));
	json_put_text(server, "url", v->app->site->desk_url);
	json_add(servers, server);
	json_put(components, "schemas", schemas_all(a, v->cx.lang));
	json_put(components, "securitySchemes", security_schemes(a));
	json_put(token, "token", json_new_array(a));
	json_add(security, token);
	json_put_text(o, "openapi", STR("3.1.0"));
	json_put(o, "info", info);
	json_put(o, "servers", servers);
	json_put(o, "security", security);
	json_put(o, "paths", w.paths);
	json_put(o, "components", components);
	return o;
}

enum err api_openapi(struct visit *v)
{
	return visit_json(v, 200, document(v));
}
