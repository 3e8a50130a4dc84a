#include "source/maker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/buf.h"
#include "base/str.h"

enum { MAX_SQL_BYTES = 8192 };

struct maker {
	struct arena *arena; /* its own: callers rewind theirs between rows */
	const char *path, *temp;
	sqlite3 *db;
	sqlite3_stmt *insert;
	int n_columns, n_cells; /* of the table; bound in the row */
	int rc;                 /* the first failure, or SQLITE_OK */
	struct str why;
};

static void note(struct maker *m, int rc)
{
	if (rc == SQLITE_OK || m->rc != SQLITE_OK)
		return;
	m->rc = rc;
	m->why = str_dup(m->arena, str_of(sqlite3_errmsg(m->db)));
}

static void run(struct maker *m, const char *sql)
{
	if (m->rc == SQLITE_OK)
		note(m, sqlite3_exec(m->db, sql, NULL, NULL, NULL));
}

static void close_db(struct maker *m)
{
	sqlite3_finalize(m->insert);
	m->insert = NULL;
	sqlite3_close(m->db);
	m->db = NULL;
}

/* The caller's arena goes: what was not ended is thrown away. */
static void drop(void *arg)
{
	struct maker *m = arg;

	if (m->db) {
		close_db(m);
		unlink(m->temp);
	}
	arena_free(m->arena);
}

enum err maker_begin(struct ctx *cx, struct str path, struct maker **ret)
{
	struct maker *m = ARENA_NEW(cx->arena, struct maker);

	m->arena = arena_new();
	arena_defer(cx->arena, drop, m);
	m->path = str_cstr(m->arena, path);
	m->temp = str_cstr(m->arena, str_cat(m->arena, path, STR(".part")));
	if (unlink(m->temp) != 0 && errno != ENOENT)
		return fail_detail(
		    cx, ERR_BROKEN, "%s: %s", m->temp, strerrordesc_np(errno));
	note(m, sqlite3_open_v2(m->temp, &m->db,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL));
	/* Half a file is thrown away, so nothing must survive a failure. */
	run(m, "pragma journal_mode = off");
	run(m, "pragma synchronous = off");
	run(m, "begin");
	if (m->rc != SQLITE_OK)
		return fail_detail(
		    cx, ERR_BROKEN, "%s: %.*s", m->temp, STR_ARG(m->why));
	*ret = m;
	return OK;
}

static const char *sql_type(enum column_type type)
{
	switch (type) {
	case TYPE_INTEGER:
		return "integer";
	case TYPE_BOOLEAN:
		return "boolean";
	case TYPE_NUMBER:
		return "real";
	case TYPE_BYTES:
		return "blob";
	case TYPE_DATE:
		return "date";
	case TYPE_DATETIME:
		return "datetime";
	case TYPE_TEXT:
	case COLUMN_TYPES:
		break;
	}
	return "text";
}

/* Names stand in the SQL as they are. */
static void require_name(const char *name)
{
	REQUIRE(
	    *name && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") ==
			 strlen(name));
}

static void write_create(struct buf *b, const char *name,
    const struct maker_column *columns, size_t n, size_t n_key)
{
	buf_fmt(b, "create table %s (", name);
	for (size_t i = 0; i < n; i++) {
		require_name(columns[i].name);
		buf_fmt(b, "%s%s %s%s", i ? ", " : "", columns[i].name,
		    sql_type(columns[i].type), i < n_key ? " not null" : "");
	}
	for (size_t i = 0; i < n_key; i++)
		buf_fmt(
		    b, "%s%s", i ? ", " : ", primary key (", columns[i].name);
	buf_str(b, n_key ? STR("))") : STR(")"));
}

static void write_insert(struct buf *b, const char *name, size_t n)
{
	buf_fmt(b, "insert into %s values (", name);
	for (size_t i = 0; i < n; i++)
		buf_str(b, i ? STR(",?") : STR("?"));
	buf_char(b, ')');
}

static const char *sql_of(struct buf *b)
{
	REQUIRE(buf_ok(b));
	return str_cstr(b->arena, buf_view(b));
}

void maker_table(struct maker *m, const char *name,
    const struct maker_column *columns, size_t n_columns, size_t n_key)
{
	struct buf create = buf_new(m->arena, MAX_SQL_BYTES);
	struct buf insert = buf_new(m->arena, MAX_SQL_BYTES);

	require_name(name);
	REQUIRE(m->n_cells == 0 && n_columns > 0 && n_columns <= 100);
	write_create(&create, name, columns, n_columns, n_key);
	write_insert(&insert, name, n_columns);
	run(m, sql_of(&create));
	sqlite3_finalize(m->insert);
	m->insert = NULL;
	m->n_columns = (int)n_columns;
	if (m->rc == SQLITE_OK)
		note(m, sqlite3_prepare_v2(
			    m->db, sql_of(&insert), -1, &m->insert, NULL));
}

static void next_cell(struct maker *m, int rc)
{
	note(m, rc);
	if (m->n_cells < m->n_columns)
		return;
	m->n_cells = 0;
	if (m->rc != SQLITE_OK)
		return;
	if (sqlite3_step(m->insert) != SQLITE_DONE)
		note(m, sqlite3_errcode(m->db));
	note(m, sqlite3_reset(m->insert));
}

/* The place of the cell, from 1; 0 when nothing is to be bound any more. */
static int place(struct maker *m)
{
	REQUIRE(m->n_columns > 0);
	m->n_cells++;
	return m->rc == SQLITE_OK ? m->n_cells : 0;
}

void maker_text(struct maker *m, struct str s)
{
	int i = place(m);

	next_cell(m, i ? sqlite3_bind_text64(m->insert, i, s.n ? s.p : "", s.n,
			     SQLITE_TRANSIENT, SQLITE_UTF8)
		       : SQLITE_OK);
}

void maker_integer(struct maker *m, int64_t v)
{
	int i = place(m);

	next_cell(m, i ? sqlite3_bind_int64(m->insert, i, v) : SQLITE_OK);
}

void maker_real(struct maker *m, double v)
{
	int i = place(m);

	next_cell(m, i ? sqlite3_bind_double(m->insert, i, v) : SQLITE_OK);
}

void maker_null(struct maker *m)
{
	int i = place(m);

	next_cell(m, i ? sqlite3_bind_null(m->insert, i) : SQLITE_OK);
}

static bool sync_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	bool done = fsync(fd) == 0;
	close(fd);
	return done;
}

enum err maker_end(struct ctx *cx, struct maker *m)
{
	REQUIRE(m->db && m->n_cells == 0);
	run(m, "commit");
	close_db(m);
	if (m->rc != SQLITE_OK) {
		unlink(m->temp);
		return fail_detail(
		    cx, ERR_BROKEN, "%s: %.*s", m->temp, STR_ARG(m->why));
	}
	if (sync_file(m->temp) && rename(m->temp, m->path) == 0)
		return OK;
	enum err e = fail_detail(
	    cx, ERR_BROKEN, "%s: %s", m->path, strerrordesc_np(errno));
	unlink(m->temp);
	return e;
}
