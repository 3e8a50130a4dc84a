#include "gate/app.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "core/source_list.h"
#include "core/views.h"
#include "gate/dispose.h"
#include "gate/files.h"
#include "gate/keeper.h"
#include "gate/record.h"
#include "gate/sweep.h"
#include "gate/table_reader.h"
#include "gate/views.h"
#include "source/source.h"
#include "sql/sql.h"

/* How often the gate looks whether its sources or grants have changed, and how
 * long it serves without having been able to look. */
enum { LOOK_MS = 200, BLIND_MS = 5000 };

#define MAX_ROUTES 32
/* A thread each, that sleeps most of the time: many programs keep theirs. */
#define MAX_CONNECTIONS 2000

const struct gate_route gate_routes[] = {
#define ROUTE(method, path, fn, side, body, max, shows) \
	{ method, path, fn, SIDE_##side, BODY_##body, max, shows },
#include "gate/routes.def"
#undef ROUTE
};
const size_t n_gate_routes = COUNT(gate_routes);

enum err gate_json(struct gate_visit *v, int status, const json_t *body)
{
	response_set(v->rs, status, STR("application/json"),
	    json_compact(v->cx.arena, body));
	return OK;
}

static long no_body(void *state, char *to, size_t max)
{
	(void)state;
	(void)to;
	(void)max;
	return -1;
}

void gate_no_body(struct gate_visit *v)
{
	v->rs->read = no_body;
}

static bool ready(struct gate *gate, struct arena *arena)
{
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);

	return store_check_schema(&cx, gate->shared, "shared") == OK;
}

enum err plain_healthz_gate(struct gate_visit *v)
{
	response_set(v->rs, 200, STR("text/plain"), STR("ok\n"));
	return OK;
}

enum err plain_readyz_gate(struct gate_visit *v)
{
	bool good = gate_sees(v->gate, time_now_ms()) &&
	            recorder_ready(v->gate->recorder) &&
	            ready(v->gate, v->cx.arena);

	bool open = keeper_look(v->gate->keeper) == KEEPER_FINE;

	response_set(v->rs, good ? 200 : 503, STR("text/plain"),
	    !good  ? STR("not ready\n")
	    : open ? STR("ok\n")
		   : STR("ok, but without the files that were sent in\n"));
	return OK;
}

enum err gate_source(struct gate_visit *v, struct str name, struct source *ret)
{
	struct listed_source listed;
	enum err e = store_read(&v->cx, v->gate->shared);
	if (!e)
		e = source_list_get(&v->cx, name, &listed);
	store_end(&v->cx);
	if (e == ERR_NOT_FOUND)
		return fail_detail(
		    &v->cx, ERR_BUSY, "no source %.*s", STR_ARG(name));
	if (!e)
		e = source_parse(&v->cx, listed.dsn, ret);
	return e ? e
	         : source_secret_read(&v->cx, v->gate->options->site->gate_dir,
		       name, &ret->secret);
}

struct sha256 gate_key(const struct gate *gate, const char *use, struct str of)
{
	struct sha256 d = hmac_sha256(gate->secret, str_of(use));
	return hmac_sha256(str_n((const char *)d.b, sizeof d.b), of);
}

enum err gate_not_recorded(struct ctx *cx)
{
	struct str why = cx->fault.detail;
	enum err e = fail(cx, ERR_BUSY, MSG_error_not_recorded);
	cx->fault.detail = why;
	return e;
}

static enum lang lang_of(const struct request *rq)
{
	enum lang lang;
	struct str left = request_header(rq, STR("Accept-Language")), one;
	for (bool more = true; more;) {
		more = str_cut(left, ',', &one, &left);
		struct str tag = str_trim(str_upto(one, str_index(one, ';')));
		if (lang_parse(tag, &lang))
			return lang;
	}
	return LANG_TH;
}

/* The desk's side is a file in a folder of the two; who may open the folder is
 * asked for his user too. */
static enum err may_come(struct gate_visit *v)
{
	if (v->route->side == SIDE_public)
		return OK;
	if (v->rq->over_unix && v->rq->peer_uid == (int64_t)geteuid())
		return OK;
	return fail_detail(&v->cx, ERR_DENIED, "user %lld at the desk's side",
	    (long long)v->rq->peer_uid);
}

