#include "source/source.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "source/driver.h"
#include "source/odbc.h"
#include "source/pg.h"

const struct source_driver *source_driver_of(const struct source *s)
{
	switch (s->kind) {
	case SOURCE_SQLITE:
		return &lite_driver;
	case SOURCE_POSTGRESQL:
		return &pg_driver;
	case SOURCE_ODBC:
		return &odbc_driver;
	}
	REQUIRE(false);
	return NULL;
}

static int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* How many read a source now. One for each source ever read; there are some
 * tens of them. */
struct slot {
	struct slot *next;
	size_t n, waiting;
	pthread_cond_t freed;
	char name[]; /* path or DSN */
};
static pthread_mutex_t slots_lock = PTHREAD_MUTEX_INITIALIZER;
static struct slot *slots;

/* How long one waits for a stream to end, and how often it asks whether to go
 * on: bursts of short answers pass, and nobody is kept in the dark. */
enum { WAIT_MS = 2000, WAIT_LOOK_MS = 100 };

static struct slot *slot_of(const char *name)
{
	for (struct slot *s = slots; s != NULL; s = s->next)
		if (strcmp(s->name, name) == 0)
			return s;

	size_t n = strlen(name) + 1;
	struct slot *s = malloc(sizeof(*s) + n);
	REQUIRE(s != NULL);
	*s = (struct slot){ .next = slots };
	memcpy(s->name, name, n);
	pthread_condattr_t steady;
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&s->freed, &steady);
	pthread_condattr_destroy(&steady);
	slots = s;
	return s;
}

static bool wanted(const struct source_limits *l)
{
	return l->stop == NULL || !l->stop(l->stop_arg);
}

/* Until a stream has ended or the time is up; the lock is held, but not while
 * asking whether somebody still waits. */
static void slot_wait(
    struct slot *s, size_t max_streams, const struct source_limits *limits)
{
	int64_t end = clock_ms() + WAIT_MS, now = clock_ms();
	bool wait = true;

	s->waiting++;
	while (s->n >= max_streams && wait && now < end) {
		int64_t until =
		    end - now < WAIT_LOOK_MS ? end : now + WAIT_LOOK_MS;
		struct timespec t = { .tv_sec = (time_t)(until / 1000),
			.tv_nsec = (long)(until % 1000) * 1000000L };

		if (pthread_cond_timedwait(&s->freed, &slots_lock, &t) != 0) {
			pthread_mutex_unlock(&slots_lock);
			wait = wanted(limits);
			pthread_mutex_lock(&slots_lock);
		}
		now = clock_ms();
	}
	s->waiting--;
}

static enum err slot_take(struct ctx *cx, const struct source *source,
    const struct source_limits *limits, struct slot **ret)
{
	const struct source_driver *d = source_driver_of(source);
	const char *name = str_cstr(cx->arena,
	    source->kind == SOURCE_SQLITE ? source->path : source->dsn);
	bool free = false;

	/* Nobody else reads it. */
	if (source->once)
		return OK;
	pthread_mutex_lock(&slots_lock);
	struct slot *s = slot_of(name);
	if (s->n >= d->max_streams && s->waiting < d->max_waiting)
		slot_wait(s, d->max_streams, limits);
	free = s->n < d->max_streams;
	s->n += free;
	pthread_mutex_unlock(&slots_lock);
	if (!free)
		return fail(cx, ERR_BUSY, MSG_error_source_crowded);
	*ret = s;
	return OK;
}

static void slot_give(struct slot *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&slots_lock);
	s->n--;
	pthread_cond_signal(&s->freed);
	pthread_mutex_unlock(&slots_lock);
}

static void slot_give_of(void *arg)
{
	struct source_stream *s = arg;

	slot_give(s->slot);
	s->slot = NULL;
}

enum err source_look(
    struct ctx *cx, const struct source *source, struct source_report *ret)
{
	struct arena *a = arena_new();
	struct ctx inner = *cx;
	struct source_report report = {
		.n_readable = -1, .n_writable = -1, .n_looked = -1
	};

