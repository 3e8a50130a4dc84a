/* Who is there: a cookie for people, a bearer token for programs. */
#include "base/log.h"
#include "base/str.h"
#include "desk/app.h"
#include "sql/sql.h"

static struct str cookie_name(const struct visit *v)
{
	return v->app->secure ? STR("__Host-pratu") : STR("pratu");
}

static enum err touch(struct visit *v)
{
	enum err e = store_write(&v->cx, v->app->people);
	if (!e)
		e = session_touch(&v->cx, &v->actor);
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	return e;
}

static enum err find_by(struct visit *v, struct str secret, bool token)
{
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = token ? actor_by_token(&v->cx, secret, &v->actor)
		          : actor_by_session(&v->cx, secret, &v->actor);
	store_end(&v->cx);
	if (!e && v->actor.touch)
		e = touch(v);
	if (!e)
		v->cx.actor = &v->actor;
	return e;
}

static bool bearer(const struct visit *v, struct str *ret)
{
	struct str h = request_header(v->rq, STR("Authorization"));
	struct str scheme, rest;
	if (!str_cut(h, ' ', &scheme, &rest) ||
	    !str_eq_nocase(scheme, STR("Bearer")))
		return false;
	*ret = str_trim(rest);
	return true;
}

enum err session_find(struct visit *v)
{
	struct str secret;
	if (v->route->door == DOOR_api && bearer(v, &secret))
		return find_by(v, secret, true);
	secret = request_cookie(v->rq, cookie_name(v));
	if (secret.n == 0)
		return OK;
	struct fault before = v->cx.fault;
	enum err e = find_by(v, secret, false);
	/* A session that has ended is nobody: the page asks to sign in. */
	if (e == ERR_UNAUTHENTICATED || e == ERR_NOT_FOUND) {
		v->cx.fault = before;
		return OK;
	}
	return e;
}

struct str session_secret(const struct visit *v)
{
	struct str secret;
	return v->route->door == DOOR_api && bearer(v, &secret)
	           ? secret
	           : request_cookie(v->rq, cookie_name(v));
}

void session_set_cookie(struct visit *v, struct str secret)
{
	response_header(v->rs, STR("Set-Cookie"),
	    str_fmt(v->cx.arena, "%.*s=%.*s; Path=/; HttpOnly; SameSite=Lax%s",
		STR_ARG(cookie_name(v)), STR_ARG(secret),
		v->app->secure ? "; Secure" : ""));
}

void session_clear_cookie(struct visit *v)
{
	response_header(v->rs, STR("Set-Cookie"),
	    str_fmt(v->cx.arena,
		"%.*s=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0%s",
		STR_ARG(cookie_name(v)), v->app->secure ? "; Secure" : ""));
}

/* A cookie alone must not write through the API either: another site's form
 * could send it. JSON with a type of its own cannot be sent by a form, and the
 * browser says where a call comes from. */
enum err session_same_origin(struct visit *v)
{
	struct str site = request_header(v->rq, STR("Sec-Fetch-Site"));
	if (site.n == 0 || str_eq(site, STR("same-origin")) ||
	    str_eq(site, STR("none")))
		return OK;
	return fail(&v->cx, ERR_DENIED, MSG_error_cross_site);
}

enum err session_check_form(struct visit *v)
{
	struct str method = v->rq->method, secret;
	if (str_eq(method, STR("GET")) || str_eq(method, STR("HEAD")))
		return OK;
	if (v->route->door == DOOR_api && bearer(v, &secret))
		return OK;
	enum err e = session_same_origin(v);
	if (e || v->route->door != DOOR_page || v->cx.actor == NULL)
		return e;
	struct str sent = visit_form(v, "csrf");
	if (sent.n == v->actor.csrf.n && sent.n > 0 &&
	    bytes_eq_secret(sent.p, v->actor.csrf.p, sent.n))
		return OK;
	return fail(&v->cx, ERR_DENIED, MSG_error_form_expired);
}