static void handle(void *app, const struct route *route, struct request *rq,
    struct response *rs)
{
	struct gate_visit v = { .gate = app,
		.route = &gate_routes[route->tag],
		.rq = rq,
		.rs = rs,
		.cx = ctx_new(rq->arena, time_now_ms(), lang_of(rq)) };
	if (!str_eq(str_of(v.route->shows), STR("static")))
		response_header(
		    rs, STR("Cache-Control"), STR("private, no-store"));
	enum err e = may_come(&v);
	if (!e)
		e = v.route->fn(&v);
	store_end(&v.cx);
	if (e)
		gate_problem(&v, e, err_status(e));
}

static void refuse(
    void *app, int status, struct request *rq, struct response *rs)
{
	struct gate_visit v = { .gate = app,
		.rq = rq,
		.rs = rs,
		.cx = ctx_new(rq->arena, time_now_ms(), lang_of(rq)) };
	enum err e = ERR_SYNTAX;
	for (enum err i = OK + 1; i < ERRS; i++)
		if (err_status(i) == status)
			e = i;
	(void)fail_detail(&v.cx, e, "refused");
	gate_problem(&v, e, status);
}

static bool may_read(const struct gate_options *o, struct str folder)
{
	for (size_t i = 0; i < o->n_readable; i++) {
		struct str top = o->readable[i];
		if (str_eq(folder, top))
			return true;
		if (str_starts(folder, top) && folder.n > top.n &&
		    folder.p[top.n] == '/')
			return true;
	}
	return false;
}

/* Whether a source lies outside of the fence. A fence only ever narrows, so the
 * process must start anew to read there. */
static enum err source_outside(struct ctx *cx, struct gate *gate, bool *ret)
{
	const struct listed_source *v;
	const struct view_maker *makers = NULL;
	int64_t flag = 0;
	size_t n, n_makers = 0;

	enum err e = store_read(cx, gate->shared);
	if (e)
		return e;
	e = change_flag(cx, &flag);
	if (e)
		return e;
	*ret = false;
	if (flag == gate->flag)
		return OK;
	e = source_list(cx, &v, &n);
	if (!e)
		e = view_maker_list(cx, &makers, &n_makers);
	if (e)
		return e;
	for (size_t i = 0; i < n && !*ret; i++) {
		struct str folder = source_list_folder(&v[i]);
		*ret = folder.n && !may_read(gate->options, folder);
	}
	for (size_t i = 0; i < n_makers && !*ret; i++) {
		struct listed_source s = { .dsn = makers[i].dsn };
		struct str folder = source_list_folder(&s);
		*ret = folder.n && !may_read(gate->options, folder);
	}
	gate->flag = flag;
	return OK;
}

static void looked(struct gate *gate)
{
	gate->looked = time_now_ms();
}

bool gate_sees(const struct gate *gate, int64_t now)
{
	int64_t ago = now - gate->looked;
	/* A clock that was set back must not make it see for ever. */
	return ago <= BLIND_MS && ago >= -BLIND_MS;
}

/* Waits for the end; the exit code. */
static int watch(struct gate *gate, const struct gate_options *o)
{
	struct pollfd stop = { .fd = o->stop_fd, .events = POLLIN };

	while (poll(&stop, 1, LOOK_MS) <= 0) {
		struct arena *arena = arena_new();
		struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
		bool outside = false;
		enum err e = source_outside(&cx, gate, &outside);
		if (e)
			LOG("error", "gate.look", { "why", fault_text(&cx) },
			    { "detail", cx.fault.detail });
		else
			looked(gate);
		store_end(&cx);
		arena_free(arena);
		source_tidy();
		if (outside && o->fenced) {
			LOG("info", "gate.fence",
			    { "why", STR("a new source") });
			return GATE_EXIT_FENCE;
		}
		if (recorder_failed(gate->recorder)) {
			LOG("error", "gate.evidence",
			    { "why", STR("the log has failed") });
			return 1;
		}
	}
	return 0;
}

