#include "gate/recorder.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "core/given_back.h"
#include "evidence/ledger.h"
#include "evidence/record.h"
#include "evidence/trail.h"
#include "sql/sql.h"

/* How long leaves gather before they go to the table, and how long when many of
 * them came: each transaction has a price of its own; how often the thread looks
 * whether it shall end, and whether a log can be opened; how long it lets a
 * store be that failed; how often it signs. */
enum {
	GATHER_MS = 20,
	GATHER_MANY_MS = 400,
	LOOK_MS = 200,
	REST_MS = 1000,
	SIGN_MS = 60 * 1000,
	MANY = 50,
	AT_ONCE = 2000, /* leaves in one transaction */
};

struct recorder {
	struct gate *gate;
	struct arena *arena; /* as long as the recorder */
	struct note_signer signer;
	struct note_keys keys;
	struct ledger *_Atomic log;
	_Atomic bool stopping;
	pthread_t thread;
	int64_t signed_at;
	uint64_t handed_on; /* the size of the last one */

	pthread_mutex_t lock; /* for what follows */
	struct trail *trail;
	_Atomic bool knows_done; /* `done` was read from the store */
	_Atomic uint64_t done;   /* leaves that are in the table */
};

struct ledger *recorder_log(struct recorder *r)
{
	return r ? atomic_load(&r->log) : NULL;
}

static struct str logs_folder(struct arena *a, const struct gate *gate)
{
	return str_cat(a, gate->options->site->gate_dir, STR("/evidence"));
}

struct str recorder_folder(
    struct arena *a, const struct gate *gate, struct str log)
{
	return str_fmt(
	    a, "%.*s/%.*s", STR_ARG(logs_folder(a, gate)), STR_ARG(log));
}

bool recorder_failed(struct recorder *r)
{
	struct ledger *l = recorder_log(r);
	return l && ledger_failed(l);
}

bool recorder_ready(struct recorder *r)
{
	struct ledger *l = recorder_log(r);
	return l && !ledger_failed(l);
}

static enum err open_keys(struct ctx *cx, struct recorder *r)
{
	const struct site *site = r->gate->options->site;
	struct arena *a = cx->arena;
	struct str public = str_cat(a, site->shared_dir, STR("/evidence.pub"));
	enum err e = note_signer_open(cx,
	    str_cat(a, site->gate_dir, STR("/evidence.key")), public,
	    STR(EVIDENCE_ORIGIN), &r->signer);
	return e ? e : note_keys_read(cx, public, &r->keys);
}

static void tell_opened(struct ledger *l, const struct ledger_opened *o)
{
	struct arena *a = arena_new();
	if (o->torn > 0 || o->cut_note)
		LOG("warn", "evidence.torn", { "log", ledger_id(l) },
		    { "bytes", str_fmt(a, "%zu", o->torn) });
	if (o->rebuilt)
		LOG("warn", "evidence.rebuilt", { "log", ledger_id(l) });
	arena_free(a);
}

/* Texts of the keys and the trail live as long as the recorder. */
static enum err open_log(struct recorder *r, struct ctx *cx)
{
	struct ledger *l = NULL;
	struct ledger_opened o;
	enum err e = r->keys.n > 0 ? OK : open_keys(cx, r);
	struct ledger_options options = { .folder =
					      logs_folder(cx->arena, r->gate),
		.signer = &r->signer,
		.keys = &r->keys };
	if (!e)
		e = ledger_open(cx, &options, &l, &o);
	if (e)
		return e;
	e = trail_open(cx, ledger_folder(l), &r->trail);
	if (e) {
		ledger_close(l);
		return e;
	}
	tell_opened(l, &o);
	atomic_store(&r->log, l);
	return OK;
}

static void try_log(struct recorder *r)
{
	struct ctx cx = ctx_new(r->arena, time_now_ms(), LANG_EN);
	struct arena_mark mark = arena_mark(r->arena);
	if (open_log(r, &cx) == OK)
		return;
	LOG("error", "evidence.open", { "detail", cx.fault.detail });
	r->keys.n = 0;
	arena_rewind(r->arena, mark);
}

/* -- from the log into the table */

static struct delivered row_of(
    const struct record *r, struct str log, int64_t leaf)
{
	bool known = r->kind != RECORD_intent;
	return (struct delivered){
		.d = { .id = r->id,
		    .connection = r->connection,
		    .document = r->document,
		    .request = r->request,
		    .key = r->key,
		    .digest = r->contract,
		    .address = r->address,
		    .form = r->form,
		    .query = r->asked,
		    .reading = r->reading,
		    .at = r->at },
		.status = known ? r->outcome : STR("open"),
		.sha256 = r->sha256,
		.rows = r->rows,
		.bytes = r->bytes,
		.ended = known ? r->at : 0,
		.log = log,
		.leaf = r->kind == RECORD_result ? -1 : leaf,
		.result_leaf = r->kind == RECORD_result ? leaf : -1,
	};
}

static enum err put_leaf(
    struct ctx *cx, struct str log, struct str leaf, uint64_t index)
{
	struct record r;
	enum err e = record_read(cx, leaf, &r);
	if (e)
		return e;
	struct delivered row = row_of(&r, log, (int64_t)index);
	if (r.kind == RECORD_result)
		return delivery_end(cx, &row);
	e = delivery_put(cx, &row);
	return e ? e : given_back_note(cx, &row.d);
}

