#include "courier/courier.h"

#include <poll.h>

#include "base/log.h"
#include "base/time.h"
#include "sql/sql.h"

static void log_fault(const struct ctx *cx)
{
	LOG("error", "courier.store", { "why", fault_text(cx) },
	    { "detail", cx->fault.detail });
}

int courier_run(const struct courier_options *o)
{
	struct store *people = NULL, *shared = NULL;
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);

	int code = 1;
	if (site_open_people(&cx, o->site, 1, &people) ||
	    site_open_shared(&cx, o->site, 1, &shared)) {
		log_fault(&cx);
	} else {
		o->ready(o->ready_arg);
		struct pollfd stop = { .fd = o->stop_fd, .events = POLLIN };
		while (poll(&stop, 1, -1) <= 0)
			;
		code = 0;
	}
	store_close(shared);
	store_close(people);
	arena_free(arena);
	return code;
}
