/* client.h - one HTTP request over a Unix socket, for the talk between desk and
 * gate. One request a connection; the whole answer in the arena. */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include "base/ctx.h"

struct answer {
	int status;
	struct str type, body;
};

/* ERR_BUSY when nobody answers within `wait_ms`; ERR_BROKEN when the answer is
 * not HTTP or is over `max_bytes`. */
MUST_CHECK enum err http_call(struct ctx *, struct str unix_path,
    struct str method, struct str target, struct str json_body,
    size_t max_bytes, int wait_ms, struct answer *ret);

#endif
