#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "sql/driver.h"

enum { WAIT_MS = 10000, MAX_READERS = 256 };

/* One who waits for a connection; stands in its own thread's stack. */
struct waiter {
	pthread_cond_t called;
	bool served;
	struct waiter *next;
};

/* Connections of one kind: `free` turns, handed out in the order of asking, so
 * that no thread starves. A turn has an idle connection or opens one. */
struct pool {
	bool writes;
	size_t free, max;
	size_t n_idle, n_open;
	struct conn **idle;
	struct waiter *first, **end;
};

struct store {
	struct arena *arena;
	const struct driver *driver;
	struct target target;
	int64_t wait_ms;
	pthread_mutex_t mutex; /* over the pools */
	struct pool readers, writer;
};

/* A transaction. Lives in the arena of its context; `conn` is NULL once it has
 * ended. */
struct db {
	struct store *store;
	struct pool *pool;
	struct conn *conn;
	bool failed;
};

static int64_t monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct timespec timespec_of(int64_t ms)
{
	return (struct timespec){ .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000 };
}

static void pool_init(struct store *s, struct pool *p, bool writes, size_t max)
{
	*p = (struct pool){ .writes = writes, .free = max, .max = max };
	p->idle = ARENA_ARRAY(s->arena, struct conn *, max);
	p->end = &p->first;
}

static void remove_waiter(struct pool *p, struct waiter *w)
{
	struct waiter **at = &p->first;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	if (!w->next)
		p->end = at;
}

/* Waits in the queue; false when the time is over. The mutex is held. */
static bool wait_turn(struct store *s, struct pool *p, int64_t deadline_ms)
{
	struct timespec until = timespec_of(deadline_ms);
	struct waiter w = { .served = false };
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w.called, &attr);
	pthread_condattr_destroy(&attr);
	*p->end = &w;
	p->end = &w.next;
	while (!w.served)
		if (pthread_cond_timedwait(&w.called, &s->mutex, &until) ==
		    ETIMEDOUT)
			break;
	if (!w.served)
		remove_waiter(p, &w);
	pthread_cond_destroy(&w.called);
	return w.served;
}

/* A turn, and an idle connection with it if there is one. */
static bool take_turn(
    struct store *s, struct pool *p, int64_t deadline_ms, struct conn **ret)
{
	bool served = true;

	pthread_mutex_lock(&s->mutex);
	if (p->free > 0)
		p->free--;
	else
		served = wait_turn(s, p, deadline_ms);
	if (served)
		*ret = p->n_idle ? p->idle[--p->n_idle] : NULL;
	pthread_mutex_unlock(&s->mutex);
	return served;
}

/* `conn` may be NULL: the turn was not used. */
static void give_turn(struct store *s, struct pool *p, struct conn *conn)
{
	bool close = conn && conn->broken;

	if (close)
		s->driver->close(conn);
	pthread_mutex_lock(&s->mutex);
	if (close)
		p->n_open--;
	else if (conn)
		p->idle[p->n_idle++] = conn;
	struct waiter *w = p->first;
	if (w) {
		p->first = w->next;
		if (!w->next)
			p->end = &p->first;
		w->served = true;
		pthread_cond_signal(&w->called);
	} else {
		p->free++;
	}
	pthread_mutex_unlock(&s->mutex);
}

static enum err open_conn(
    struct ctx *cx, struct store *s, struct pool *p, struct conn **ret)
{
	enum err e = s->driver->open(cx, &s->target, p->writes, ret);

	if (e)
		return e;
	pthread_mutex_lock(&s->mutex);
	p->n_open++;
	pthread_mutex_unlock(&s->mutex);
	return OK;
}

static void close_conn(struct store *s, struct pool *p, struct conn *conn)
{
	s->driver->close(conn);
	pthread_mutex_lock(&s->mutex);
	p->n_open--;
	pthread_mutex_unlock(&s->mutex);
}

static void db_release(struct db *db)
{
	struct conn *conn = db->conn;

	db->conn = NULL;
	give_turn(db->store, db->pool, conn);
}

/* The arena goes. */
static void db_drop(void *arg)
{
	struct db *db = arg;

	if (!db->conn)
		return;
	db->store->driver->rollback(db->conn);
	db_release(db);
}

/* Begins on `*conn`, opening it when NULL. An idle connection may have died
 * since its last use; as nothing was done yet, a new one may take its place. */
static enum err begin_on(struct ctx *cx, struct store *s, struct pool *p,
    int64_t deadline_ms, struct conn **conn)
{
	bool was_idle = *conn != NULL;
	enum err e = *conn ? OK : open_conn(cx, s, p, conn);

	if (e)
		return e;
	int64_t left = deadline_ms - monotonic_ms();
	e = s->driver->begin(cx, *conn, left > 0 ? left : 0);
	if (!e || !was_idle || !(*conn)->broken)
		return e;
	close_conn(s, p, *conn);
	*conn = NULL;
	return begin_on(cx, s, p, deadline_ms, conn);
}

static enum err store_begin(struct ctx *cx, struct store *s, struct pool *p)
{
	int64_t deadline_ms = monotonic_ms() + s->wait_ms;
	struct conn *conn = NULL;