	inner.arena = a;
	enum err e = source_driver_of(source)->check(&inner, source, &report);
	if (e == OK)
		source_sample(&inner, source, &report);
	if (e != OK) {
		struct str detail = str_dup(cx->arena, inner.fault.detail);

		fail(cx, e, inner.fault.msg);
		cx->fault.detail = detail;
	} else {
		report.writable = str_dup(cx->arena, report.writable);
		report.bad_table = str_dup(cx->arena, report.bad_table);
		*ret = report;
	}
	arena_free(a);
	return e;
}

enum err source_check(struct ctx *cx, const struct source *source)
{
	struct source_report ignored;

	return source_look(cx, source, &ignored);
}

enum err source_preview(struct ctx *cx, const struct source *source,
    struct str sql, struct params ps, struct args args,
    const struct source_limits *limits, size_t max_rows,
    struct description *ret, struct batch *ret_rows)
{
	struct slot *slot = NULL;
	enum err e = slot_take(cx, source, limits, &slot);

	if (e != OK)
		return e;
	ret->bad_texts = 0;
	e = source_driver_of(source)->preview(
	    cx, source, sql, ps, args, limits, max_rows, ret, ret_rows);
	slot_give(slot);
	return e;
}

enum err source_describe(struct ctx *cx, const struct source *source,
    struct str sql, struct params ps, struct args args,
    const struct source_limits *limits, struct description *ret)
{
	struct batch none;

	return source_preview(cx, source, sql, ps, args, limits, 0, ret, &none);
}

enum err source_open(struct ctx *cx, const struct source *source,
    const struct compiled *q, const struct source_limits *limits,
    struct source_stream **ret)
{
	const struct source_driver *d = source_driver_of(source);
	struct slot *slot = NULL;
	struct source_stream *s = NULL;
	enum err e = slot_take(cx, source, limits, &slot);

	if (e != OK)
		return e;
	e = d->open(cx, source, q, limits, &s);
	if (e != OK) {
		slot_give(slot);
		return e;
	}
	s->driver = d;
	s->slot = slot;
	arena_defer(cx->arena, slot_give_of, s);
	*ret = s;
	return OK;
}

enum err source_next(struct ctx *cx, struct source_stream *s, struct batch *ret)
{
	return s->driver->next(cx, s, ret);
}

void source_close(struct source_stream *s)
{
	s->driver->close(s);
	slot_give_of(s);
}

bool source_version(const struct source_stream *s,
    unsigned char ret[SOURCE_VERSION_BYTES], size_t *ret_n)
{
	return s->driver->version != NULL && s->driver->version(s, ret, ret_n);
}

void source_tidy(void)
{
	pg_tidy();
	odbc_tidy();
}

uint64_t source_bad_texts(const struct source_stream *s)
{
	return s->bad_texts;
}

bool source_locale(void)
{
	return setenv("LC_ALL", "C.UTF-8", 1) == 0;
}

struct budget budget_new(const struct source_limits *limits)
{
	return (struct budget){
		.limits = *limits,
		.deadline_ms = clock_ms() + limits->time_ms,
	};
}

int64_t budget_left_ms(const struct budget *b)
{
	int64_t left = b->deadline_ms - clock_ms();

	return left > 0 ? left : 0;
}

bool budget_over(struct budget *b)
{
	if (b->ended != OK)
		return true;
	if (budget_left_ms(b) == 0)
		b->ended = ERR_TIME_LIMIT;
	else if (b->limits.stop != NULL && b->limits.stop(b->limits.stop_arg))
		b->ended = ERR_GONE;
	return b->ended != OK;
}

enum err budget_fail(struct ctx *cx, const struct budget *b)
{
	if (b->ended == ERR_GONE)
		return fail(cx, ERR_GONE, MSG_error_source_stopped);
	return fail(cx, ERR_TIME_LIMIT, MSG_error_source_time_limit);
}
