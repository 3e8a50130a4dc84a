/* The doors of a connection. */
#include "gate/data.h"

#include "base/str.h"
#include "gate/record.h"
#include "sql/sql.h"

static struct str bound_to(const struct call *c)
{
	struct arena *a = c->v->cx.arena;
	return str_fmt(a, "%.*s\n%.*s\n%.*s", STR_ARG(c->connection.id),
	    STR_ARG(c->connection.digest),
	    STR_ARG(sha256_hex(a, sha256_of(c->asked.question))));
}

/* A key for this question alone: elsewhere its cursors do not open. */
static struct sha256 cursor_key(const struct call *c)
{
	return gate_key(c->v->gate, "cursor", bound_to(c));
}

/* base64url of base64, so that a cursor copied by hand needs no encoding. */
static struct str for_url(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n);
	size_t n = 0;
	for (; n < s.n && s.p[n] != '='; n++)
		p[n] = s.p[n] == '+' ? '-' : s.p[n] == '/' ? '_' : s.p[n];
	return str_n(p, n);
}

struct str cursor_make(const struct call *c, const struct place *p)
{
	struct arena *a = c->v->cx.arena;
	return for_url(a, seal(a, cursor_key(c), place_text(a, p)));
}

static bool open_cursor(struct call *c)
{
	struct arena *a = c->v->cx.arena;
	struct ctx cx = ctx_new(a, c->v->cx.now, c->v->cx.lang);
	struct str text;
	return unseal(a, cursor_key(c), c->asked.cursor, &text) &&
	       place_parse(&cx, text, &c->place) &&
	       place_fits(&c->place, &c->asked.query, &c->paging);
}

enum err cursor_read(struct call *c)
{
	struct ctx *cx = &c->v->cx;
	int64_t offset = c->asked.query.offset;
	c->place = (struct place){ .skip = offset, .given = offset };
	place_ties(cx->arena, &c->approved, &c->asked.query, &c->paging);
	if (c->asked.cursor.n == 0 || open_cursor(c))
		return OK;
	field_wrong(cx, STR("cursor"), MSG_field_bad_cursor, STR(""));
	return fields_end(cx);
}

struct str html_policy(const struct call *c)
{
	struct arena *a = c->v->cx.arena;
	struct sha256 d = sha256_of(encoder_html_style());
	return str_fmt(a,
	    "default-src 'none'; style-src 'sha256-%.*s'; base-uri 'none';"
	    " form-action 'none'; frame-ancestors 'none'",
	    STR_ARG(base64(a, str_n((const char *)d.b, sizeof d.b))));
}

static bool is_outlet(const struct call *c, struct str outlet)
{
	return str_eq(c->connection.outlet, outlet);
}

static enum err wrong_method(struct call *c, const char *allow, enum msg msg)
{
	response_header(c->v->rs, STR("Allow"), str_of(allow));
	return fail(&c->v->cx, ERR_METHOD, msg);
}

/* The question is checked, no source is asked, nothing is delivered. */
static enum err answer_head(struct call *c)
{
	enum err e = query_check(&c->v->cx, &c->approved, &c->asked.query);
	if (e)
		return e;
	response_set(c->v->rs, 200, answer_media(c), STR(""));
	answer_headers(c);
	gate_no_body(c->v);
	return OK;
}

static enum err answer(struct call *c)
{
	enum err e = cursor_read(c);
	if (!e)
		e = prefer_read(
		    &c->v->cx, c->v->rq, c->form == FORM_JSON, &c->prefer);
	if (e)
		return e;
	return str_eq(c->v->rq->method, STR("HEAD")) ? answer_head(c)
	                                             : call_answer(c);
}

enum err data_get(struct gate_visit *v)
{
	struct call *c = ARENA_NEW(v->cx.arena, struct call);
	struct str suffix;
	c->v = v;
	enum err e = call_admit(c, v->rq->args[0], &suffix);
	if (!e && !is_outlet(c, STR("api-get")))
		return wrong_method(c, "POST, QUERY", MSG_error_outlet_post);
	if (!e)
		e = call_form(
		    c, suffix, pairs_get(v->rq->query, STR("format")));
	if (!e)
		e = call_profile(c, pairs_get(v->rq->query, STR("profile")));
	if (!e)
		e = ask_query_string(
		    &v->cx, v->rq->query, &c->approved, &c->asked);
	return e ? e : answer(c);
}