	REQUIRE(!cx->db);
	if (!take_turn(s, p, deadline_ms, &conn))
		return fail_detail(cx, ERR_BUSY,
		    "store: no %s connection came free in %lld ms",
		    p->writes ? "writing" : "reading", (long long)s->wait_ms);
	enum err e = begin_on(cx, s, p, deadline_ms, &conn);
	if (e) {
		give_turn(s, p, conn);
		return e;
	}
	struct db *db = ARENA_NEW(cx->arena, struct db);
	*db = (struct db){ .store = s, .pool = p, .conn = conn };
	arena_defer(cx->arena, db_drop, db);
	cx->db = db;
	return OK;
}

enum err store_read(struct ctx *cx, struct store *s)
{
	return store_begin(cx, s, &s->readers);
}

enum err store_write(struct ctx *cx, struct store *s)
{
	return store_begin(cx, s, &s->writer);
}

enum err store_commit(struct ctx *cx)
{
	struct db *db = cx->db;

	REQUIRE(db && db->conn);
	enum err e = db_usable(cx);
	if (!e)
		e = db->store->driver->commit(cx, db->conn);
	if (e)
		db->store->driver->rollback(db->conn);
	cx->db = NULL;
	db_release(db);
	return e;
}

void store_end(struct ctx *cx)
{
	if (cx->db)
		db_drop(cx->db);
	cx->db = NULL;
}

struct conn *db_conn(struct ctx *cx)
{
	REQUIRE(cx->db && cx->db->conn);
	return cx->db->conn;
}

const struct driver *db_driver(struct ctx *cx)
{
	REQUIRE(cx->db);
	return cx->db->store->driver;
}

enum err db_failed(struct ctx *cx, enum err e)
{
	cx->db->failed = true;
	return e;
}

enum err db_usable(struct ctx *cx)
{
	REQUIRE(cx->db && cx->db->conn);
	if (cx->db->failed)
		return fail_detail(
		    cx, ERR_BROKEN, "store: the transaction has failed before");
	return OK;
}

static void store_free(struct store *s)
{
	const char *secret = s->target.secret;

	if (secret)
		explicit_bzero((void *)(uintptr_t)secret, strlen(secret));
	pthread_mutex_destroy(&s->mutex);
	arena_free(s->arena);
}

static void pool_close(struct store *s, struct pool *p)
{
	REQUIRE(p->free == p->max);
	while (p->n_idle)
		s->driver->close(p->idle[--p->n_idle]);
}

void store_close(struct store *s)
{
	if (!s)
		return;
	pool_close(s, &s->readers);
	pool_close(s, &s->writer);
	store_free(s);
}

static const char *cstr_or_null(struct arena *a, struct str s)
{
	return s.n ? str_cstr(a, s) : NULL;
}

static enum err find_driver(
    struct ctx *cx, struct store *s, struct str dsn, const char *schema)
{
	struct str rest = dsn;

	if (memchr(dsn.p ? dsn.p : "", 0, dsn.n))
		return fail_detail(cx, ERR_INVALID, "store: a NUL in the DSN");
	if (str_take(&rest, STR("sqlite:")) && rest.n > 0) {
		s->driver = &driver_sqlite;
		s->target.path = str_cstr(s->arena, rest);
		return OK;
	}
	if (!str_starts(dsn, STR("postgresql://")))
		return fail_detail(cx, ERR_INVALID,
		    "store: a DSN begins sqlite:FILE or postgresql://");
	if (!schema || !name_is_plain(str_of(schema)))
		return fail_detail(cx, ERR_INVALID, "store: no such schema");
	s->driver = &driver_pg;
	s->target.dsn = str_cstr(s->arena, dsn);
	s->target.schema = str_cstr(s->arena, str_of(schema));
	return OK;
}

enum err store_open_secret(struct ctx *cx, struct str dsn, struct str user,
    struct str secret, const char *schema, size_t readers, struct store **ret)
{
	struct arena *a = arena_new();
	struct store *s = ARENA_NEW(a, struct store);

	REQUIRE(readers > 0 && readers <= MAX_READERS);
	s->arena = a;
	s->wait_ms = WAIT_MS;
	pthread_mutex_init(&s->mutex, NULL);
	enum err e = find_driver(cx, s, dsn, schema);
	if (e) {
		store_free(s);
		return e;
	}
	s->target.user = cstr_or_null(a, user);
	s->target.secret = cstr_or_null(a, str_trim(secret));
	pool_init(s, &s->readers, false, readers);
	pool_init(s, &s->writer, true, 1);
	e = open_conn(cx, s, &s->writer, &s->writer.idle[0]);
	if (e) {
		store_free(s);
		return e;
	}
	s->writer.n_idle = 1;
	*ret = s;
	return OK;
}

enum err store_open(struct ctx *cx, struct str dsn, const char *schema,
    size_t readers, struct store **ret)
{
	return store_open_secret(cx, dsn, (struct str){ 0 }, (struct str){ 0 },
	    schema, readers, ret);
}

bool store_is_sqlite(const struct store *s)
{
	return s->driver == &driver_sqlite;
}

void store_set_wait(struct store *s, int64_t wait_ms)
{
	s->wait_ms = wait_ms;
}

size_t store_connections(struct store *s)
{
	pthread_mutex_lock(&s->mutex);
	size_t n = s->readers.n_open + s->writer.n_open;
	pthread_mutex_unlock(&s->mutex);
	return n;
}

enum err store_plan(
    struct ctx *cx, struct store *s, const char *text, struct plan *ret)
{
	enum err e = store_write(cx, s);

	if (e)
		return e;
	e = db_driver(cx)->plan(cx, db_conn(cx), text, ret);
	store_end(cx);
	return e;
}
