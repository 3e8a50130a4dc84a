#include "desk/app.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "core/cases.h"
#include "core/grants.h"
#include "core/idempotency.h"
#include "sql/sql.h"

#define MAX_ROUTES 256
#define MAX_JSON ((size_t)1 << 20)
#define PUBLISH_MS 1000

const struct desk_route desk_routes[] = {
#define ROUTE(method, path, fn, door, who, body, max, shows)              \
	{ method, path, fn, DOOR_##door, WHO_MAY_##who, BODY_##body, max, \
		shows },
#include "desk/routes.def"
#undef ROUTE
};
const size_t n_desk_routes = COUNT(desk_routes);

struct str visit_arg(const struct visit *v, size_t i)
{
	REQUIRE(i < v->rq->n_args);
	return v->rq->args[i];
}

struct str visit_query(const struct visit *v, const char *name)
{
	return pairs_get(v->rq->query, str_of(name));
}

struct str visit_form(const struct visit *v, const char *name)
{
	return pairs_get(v->rq->form, str_of(name));
}

enum err visit_json(struct visit *v, int status, const json_t *body)
{
	response_set(v->rs, status, STR("application/json"),
	    json_compact(v->cx.arena, body));
	return OK;
}

enum err visit_go(struct visit *v, struct str path)
{
	REQUIRE(str_starts(path, STR("/")));
	response_redirect(v->rs, path);
	return OK;
}

enum err visit_administers(struct visit *v)
{
	if (v->actor.read_only)
		return fail(&v->cx, ERR_DENIED, MSG_error_read_only_token);
	if (person_holds(&v->actor.person, ROLE_admin, STR(""), STR("")))
		return OK;
	return fail(&v->cx, ERR_DENIED, MSG_error_only_admin);
}

static struct str idempotency_key(const struct visit *v)
{
	return request_header(v->rq, STR("Idempotency-Key"));
}

static struct idempotent idempotent_of(const struct visit *v)
{
	return (struct idempotent){ .person = v->actor.person.id,
		.key = idempotency_key(v),
		.secret = v->seal,
		.digest = v->digest };
}

void visit_seal(struct visit *v)
{
	v->seal = session_secret(v);
}

static enum err act_once(
    struct visit *v, act_fn *act, void *arg, struct kept_answer *ret)
{
	struct idempotent i = idempotent_of(v);
	bool found = false;
	json_t *body = NULL;
	int status = 200;

	enum err e =
	    i.key.n == 0 ? OK : idempotency_find(&v->cx, &i, ret, &found);
	if (e || found)
		return e;
	e = act(v, arg, &status, &body);
	if (e)
		return e;
	*ret = (struct kept_answer){ .status = status,
		.body = json_compact(v->cx.arena, body) };
	return i.key.n == 0 ? OK : idempotency_keep(&v->cx, &i, ret);
}

static enum err publish(struct visit *v)
{
	enum err e = grants_publish(&v->cx, v->app->people, v->app->shared);
	if (e)
		LOG("error", "desk.publish", { "detail", v->cx.fault.detail });
	return e;
}

enum err visit_replay(struct visit *v, bool *ret_answered)
{
	struct kept_answer kept;
	struct idempotent i = idempotent_of(v);
	*ret_answered = false;
	if (i.key.n == 0)
		return OK;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = idempotency_find(&v->cx, &i, &kept, ret_answered);
	store_end(&v->cx);
	if (!e && *ret_answered)
		response_set(
		    v->rs, kept.status, STR("application/json"), kept.body);
	return e;
}

/* A twin of this call, under the same key, may have been done while this one
 * waited for its turn: then its answer is this one's too. */
static enum err refused_or_done(struct visit *v, enum err e)
{
	struct fault why = v->cx.fault;
	bool answered = false;
	if (e != ERR_CONFLICT || idempotency_key(v).n == 0)
		return e;
	if (visit_replay(v, &answered) == OK && answered)
		return OK;
	v->cx.fault = why;
	return e;
}

int64_t visit_if_match(const struct visit *v)
{
	struct str h = str_trim(request_header(v->rq, STR("If-Match")));
	int64_t n;
	if (h.n == 0 || str_eq(h, STR("*")))
		return 0;
	if (str_take_char(&h, '"') && str_ends(h, STR("\"")))
		h.n--;
	return str_i64(h, &n) && n > 0 ? n : -1;
}

enum err visit_act(struct visit *v, act_fn *act, void *arg)
{
	struct kept_answer answer;
	enum err e = store_write(&v->cx, v->app->people);
	if (!e)
		e = act_once(v, act, arg, &answer);
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	if (e)
		return refused_or_done(v, e);
	/* It is done and on disk whatever publishing says: the timer repeats
	 * that. But who revokes is answered only when the gate knows. */
	e = publish(v);
	if (e)
		return e;
	response_set(
	    v->rs, answer.status, STR("application/json"), answer.body);
	return OK;
}

