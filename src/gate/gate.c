#include "gate/gate.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "core/source_list.h"
#include "http/http.h"
#include "sql/sql.h"

/* How often the gate looks whether its sources or grants have changed. */
enum { LOOK_MS = 200 };

struct gate {
	const struct gate_options *options;
	struct store *shared;
	int64_t flag; /* change.flag as last seen; -1 before the first look */
};

enum tag { TAG_HEALTHZ, TAG_READYZ };

static const struct route routes[] = {
	{ STR_INIT("GET"), STR_INIT("/healthz"), BODY_NONE, 0, TAG_HEALTHZ },
	{ STR_INIT("GET"), STR_INIT("/readyz"), BODY_NONE, 0, TAG_READYZ },
};

static bool ready(struct gate *gate, struct arena *arena)
{
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);

	return store_check_schema(&cx, gate->shared, "shared") == OK;
}

static void handle(void *app, const struct route *route, struct request *rq,
    struct response *rs)
{
	struct gate *gate = app;

	if (route->tag == TAG_READYZ && !ready(gate, rq->arena)) {
		response_set(rs, 503, STR("text/plain"), STR("not ready\n"));
		return;
	}
	response_set(rs, 200, STR("text/plain"), STR("ok\n"));
}

static void refuse(
    void *app, int status, struct request *rq, struct response *rs)
{
	(void)app;
	response_set(rs, status, STR("text/plain; charset=utf-8"),
	    str_fmt(rq->arena, "%d\n", status));
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
	int64_t flag;
	size_t n;

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
	if (e)
		return e;
	for (size_t i = 0; i < n && !*ret; i++) {
		struct str folder = source_list_folder(&v[i]);
		*ret = folder.n && !may_read(gate->options, folder);
	}
	gate->flag = flag;
	return OK;
}

/* Waits for the end; true when it is a source outside of the fence. */
static bool watch(struct gate *gate, const struct gate_options *o)
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
		arena_free(arena);
		if (outside && o->fenced)
			return true;
	}
	return false;
}

static struct server *start(struct gate *gate, int fd)
{
	struct server_options so = {
		.listen_fd = fd,
		.routes = routes,
		.n_routes = COUNT(routes),
		.handle = handle,
		.refuse = refuse,
		.app = gate,
	};
	struct server *server = server_start(&so);
	if (!server)
		LOG("error", "gate.listen", { "why", str_of(strerror(errno)) });
	return server;
}

static int serve(struct gate *gate, const struct gate_options *o)
{
	struct server *server = start(gate, o->listen_fd);
	if (!server)
		return 1;
	o->ready(o->ready_arg);
	bool fence = watch(gate, o);
	if (fence)
		LOG("info", "gate.fence", { "why", STR("a new source") });
	server_stop(server, fence ? 1000 : 5000);
	return fence ? GATE_EXIT_FENCE : 0;
}

int gate_run(const struct gate_options *o)
{
	struct gate gate = { .options = o, .flag = -1 };
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);

	int code = 1;
	if (site_open_shared(&cx, o->site, 4, &gate.shared))
		LOG("error", "gate.store", { "why", fault_text(&cx) },
		    { "detail", cx.fault.detail });
	else
		code = serve(&gate, o);
	store_close(gate.shared);
	arena_free(arena);
	return code;
}
