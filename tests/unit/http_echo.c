/* http_echo ADDRESS [max-connections max-per-address] - a server that says what
 * it understood, for tests/web/test_framing.py. Prints "port N" when it
 * listens; ends on SIGTERM. With HTTP_ECHO_GUARD=off in the environment nothing
 * is refused by the guard: the tests must notice. Linked with --wrap for that. */
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/crypt.h"
#include "base/str.h"
#include "http/guard.h"

int __real_guard_bytes(struct str fresh, char before);
int __wrap_guard_bytes(struct str fresh, char before);
int __real_guard_head(const struct head *);
int __wrap_guard_head(const struct head *);
int __real_guard_target(const struct head *, struct request *);
int __wrap_guard_target(const struct head *, struct request *);

static bool unguarded;

int __wrap_guard_bytes(struct str fresh, char before)
{
	return unguarded ? 0 : __real_guard_bytes(fresh, before);
}

int __wrap_guard_head(const struct head *h)
{
	return unguarded ? 0 : __real_guard_head(h);
}

int __wrap_guard_target(const struct head *h, struct request *r)
{
	if (!unguarded)
		return __real_guard_target(h, r);
	r->path = str_upto(h->target, str_index(h->target, '?'));
	if (!str_starts(r->path, STR("/")))
		r->path = STR("/");
	return 0;
}

enum what {
	ECHO,
	HEALTH,
	STREAM,
	BROKEN,
	FILE_BODY,
	SLEEP,
	HEADER,
	ENDS,
};

static const struct route routes[] = {
	{ STR_INIT("GET"), STR_INIT("/healthz"), BODY_NONE, 0, HEALTH },
	{ STR_INIT("GET"), STR_INIT("/echo"), BODY_NONE, 0, ECHO },
	{ STR_INIT("POST"), STR_INIT("/echo"), BODY_BYTES, 2 << 20, ECHO },
	{ STR_INIT("POST"), STR_INIT("/small"), BODY_BYTES, 100, ECHO },
	{ STR_INIT("POST"), STR_INIT("/form"), BODY_FORM, 2 << 20, ECHO },
	{ STR_INIT("POST"), STR_INIT("/spool"), BODY_SPOOL, 64 << 20, ECHO },
	{ STR_INIT("GET"), STR_INIT("/item/{id}"), BODY_NONE, 0, ECHO },
	{ STR_INIT("GET"), STR_INIT("/rest/{path...}"), BODY_NONE, 0, ECHO },
	{ STR_INIT("GET"), STR_INIT("/stream/{n}"), BODY_NONE, 0, STREAM },
	{ STR_INIT("GET"), STR_INIT("/broken/{n}"), BODY_NONE, 0, BROKEN },
	{ STR_INIT("GET"), STR_INIT("/file/{n}"), BODY_NONE, 0, FILE_BODY },
	{ STR_INIT("GET"), STR_INIT("/sleep/{ms}"), BODY_NONE, 0, SLEEP },
	{ STR_INIT("GET"), STR_INIT("/header"), BODY_NONE, 0, HEADER },
	{ STR_INIT("GET"), STR_INIT("/ends"), BODY_NONE, 0, ENDS },
};

static _Atomic int ends_whole, ends_cut;

static void put_pair(struct buf *b, const char *key, struct str value)
{
	buf_fmt(b, "%s\"%s\":", b->n > 1 ? "," : "", key);
	buf_json(b, value);
}

static void put_pairs(struct buf *b, const char *key, struct pairs p)
{
	buf_fmt(b, ",\"%s\":[", key);
	for (size_t i = 0; i < p.n; i++) {
		buf_str(b, i ? STR(",[") : STR("["));
		buf_json(b, p.v[i].name);
		buf_char(b, ',');
		buf_json(b, p.v[i].value);
		buf_char(b, ']');
	}
	buf_char(b, ']');
}

static struct str digest_of(struct arena *a, struct str s)
{
	return sha256_hex(a, sha256_of(s));
}

static struct str digest_of_fd(struct arena *a, int fd)
{
	struct sha256_state *state = sha256_begin(a);
	char *block = arena_alloc(a, 65536);
	ssize_t n;
	while ((n = read(fd, block, 65536)) > 0)
		sha256_add(state, block, (size_t)n);
	return sha256_hex(a, sha256_end(state));
}

static void put_files(struct buf *b, const struct request *r)
{
	buf_str(b, STR(",\"files\":["));
	for (size_t i = 0; i < r->n_files; i++) {
		const struct upload *u = &r->files[i];
		struct buf one = buf_new(r->arena, 4096);
		buf_char(&one, '{');
		put_pair(&one, "field", u->field);
		put_pair(&one, "filename", u->filename);
		put_pair(&one, "type", u->type);
		put_pair(&one, "sha256", digest_of(r->arena, u->bytes));
		buf_fmt(&one, ",\"bytes\":%zu}", u->bytes.n);
		if (i)
			buf_char(b, ',');
		buf_str(b, buf_view(&one));
	}
	buf_char(b, ']');
}