/* Beside the body, the URL may hold the form and the cursor of a link; values
 * would stand in logs there. */
static enum err check_url(struct gate_visit *v)
{
	for (size_t i = 0; i < v->rq->query.n; i++) {
		struct str name = v->rq->query.v[i].name;
		if (!str_eq(name, STR("cursor")) &&
		    !str_eq(name, STR("format")) &&
		    !str_eq(name, STR("profile")))
			field_wrong(
			    &v->cx, name, MSG_field_in_the_body, STR(""));
	}
	return fields_end(&v->cx);
}

static enum err read_body(struct call *c, json_t **ret)
{
	struct gate_visit *v = c->v;
	*ret = json_new_object(v->cx.arena);
	enum err e = OK;
	if (v->rq->body.n > 0)
		e = json_parse(&v->cx, v->rq->body, (size_t)1 << 20, ret);
	if (!e && !json_is_object(*ret))
		e = fail(&v->cx, ERR_SYNTAX, MSG_error_not_an_object);
	return e;
}

/* Of the URL, else of the body. */
static struct str named(
    struct pairs query, const json_t *body, const char *name)
{
	struct str s = pairs_get(query, str_of(name));
	return s.n > 0 ? s : json_text(body, name);
}

static enum err read_posted(struct call *c, struct str suffix)
{
	struct gate_visit *v = c->v;
	struct pairs query = v->rq->query;
	json_t *body;
	enum err e = read_body(c, &body);
	if (e)
		return e;
	e = call_form(c, suffix, named(query, body, "format"));
	if (!e)
		e = call_profile(c, named(query, body, "profile"));
	if (!e)
		e = check_url(v);
	if (!e)
		e = ask_json(&v->cx, body, &c->asked);
	/* The link's cursor stands in its URL; the question is in the body. */
	if (!e && c->asked.cursor.n == 0)
		c->asked.cursor = pairs_get(query, STR("cursor"));
	return e;
}

static enum err post(struct gate_visit *v, struct str suffix)
{
	struct call *c = ARENA_NEW(v->cx.arena, struct call);
	struct str of_id;
	c->v = v;
	enum err e = call_admit(c, v->rq->args[0], &of_id);
	if (!e && !is_outlet(c, STR("api-post")))
		return wrong_method(c, "GET, HEAD", MSG_error_outlet_get);
	if (!e)
		e = read_posted(c, suffix.n > 0 ? suffix : of_id);
	return e ? e : answer(c);
}

enum err data_post(struct gate_visit *v)
{
	return post(v, STR(""));
}

/* QUERY (RFC 10008) is what the POST means; the door is the connection itself. */
enum err data_query(struct gate_visit *v)
{
	return post(v, STR(""));
}

/* Where the link to a next page leads. */
enum err data_query_at(struct gate_visit *v)
{
	return post(v, STR(""));
}

/* …/query.csv */
enum err data_post_as(struct gate_visit *v)
{
	struct str suffix = v->rq->args[1];
	if (!str_take(&suffix, STR("query.")) || suffix.n == 0)
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	return post(v, suffix);
}

/* What a GET finds below a connection beside its two descriptions. */
enum err data_other(struct gate_visit *v)
{
	struct str rest = v->rq->args[1];
	if (str_take(&rest, STR("query")) &&
	    (rest.n == 0 || str_starts(rest, STR(".")))) {
		response_header(v->rs, STR("Allow"), STR("POST, QUERY"));
		return fail(&v->cx, ERR_METHOD, MSG_error_outlet_post);
	}
	return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
}

/* One's own deliveries: by the key of their connection, when it has ended
 * too. */
enum err data_delivery(struct gate_visit *v)
{
	struct call c = { .v = v };
	struct delivered d;
	struct str suffix;
	enum err e = record_find(&v->cx, v->gate, v->rq->args[0], &d);
	struct str id = e ? STR("none") : d.d.connection;
	if (e && e != ERR_NOT_FOUND)
		return e;
	e = call_identify(&c, id, &suffix);
	if (e)
		return e;
	json_t *receipt = delivery_json(v->cx.arena, &d);
	e = record_receipt(&v->cx, v->gate, &d, receipt);
	return e ? e : gate_json(v, 200, receipt);
}
