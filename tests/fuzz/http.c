/* What comes over one connection: heads, framing, bodies. Where a plain look at
 * the bytes says that a request ends, the server must go on too; after a
 * refusal nothing more is served. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "http/exchange.h"

#define MAX_INPUT 16384

static const struct route routes[] = {
	{ STR_INIT("GET"), STR_INIT("/"), BODY_NONE, 0, 0 },
	{ STR_INIT("GET"), STR_INIT("/a/{x}"), BODY_NONE, 0, 1 },
	{ STR_INIT("GET"), STR_INIT("/r/{rest...}"), BODY_NONE, 0, 2 },
	{ STR_INIT("POST"), STR_INIT("/b"), BODY_BYTES, 1000, 3 },
	{ STR_INIT("POST"), STR_INIT("/f"), BODY_FORM, 4000, 4 },
};

struct seen {
	int served, refused;
	size_t n_body;
};

static void handle(
    void *app, const struct route *t, struct request *r, struct response *rs)
{
	struct seen *s = app;
	s->served++;
	s->n_body = (size_t)r->body_bytes;
	REQUIRE(r->path.n > 0 && str_utf8(r->path) && str_utf8(r->target));
	REQUIRE(t->body != BODY_BYTES || r->body.n == r->body_bytes);
	REQUIRE(r->body_bytes <= t->max_body);
	for (size_t i = 0; i < r->n_args; i++)
		REQUIRE(r->args[i].n > 0 && str_utf8(r->args[i]));
	response_header(rs, STR("X-Path"), r->path);
	response_set(rs, 200, STR("text/plain"), r->body);
}

static void refuse(
    void *app, int status, struct request *r, struct response *rs)
{
	struct seen *s = app;
	(void)r;
	s->refused++;
	REQUIRE(status >= 400 && status < 600);
	response_set(rs, status, STR("text/plain"), STR("no\n"));
}

/* The value of the only Content-Length of a head, 0 without; the plain way. */
static size_t length_of(struct arena *a, struct str head)
{
	static const char name[] = "\r\ncontent-length:";
	const char *low = str_cstr(a, str_lower(a, head));
	const char *at = strstr(low, name);
	REQUIRE(!strstr(low, "\r\ntransfer-encoding:"));
	REQUIRE(!at || !strstr(at + 1, name));
	return at ? (size_t)strtoull(at + sizeof name - 1, NULL, 10) : 0;
}

/* Where the request that begins at `from` ends. */
static size_t end_of(struct arena *a, struct str in, size_t from)
{
	struct str left = str_from(in, from);
	if (str_take(&left, STR("\r\n")))
		from += 2;
	const char *end = memmem(left.p, left.n, "\r\n\r\n", 4);
	REQUIRE(end);
	size_t n_head = (size_t)(end - left.p) + 4;
	return from + n_head + length_of(a, str_upto(left, n_head));
}

/* The answers go nowhere; how much of the input is still unread. */
static size_t drain(const struct conn *c, int ours)
{
	char room[4096];
	int waiting = 0;
	while (recv(ours, room, sizeof room, MSG_DONTWAIT) > 0)
		continue;
	REQUIRE(ioctl(c->fd, FIONREAD, &waiting) == 0);
	return (size_t)waiting + c->n_in;
}

static void serve(struct ctx *cx, struct conn *c, int ours, struct str in)
{
	struct seen seen = { 0 };
	const _Atomic bool stopping = false;
	const struct server_options o = { .routes = routes,
		.n_routes = COUNT(routes),
		.handle = handle,
		.refuse = refuse,
		.app = &seen };
	bool polite, more = true;
	for (size_t at = 0; more;) {
		seen = (struct seen){ 0 };
		more = exchange_run(c, &o, &stopping, &polite);
		size_t now = in.n - drain(c, ours);
		REQUIRE(seen.served + seen.refused <= 1);
		if (seen.served)
			REQUIRE(now == end_of(cx->arena, in, at));
		at = now;
	}
}

void fuzz_one(struct ctx *cx, struct str in)
{
	int fd[2];
	struct conn c = { .peer_uid = -1 };
	if (in.n > MAX_INPUT)
		return;
	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) == 0);
	c.fd = fd[0];
	c.in = malloc(CONN_BYTES);
	REQUIRE(c.in);
	REQUIRE(send(fd[1], in.p, in.n, MSG_NOSIGNAL) == (ssize_t)in.n);
	REQUIRE(shutdown(fd[1], SHUT_WR) == 0);
	serve(cx, &c, fd[1], in);
	free(c.in);
	close(fd[0]);
	close(fd[1]);
}
