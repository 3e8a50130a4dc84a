#include "http/client.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/str.h"
#include "http/conn.h"

enum { HEAD_EXTRA = HEAD_BYTES, AGAIN_NS = 5000000 };

struct call {
	struct ctx *cx;
	int fd;
	int64_t until;
};

static void close_call(void *arg)
{
	close(((struct call *)arg)->fd);
}

/* A full queue of a listening Unix socket says EAGAIN and must be asked again;
 * there is nothing to poll for. */
static enum err call_connect(struct call *c, struct str path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	if (path.n == 0 || path.n >= sizeof(at.sun_path))
		return fail_detail(c->cx, ERR_BROKEN, "socket path too long");
	memcpy(at.sun_path, path.p, path.n);
	while (connect(c->fd, (struct sockaddr *)&at, sizeof(at)) != 0) {
		if ((errno != EAGAIN && errno != EINTR) ||
		    mono_ms() >= c->until)
			return fail_detail(c->cx, ERR_BUSY, "connect %.*s: %s",
			    STR_ARG(path), strerrordesc_np(errno));
		nanosleep(&(struct timespec){ .tv_nsec = AGAIN_NS }, NULL);
	}
	return OK;
}

static enum err late(struct call *c)
{
	return fail_detail(c->cx, ERR_BUSY, "no answer in time");
}

static enum err call_send(struct call *c, struct str s)
{
	while (s.n > 0) {
		ssize_t n = send(c->fd, s.p, s.n, MSG_NOSIGNAL);
		if (n > 0) {
			s = str_from(s, (size_t)n);
			continue;
		}
		/* The other side may have refused without reading all. */
		if (errno == EPIPE || errno == ECONNRESET)
			return OK;
		if (errno != EAGAIN && errno != EINTR)
			return fail_detail(c->cx, ERR_BUSY, "send: %s",
			    strerrordesc_np(errno));
		if (!socket_wait(c->fd, POLLOUT, c->until))
			return late(c);
	}
	return OK;
}

/* All until the other side ends. */
static enum err call_receive(struct call *c, size_t max, struct str *ret)
{
	struct buf b = buf_new(c->cx->arena, max);
	char *block = arena_alloc(c->cx->arena, HEAD_BYTES);
	for (;;) {
		ssize_t n = recv(c->fd, block, HEAD_BYTES, 0);
		if (n > 0) {
			buf_bytes(&b, block, (size_t)n);
			if (!buf_ok(&b))
				return fail_detail(c->cx, ERR_BROKEN,
				    "answer over %zu bytes", max);
			continue;
		}
		if (n == 0 || errno == ECONNRESET)
			break;
		if (errno != EAGAIN && errno != EINTR)
			return fail_detail(c->cx, ERR_BUSY, "receive: %s",
			    strerrordesc_np(errno));
		if (!socket_wait(c->fd, POLLIN, c->until))
			return late(c);
	}
	*ret = buf_view(&b);
	if (ret->n == 0)
		return fail_detail(c->cx, ERR_BUSY, "closed without answer");
	return OK;
}

static bool take_line(struct str *rest, struct str *ret)
{
	const char *end = memmem(rest->p, rest->n, "\r\n", 2);
	if (!end)
		return false;
	size_t n = (size_t)(end - rest->p);
	*ret = str_upto(*rest, n);
	*rest = str_from(*rest, n + 2);
	return true;
}

/* Hex digits, as many as fit in 32 bits. */
static bool take_size(struct str line, size_t *ret)
{
	size_t n = 0;
	if (line.n == 0 || line.n > 8)
		return false;
	for (size_t i = 0; i < line.n; i++) {
		static const char digits[] = "0123456789abcdef";
		char c = line.p[i];
		if (c >= 'A' && c <= 'F')
			c = (char)(c + 32);
		const char *d = c ? strchr(digits, c) : NULL;
		if (!d)
			return false;
		n = n << 4 | (size_t)(d - digits);
	}
	*ret = n;
	return true;
}

/* False when the last chunk is missing: the answer was cut. */
static bool unchunk(struct arena *a, struct str rest, struct str *ret)
{
	char *to = arena_alloc(a, rest.n + 1);
	size_t at = 0, n;
	struct str line;
	while (take_line(&rest, &line) && take_size(line, &n)) {
		if (n == 0) {
			*ret = str_n(to, at);
			return str_eq(rest, STR("\r\n"));
		}
		if (rest.n < n + 2 || memcmp(rest.p + n, "\r\n", 2) != 0)
			return false;
		memcpy(to + at, rest.p, n);
		at += n;
		rest = str_from(rest, n + 2);
	}
	return false;
}

static bool status_of(struct str line, int *ret)
{
	int64_t status;
	if (!str_take(&line, STR("HTTP/1.1 ")) ||
	    !str_take_uint(&line, 3, &status) || status < 200 || status > 599 ||
	    !str_starts(line, STR(" ")))
		return false;
	*ret = (int)status;
	return true;
}

static bool parse_answer(struct arena *a, struct str raw, struct answer *ret)
{
	struct str line, length = { 0 }, name, value;
	bool chunked = false;
	int64_t n;

	if (!take_line(&raw, &line) || !status_of(line, &ret->status))
		return false;
	while (take_line(&raw, &line) && line.n > 0) {
		if (!str_cut(line, ':', &name, &value))
			return false;
		value = str_trim(value);
		if (str_eq_nocase(name, STR("Content-Type")))
			ret->type = value;
		else if (str_eq_nocase(name, STR("Content-Length")))
			length = value;
		else if (str_eq_nocase(name, STR("Transfer-Encoding")))
			chunked = true;
	}
	if (line.n > 0)
		return false;
	if (chunked)
		return unchunk(a, raw, &ret->body);
	ret->body = raw;
	if (!length.p)
		return raw.n == 0;
	return str_i64(length, &n) && n >= 0 && (uint64_t)n == raw.n;
}

enum err http_call(struct ctx *cx, struct str unix_path, struct str method,
    struct str target, struct str json_body, size_t max_bytes, int wait_ms,
    struct answer *ret)
{
	struct call *c = ARENA_NEW(cx->arena, struct call);
	struct answer found = { .type = STR(""), .body = STR("") };
	struct str raw = { 0 };

	*c = (struct call){
		.cx = cx,
		.fd = socket(
		    AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
		.until = mono_ms() + wait_ms,
	};
	if (c->fd < 0)
		return fail_detail(cx, ERR_BUSY, "no socket left");
	arena_defer(cx->arena, close_call, c);
	enum err e = call_connect(c, unix_path);
	if (e)
		return e;
	struct str head = str_fmt(cx->arena,
	    "%.*s %.*s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
	    "%sContent-Length: %zu\r\n\r\n",
	    STR_ARG(method), STR_ARG(target),
	    json_body.n > 0 ? "Content-Type: application/json\r\n" : "",
	    json_body.n);
	e = call_send(c, head);
	if (!e)
		e = call_send(c, json_body);
	if (!e)
		e = call_receive(c, max_bytes + HEAD_EXTRA, &raw);
	if (e)
		return e;
	if (!parse_answer(cx->arena, raw, &found))
		return fail_detail(cx, ERR_BROKEN, "answer is not HTTP");
	if (found.body.n > max_bytes)
		return fail_detail(
		    cx, ERR_BROKEN, "answer over %zu bytes", max_bytes);
	*ret = found;
	return OK;
}
