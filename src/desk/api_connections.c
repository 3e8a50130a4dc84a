#include "base/str.h"
#include "base/time.h"
#include "core/cases.h"
#include "core/policy.h"
#include "desk/connections.h"
#include "desk/view_key.h"
#include "sql/sql.h"

/* Numbers of the requests that are the actor's own. */
static enum err own_requests(struct visit *v, struct str **ret, size_t *ret_n)
{
	size_t n = 0, cap = 0;
	struct str *own = NULL;
	struct case_filter q = { .limit = 200 };
	do {
		const struct case_line *lines;
		size_t n_lines;
		enum err e =
		    cases_list(&v->cx, &q, &lines, &n_lines, &q.cursor);
		if (e)
			return e;
		for (size_t i = 0; i < n_lines; i++) {
			own =
			    list_grow_(v->cx.arena, own, n, &cap, sizeof *own);
			own[n++] = lines[i].no;
		}
	} while (q.cursor.n > 0 && n < 2000);
	*ret = own;
	*ret_n = n;
	return OK;
}

static enum err keep_own(struct visit *v, struct str *numbers, size_t *n)
{
	size_t kept = 0;
	for (size_t i = 0; i < *n; i++) {
		struct case_file f;
		enum err e = cases_load(&v->cx, numbers[i], &f);
		if (e)
			return e;
		if (case_is_own(&f, v->actor.person.email) &&
		    f.connections.n > 0)
			numbers[kept++] = numbers[i];
	}
	*n = kept;
	return OK;
}

enum err connections_mine(
    struct visit *v, const struct connection **ret, size_t *ret_n)
{
	struct str *numbers = NULL;
	size_t n = 0;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = own_requests(v, &numbers, &n);
	if (!e)
		e = keep_own(v, numbers, &n);
	store_end(&v->cx);
	*ret_n = 0;
	if (e || n == 0)
		return e;
	e = store_read(&v->cx, v->app->shared);
	if (!e)
		e = connection_list(&v->cx, numbers, n, ret, ret_n);
	store_end(&v->cx);
	return e;
}

enum err connections_find(
    struct visit *v, struct str id, struct connection *ret, bool *ret_holder)
{
	struct case_file f;
	enum err e = store_read(&v->cx, v->app->shared);
	if (!e)
		e = connection_get(&v->cx, id, ret);
	store_end(&v->cx);
	if (!e)
		e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_get(&v->cx, ret->request, &f);
	store_end(&v->cx);
	/* "Absent" and "not yours" are one answer. */
	if (e == ERR_NOT_FOUND)
		return fail(
		    &v->cx, ERR_NOT_FOUND, MSG_error_no_such_connection);
	if (!e)
		*ret_holder = case_is_own(&f, v->actor.person.email);
	return e;
}

enum err connections_keys(
    struct visit *v, struct str id, const struct key **ret, size_t *ret_n)
{
	enum err e = store_read(&v->cx, v->app->shared);
	if (!e)
		e = key_list(&v->cx, id, ret, ret_n);
	store_end(&v->cx);
	return e;
}

static enum err find_own(struct visit *v, struct str id, struct connection *ret)
{
	bool holder;
	enum err e = connections_find(v, id, ret, &holder);
	if (e)
		return e;
	if (v->actor.read_only)
		return fail(&v->cx, ERR_DENIED, MSG_error_read_only_token);
	return holder ? OK : fail(&v->cx, ERR_DENIED, MSG_error_only_holders);
}

enum err connections_key_add(
    struct visit *v, struct str id, struct str *ret_secret, struct key *ret)
{
	struct connection c;
	enum err e = find_own(v, id, &c);
	if (!e && str_eq(c.outlet, STR("view")))
		return view_key_add(v, &c, ret_secret, ret);
	if (!e)
		e = store_write(&v->cx, v->app->shared);
	if (!e)
		e = key_new(&v->cx, &c, v->actor.person.email, ret_secret, ret);
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	return e;
}

enum err connections_key_remove(struct visit *v, struct str id, struct str key)
{
	struct connection c;
	enum err e = find_own(v, id, &c);
	if (!e && str_eq(c.outlet, STR("view")))
		e = view_key_end(v, id, key);
	if (!e)
		e = store_write(&v->cx, v->app->shared);
	if (!e)
		e = key_revoke(&v->cx, id, key);
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	if (!e)
		grants_settle();
	return e;
}

struct revoking {
	struct case_command cc;
	struct case_file f;
	struct connection c;
};

