#include "source/lite_pool.h"

#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/str.h"

#define KEPT_S 60

/* What a file is known by. */
struct identity {
	uint64_t device, inode;
	int64_t size;
	struct timespec changed, written;
};

/* What tells one state of a file from the next: of its header the kind of
 * journal, the counter of changes, the schema's and the last writer's; with a
 * write-ahead log also the head of its index, whose sums run over all frames. */
#define HEAD_BYTES 100
#define INDEX_BYTES 48
struct version {
	bool known;
	unsigned char head[HEAD_BYTES], index[INDEX_BYTES];
};

struct known {
	struct str sql; /* in an arena of its own */
	struct arena *arena;
	sqlite3_stmt *st;
	bool more, by_clock;
	uint64_t used; /* when, by the connection's count */
};

struct kept {
	struct lite *lite;
	struct arena *arena;     /* the connection's */
	struct arena_mark fresh; /* as it was when just opened */
	struct identity file;
	struct str path;
	int64_t schema;
	sqlite3_stmt *begin, *version, *commit;
	struct known known[POOL_STATEMENTS];
	uint64_t count;
	int uses;
	int64_t since_s; /* kept since */
	struct version version_now;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct kept *idle[POOL_IDLE]; /* the longest kept first */
static size_t n_idle;

static int64_t now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec;
}