static void echo(struct request *r, struct response *res)
{
	struct buf b = buf_new(r->arena, 4 << 20);
	struct pair args[COUNT(r->args)];

	for (size_t i = 0; i < r->n_args; i++)
		args[i] = (struct pair){ STR("arg"), r->args[i] };
	buf_char(&b, '{');
	put_pair(&b, "method", r->method);
	put_pair(&b, "path", r->path);
	put_pair(&b, "target", r->target);
	put_pair(&b, "x", request_header(r, STR("X-Test")));
	put_pair(&b, "cookie", request_cookie(r, STR("pratu")));
	put_pair(&b, "peer", address_text(r->arena, r->peer));
	put_pairs(&b, "query", r->query);
	put_pairs(&b, "form", r->form);
	put_pairs(&b, "args", (struct pairs){ args, r->n_args });
	put_files(&b, r);
	put_pair(&b, "sha256",
	    r->body_fd >= 0 ? digest_of_fd(r->arena, r->body_fd)
			    : digest_of(r->arena, r->body));
	buf_fmt(&b, ",\"bytes\":%llu,\"over_unix\":%s,\"peer_uid\":%lld}\n",
	    (unsigned long long)r->body_bytes, r->over_unix ? "true" : "false",
	    (long long)r->peer_uid);
	response_set(res, 200, STR("application/json"), buf_view(&b));
}

struct source {
	int64_t left;
	bool breaks;
};

static long source_read(void *state, char *to, size_t max)
{
	struct source *s = state;
	if (s->left == 0)
		return s->breaks ? -1 : 0;
	size_t n = (uint64_t)s->left < max ? (size_t)s->left : max;
	for (size_t i = 0; i < n; i++)
		to[i] = (char)('a' + (s->left - (int64_t)i) % 26);
	s->left -= (int64_t)n;
	return (long)n;
}

static void source_end(void *state, bool whole)
{
	(void)state;
	atomic_fetch_add(whole ? &ends_whole : &ends_cut, 1);
}

static void stream(
    struct request *r, struct response *res, int64_t n, bool breaks)
{
	struct source *s = ARENA_NEW(r->arena, struct source);
	*s = (struct source){ .left = n, .breaks = breaks };
	response_set(res, 200, STR("text/plain"), STR(""));
	res->read = source_read;
	res->stream = s;
	res->stream_end = source_end;
}

static void file_body(struct response *res, int64_t n)
{
	FILE *f = tmpfile();
	REQUIRE(f);
	for (int64_t i = 0; i < n; i++)
		fputc('f', f);
	REQUIRE(fflush(f) == 0);
	res->file_fd = dup(fileno(f));
	res->file_bytes = (uint64_t)n;
	fclose(f);
	response_set(res, 200, STR("application/octet-stream"), STR(""));
}

static void sleep_ms(int64_t ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };
	nanosleep(&t, NULL);
}

static void handle(void *app, const struct route *route, struct request *r,
    struct response *res)
{
	int64_t n = 0;
	(void)app;
	if (r->n_args > 0 && !str_i64(r->args[0], &n))
		n = 0;
	switch ((enum what)route->tag) {
	case ECHO:
		echo(r, res);
		break;
	case HEALTH:
		response_set(res, 200, STR("text/plain"), STR("ok\n"));
		break;
	case STREAM:
	case BROKEN:
		stream(r, res, n, route->tag == BROKEN);
		break;
	case FILE_BODY:
		file_body(res, n);
		break;
	case SLEEP:
		sleep_ms(n);
		response_set(res, 200, STR("text/plain"), STR("slept\n"));
		break;
	case HEADER:
		response_set(res, 200, STR("text/plain"), STR("ok\n"));
		response_header(
		    res, STR("X-Said"), pairs_get(r->query, STR("v")));
		break;
	case ENDS:
		response_set(res, 200, STR("text/plain"),
		    str_fmt(r->arena, "%d %d\n", atomic_load(&ends_whole),
			atomic_load(&ends_cut)));
		break;
	}
}

static void refuse(
    void *app, int status, struct request *r, struct response *res)
{
	(void)app;
	response_set(res, status, STR("text/plain"),
	    str_fmt(r->arena, "refused %d\n", status));
}

static unsigned number(const char *text)
{
	int64_t n = 0;
	return str_i64(str_of(text), &n) && n > 0 ? (unsigned)n : 0;
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct sockaddr_in at = { 0 };
	socklen_t n = sizeof(at);
	sigset_t term;
	int sig;

	if (argc != 2 && argc != 4)
		return 2;
	const char *guard = getenv("HTTP_ECHO_GUARD");
	unguarded = guard && str_eq(str_of(guard), STR("off"));
	crypt_init();
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &term, NULL);

	int fd = listen_on(a, str_of(argv[1]));
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	getsockname(fd, (struct sockaddr *)&at, &n);
	struct server *s = server_start(&(struct server_options){
	    .listen_fd = fd,
	    .routes = routes,
	    .n_routes = COUNT(routes),
	    .handle = handle,
	    .refuse = refuse,
	    .spool_dir = "/tmp",
	    .max_connections = argc == 4 ? number(argv[2]) : 0,
	    .max_per_address = argc == 4 ? number(argv[3]) : 0,
	});
	REQUIRE(s);
	printf("port %d\n", ntohs(at.sin_port));
	fflush(stdout);
	sigwait(&term, &sig);
	bool gone = server_stop(s, 2000);
	if (gone)
		arena_free(a);
	return gone ? 0 : 1;
}
