/* The password of a view's role. The source has it first, the store's row comes
 * after: a row would promise what does not work, while a password that nobody
 * was shown opens nothing. When the row cannot be written the password is taken
 * away again. */
#include "desk/view_key.h"

#include "base/crypt.h"
#include "base/str.h"
#include "http/client.h"
#include "sql/sql.h"

#define ANSWER_BYTES ((size_t)65536)
#define WAIT_MS (20 * 1000)

/* An empty secret takes the password away. */
static enum err tell_gate(struct visit *v, struct str id, struct str secret)
{
	json_t *body = json_new_object(v->cx.arena);
	struct answer a;

	json_put_text(body, "connection", id);
	json_put_text(body, "secret", secret);
	enum err e = http_call(&v->cx, v->app->site->gate_socket, STR("POST"),
	    STR("/view-password"), json_compact(v->cx.arena, body),
	    ANSWER_BYTES, WAIT_MS, &a);
	if (!e && a.status == 409)
		return fail(&v->cx, ERR_CONFLICT, MSG_error_connection_ended);
	if (!e && a.status == 200)
		return OK;
	struct str why =
	    e ? v->cx.fault.detail
	      : str_fmt(v->cx.arena, "the gate answered %d", a.status);
	e = fail(&v->cx, ERR_BUSY, MSG_error_view_busy);
	v->cx.fault.detail = why;
	return e;
}

static enum err put_row(struct visit *v, const struct connection *c,
    struct str secret, struct key *ret)
{
	enum err e = store_write(&v->cx, v->app->shared);
	if (!e)
		e = key_replace(&v->cx, c, v->actor.person.email, secret, ret);
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	return e;
}

enum err view_key_add(struct visit *v, const struct connection *c,
    struct str *ret_secret, struct key *ret)
{
	struct str secret = secret_new(v->cx.arena, STR("prv_"));
	enum err e = tell_gate(v, c->id, secret);
	if (e)
		return e;
	e = put_row(v, c, secret, ret);
	if (e) {
		struct fault before = v->cx.fault;
		(void)!tell_gate(v, c->id, STR(""));
		v->cx.fault = before;
		return e;
	}
	*ret_secret = secret;
	return OK;
}

static enum err is_live(
    struct visit *v, struct str connection, struct str key, bool *ret)
{
	const struct key *keys = NULL;
	size_t n = 0;
	enum err e = store_read(&v->cx, v->app->shared);
	if (!e)
		e = key_list(&v->cx, connection, &keys, &n);
	store_end(&v->cx);
	*ret = false;
	for (size_t i = 0; !e && i < n; i++)
		*ret |= str_eq(keys[i].id, key) && keys[i].revoked == 0;
	return e;
}

enum err view_key_end(struct visit *v, struct str connection, struct str key)
{
	bool live;
	enum err e = is_live(v, connection, key, &live);
	return e || !live ? e : tell_gate(v, connection, STR(""));
}