static bool identify(struct arena *a, struct str path, struct identity *ret)
{
	struct stat st;

	if (stat(str_cstr(a, path), &st) != 0)
		return false;
	*ret = (struct identity){ .device = st.st_dev,
		.inode = st.st_ino,
		.size = st.st_size,
		.changed = st.st_ctim,
		.written = st.st_mtim };
	return true;
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool same_file(const struct identity *a, const struct identity *b)
{
	return a->device == b->device && a->inode == b->inode &&
	       a->size == b->size && same_time(a->changed, b->changed) &&
	       same_time(a->written, b->written);
}

static void forget(struct known *k)
{
	sqlite3_finalize(k->st);
	arena_free(k->arena);
	*k = (struct known){ 0 };
}

static void end(struct kept *k)
{
	for (size_t i = 0; i < POOL_STATEMENTS; i++)
		forget(&k->known[i]);
	if (k->lite != NULL && k->lite->db != NULL)
		lite_close(k->lite);
	arena_free(k->arena);
}

/* Ends those that were kept for long; the lock is held. */
static void end_old(int64_t now)
{
	size_t n = 0;

	while (n < n_idle && now - idle[n]->since_s > KEPT_S)
		end(idle[n++]);
	n_idle -= n;
	memmove(idle, idle + n, n_idle * sizeof(idle[0]));
}

static struct kept *take_idle(struct str path)
{
	struct kept *k = NULL;

	pthread_mutex_lock(&lock);
	for (size_t i = n_idle; i-- > 0 && k == NULL;) {
		if (!str_eq(idle[i]->path, path))
			continue;
		k = idle[i];
		n_idle--;
		memmove(idle + i, idle + i + 1, (n_idle - i) * sizeof(idle[0]));
	}
	pthread_mutex_unlock(&lock);
	return k;
}

static void keep(struct kept *k)
{
	struct kept *out = NULL;

	k->since_s = now_s();
	pthread_mutex_lock(&lock);
	end_old(k->since_s);
	if (n_idle == POOL_IDLE) {
		out = idle[0];
		n_idle--;
		memmove(idle, idle + 1, n_idle * sizeof(idle[0]));
	}
	idle[n_idle++] = k;
	pthread_mutex_unlock(&lock);
	if (out != NULL)
		end(out);
}

size_t lite_kept(void)
{
	pthread_mutex_lock(&lock);
	size_t n = n_idle;
	pthread_mutex_unlock(&lock);
	return n;
}

/* Through SQLite's own handle: whoever opens and closes the file beside it takes
 * the locks of this whole process away. Read before the turn begins: what is
 * written in between makes it older than the data, never newer. */
static void read_version(struct kept *k)
{
	enum { JOURNAL_AT = 18, WITH_LOG = 2, REGION = 32768 };
	struct version *v = &k->version_now;
	sqlite3_file *f = NULL;
	volatile void *index = NULL;

	*v = (struct version){ 0 };
	if (sqlite3_file_control(k->lite->db, "main", SQLITE_FCNTL_FILE_POINTER,
		&f) != SQLITE_OK ||
	    f == NULL || f->pMethods == NULL ||
	    f->pMethods->xRead(f, v->head, HEAD_BYTES, 0) != SQLITE_OK)
		return;
	v->known = true;
	if (v->head[JOURNAL_AT] != WITH_LOG)
		return;
	/* It is there already; read-only where the folder is. */
	int rc = f->pMethods->iVersion < 2
	             ? SQLITE_ERROR
	             : f->pMethods->xShmMap(f, 0, REGION, 0, &index);
	v->known = (rc == SQLITE_OK || rc == SQLITE_READONLY) && index != NULL;
	for (size_t i = 0; v->known && i < INDEX_BYTES; i++)
		v->index[i] = ((volatile unsigned char *)index)[i];
}

bool lite_version(
    const struct lite *l, unsigned char ret[LITE_VERSION_BYTES], size_t *ret_n)
{
	const struct kept *k = l->kept;
	const struct identity *f = &k->file;
	int64_t file[] = { (int64_t)f->device, (int64_t)f->inode, f->size,
		f->changed.tv_sec, f->changed.tv_nsec, f->written.tv_sec,
		f->written.tv_nsec };
	size_t n = 0;

	if (!k->version_now.known || l->by_clock || l->once)
		return false;
	memcpy(ret, file, sizeof(file));
	n = sizeof(file);
	memcpy(ret + n, k->version_now.head + 16, 2 + 2 + 24);
	n += 28;
	memcpy(ret + n, k->version_now.head + 92, 8);
	n += 8;
	memcpy(ret + n, k->version_now.index, INDEX_BYTES);
	n += INDEX_BYTES;
	_Static_assert(
	    sizeof(file) + 28 + 8 + INDEX_BYTES <= LITE_VERSION_BYTES, "room");
	*ret_n = n;
	return true;
}

/* A statement without rows. */
static bool run(sqlite3_stmt *st)
{
	int rc = sqlite3_step(st);

	return sqlite3_reset(st) == SQLITE_OK && rc == SQLITE_DONE;
}

/* The schema's number, within the transaction that it begins. */
static bool begin(struct kept *k, int64_t *ret)
{
	read_version(k);
	if (!run(k->begin))
		return false;

	bool found = sqlite3_step(k->version) == SQLITE_ROW;
	*ret = found ? sqlite3_column_int64(k->version, 0) : -1;
	return sqlite3_reset(k->version) == SQLITE_OK && found;
}

/* Whether the file is still what was opened, schema and all: then it is read
 * within a transaction from here on. */
static bool is_current(struct kept *k)
{
	struct identity now;
	int64_t schema = 0;

	return k->uses < POOL_USES && arena_used(k->arena) < POOL_ARENA_BYTES &&
	       identify(k->arena, k->path, &now) && same_file(&now, &k->file) &&
	       begin(k, &schema) && schema == k->schema;
}

static enum err prepare_turns(struct ctx *cx, struct kept *k)
{
	struct str more = { 0 };

	k->lite->own_sql = true;
	enum err e = lite_prepare(cx, k->lite, STR("begin"), &k->begin, &more);
	if (!e)
		e = lite_prepare(cx, k->lite, STR("pragma schema_version"),
		    &k->version, &more);
	if (!e)
		e = lite_prepare(cx, k->lite, STR("commit"), &k->commit, &more);
	k->lite->own_sql = false;
	return e;
}

/* Opens anew. The file is looked at before: what changes it meanwhile makes it
 * another one for the next who asks. */
static enum err open_new(struct ctx *cx, const struct source *source,
    const struct source_limits *limits, struct kept *k)
{
	k->path = str_dup(k->arena, source->path);
	bool found = identify(k->arena, k->path, &k->file);
	enum err e = lite_open(cx, source, limits, false, &k->lite);

	if (e)
		return e;
	e = prepare_turns(cx, k);
	if (e)
		return e;
	if (!begin(k, &k->schema))
		return lite_fail(
		    cx, k->lite, sqlite3_extended_errcode(k->lite->db), false);
	if (!found)
		k->uses = POOL_USES;
	k->lite->kept = k;
	k->fresh = arena_mark(k->arena);
	return OK;
}

static enum err take_new(struct ctx *cx, const struct source *source,
    const struct source_limits *limits, struct kept **ret)
{
	struct arena *a = arena_new();
	struct kept *k = ARENA_NEW(a, struct kept);
	struct ctx inner = *cx;

	k->arena = inner.arena = a;
	enum err e = open_new(&inner, source, limits, k);
	if (e) {
		struct str detail = str_dup(cx->arena, inner.fault.detail);

		e = fail1(cx, e, inner.fault.msg,
		    str_dup(cx->arena, inner.fault.arg[0]));
		cx->fault.detail = detail;
		end(k);
		return e;
	}
	*ret = k;
	return OK;
}

enum err lite_take(struct ctx *cx, const struct source *source,
    const struct source_limits *limits, struct lite **ret)
{
	bool alone = source->once || source->n_given > 0;
	struct kept *k = alone ? NULL : take_idle(source->path);

	/* Ready before the first statement runs: its steps are counted. */
	if (k != NULL)
		lite_budget(k->lite, limits);
	if (k != NULL && !is_current(k)) {
		end(k);
		k = NULL;
	}
	enum err e = k == NULL ? take_new(cx, source, limits, &k) : OK;
	if (e)
		return e;
	k->uses++;
	k->lite->by_clock = false;
	*ret = k->lite;
	return OK;
}

void lite_give(struct lite *l, bool good)
{
	struct kept *k = l->kept;

	for (size_t i = 0; i < POOL_STATEMENTS; i++) {
		if (k->known[i].st == NULL)
			continue;
		sqlite3_reset(k->known[i].st);
		sqlite3_clear_bindings(k->known[i].st);
	}
	/* Its end asks nobody: who said stop has been heard. */
	lite_budget(l, &source_limits_officer);
	if (!good || l->once || l->refused != REFUSED_NOTHING ||
	    !run(k->commit) || sqlite3_get_autocommit(l->db) == 0) {
		end(k);
		return;
	}
	arena_rewind(k->arena, k->fresh);
	keep(k);
}

static struct known *oldest(struct kept *k)
{
	struct known *out = &k->known[0];

	for (size_t i = 1; i < POOL_STATEMENTS; i++)
		if (k->known[i].used < out->used)
			out = &k->known[i];
	return out;
}

enum err lite_statement(struct ctx *cx, struct lite *l, struct str sql,
    sqlite3_stmt **ret, bool *ret_more)
{
	struct kept *k = l->kept;
	struct known *to = NULL;
	struct str more = { 0 };
	sqlite3_stmt *st = NULL;

	for (size_t i = 0; i < POOL_STATEMENTS && to == NULL; i++)
		if (k->known[i].st != NULL && str_eq(k->known[i].sql, sql))
			to = &k->known[i];
	if (to == NULL) {
		bool before = l->by_clock;

		l->by_clock = false;
		enum err e = lite_prepare(cx, l, sql, &st, &more);
		bool by_clock = l->by_clock;

		l->by_clock |= before;

		if (e)
			return e;
		if (st == NULL) {
			*ret = NULL;
			return OK;
		}
		to = oldest(k);
		forget(to);
		to->arena = arena_new();
		*to = (struct known){ .arena = to->arena,
			.sql = str_dup(to->arena, sql),
			.st = st,
			.more = more.n > 0,
			.by_clock = by_clock };
	}
	l->by_clock |= to->by_clock;
	to->used = ++k->count;
	*ret = to->st;
	*ret_more = to->more;
	return OK;
}
