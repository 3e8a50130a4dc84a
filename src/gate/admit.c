/* Who may pass: key, connection, days, network. "Absent" and "not yours" are
 * one answer. */
#include "base/cidr.h"
#include "base/str.h"
#include "base/time.h"
#include "gate/known.h"
#include "sql/sql.h"

#define MAX_SECRET 200

/* Bearer prk_…, or Basic with the key as password (Excel sends that). */
static bool read_key(struct gate_visit *v, struct str *ret)
{
	struct str h = request_header(v->rq, STR("Authorization")), scheme,
		   rest, pair, user;
	if (!str_cut(h, ' ', &scheme, &rest))
		return false;
	rest = str_trim(rest);
	if (str_eq_nocase(scheme, STR("Bearer")))
		*ret = rest;
	else if (!str_eq_nocase(scheme, STR("Basic")) ||
		 !base64_decode(v->cx.arena, rest, &pair) ||
		 !str_cut(pair, ':', &user, ret))
		return false;
	return ret->n > 0 && ret->n <= MAX_SECRET;
}

static enum err read_secret(struct call *c)
{
	struct gate_visit *v = c->v;
	struct str secret;
	if (!read_key(v, &secret))
		return fail(&v->cx, ERR_UNAUTHENTICATED, MSG_error_key_missing);
	c->secret = secret_hash(secret);
	return OK;
}

static enum err find_key(struct call *c)
{
	struct gate_visit *v = c->v;
	bool found;
	enum err e = key_find(&v->cx, c->secret, &c->key, &found);
	if (e || found)
		return e;
	return fail(&v->cx, ERR_UNAUTHENTICATED, MSG_error_key_wrong);
}

static enum err check_days(struct call *c)
{
	struct ctx *cx = &c->v->cx;
	struct str state = connection_state(&c->connection, cx->now);
	if (str_eq(state, STR("suspended")))
		return fail(cx, ERR_DENIED, MSG_error_connection_suspended);
	if (!str_eq(state, STR("active")))
		return fail(cx, ERR_GONE, MSG_error_connection_over);
	/* A key ends with its connection, and then that is what is said. */
	if (cx->now >= c->key.expires)
		return fail(cx, ERR_UNAUTHENTICATED, MSG_error_key_wrong);
	if (cx->now < c->connection.starts)
		return fail(cx, ERR_DENIED, MSG_error_connection_early);
	return OK;
}

static enum err check_network(struct call *c)
{
	struct gate_visit *v = c->v;
	const json_t *list = json_list(c->connection.spec, "networks");
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct cidr net;
		if (cidr_parse(json_as_text(json_array_get(list, i)), &net) &&
		    cidr_has(&net, v->rq->peer.b))
			return OK;
	}
	return fail(&v->cx, ERR_DENIED, MSG_error_address_not_allowed);
}

static enum err find_connection(struct call *c, struct str id)
{
	struct ctx *cx = &c->v->cx;
	enum err e = find_key(c);
	if (!e && !str_eq(c->key.connection, id))
		return fail(cx, ERR_NOT_FOUND, MSG_error_no_such_door);
	if (!e)
		e = connection_get(cx, id, &c->connection);
	return e == ERR_NOT_FOUND ? fail(cx, e, MSG_error_no_such_door) : e;
}

static enum err read_store(struct call *c, struct str id)
{
	struct gate_visit *v = c->v;
	c->flag = v->gate->flag;
	enum err e = store_read(&v->cx, v->gate->shared);
	if (!e)
		e = find_connection(c, id);
	store_end(&v->cx);
	return e;
}

static void use_known(struct call *c)
{
	c->flag = c->known->flag;
	c->key = c->known->key;
	c->connection = c->known->connection;
	c->approved = c->known->approved;
}

/* RFC 9110 5.6.7, as Sunset (RFC 8594) wants it. */
static struct str http_date(struct arena *a, int64_t ms)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t s = ms / 1000, of_day = s % 86400;
	struct date d = date_from_days(s / 86400);
	return str_fmt(a, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
	    days + 3 * date_weekday(d), d.day, months + 3 * (d.month - 1),
	    d.year, (int)(of_day / 3600), (int)(of_day / 60 % 60),
	    (int)(of_day % 60));
}

enum err call_identify(struct call *c, struct str id, struct str *ret_suffix)
{
	struct gate_visit *v = c->v;
	struct str suffix = { 0 };
	if (!gate_sees(v->gate, time_now_ms()))
		return fail(&v->cx, ERR_BUSY, MSG_error_gate_blind);
	(void)str_cut(id, '.', &id, &suffix);
	enum err e = read_secret(c);
	if (e)
		return e;
	c->known = known_find(v, &c->secret, id);
	if (c->known != NULL)
		use_known(c);
	else
		e = read_store(c, id);
	if (!e)
		*ret_suffix = suffix;
	return e;
}

enum err call_admit(struct call *c, struct str id, struct str *ret_suffix)
{
	struct gate_visit *v = c->v;
	enum err e = call_identify(c, id, ret_suffix);
	if (!e)
		e = check_days(c);
	/* The gate does not stand between a view and its reader. */
	if (!e && str_eq(c->connection.outlet, STR("view")))
		e = fail(&v->cx, ERR_NOT_FOUND, MSG_error_outlet_view);
	if (!e)
		e = check_network(c);
	if (e)
		return e;
	response_header(v->rs, STR("Sunset"),
	    http_date(v->cx.arena, c->connection.expires));
	if (c->known != NULL)
		return OK;
	e = spec_approved(&v->cx, c->connection.spec, &c->approved);
	if (!e)
		known_keep(c, &c->secret);
	return e;
}
