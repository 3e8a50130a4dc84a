/* exchange.h - one request and its answer on their way. For src/http only. */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include "http/conn.h"

struct exchange {
	const struct server_options *options;
	struct conn *conn;
	struct arena *arena;
	struct head head;
	struct request req; /* req.impl is this exchange */
	struct response res;
	const struct route *route;
	bool http11, expects;
	bool keep; /* the connection serves another request after this one */
};

/* Reads the next request of the connection and answers it. False when the
 * connection is to be ended; *ret_polite: with conn_end(). */
bool exchange_run(struct conn *, const struct server_options *,
    const _Atomic bool *stopping, bool *ret_polite);

/* body.c: reads the body as the route wants it. 0 or the refusal's status; -1
 * when there is nobody to answer. */
int body_read(struct exchange *);

/* form.c: fields and files out of a body of this type. 0, 400, 413 or 415. */
int form_read(struct request *, struct str type, struct str body);

/* respond.c: sends ex->res; false when it did not go whole. */
bool respond(struct exchange *);

/* route.c: the route for a request, its args set. NULL: 404, or 405 with *ret
 * the methods that the path has, "" when it has none. */
const struct route *route_find(
    const struct route *, size_t n, struct request *, struct str *ret_allow);

#endif
