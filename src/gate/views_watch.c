/* The gate's thread that keeps views as they are granted. */
#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "base/worker.h"
#include "core/site.h"
#include "core/source_list.h"
#include "gate/views.h"
#include "sql/sql.h"

enum { TICK_MS = 200, ROUND_MS = 60000, LOOK_HOUR = 3 };

struct views_watch {
	struct worker worker;
	struct gate *gate;
	int64_t flag; /* change.flag of the last round */
	int64_t due;  /* the next round without a change */
	int64_t look; /* the next look for what nobody granted; 0: now */
};

static int64_t next_look(int64_t now)
{
	int64_t hour = (int64_t)LOOK_HOUR * 60 * 60 * 1000;
	struct date today = date_of_ms(now);
	int64_t at = date_start_ms(today) + hour;
	return now < at ? at : date_start_ms(date_add(today, 1)) + hour;
}

static void log_done(const struct views_report *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct view_done *d = &r->v[i];
		bool bad = d->why.n > 0 || str_eq(d->act, STR("orphan"));
		LOG(bad ? "error" : "info", "gate.view",
		    { "source", d->source }, { "connection", d->id },
		    { "act", d->act }, { "why", d->why });
	}
}

/* Sessions outlive VALID UNTIL: the round comes when a connection ends. */
static enum err first_end(struct ctx *cx, struct views_watch *w)
{
	const struct connection *v = NULL;
	size_t n = 0;
	enum err e = store_read(cx, w->gate->shared);
	if (!e)
		e = view_connections(cx, &v, &n);
	store_end(cx);
	for (size_t i = 0; !e && i < n; i++)
		if (v[i].expires > cx->now && v[i].expires < w->due)
			w->due = v[i].expires;
	return e;
}

static enum err round_of(struct ctx *cx, struct views_watch *w, bool look)
{
	struct views_at at = { .shared = w->gate->shared,
		.gate_dir = w->gate->options->site->gate_dir };
	const struct view_maker *v = NULL;
	size_t n = 0;
	enum err e = store_read(cx, at.shared), worst = OK;
	if (!e)
		e = view_maker_list(cx, &v, &n);
	store_end(cx);
	/* A source that is down holds up no other. */
	for (size_t i = 0; !e && i < n; i++) {
		struct arena *arena = arena_new();
		struct ctx one = ctx_new(arena, cx->now, LANG_EN);
		struct views_report report;
		enum err bad = views_settle(&one, &at, &v[i], look, &report);
		log_done(&report);
		if (bad) {
			LOG("error", "gate.views", { "source", v[i].source },
			    { "why", fault_text(&one) },
			    { "detail", one.fault.detail });
			worst = bad;
		}
		arena_free(arena);
	}
	if (!e)
		e = first_end(cx, w);
	return e ? e : worst;
}

/* After a failure in a few seconds again, and then looking as before. */
static void do_round(struct views_watch *w, int64_t now)
{
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, now, LANG_EN);
	bool look = now >= w->look;
	w->due = now + ROUND_MS;
	enum err e = round_of(&cx, w, look);
	if (e && w->due > now + 5000)
		w->due = now + 5000;
	else if (!e && look)
		w->look = next_look(now);
	arena_free(arena);
}

static int64_t watch(void *arg)
{
	struct views_watch *w = arg;
	int64_t now = time_now_ms(), flag = w->gate->flag;
	/* A clock that was set back must not stop it. */
	bool back = w->due - now > 2 * ROUND_MS;
	if (flag < 0 || (flag == w->flag && now < w->due && !back))
		return TICK_MS;
	w->flag = flag;
	do_round(w, now);
	return TICK_MS;
}

struct views_watch *views_watch_begin(struct gate *gate)
{
	struct arena *arena = arena_new(); /* as long as the process */
	struct views_watch *w = ARENA_NEW(arena, struct views_watch);
	w->gate = gate;
	w->flag = -1;
	worker_start(&w->worker, TICK_MS, watch, w);
	return w;
}

void views_watch_end(struct views_watch *w)
{
	if (w != NULL)
		worker_stop(&w->worker);
}
