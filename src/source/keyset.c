#include "source/keyset.h"

#include <sqlite3.h>

#include "base/str.h"

struct keyset {
	sqlite3 *db;
	sqlite3_stmt *add, *find;
};

static void close_deferred(void *arg)
{
	struct keyset *k = arg;

	sqlite3_finalize(k->add);
	sqlite3_finalize(k->find);
	sqlite3_close(k->db);
}

static enum err failed(struct ctx *cx, const struct keyset *k)
{
	return fail_detail(
	    cx, ERR_BROKEN, "a set of keys: %s", sqlite3_errmsg(k->db));
}

static bool prepare(struct keyset *k, const char *sql, sqlite3_stmt **ret)
{
	return sqlite3_prepare_v2(k->db, sql, -1, ret, NULL) == SQLITE_OK;
}

enum err keyset_new(struct ctx *cx, struct keyset **ret)
{
	struct keyset *k = ARENA_NEW(cx->arena, struct keyset);
	/* A file without a name: SQLite takes it away as it makes it. */
	int rc = sqlite3_open_v2("", &k->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
		SQLITE_OPEN_PRIVATECACHE,
	    NULL);

	arena_defer(cx->arena, close_deferred, k);
	if (rc != SQLITE_OK ||
	    sqlite3_exec(k->db,
		"pragma cache_size=-2048; pragma journal_mode=off;"
		" create table k(v blob primary key) without rowid; begin",
		NULL, NULL, NULL) != SQLITE_OK ||
	    !prepare(k, "insert or ignore into k values (?)", &k->add) ||
	    !prepare(k, "select 1 from k where v = ?", &k->find))
		return failed(cx, k);
	*ret = k;
	return OK;
}

/* Binds and steps; false: it failed. */
static bool step(sqlite3_stmt *st, const struct cell *c, bool *ret_row)
{
	struct str s = c->s;

	if (c->kind == CELL_REAL && str_ends(s, STR(".0")))
		s.n -= 2;
	int rc =
	    sqlite3_bind_blob64(st, 1, s.n > 0 ? s.p : "", s.n, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	*ret_row = rc == SQLITE_ROW;
	bool good = rc == SQLITE_ROW || rc == SQLITE_DONE;
	return sqlite3_reset(st) == SQLITE_OK && good;
}

enum err keyset_add(struct ctx *cx, struct keyset *k, const struct cell *c)
{
	bool row = false;

	if (c->kind == CELL_NULL)
		return OK;
	return step(k->add, c, &row) ? OK : failed(cx, k);
}

enum err keyset_has(
    struct ctx *cx, struct keyset *k, const struct cell *c, bool *ret)
{
	*ret = false;
	if (c->kind == CELL_NULL)
		return OK;
	return step(k->find, c, ret) ? OK : failed(cx, k);
}
