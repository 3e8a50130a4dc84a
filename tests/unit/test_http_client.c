/* The client against the server of this folder, and against servers that break
 * off. */
#include "t.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"
#include "base/time.h"
#include "http/client.h"
#include "http/http.h"

static _Atomic bool may_leave;
static struct server *left_behind; /* as long as the process */
static char folder[] = "/tmp/http-client-XXXXXX";

enum { SAY, MANY, BREAK, SLEEP, STAY };
static const struct route routes[] = {
	{ STR_INIT("POST"), STR_INIT("/say/{what}"), BODY_BYTES, 1000, SAY },
	{ STR_INIT("GET"), STR_INIT("/many"), BODY_NONE, 0, MANY },
	{ STR_INIT("GET"), STR_INIT("/break"), BODY_NONE, 0, BREAK },
	{ STR_INIT("GET"), STR_INIT("/sleep"), BODY_NONE, 0, SLEEP },
	{ STR_INIT("GET"), STR_INIT("/stay"), BODY_NONE, 0, STAY },
};

struct source {
	int left, tag;
};

static long source_read(void *state, char *to, size_t max)
{
	struct source *s = state;
	if (s->left == 0)
		return s->tag == BREAK ? -1 : 0;
	s->left--;
	memset(to, 'x', max);
	return (long)max;
}

static void handle(void *app, const struct route *route, struct request *r,
    struct response *res)
{
	(void)app;
	if (route->tag == SAY) {
		response_set(res, 201, STR("application/json"),
		    str_fmt(r->arena, "%.*s %.*s %d", STR_ARG(r->args[0]),
			STR_ARG(r->body), r->peer_uid == (int64_t)getuid()));
		return;
	}
	if (route->tag == SLEEP)
		usleep(400000);
	while (route->tag == STAY && !atomic_load(&may_leave))
		usleep(10000);
	struct source *s = ARENA_NEW(r->arena, struct source);
	*s = (struct source){ .left = 3, .tag = route->tag };
	response_set(res, 200, STR("text/plain"), STR(""));
	res->read = source_read;
	res->stream = s;
}

static struct str path_of(struct arena *a, const char *name)
{
	return str_fmt(a, "%s/%s", folder, name);
}

static struct server *start(struct arena *a)
{
	int fd =
	    listen_on(a, str_cat(a, STR("unix:"), path_of(a, "server.sock")));
	REQUIRE(fd >= 0);
	struct server *s = server_start(&(struct server_options){
	    .listen_fd = fd,
	    .routes = routes,
	    .n_routes = COUNT(routes),
	    .handle = handle,
	});
	REQUIRE(s);
	return s;
}

static enum err call(struct ctx *cx, const char *method, const char *target,
    const char *body, size_t max, int wait_ms, struct answer *ret)
{
	return http_call(cx, path_of(cx->arena, "server.sock"), str_of(method),
	    str_of(target), str_of(body), max, wait_ms, ret);
}

static void calls_and_answers(void)
{
	struct arena *a = arena_new();
	struct ctx cx = ctx_new(a, time_now_ms(), LANG_EN);
	struct server *s = start(a);
	struct answer got = { 0 };

	T_CHECK(call(&cx, "POST", "/say/x%20y", "{}", 100, 2000, &got) == OK,
	    "%.*s", STR_ARG(cx.fault.detail));
	T_CHECK(got.status == 201, "%d", got.status);
	T_CHECK(str_eq(got.body, STR("x y {} 1")), "%.*s", STR_ARG(got.body));
	T_CHECK(str_eq(got.type, STR("application/json")), "type");
	T_CHECK(call(&cx, "GET", "/absent", "", 100, 2000, &got) == OK &&
		    got.status == 404,
	    "%d", got.status);
	T_CHECK(
	    call(&cx, "GET", "/many", "", 100000, 2000, &got) == OK, "many");
	T_CHECK(got.body.n == 3 * 32768, "%zu", got.body.n);
	T_CHECK(server_stop(s, 1000), "stopped");
	arena_free(a);
}

