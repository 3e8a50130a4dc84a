#include <poll.h>

#include "base/str.h"
#include "http/exchange.h"

struct str pairs_get(struct pairs p, struct str name)
{
	for (size_t i = 0; i < p.n; i++) {
		if (str_eq(p.v[i].name, name))
			return p.v[i].value;
	}
	return (struct str){ 0 };
}

bool pairs_has(struct pairs p, struct str name)
{
	for (size_t i = 0; i < p.n; i++) {
		if (str_eq(p.v[i].name, name))
			return true;
	}
	return false;
}

struct str request_header(const struct request *r, struct str name)
{
	const struct exchange *ex = r->impl;
	return head_field(&ex->head, name);
}

/* A socket that was closed and one that only sends no more look alike until we
 * write: whoever waits for an answer keeps his open. */
bool request_gone(const struct request *r)
{
	const struct exchange *ex = r->impl;
	struct pollfd p = { .fd = ex->conn->fd, .events = POLLRDHUP };
	return poll(&p, 1, 0) > 0 &&
	       (p.revents & (POLLERR | POLLHUP | POLLRDHUP));
}