static size_t routes_of(enum side side, struct route *ret)
{
	size_t n = 0;
	for (size_t i = 0; i < n_gate_routes; i++) {
		const struct gate_route *r = &gate_routes[i];
		if (r->side == side)
			ret[n++] = (struct route){ str_of(r->method),
				str_of(r->path), r->body, r->max_body, (int)i };
	}
	return n;
}

static struct str gate_tmp(struct arena *a, const struct site *site)
{
	return str_fmt(a, "%.*s/tmp", STR_ARG(site->gate_dir));
}

/* A folder inside of the fence for what does not fit memory: uploads on their
 * way, and large sorts of sources (SQLITE_TMPDIR, set before the fence). Each gate
 * shares its hold until it ends: what lies there when nobody has it is nobody's. */
static bool ready_tmp(struct arena *a, const struct site *site)
{
	struct str path = gate_tmp(a, site);
	const struct dirent *entry;

	if (mkdir(str_cstr(a, path), 0700) != 0 && errno != EEXIST)
		return false;
	int fd = open(str_cstr(a, path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : opendir(str_cstr(a, path));
	if (dir == NULL)
		return false;
	bool alone = file_lock_now(fd);
	while (alone && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			unlinkat(fd, entry->d_name, 0);
	closedir(dir);
	return file_share(fd); /* as long as the process */
}

static struct server *start(struct gate *gate, int fd, enum side side)
{
	static struct route routes[2][MAX_ROUTES];
	const struct gate_options *o = gate->options;
	struct arena *arena = arena_new(); /* as long as the process */
	REQUIRE(n_gate_routes <= MAX_ROUTES);
	struct server_options so = { .listen_fd = fd,
		.routes = routes[side],
		.n_routes = routes_of(side, routes[side]),
		.handle = handle,
		.refuse = refuse,
		.app = gate,
		.max_connections = MAX_CONNECTIONS,
		.spool_dir = str_cstr(arena, gate_tmp(arena, o->site)) };
	struct server *server = server_start(&so);
	if (!server)
		LOG("error", "gate.listen", { "why", str_of(strerror(errno)) });
	return server;
}

static int serve(struct gate *gate, const struct gate_options *o)
{
	/* Each answer reads the store itself: nothing can be missed yet. */
	looked(gate);
	/* Without what was sent in it serves all the rest. */
	(void)keeper_look(gate->keeper);
	recorder_start(gate, &gate->recorder);
	if (!gate->recorder)
		return 1;
	struct server *server = start(gate, o->listen_fd, SIDE_public);
	struct server *inner = start(gate, o->socket_fd, SIDE_desk);
	if (!server || !inner)
		return 1;
	o->ready(o->ready_arg);
	struct views_watch *views = views_watch_begin(gate);
	struct disposer *disposer = disposer_begin(gate);
	struct table_reader *tables = table_reader_begin(gate);
	struct sweeper *sweeper = sweeper_begin(gate);
	int code = watch(gate, o);
	sweeper_end(sweeper);
	table_reader_end(tables);
	disposer_end(disposer);
	views_watch_end(views);
	bool gone = server_stop(inner, 1000);
	gone = server_stop(server, code ? 1000 : 5000) && gone;
	recorder_stop(gate->recorder);
	if (!gone) {
		LOG("warn", "gate.stop",
		    { "why", STR("a call did not come back") });
		_exit(code);
	}
	return code;
}

int gate_run(const struct gate_options *o)
{
	struct gate gate = { .options = o, .flag = -1 };
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);

	int code = 1;
	crypt_init();
	/* A limit on the length of files is an error to be told, no end. */
	signal(SIGXFSZ, SIG_IGN);
	gate.secret = file_secret(arena, o->site->gate_dir, "cursor.secret");
	if (gate.secret.n == 0 || !ready_tmp(arena, o->site)) {
		LOG("error", "gate.secret", { "why", str_of(strerror(errno)) });
		arena_free(arena);
		return 1;
	}
	if (site_open_shared(&cx, o->site, 4, &gate.shared))
		LOG("error", "gate.store", { "why", fault_text(&cx) },
		    { "detail", cx.fault.detail });
	else {
		gate.keeper = keeper_new(arena, o->site->gate_dir, gate.shared);
		code = serve(&gate, o);
	}
	store_close(gate.shared);
	arena_free(arena);
	return code;
}