/* An administrator revokes without seeing requests: he is told of none. */
static enum err revoking_of(
    struct visit *v, struct str id, struct str reason, struct revoking *ret)
{
	json_t *body = json_new_object(v->cx.arena);
	enum err e = store_read(&v->cx, v->app->shared);
	if (!e)
		e = connection_get(&v->cx, id, &ret->c);
	store_end(&v->cx);
	if (e)
		return e;
	json_put_text(body, "connection", id);
	json_put_text(body, "reason", reason);
	ret->cc = (struct case_command){ .no = ret->c.request,
		.command = COMMAND_revoke,
		.body = body,
		.unseen = person_holds(
		    &v->actor.person, ROLE_admin, STR(""), STR("")) };
	return OK;
}

static enum err revoke(struct visit *v, void *arg)
{
	struct revoking *r = arg;
	enum err e = cases_command(&v->cx, &r->cc, &r->f);
	/* "Absent" and "not yours" are one answer. */
	return e == ERR_NOT_FOUND
	           ? fail(&v->cx, ERR_NOT_FOUND, MSG_error_no_such_connection)
	           : e;
}

static enum err revoke_for_api(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct revoking *r = arg;
	(void)ret_status;
	enum err e = revoke(v, r);
	if (e)
		return e;
	r->c.state = STR("revoked");
	*ret = connection_json(
	    v->cx.arena, &r->c, v->app->site->gate_url, v->cx.now);
	if (!policy_sees(&r->f, &v->actor.person)) {
		*ret = json_new_object(v->cx.arena);
		json_put_text(*ret, "id", r->c.id);
		json_put_text(*ret, "state", r->c.state);
	}
	return OK;
}

enum err connections_revoke(struct visit *v, struct str id, struct str reason)
{
	struct revoking r;
	enum err e = revoking_of(v, id, reason, &r);
	return e ? e : visit_change(v, revoke, &r);
}

static json_t *key_json(struct arena *a, const struct key *k)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "id", k->id);
	json_put_text(o, "hint", k->hint);
	json_put_text(o, "holder", k->holder);
	json_put_text(o, "created", time_iso(a, k->created));
	json_put_text(o, "expires", time_iso(a, k->expires));
	json_put_flag(o, "revoked", k->revoked != 0);
	return o;
}

enum err api_connections(struct visit *v)
{
	const struct connection *list;
	size_t n;
	enum err e = connections_mine(v, &list, &n);
	if (e)
		return e;
	json_t *o = json_new_object(v->cx.arena),
	       *all = json_new_array(v->cx.arena);
	for (size_t i = 0; i < n; i++)
		json_add(all, connection_json(v->cx.arena, &list[i],
				  v->app->site->gate_url, v->cx.now));
	json_put(o, "connections", all);
	return visit_json(v, 200, o);
}

enum err api_connection(struct visit *v)
{
	struct connection c;
	const struct key *keys = NULL;
	size_t n = 0;
	bool holder;
	enum err e = connections_find(v, visit_arg(v, 0), &c, &holder);
	if (!e)
		e = connections_keys(v, c.id, &keys, &n);
	if (e)
		return e;
	json_t *o =
	    connection_json(v->cx.arena, &c, v->app->site->gate_url, v->cx.now);
	json_t *all = json_new_array(v->cx.arena);
	for (size_t i = 0; i < n; i++)
		json_add(all, key_json(v->cx.arena, &keys[i]));
	json_put(o, "keys", all);
	json_put_flag(o, "holder", holder);
	return visit_json(v, 200, o);
}

enum err api_key_add(struct visit *v)
{
	struct key k;
	struct str secret;
	bool answered, twin;
	visit_seal(v);
	enum err e = visit_replay(v, &answered);
	if (e || answered)
		return e;
	e = connections_key_add(v, visit_arg(v, 0), &secret, &k);
	if (e)
		return e;
	json_t *o = key_json(v->cx.arena, &k);
	json_put_text(o, "key", secret);
	e = visit_keep(v, 201, o, &twin);
	/* Of twins, one key is given out; nobody has seen the other. */
	return e || !twin ? e : connections_key_remove(v, k.connection, k.id);
}

enum err api_key_remove(struct visit *v)
{
	enum err e =
	    connections_key_remove(v, visit_arg(v, 0), visit_arg(v, 1));
	if (!e)
		response_set(v->rs, 204, STR(""), STR(""));
	return e;
}

enum err api_connection_revoke(struct visit *v)
{
	struct revoking r;
	enum err e =
	    revoking_of(v, visit_arg(v, 0), json_text(v->body, "reason"), &r);
	return e ? e : visit_act(v, revoke_for_api, &r);
}
