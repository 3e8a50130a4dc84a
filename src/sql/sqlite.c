#include "sql/sqlite.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/str.h"
#include "sql/driver.h"

static enum err err_of(int rc)
{
	switch (rc) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_FOREIGNKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return ERR_CONFLICT;
	default:
		break;
	}
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	default:
		return ERR_BROKEN;
	}
}

static enum err fail_rc(struct ctx *cx, sqlite3 *db, int rc, const char *text)
{
	return fail_detail(cx, err_of(rc), "sqlite %d: %s: %.*s", rc,
	    db ? sqlite3_errmsg(db) : sqlite3_errstr(rc),
	    STR_ARG(text_head(text)));
}

/* Compares the first column of one pragma with what must hold. */
static enum err must_hold(
    struct ctx *cx, sqlite3 *db, const char *pragma, const char *want)
{
	sqlite3_stmt *st = NULL;
	char is[32] = "";

	if (sqlite3_prepare_v2(db, pragma, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		snprintf(is, sizeof(is), "%s",
		    (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	if (!strcmp(is, want))
		return OK;
	return fail_detail(
	    cx, ERR_BROKEN, "sqlite: %s is '%s', not '%s'", pragma, is, want);
}

enum err sqlite_durable(struct ctx *cx, sqlite3 *db)
{
	static const struct {
		const char *pragma, *want;
	} must[] = {
		{ "pragma journal_mode", "wal" },
		{ "pragma synchronous", "2" },
		{ "pragma foreign_keys", "1" },
	};

	if (sqlite3_db_readonly(db, "main") != 0)
		return fail_detail(
		    cx, ERR_BROKEN, "sqlite: the file cannot be written");
	for (size_t i = 0; i < COUNT(must); i++) {
		enum err e = must_hold(cx, db, must[i].pragma, must[i].want);
		if (e)
			return e;
	}
	return OK;
}

/* Changing to WAL needs the file alone, and SQLite does not call its busy
 * handler for it: two processes may meet at a new file. */
static enum err set_wal(struct ctx *cx, sqlite3 *db)
{
	static const char text[] = "pragma journal_mode = wal";
	int rc = SQLITE_BUSY;

	for (int i = 0; i < 200; i++) {
		rc = sqlite3_exec(db, text, NULL, NULL, NULL);
		if ((rc & 0xff) != SQLITE_BUSY)
			break;
		nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	}
	return rc ? fail_rc(cx, db, rc, text) : OK;
}

static enum err configure(struct ctx *cx, sqlite3 *db, bool writes)
{
	static const char common[] =
	    "pragma synchronous = full;"
	    "pragma foreign_keys = on;"
	    "pragma trusted_schema = off;"
	    "pragma cell_size_check = on;"
	    /* Fenced processes have no folder for it. */
	    "pragma temp_store = memory;";

	sqlite3_busy_timeout(db, 10000);
	/* As strict as PostgreSQL: "x" is a column, never a text. */
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	enum err e = set_wal(cx, db);
	if (e)
		return e;
	int rc = sqlite3_exec(db, common, NULL, NULL, NULL);
	if (!rc && !writes)
		rc = sqlite3_exec(
		    db, "pragma query_only = on", NULL, NULL, NULL);
	if (rc)
		return fail_rc(cx, db, rc, common);
	return sqlite_durable(cx, db);
}

/* SQLite would let others read a new file. O_EXCL: closing a descriptor of a
 * file that is open already would drop this process's locks on it. */
static void create_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0660);

	if (fd >= 0)
		close(fd);
}

static void lite_close(struct conn *c)
{
	for (size_t i = 0; i < c->cache.n_slots; i++)
		sqlite3_finalize(c->cache.slots[i].statement);
	REQUIRE(sqlite3_close(c->handle) == SQLITE_OK);
	arena_free(c->arena);
}

/* Nobody asks SQLite how much it holds, and counting it takes one lock of the
 * process for each piece. A cache has its pages one by one: the twenty that it
 * would begin with are more than a source's may hold. Where SQLite runs already,
 * it stays as it is. */
static void prepare_process(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	(void)sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
}

static enum err lite_open(
    struct ctx *cx, const struct target *t, bool writes, struct conn **ret)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	REQUIRE(pthread_once(&once, prepare_process) == 0);
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
	            SQLITE_OPEN_EXRESCODE | (writes ? SQLITE_OPEN_CREATE : 0);
	sqlite3 *db = NULL;

	if (writes && strcmp(t->path, ":memory:") != 0)
		create_private(t->path);
	int rc = sqlite3_open_v2(t->path, &db, flags, NULL);
	struct arena *a = arena_new();
	struct conn *c = ARENA_NEW(a, struct conn);
	*c = (struct conn){ .arena = a, .handle = db, .writes = writes };
	enum err e =
	    rc ? fail_rc(cx, db, rc, t->path) : configure(cx, db, writes);
	if (e) {
		lite_close(c);
		return e;
	}
	*ret = c;
	return OK;
}

static enum err prepare(
    struct ctx *cx, struct conn *c, const char *text, sqlite3_stmt **ret)
{
	*ret = cache_get(&c->cache, text);
	if (*ret)
		return OK;
	int rc = sqlite3_prepare_v3(
	    c->handle, text, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL);
	if (rc)
		return fail_rc(cx, c->handle, rc, text);
	if (!*ret)
		return fail_detail(cx, ERR_BROKEN, "sqlite: empty statement");
	cache_put(&c->cache, c->arena, text, *ret);
	return OK;
}

static int bind_one(sqlite3_stmt *st, int at, const struct val *v)
{
	/* A NULL pointer would bind NULL. */
	const char *p = v->s.p ? v->s.p : "";

	switch (v->type) {
	case VAL_NULL:
		return sqlite3_bind_null(st, at);
	case VAL_I64:
		return sqlite3_bind_int64(st, at, v->i);
	case VAL_REAL:
		return sqlite3_bind_double(st, at, v->d);
	case VAL_STR:
		return sqlite3_bind_text64(
		    st, at, p, v->s.n, SQLITE_STATIC, SQLITE_UTF8);
	case VAL_BYTES:
		return sqlite3_bind_blob64(st, at, p, v->s.n, SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

static enum err bind(
    struct ctx *cx, struct conn *c, sqlite3_stmt *st, const struct query *q)
{
	int count = sqlite3_bind_parameter_count(st);

	if (count < 0 || (size_t)count != q->vals.n)
		return fail_detail(cx, ERR_BROKEN,
		    "sqlite: %zu values for %d parameters: %.*s", q->vals.n,
		    count, STR_ARG(text_head(q->text)));
	for (int i = 1; i <= count; i++) {
		/* "$3"; each of them once, so that none is left out. */
		struct str name = str_of(sqlite3_bind_parameter_name(st, i));
		int64_t at = 0;
		bool good = str_take_char(&name, '$') && str_i64(name, &at) &&
		            at >= 1 && at <= count;
		int rc =
		    good ? bind_one(st, i, &q->vals.v[at - 1]) : SQLITE_RANGE;
		if (rc)
			return fail_rc(cx, c->handle, rc, q->text);
	}
	return OK;
}

static struct str column_bytes(
    struct arena *a, sqlite3_stmt *st, int i, const void *p)
{
	int n = sqlite3_column_bytes(st, i);

	return str_dup(a, str_n(p, n > 0 ? (size_t)n : 0));
}

static struct val column_val(struct arena *a, sqlite3_stmt *st, int i)
{
	switch (sqlite3_column_type(st, i)) {
	case SQLITE_INTEGER:
		return val_i64(sqlite3_column_int64(st, i));
	case SQLITE_FLOAT:
		return (struct val){ .type = VAL_REAL,
			.d = sqlite3_column_double(st, i) };
	case SQLITE_TEXT:
		return val_str(
		    column_bytes(a, st, i, sqlite3_column_text(st, i)));
	case SQLITE_BLOB:
		return val_bytes(
		    column_bytes(a, st, i, sqlite3_column_blob(st, i)));
	default:
		return val_null();
	}
}

static struct rows *begin_rows(struct arena *a, sqlite3_stmt *st)
{
	size_t n = (size_t)sqlite3_column_count(st);
	const char **columns;
	struct rows *rows = rows_new(a, n, &columns);

	for (size_t i = 0; i < n; i++)
		columns[i] =
		    str_cstr(a, str_of(sqlite3_column_name(st, (int)i)));
	return rows;
}

static enum err step_all(struct ctx *cx, struct conn *c, sqlite3_stmt *st,
    const struct query *q, struct rows *rows)
{
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (rows->n == q->max_rows)
			return fail_detail(cx, ERR_BROKEN,
			    "sqlite: more than %zu rows: %.*s", q->max_rows,
			    STR_ARG(text_head(q->text)));
		struct val *v = rows_add(cx->arena, rows);
		for (size_t i = 0; i < rows->n_columns; i++)
			v[i] = column_val(cx->arena, st, (int)i);
		/* All changes are made before the first row comes
		 * (lang_returning.html). */
		if (q->first_only)
			return OK;
	}
	return rc == SQLITE_DONE ? OK : fail_rc(cx, c->handle, rc, q->text);
}

static enum err lite_run(struct ctx *cx, struct conn *c, const struct query *q,
    struct rows **ret, int64_t *ret_changed)
{
	sqlite3_stmt *st;

	enum err e = prepare(cx, c, q->text, &st);
	if (e)
		return e;
	int64_t total = sqlite3_total_changes64(c->handle);
	struct rows *rows = NULL;
	e = bind(cx, c, st, q);
	if (!e) {
		/* The first step may prepare anew: names come after it only
		 * if the schema changed, and migrations run apart. */
		rows = begin_rows(cx->arena, st);
		e = step_all(cx, c, st, q, rows);
	}
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	if (e)
		return e;
	/* sqlite3_changes64 keeps the figure of an older statement. */
	*ret_changed = sqlite3_total_changes64(c->handle) == total
	                   ? 0
	                   : sqlite3_changes64(c->handle);
	*ret = rows;
	return OK;
}

static enum err run_plain(struct ctx *cx, struct conn *c, const char *text)
{
	struct query q = { .text = text };
	struct rows *rows;
	int64_t changed;

	return lite_run(cx, c, &q, &rows, &changed);
}

static enum err lite_begin(struct ctx *cx, struct conn *c, int64_t wait_ms)
{
	sqlite3_busy_timeout(c->handle, (int)wait_ms);
	return run_plain(cx, c, c->writes ? "begin immediate" : "begin");
}

static enum err lite_commit(struct ctx *cx, struct conn *c)
{
	return run_plain(cx, c, "commit");
}

static void lite_rollback(struct conn *c)
{
	/* Some failures have rolled back already. */
	if (sqlite3_get_autocommit(c->handle))
		return;
	if (sqlite3_exec(c->handle, "rollback", NULL, NULL, NULL))
		c->broken = true;
}

static enum err lite_run_text(struct ctx *cx, struct conn *c, const char *text)
{
	int rc = sqlite3_exec(c->handle, text, NULL, NULL, NULL);

	return rc ? fail_rc(cx, c->handle, rc, text) : OK;
}

/* `begin immediate` has done it. */
static enum err lite_lock_schema(struct ctx *cx, struct conn *c)
{
	(void)cx;
	REQUIRE(c->writes);
	return OK;
}

/* Asks the file: what this connection knows of the schema may be old. */
static enum err lite_has_table(
    struct ctx *cx, struct conn *c, const char *name, bool *ret)
{
	struct query q = {
		.text = "select 1 from sqlite_schema"
			" where type = 'table' and name = $1",
		.vals = VALS(val_str(str_of(name))),
		.max_rows = 1,
	};
	struct rows *rows;
	int64_t changed;

	enum err e = lite_run(cx, c, &q, &rows, &changed);
	if (e)
		return e;
	*ret = rows->n == 1;
	return OK;
}

/* One word of a plan's line, behind `verb`. */
static struct str word_after(struct str line, struct str verb)
{
	if (!str_take(&line, verb))
		return (struct str){ 0 };
	return str_upto(line, str_index(line, ' '));
}

/* "SCAN x" where x was made by the statement itself (a common table
 * expression or a subquery that it has written down) reads no table. */
static bool made_here(const struct rows *plan, struct str name)
{
	if (str_starts(name, STR("(")) || str_eq(name, STR("CONSTANT")))
		return true;
	for (size_t i = 0; i < plan->n; i++) {
		struct str line = row_str(plan->row[i], "detail");
		if (str_eq(word_after(line, STR("CO-ROUTINE ")), name) ||
		    str_eq(word_after(line, STR("MATERIALIZE ")), name))
			return true;
	}
	return false;
}

static void judge(struct arena *a, const struct rows *plan, struct plan *ret)
{
	struct buf text = buf_new(a, 65536);

	for (size_t i = 0; i < plan->n; i++) {
		struct str line = row_str(plan->row[i], "detail");
		struct str name = word_after(line, STR("SCAN "));
		int64_t n;
		bool constant = str_i64(name, &n); /* SCAN 2 CONSTANT ROWS */
		if (name.n && !constant && !made_here(plan, name))
			ret->scans = true;
		buf_str(&text, line);
		buf_char(&text, '\n');
	}
	ret->text = buf_view(&text);
}

static enum err lite_plan(
    struct ctx *cx, struct conn *c, const char *text, struct plan *ret)
{
	struct str explain =
	    str_cat(cx->arena, STR("explain query plan "), str_of(text));
	struct query q = { .text = text, .max_rows = 10000 };
	sqlite3_stmt *st;

	*ret = (struct plan){ 0 };
	if (sqlite3_prepare_v2(
		c->handle, explain.p, (int)explain.n, &st, NULL)) {
		ret->text =
		    str_dup(cx->arena, str_of(sqlite3_errmsg(c->handle)));
		return OK;
	}
	struct rows *rows = begin_rows(cx->arena, st);
	enum err e = step_all(cx, c, st, &q, rows);
	sqlite3_finalize(st);
	if (e)
		return e;
	ret->prepares = true;
	judge(cx->arena, rows, ret);
	return OK;
}

const struct driver driver_sqlite = {
	.open = lite_open,
	.close = lite_close,
	.begin = lite_begin,
	.commit = lite_commit,
	.rollback = lite_rollback,
	.run = lite_run,
	.run_text = lite_run_text,
	.lock_schema = lite_lock_schema,
	.has_table = lite_has_table,
	.plan = lite_plan,
};