enum err visit_keep(
    struct visit *v, int status, const json_t *body, bool *ret_twin)
{
	struct idempotent i = idempotent_of(v);
	struct kept_answer answer = { .status = status,
		.body = json_compact(v->cx.arena, body) };
	*ret_twin = false;
	response_set(
	    v->rs, answer.status, STR("application/json"), answer.body);
	if (i.key.n == 0)
		return OK;
	enum err e = store_write(&v->cx, v->app->people);
	if (!e)
		e = idempotency_keep(&v->cx, &i, &answer);
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	return e == ERR_CONFLICT ? visit_replay(v, ret_twin) : e;
}

enum err visit_change(struct visit *v, change_fn *change, void *arg)
{
	enum err e = store_write(&v->cx, v->app->people);
	if (!e)
		e = change(v, arg);
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	return e ? e : publish(v);
}

enum err visit_preview(struct visit *v, change_fn *change, void *arg)
{
	enum err e = store_write(&v->cx, v->app->people);
	if (!e)
		e = change(v, arg);
	store_end(&v->cx);
	return e;
}

/* The language that the request itself asks for. */
static bool asked_lang(const struct request *rq, enum lang *ret)
{
	struct str asked = pairs_get(rq->query, STR("lang"));
	if (lang_parse(asked, ret) ||
	    lang_parse(request_cookie(rq, STR("pratu_lang")), ret))
		return true;
	/* "en-GB,en;q=0.9,th;q=0.8": the first that is ours. */
	struct str left = request_header(rq, STR("Accept-Language")), one;
	for (bool more = true; more;) {
		more = str_cut(left, ',', &one, &left);
		struct str tag = str_upto(one, str_index(one, ';'));
		if (lang_parse(str_trim(tag), ret))
			return true;
	}
	return false;
}

enum lang visit_lang(const struct request *rq)
{
	enum lang lang;
	return asked_lang(rq, &lang) ? lang : LANG_TH;
}

/* Who asks for none gets the one kept for him. */
static void speak_his_language(struct visit *v)
{
	enum lang lang;
	if (v->cx.actor != NULL && !asked_lang(v->rq, &lang))
		v->cx.lang = v->actor.person.lang;
}

/* The order of refusals starts here: not JSON, then not signed in. */
static enum err read_body(struct visit *v)
{
	if (v->route->door != DOOR_api || v->route->body != BODY_BYTES)
		return OK;
	if (v->rq->body.n == 0) {
		v->body = json_new_object(v->cx.arena);
		return OK;
	}
	enum err e = json_parse(&v->cx, v->rq->body, MAX_JSON, &v->body);
	if (e)
		return e;
	if (!json_is_object(v->body))
		return fail(&v->cx, ERR_SYNTAX, MSG_error_not_an_object);
	return OK;
}

/* Whether the caller may see the request that the path names, if any: 404 comes
 * before 413 and 415. */
static enum err see_request(struct visit *v)
{
	struct str path = v->rq->path, no, rest;
	struct case_file f;
	if (!str_take(&path, STR("/api/v1/requests/")))
		return OK;
	if (!str_cut(path, '/', &no, &rest))
		no = path;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_get(&v->cx, no, &f);
	store_end(&v->cx);
	return e;
}

static enum err check_media(struct visit *v)
{
	struct str type = request_header(v->rq, STR("Content-Type"));
	if (v->route->door != DOOR_api || v->route->body != BODY_BYTES ||
	    v->rq->body.n == 0)
		return OK;
	type = str_trim(str_upto(type, str_index(type, ';')));
	if (str_eq_nocase(type, STR("application/json")) ||
	    str_eq_nocase(type, STR("application/merge-patch+json")))
		return OK;
	enum err e = see_request(v);
	return e ? e : fail(&v->cx, ERR_MEDIA, MSG_error_media);
}

static enum err pass(struct visit *v)
{
	enum err e = read_body(v);
	if (!e && v->route->door != DOOR_plain)
		e = session_find(v);
	speak_his_language(v);
	if (!e && v->route->who == WHO_MAY_person && v->cx.actor == NULL)
		e = fail(
		    &v->cx, ERR_UNAUTHENTICATED, MSG_error_unauthenticated);
	if (!e)
		e = check_media(v);
	if (!e)
		e = session_check_form(v);
	return e ? e : v->route->fn(v);
}

/* Pages hold personal data: no cache keeps them, no other site frames them. */
static void guard_headers(struct visit *v)
{
	response_header(v->rs, STR("Cache-Control"), STR("no-store"));
	response_header(v->rs, STR("Referrer-Policy"), STR("same-origin"));
	response_header(
	    v->rs, STR("Cross-Origin-Opener-Policy"), STR("same-origin"));
	response_header(v->rs, STR("Content-Security-Policy"),
	    STR("default-src 'none'; script-src 'self'; style-src 'self';"
		" img-src 'self'; font-src 'self'; connect-src 'self';"
		" form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
		" object-src 'none'"));
}

