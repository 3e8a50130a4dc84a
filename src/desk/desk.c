#include "desk/desk.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "http/http.h"
#include "sql/sql.h"

struct desk {
	const struct site *site;
	struct store *people, *shared;
};

enum tag { TAG_HEALTHZ, TAG_READYZ };

static const struct route routes[] = {
	{ STR_INIT("GET"), STR_INIT("/healthz"), BODY_NONE, 0, TAG_HEALTHZ },
	{ STR_INIT("GET"), STR_INIT("/readyz"), BODY_NONE, 0, TAG_READYZ },
};

static bool ready(struct desk *desk, struct arena *arena)
{
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);

	return store_check_schema(&cx, desk->people, "people") == OK &&
	       store_check_schema(&cx, desk->shared, "shared") == OK;
}

static void handle(void *app, const struct route *route, struct request *rq,
    struct response *rs)
{
	struct desk *desk = app;

	if (route->tag == TAG_READYZ && !ready(desk, rq->arena)) {
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

static void log_fault(const struct ctx *cx)
{
	LOG("error", "desk.store", { "why", fault_text(cx) },
	    { "detail", cx->fault.detail });
}

static int serve(struct desk *desk, const struct desk_options *o)
{
	struct server_options so = {
		.listen_fd = o->listen_fd,
		.routes = routes,
		.n_routes = COUNT(routes),
		.handle = handle,
		.refuse = refuse,
		.app = desk,
	};
	struct server *server = server_start(&so);
	if (!server) {
		LOG("error", "desk.listen", { "why", str_of(strerror(errno)) });
		return 1;
	}
	o->ready(o->ready_arg);
	struct pollfd stop = { .fd = o->stop_fd, .events = POLLIN };
	while (poll(&stop, 1, -1) <= 0)
		;
	server_stop(server, 5000);
	return 0;
}

int desk_run(const struct desk_options *o)
{
	struct desk desk = { .site = o->site };
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);

	int code = 1;
	if (site_open_people(&cx, o->site, 4, &desk.people) ||
	    site_open_shared(&cx, o->site, 2, &desk.shared))
		log_fault(&cx);
	else
		code = serve(&desk, o);
	store_close(desk.shared);
	store_close(desk.people);
	arena_free(arena);
	return code;
}
