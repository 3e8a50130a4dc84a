/* conn.h - the bytes of one connection: read with a buffer, sent whole, never
 * longer waited for than the limits of http.h allow. For src/http only. */
#ifndef HTTP_CONN_H
#define HTTP_CONN_H

#include <sys/uio.h>

#include "http/head.h"

struct server;

struct conn {
	struct server *server;
	struct conn *prev, *next; /* the server's list, under its lock */
	int fd;
	bool over_unix;
	struct address peer;
	int64_t peer_uid;
	/* Since when it waits for a request, ms; 0 while one is in hand. */
	_Atomic int64_t idle_since;
	bool served; /* at least one request */
	char *in;    /* CONN_BYTES; what has come and is not used yet */
	size_t n_in;
};
enum { CONN_BYTES = HEAD_BYTES + 4096 };

/* Monotonic clock. */
int64_t mono_ms(void);

/* Waits for `events` of poll(2) until `until_ms` of mono_ms(). */
bool socket_wait(int fd, short events, int64_t until_ms);

/* Reads until a whole head stands at c->in, *ret_n bytes. 0; or the status of
 * the refusal; or -1 when there is nobody to answer. */
int conn_head(struct conn *, size_t *ret_n);
/* Drops the first `n` bytes that came in. */
void conn_drop(struct conn *, size_t n);

/* How one body goes: since when, how long it waited for the other side (sending
 * only), what went, the bytes/s below which it is cut; and where the window of
 * time began that is measured now. */
struct pace {
	int64_t start_ms, blocked_ms;
	uint64_t bytes, min_rate;
	int64_t window_ms;
	uint64_t window_bytes;
};
/* The next bytes of a body, at most `max`. -1 when the client has gone, -2
 * when it is too slow. */
long conn_read(struct conn *, struct pace *, char *to, size_t max);

/* Sends all; false when the client has gone or is too slow. Changes `v`. */
bool conn_send(
    struct conn *, struct pace *, struct iovec *v, size_t n, bool more);
bool conn_send_file(struct conn *, struct pace *, int fd, uint64_t n_bytes);

/* Ends the connection so that the last answer still reaches a client that is
 * sending (RFC 9112 9.6). */
void conn_end(struct conn *);

#endif
