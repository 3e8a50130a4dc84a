#include "source/ahead.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/str.h"
#include "base/time.h"
#include "source/driver.h"

#define STACK_BYTES ((size_t)128 << 10)

/* A batch on its way. Full from when it was put until the taker comes back. */
struct place {
	struct source_room room;
	struct batch batch;
	bool full;
};

enum { PLACES = 2 };

struct ahead {
	struct source_stream *stream;
	pthread_t thread;
	pthread_mutex_t lock; /* for what follows */
	pthread_cond_t put, taken;
	struct place places[PLACES];
	size_t n_put, n_taken;
	bool given_up; /* by the taker */
	bool ended;    /* there are no more, or `e` is why */
	enum err e;
	struct fault fault; /* its texts are of the arena below */
	struct arena *arena;
};

/* The place for the next one, once the taker has left it; NULL when he wants no
 * more. */
static struct place *free_place(struct ahead *a)
{
	struct place *p = &a->places[a->n_put % PLACES];
	pthread_mutex_lock(&a->lock);
	while (p->full && !a->given_up)
		pthread_cond_wait(&a->taken, &a->lock);
	if (a->given_up)
		p = NULL;
	pthread_mutex_unlock(&a->lock);
	return p;
}

/* `lent`: what it has is the stream's own, which must not go on before the
 * taker has left it. */
static void put(struct ahead *a, struct place *p, bool lent)
{
	pthread_mutex_lock(&a->lock);
	p->full = true;
	a->n_put++;
	pthread_cond_signal(&a->put);
	while (lent && p->full && !a->given_up)
		pthread_cond_wait(&a->taken, &a->lock);
	pthread_mutex_unlock(&a->lock);
}

/* No rows, or why there are none. */
static void end(struct ahead *a, struct ctx *cx, enum err e)
{
	pthread_mutex_lock(&a->lock);
	a->ended = true;
	a->e = e;
	a->fault = cx->fault;
	pthread_cond_signal(&a->put);
	pthread_mutex_unlock(&a->lock);
}

static bool put_next(struct ahead *a, struct ctx *cx)
{
	struct place *p = free_place(a);
	if (p == NULL)
		return false;
	a->stream->room = p->room;
	enum err e = source_next(cx, a->stream, &p->batch);
	if (e || p->batch.n_rows == 0) {
		end(a, cx, e);
		return false;
	}
	put(a, p, a->stream->outside);
	return true;
}

static void *read_on(void *arg)
{
	struct ahead *a = arg;
	struct ctx cx = ctx_new(a->arena, time_now_ms(), LANG_EN);
	while (put_next(a, &cx))
		;
	return NULL;
}

/* It takes no signals meant for the process, as its maker. */
static bool start(struct ahead *a)
{
	pthread_attr_t attr;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	int e = pthread_create(&a->thread, &attr, read_on, a);
	pthread_attr_destroy(&attr);
	return e == 0;
}

static void leave(struct ahead *a)
{
	a->stream->room = a->places[0].room;
	for (size_t i = 1; i < PLACES; i++) {
		free(a->places[i].room.cells);
		free(a->places[i].room.text);
	}
	pthread_cond_destroy(&a->taken);
	pthread_cond_destroy(&a->put);
	pthread_mutex_destroy(&a->lock);
	arena_free(a->arena);
}

static struct source_room room_new(void)
{
	struct source_room r = {
		.cells = malloc(SOURCE_CELLS * sizeof(struct cell)),
		.text = malloc(SOURCE_BATCH_BYTES),
	};
	REQUIRE(r.cells != NULL && r.text != NULL);
	return r;
}

struct ahead *ahead_begin(struct arena *arena, struct source_stream *stream)
{
	if (!stream->driver->here)
		return NULL;

	struct ahead *a = ARENA_NEW(arena, struct ahead);
	*a = (struct ahead){ .stream = stream, .arena = arena_new() };
	a->places[0].room = stream->room;
	for (size_t i = 1; i < PLACES; i++)
		a->places[i].room = room_new();
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->put, NULL);
	pthread_cond_init(&a->taken, NULL);
	if (start(a))
		return a;
	leave(a);
	return NULL;
}

/* The lock is held: the one that was taken is left. */
static void leave_last(struct ahead *a)
{
	if (a->n_taken == 0)
		return;
	a->places[(a->n_taken - 1) % PLACES].full = false;
	pthread_cond_signal(&a->taken);
}

enum err ahead_next(struct ctx *cx, struct ahead *a, struct batch *ret)
{
	enum err e = OK;
	pthread_mutex_lock(&a->lock);
	leave_last(a);
	while (a->n_put == a->n_taken && !a->ended)
		pthread_cond_wait(&a->put, &a->lock);
	if (a->n_put > a->n_taken) {
		*ret = a->places[a->n_taken++ % PLACES].batch;
	} else {
		*ret = (struct batch){ 0 };
		e = a->e;
	}
	pthread_mutex_unlock(&a->lock);
	if (e) {
		cx->fault = a->fault;
		for (size_t i = 0; i < COUNT(a->fault.arg); i++)
			cx->fault.arg[i] = str_dup(cx->arena, a->fault.arg[i]);
		cx->fault.detail = str_dup(cx->arena, a->fault.detail);
	}
	return e;
}

void ahead_end(struct ahead *a)
{
	pthread_mutex_lock(&a->lock);
	a->given_up = true;
	pthread_cond_signal(&a->taken);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	leave(a);
}
