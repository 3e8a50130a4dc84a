/* The doors of a connection. */
#include "gate/data.h"

#include "base/str.h"
#include "core/deliveries.h"
#include "sql/sql.h"

static struct sha256 sign(const struct call *c, struct str offset)
{
	struct str text = str_fmt(c->v->cx.arena, "%.*s\n%.*s\n%.*s",
	    STR_ARG(c->connection.id), STR_ARG(offset),
	    STR_ARG(c->asked.question));
	return hmac_sha256(c->v->gate->secret, text);
}

struct str cursor_make(const struct call *c, int64_t offset)
{
	struct arena *a = c->v->cx.arena;
	struct str at = str_fmt(a, "%lld", (long long)offset);
	struct sha256 mac = sign(c, at);
	return str_fmt(a, "%.*s.%.*s", STR_ARG(base64url(a, at)),
	    STR_ARG(base64url(a, str_n((const char *)mac.b, sizeof mac.b))));
}

enum err cursor_read(struct call *c)
{
	struct ctx *cx = &c->v->cx;
	struct str first, second, at, mac;
	if (c->asked.cursor.n == 0)
		return OK;
	if (str_cut(c->asked.cursor, '.', &first, &second) &&
	    base64_decode(cx->arena, first, &at) &&
	    base64_decode(cx->arena, second, &mac)) {
		struct sha256 own = sign(c, at);
		if (mac.n == sizeof own.b &&
		    bytes_eq_secret(mac.p, own.b, sizeof own.b) &&
		    str_i64(at, &c->asked.query.offset))
			return OK;
	}
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

/* The same headers, no source asked (HEAD). */
static enum err answer(struct call *c)
{
	enum err e = cursor_read(c);
	if (e || !str_eq(c->v->rq->method, STR("HEAD")))
		return e ? e : call_answer(c);
	response_set(c->v->rs, 200, form_media(c->form), STR(""));
	return OK;
}

enum err data_get(struct gate_visit *v)
{
	struct call *c = ARENA_NEW(v->cx.arena, struct call);
	struct str suffix;
	c->v = v;
	enum err e = call_admit(c, v->rq->args[0], &suffix);
	if (!e && !is_outlet(c, STR("api-get")))
		return wrong_method(c, "POST", MSG_error_outlet_post);
	if (!e)
		e = ask_query_string(
		    &v->cx, v->rq->query, &c->approved, &c->asked);
	if (!e)
		e = call_form(c, suffix);
	return e ? e : answer(c);
}

/* The cursor may stand in the link's URL; the question is in the body again. */
static void cursor_of_url(struct call *c)
{
	struct str sent = pairs_get(c->v->rq->query, STR("cursor"));
	if (c->asked.cursor.n == 0)
		c->asked.cursor = sent;
}

enum err data_post(struct gate_visit *v)
{
	struct call *c = ARENA_NEW(v->cx.arena, struct call);
	struct str suffix;
	json_t *body = json_new_object(v->cx.arena);
	c->v = v;
	enum err e = call_admit(c, v->rq->args[0], &suffix);
	if (!e && !is_outlet(c, STR("api-post")))
		return wrong_method(c, "GET, HEAD", MSG_error_outlet_get);
	if (!e && v->rq->body.n > 0)
		e = json_parse(&v->cx, v->rq->body, (size_t)1 << 20, &body);
	if (!e && !json_is_object(body))
		e = fail(&v->cx, ERR_SYNTAX, MSG_error_not_an_object);
	if (!e)
		e = ask_json(&v->cx, body, &c->asked);
	if (e)
		return e;
	cursor_of_url(c);
	e = call_form(c, suffix);
	return e ? e : answer(c);
}

/* One's own deliveries: by the key of their connection. */
enum err data_delivery(struct gate_visit *v)
{
	struct call c = { .v = v };
	struct delivered d;
	struct str suffix;
	enum err e = store_read(&v->cx, v->gate->shared);
	if (!e)
		e = delivery_get(&v->cx, v->rq->args[0], &d);
	store_end(&v->cx);
	struct str id = e ? STR("none") : d.d.connection;
	if (e && e != ERR_NOT_FOUND)
		return e;
	e = call_admit(&c, id, &suffix);
	return e ? e : gate_json(v, 200, delivery_json(v->cx.arena, &d));
}
