#include "http/exchange.h"

#include <stdatomic.h>
#include <stdio.h>

#include "base/str.h"
#include "http/guard.h"

static void exchange_begin(struct exchange *ex)
{
	const struct conn *c = ex->conn;
	ex->req = (struct request){
		.arena = ex->arena,
		.method = STR(""),
		.target = STR(""),
		.path = STR(""),
		.body = STR(""),
		.body_fd = -1,
		.peer = c->peer,
		.over_unix = c->over_unix,
		.peer_uid = c->peer_uid,
		.impl = ex,
	};
	ex->res = (struct response){
		.arena = ex->arena,
		.body = STR(""),
		.file_fd = -1,
	};
}

/* Takes the head out of what came in and judges it. */
static int read_request(struct exchange *ex, size_t n_head)
{
	struct request *r = &ex->req;
	struct str raw = str_dup(ex->arena, str_n(ex->conn->in, n_head));
	int64_t length;

	conn_drop(ex->conn, n_head);
	ex->head = head_split(ex->arena, raw);
	const struct head *h = &ex->head;
	int status = guard_head(h);
	if (status)
		return status;
	r->method = h->method;
	r->target = h->target;
	if (str_i64(head_field(h, STR("Content-Length")), &length))
		r->body_bytes = (uint64_t)length;
	ex->http11 = str_eq(h->version, STR("HTTP/1.1"));
	ex->expects =
	    str_eq_nocase(head_field(h, STR("Expect")), STR("100-continue"));
	status = guard_target(h, r);
	if (status)
		return status;
	ex->keep =
	    ex->http11 && !head_lists(h, STR("Connection"), STR("close"));
	return 0;
}

static void refuse(struct exchange *ex, int status)
{
	const struct server_options *o = ex->options;
	struct response *res = &ex->res;

	res->status = status;
	if (o->refuse)
		o->refuse(o->app, status, &ex->req, res);
	else
		response_set(res, status, STR("text/plain"),
		    str_fmt(ex->arena, "%d\n", status));
}

/* No route: 404, 405, or the answer to OPTIONS. A body is not read, so the
 * connection cannot go on after one. */
static void no_route(struct exchange *ex, struct str allow)
{
	if (ex->req.body_bytes > 0)
		ex->keep = false;
	if (allow.n > 0)
		response_header(&ex->res, STR("Allow"), allow);
	if (allow.n > 0 && str_eq(ex->req.method, STR("OPTIONS")))
		ex->res.status = 204;
	else
		refuse(ex, allow.n > 0 ? 405 : 404);
}

/* Makes the answer; false when there is nobody to send it to. */
static bool answer(struct exchange *ex, int status, size_t n_head)
{
	const struct server_options *o = ex->options;
	struct str allow = STR("");

	if (!status)
		status = read_request(ex, n_head);
	if (status) {
		ex->keep = false;
		refuse(ex, status);
		return true;
	}
	ex->route = route_find(o->routes, o->n_routes, &ex->req, &allow);
	if (!ex->route) {
		no_route(ex, allow);
		return true;
	}
	status = body_read(ex);
	if (status < 0)
		return false;
	if (status > 0) {
		ex->keep = false;
		refuse(ex, status);
		return true;
	}
	o->handle(o->app, ex->route, &ex->req, &ex->res);
	return true;
}

bool exchange_run(struct conn *c, const struct server_options *o,
    const _Atomic bool *stopping, bool *ret_polite)
{
	size_t n_head;

	*ret_polite = false;
	int status = conn_head(c, &n_head);
	if (status < 0)
		return false;
	struct arena *a = arena_new();
	struct exchange *ex = ARENA_NEW(a, struct exchange);
	ex->options = o;
	ex->conn = c;
	ex->arena = a;
	exchange_begin(ex);
	bool fine = answer(ex, status, n_head);
	if (fine) {
		if (atomic_load(stopping))
			ex->keep = false;
		fine = respond(ex);
	}
	bool keep = fine && ex->keep;
	*ret_polite = fine;
	c->served = true;
	arena_free(a);
	return keep;
}