static enum err put_leaves(struct ctx *cx, struct recorder *r, struct str log,
    uint64_t from, uint64_t end)
{
	struct str leaf;
	enum err e = OK;
	if (r->trail->at.next != from || !r->trail->segment.p)
		e = trail_seek(cx, r->trail, from);
	for (uint64_t i = from; i < end && !e; i++) {
		e = trail_next(cx, r->trail, &leaf);
		if (!e)
			e = put_leaf(cx, log, leaf, i);
	}
	return e ? e : delivery_set_leaves(cx, log, (int64_t)end);
}

/* Some more leaves, in one transaction. */
static enum err put_some(struct recorder *r, struct str log, uint64_t leaves)
{
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	int64_t done = (int64_t)r->done;
	enum err e = store_write(&cx, r->gate->shared);
	if (!e && !r->knows_done)
		e = delivery_leaves(&cx, log, &done);
	uint64_t from = (uint64_t)done,
		 end = from + AT_ONCE < leaves ? from + AT_ONCE : leaves;
	if (!e && from < end)
		e = put_leaves(&cx, r, log, from, end);
	if (!e)
		e = store_commit(&cx);
	if (!e) {
		r->knows_done = true;
		r->done = from < end ? end : from;
	} else {
		LOG("error", "evidence.table", { "detail", cx.fault.detail });
	}
	arena_free(arena);
	return e;
}

static enum err settle(struct recorder *r)
{
	struct ledger *l = recorder_log(r);
	enum err e = OK;
	if (!l)
		return OK;
	uint64_t leaves = ledger_leaves(l);
	pthread_mutex_lock(&r->lock);
	while (!e && (!r->knows_done || r->done < leaves))
		e = put_some(r, ledger_id(l), leaves);
	pthread_mutex_unlock(&r->lock);
	return e;
}

enum err recorder_settle(struct ctx *cx, struct recorder *r)
{
	enum err e = settle(r);
	return e ? fail_detail(cx, e, "the table of deliveries") : OK;
}

/* -- the thread */

static void rest(const struct recorder *r, int ms)
{
	for (; ms > 0 && !atomic_load(&r->stopping); ms -= GATHER_MS)
		nanosleep(&(struct timespec){ .tv_nsec = GATHER_MS * 1000000L },
		    NULL);
}

/* Where the courier finds it, to send it out of the house. */
static enum err hand_on(struct ctx *cx, struct recorder *r, struct ledger *l)
{
	struct str note = ledger_note(cx->arena, l);
	struct str path = str_fmt(cx->arena, "%.*s/" EVIDENCE_HANDED_ON "%.*s",
	    STR_ARG(r->gate->options->site->shared_dir), STR_ARG(ledger_id(l)));
	return note.n > 0 ? note_write(cx, path, note) : OK;
}

static void sign(struct recorder *r, struct ledger *l)
{
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	uint64_t size = 0;
	enum err e = ledger_sign(&cx, l, &size);
	if (!e && size > r->handed_on)
		e = hand_on(&cx, r, l);
	if (!e)
		r->handed_on = size;
	if (e)
		LOG("error", "evidence.sign", { "log", ledger_id(l) },
		    { "detail", cx.fault.detail });
	r->signed_at = cx.now;
	arena_free(arena);
}

static void tend(struct recorder *r, struct ledger *l)
{
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	/* The clock may have been set back. */
	if (cx.now - r->signed_at >= SIGN_MS || cx.now < r->signed_at)
		sign(r, l);
	if (ledger_tend(&cx, l))
		LOG("error", "evidence.room", { "log", ledger_id(l) },
		    { "detail", cx.fault.detail });
	arena_free(arena);
}

static void *follow(void *arg)
{
	struct recorder *r = arg;
	uint64_t came = 0;
	while (!atomic_load(&r->stopping)) {
		struct ledger *l = recorder_log(r);
		if (!l) {
			rest(r, REST_MS);
			try_log(r);
			continue;
		}
		ledger_wait(l, r->done, LOOK_MS);
		if (ledger_leaves(l) > r->done || !r->knows_done) {
			uint64_t before = r->done;
			rest(r, came > MANY ? GATHER_MANY_MS : GATHER_MS);
			if (settle(r))
				rest(r, REST_MS);
			came = r->done - before;
		}
		if (!ledger_failed(l))
			tend(r, l);
		else
			rest(r, LOOK_MS);
	}
	return NULL;
}

void recorder_start(struct gate *gate, struct recorder **ret)
{
	struct arena *arena = arena_new();
	struct recorder *r = ARENA_NEW(arena, struct recorder);
	*ret = NULL;
	r->gate = gate;
	r->arena = arena;
	r->signed_at = 0; /* what was not signed before is signed at once */
	pthread_mutex_init(&r->lock, NULL);
	try_log(r);
	/* A store that fails is tried again by the thread. */
	(void)settle(r);
	if (pthread_create(&r->thread, NULL, follow, r) != 0) {
		ledger_close(atomic_load(&r->log));
		arena_free(arena);
		return;
	}
	*ret = r;
}

void recorder_stop(struct recorder *r)
{
	if (!r)
		return;
	atomic_store(&r->stopping, true);
	pthread_join(r->thread, NULL);
	struct ledger *l = recorder_log(r);
	if (l && !ledger_failed(l)) {
		(void)settle(r);
		sign(r, l);
	}
	/* Not closed: a thread that was cut may still come here, and finds that
	 * nobody has to be told. The process ends. */
}
