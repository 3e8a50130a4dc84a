#include "http/conn.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "http/guard.h"

enum {
	HEAD_MS = 10000,
	IDLE_MS = 30000,
	WINDOW_MS = 30000,
	BODY_MS = 900000,
	LINGER_MS = 2000,
	LINGER_BYTES = 16 << 20,
};

int64_t mono_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool socket_wait(int fd, short events, int64_t until_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	for (;;) {
		int64_t left = until_ms - mono_ms();
		if (left < 0)
			left = 0;
		int n = poll(&p, 1, left > INT32_MAX ? INT32_MAX : (int)left);
		if (n > 0)
			return true;
		if (n == 0 || errno != EINTR)
			return false;
	}
}

static bool again(void)
{
	return errno == EAGAIN || errno == EINTR;
}

enum fill { FILL_MORE, FILL_LATE, FILL_END };

static enum fill conn_fill(struct conn *c, int64_t until_ms)
{
	/* The next request is seldom there when its answer has just gone. */
	if (c->served && c->n_in == 0 && !socket_wait(c->fd, POLLIN, until_ms))
		return FILL_LATE;
	for (;;) {
		ssize_t n =
		    recv(c->fd, c->in + c->n_in, CONN_BYTES - c->n_in, 0);
		if (n > 0) {
			c->n_in += (size_t)n;
			return FILL_MORE;
		}
		if (n == 0 || !again())
			return FILL_END;
		if (!socket_wait(c->fd, POLLIN, until_ms))
			return FILL_LATE;
	}
}

void conn_drop(struct conn *c, size_t n)
{
	REQUIRE(n <= c->n_in);
	c->n_in -= n;
	memmove(c->in, c->in + n, c->n_in);
}

/* Looks at what came since *seen. 0 and *ret_n when the head is whole. */
static int head_look(struct conn *c, size_t *seen, size_t *ret_n)
{
	size_t from = *seen < 3 ? 0 : *seen - 3;
	const char *end = memmem(c->in + from, c->n_in - from, "\r\n\r\n", 4);
	size_t upto = end ? (size_t)(end - c->in) + 4 : c->n_in;
	char before = *seen > 0 ? c->in[*seen - 1] : '\0';

	int status = guard_bytes(str_n(c->in + *seen, upto - *seen), before);
	if (status)
		return status;
	*seen = upto;
	*ret_n = end ? upto : 0;
	if (upto <= HEAD_BYTES)
		return 0;
	bool has_line = memmem(c->in, HEAD_BYTES, "\r\n", 2);
	return has_line ? 431 : 414;
}

int conn_head(struct conn *c, size_t *ret_n)
{
	size_t seen = 0;
	bool dropped = false, begun = c->n_in > 0;
	int64_t until = mono_ms() + (c->served && !begun ? IDLE_MS : HEAD_MS);

	*ret_n = 0;
	for (;;) {
		if (!dropped && c->n_in >= 2 && memcmp(c->in, "\r\n", 2) == 0) {
			conn_drop(c, 2);
			dropped = true;
		}
		bool maybe_empty = !dropped && c->n_in == 1 && *c->in == '\r';
		if (c->n_in > seen && !maybe_empty) {
			atomic_store(&c->idle_since, 0);
			int status = head_look(c, &seen, ret_n);
			if (status || *ret_n > 0)
				return status;
		}
		if (!begun && c->n_in > 0) {
			begun = true;
			if (c->served)
				until = mono_ms() + HEAD_MS;
		}
		enum fill f = conn_fill(c, until);
		if (f == FILL_LATE)
			return c->n_in > 0 ? 408 : -1;
		if (f == FILL_END)
			return c->n_in > 0 ? 400 : -1;
	}
}

/* The limits of http.h on the time that the other side takes. Each window of
 * time stands for itself: a good start does not pay for stopping. */
static bool too_slow(struct pace *p, int64_t taken_ms)
{
	int64_t window_ms = taken_ms - p->window_ms;
	uint64_t bytes = p->bytes - p->window_bytes;

	if (taken_ms > BODY_MS)
		return true;
	if (window_ms < WINDOW_MS)
		return false;
	p->window_ms = taken_ms;
	p->window_bytes = p->bytes;
	return bytes * 1000 < p->min_rate * (uint64_t)window_ms;
}

long conn_read(struct conn *c, struct pace *p, char *to, size_t max)
{
	if (c->n_in > 0) {
		size_t n = c->n_in < max ? c->n_in : max;
		memcpy(to, c->in, n);
		conn_drop(c, n);
		p->bytes += n;
		return (long)n;
	}
	for (;;) {
		if (too_slow(p, mono_ms() - p->start_ms))
			return -2;
		ssize_t n = recv(c->fd, to, max, 0);
		if (n > 0) {
			p->bytes += (uint64_t)n;
			return n;
		}
		if (n == 0 || !again())
			return -1;
		socket_wait(c->fd, POLLIN, mono_ms() + 1000);
	}
}

/* After a send that took `sent` bytes or failed: whether to go on. */
static bool send_goes_on(struct conn *c, struct pace *p, ssize_t sent)
{
	if (sent > 0) {
		p->bytes += (uint64_t)sent;
		return true;
	}
	if (sent == 0 || !again())
		return false;
	/* What went before the first wait says nothing of the reader. */
	if (p->blocked_ms == p->window_ms)
		p->window_bytes = p->bytes;
	int64_t start = mono_ms();
	socket_wait(c->fd, POLLOUT, start + 1000);
	p->blocked_ms += mono_ms() - start;
	return !too_slow(p, p->blocked_ms);
}

bool conn_send(
    struct conn *c, struct pace *p, struct iovec *v, size_t n, bool more)
{
	while (n > 0) {
		if (v->iov_len == 0) {
			v++;
			n--;
			continue;
		}
		struct msghdr m = { .msg_iov = v, .msg_iovlen = n };
		ssize_t sent =
		    sendmsg(c->fd, &m, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
		if (!send_goes_on(c, p, sent))
			return false;
		for (size_t left = sent > 0 ? (size_t)sent : 0; left > 0;) {
			size_t k = left < v->iov_len ? left : v->iov_len;
			v->iov_base = (char *)v->iov_base + k;
			v->iov_len -= k;
			left -= k;
			if (v->iov_len == 0) {
				v++;
				n--;
			}
		}
	}
	return true;
}

bool conn_send_file(struct conn *c, struct pace *p, int fd, uint64_t n_bytes)
{
	off_t at = 0;
	while ((uint64_t)at < n_bytes) {
		uint64_t left = n_bytes - (uint64_t)at;
		size_t some = left > 1 << 20 ? 1 << 20 : (size_t)left;
		if (!send_goes_on(c, p, sendfile(c->fd, fd, &at, some)))
			return false;
	}
	return true;
}

void conn_end(struct conn *c)
{
	int64_t until = mono_ms() + LINGER_MS;
	size_t left = LINGER_BYTES;

	if (shutdown(c->fd, SHUT_WR) != 0)
		return;
	while (left > 0) {
		ssize_t n = recv(c->fd, c->in, CONN_BYTES, 0);
		if (n == 0 || (n < 0 && !again()))
			return;
		if (n < 0 && !socket_wait(c->fd, POLLIN, until))
			return;
		if (n > 0)
			left -= left < (size_t)n ? left : (size_t)n;
		if (mono_ms() > until)
			return;
	}
}