static void tells_what_went_wrong(void)
{
	struct arena *a = arena_new();
	struct ctx cx = ctx_new(a, time_now_ms(), LANG_EN);
	struct answer got = { 0 };

	T_CHECK(call(&cx, "GET", "/many", "", 100, 500, &got) == ERR_BUSY,
	    "nobody there");
	struct server *s = start(a);
	T_CHECK(call(&cx, "GET", "/many", "", 98303, 2000, &got) == ERR_BROKEN,
	    "a byte too much");
	T_CHECK(call(&cx, "GET", "/many", "", 98304, 2000, &got) == OK,
	    "just enough");
	T_CHECK(
	    call(&cx, "GET", "/break", "", 100000, 2000, &got) == ERR_BROKEN,
	    "a cut stream is not whole");
	T_CHECK(call(&cx, "GET", "/sleep", "", 100000, 100, &got) == ERR_BUSY,
	    "late");
	T_CHECK(server_stop(s, 1000), "stopped");
	T_CHECK(call(&cx, "GET", "/many", "", 100000, 500, &got) == ERR_BUSY,
	    "gone");
	arena_free(a);
}

/* What a handler still uses may not be taken down. */
static void tells_of_a_handler_that_stays(void)
{
	struct arena *a = arena_new();
	struct ctx cx = ctx_new(a, time_now_ms(), LANG_EN);
	struct answer got = { 0 };

	left_behind = start(a);
	T_CHECK(
	    call(&cx, "GET", "/stay", "", 100, 100, &got) == ERR_BUSY, "stays");
	T_CHECK(!server_stop(left_behind, 10), "told that all were gone");
	atomic_store(&may_leave, true);
	usleep(100000);
	arena_free(a);
}

/* A server that says one text to whoever comes and closes. */
static int listen_raw(struct arena *a)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct str path = path_of(a, "server.sock");
	memcpy(at.sun_path, path.p, path.n);
	unlink(at.sun_path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	REQUIRE(bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	REQUIRE(listen(fd, 5) == 0);
	return fd;
}

struct saying {
	int fd;
	const char *text;
};

static void *say_once(void *arg)
{
	const struct saying *s = arg;
	char in[4096];
	int fd = accept(s->fd, NULL, NULL);
	if (recv(fd, in, sizeof(in), 0) > 0)
		send(fd, s->text, strlen(s->text), MSG_NOSIGNAL);
	close(fd);
	return NULL;
}

static void refuses_what_is_not_http(void)
{
	static const struct {
		const char *text;
		enum err want;
	} cases[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", OK },
		{ "HTTP/1.1 204 No Content\r\n\r\n", OK },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "1\r\na\r\n0\r\n\r\n",
		    OK },
		{ "", ERR_BUSY },
		{ "hello", ERR_BROKEN },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",
		    ERR_BROKEN },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nok",
		    ERR_BROKEN },
		{ "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nok",
		    ERR_BROKEN },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", ERR_BROKEN },
		{ "HTTP/1.1 200 OK\r\n\r\nok", ERR_BROKEN },
		{ "HTTP/1.1 999 OK\r\n\r\n", ERR_BROKEN },
		{ "HTTP/1.1 200 OK\r\nnothing\r\n\r\n", ERR_BROKEN },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "ffffffff\r\na\r\n0\r\n\r\n",
		    ERR_BROKEN },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "1\r\nab\r\n0\r\n\r\n",
		    ERR_BROKEN },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "1\r\na\r\n",
		    ERR_BROKEN },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "1\r\na\r\n0\r\n\r\nmore",
		    ERR_BROKEN },
	};
	struct arena *a = arena_new();
	struct saying s = { .fd = listen_raw(a) };
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ctx cx = ctx_new(a, time_now_ms(), LANG_EN);
		struct answer got = { 0 };
		pthread_t thread;
		s.text = cases[i].text;
		REQUIRE(pthread_create(&thread, NULL, say_once, &s) == 0);
		enum err e = call(&cx, "GET", "/", "", 1000, 2000, &got);
		pthread_join(thread, NULL);
		T_CHECK(e == cases[i].want, "%zu: %d %.*s", i, (int)e,
		    STR_ARG(cx.fault.detail));
		T_CHECK(e == OK || got.status == 0, "%zu wrote a result", i);
	}
	close(s.fd);
	arena_free(a);
}

int main(void)
{
	REQUIRE(mkdtemp(folder));
	T_RUN(calls_and_answers);
	T_RUN(tells_what_went_wrong);
	T_RUN(refuses_what_is_not_http);
	T_RUN(tells_of_a_handler_that_stays);
	struct arena *a = arena_new();
	unlink(str_cstr(a, path_of(a, "server.sock")));
	rmdir(folder);
	arena_free(a);
	return T_PLAN();
}