static void handle(void *arg, const struct route *route, struct request *rq,
    struct response *rs)
{
	struct visit v = { .app = arg,
		.route = &desk_routes[route->tag],
		.rq = rq,
		.rs = rs,
		.cx = ctx_new(rq->arena, time_now_ms(), visit_lang(rq)) };
	v.digest =
	    idempotency_digest(rq->arena, rq->method, rq->target, rq->body);
	if (v.route->door != DOOR_plain)
		guard_headers(&v);
	enum err e = pass(&v);
	store_end(&v.cx);
	if (e)
		problem_answer(&v, e);
}

/* What was refused before its body was read, by who sent it. */
static enum err who_sent(struct app *app, struct request *rq)
{
	static const struct desk_route api = { .door = DOOR_api };
	struct visit v = { .app = app,
		.route = &api,
		.rq = rq,
		.cx = ctx_new(rq->arena, time_now_ms(), LANG_TH) };
	enum err e = session_find(&v);
	if (!e && v.cx.actor == NULL)
		e = ERR_UNAUTHENTICATED;
	if (!e)
		e = see_request(&v);
	store_end(&v.cx);
	return e;
}

static void refuse(
    void *arg, int status, struct request *rq, struct response *rs)
{
	bool body = status == 413 || status == 415;
	if (body && str_starts(rq->path, STR("/api/"))) {
		enum err e = who_sent(arg, rq);
		if (e == ERR_UNAUTHENTICATED)
			response_header(rs, STR("WWW-Authenticate"),
			    STR("Bearer realm=\"pratu\""));
		if (e == ERR_UNAUTHENTICATED || e == ERR_NOT_FOUND)
			status = err_status(e);
	}
	problem_refused(arg, status, rq, rs);
}

static bool schemas_fit(struct app *app, struct arena *arena)
{
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	return store_check_schema(&cx, app->people, "people") == OK &&
	       store_check_schema(&cx, app->shared, "shared") == OK;
}

enum err plain_healthz(struct visit *v)
{
	response_set(v->rs, 200, STR("text/plain"), STR("ok\n"));
	return OK;
}

enum err plain_readyz(struct visit *v)
{
	bool fit = schemas_fit(v->app, v->cx.arena);
	response_set(v->rs, fit ? 200 : 503, STR("text/plain"),
	    fit ? STR("ok\n") : STR("not ready\n"));
	return OK;
}

/* Whatever a command left unpublished (the gate's store was away) is brought up
 * here, at start and every second. */
static void publish_once(struct app *app)
{
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	if (grants_publish(&cx, app->people, app->shared))
		LOG("error", "desk.publish", { "why", fault_text(&cx) },
		    { "detail", cx.fault.detail });
	arena_free(arena);
}

static int serve(struct app *app, const struct desk_options *o)
{
	static struct route routes[MAX_ROUTES];
	REQUIRE(n_desk_routes <= MAX_ROUTES);
	for (size_t i = 0; i < n_desk_routes; i++) {
		const struct desk_route *r = &desk_routes[i];
		routes[i] = (struct route){ str_of(r->method), str_of(r->path),
			r->body, r->max_body, (int)i };
	}
	struct server_options so = { .listen_fd = o->listen_fd,
		.routes = routes,
		.n_routes = n_desk_routes,
		.handle = handle,
		.refuse = refuse,
		.app = app };
	publish_once(app);
	struct server *server = server_start(&so);
	if (!server) {
		LOG("error", "desk.listen", { "why", str_of(strerror(errno)) });
		return 1;
	}
	o->ready(o->ready_arg);
	struct pollfd stop = { .fd = o->stop_fd, .events = POLLIN };
	while (poll(&stop, 1, PUBLISH_MS) <= 0)
		publish_once(app);
	if (!server_stop(server, 5000)) {
		LOG("warn", "desk.stop",
		    { "why", STR("a request did not come back") });
		_exit(0);
	}
	return 0;
}

int desk_run(const struct desk_options *o)
{
	struct app app = { .site = o->site,
		.secure = str_starts(o->site->desk_url, STR("https:")) };
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	int code = 1;

	crypt_init();
	if (site_open_people(&cx, o->site, 8, &app.people) ||
	    site_open_shared(&cx, o->site, 4, &app.shared))
		LOG("error", "desk.store", { "why", fault_text(&cx) },
		    { "detail", cx.fault.detail });
	else
		code = serve(&app, o);
	store_close(app.shared);
	store_close(app.people);
	arena_free(arena);
	return code;
}
