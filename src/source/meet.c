#include "source/meet.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "source/given_in.h"
#include "source/query.h"

#define TABLES ((size_t)32)

struct meeting {
	sqlite3 *db;
	const char *path;
	struct str names[TABLES];
	size_t n_names;
	int64_t rows_left, bytes_left, max_rows, max_bytes;
};

static void end_deferred(void *arg)
{
	struct meeting *m = arg;

	sqlite3_close(m->db);
	unlink(m->path);
}

static enum err failed(struct ctx *cx, const struct meeting *m)
{
	return fail_detail(cx, ERR_BROKEN, "the meeting place: %s",
	    m->db != NULL ? sqlite3_errmsg(m->db) : "no file");
}

static bool make_file(struct arena *a, struct meeting *m)
{
	const char *dir = getenv("SQLITE_TMPDIR");
	char *path = (char *)(uintptr_t)str_cstr(
	    a, str_cat(a, str_of(dir != NULL ? dir : "/var/tmp"),
		   STR("/meet-XXXXXX")));
	int fd = mkstemp(path);

	if (fd < 0)
		return false;
	close(fd);
	m->path = path;
	arena_defer(a, end_deferred, m);
	return true;
}

enum err meet_begin(
    struct ctx *cx, int64_t max_rows, int64_t max_bytes, struct meeting **ret)
{
	struct meeting *m = ARENA_NEW(cx->arena, struct meeting);

	m->rows_left = m->max_rows = max_rows;
	m->bytes_left = m->max_bytes = max_bytes;
	if (!make_file(cx->arena, m) ||
	    sqlite3_open_v2(m->path, &m->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
		    SQLITE_OPEN_PRIVATECACHE,
		NULL) != SQLITE_OK ||
	    /* What is half made is thrown away as a whole. */
	    sqlite3_exec(m->db,
		"pragma journal_mode=off; pragma synchronous=off;"
		" pragma locking_mode=exclusive; pragma cache_size=-2048;"
		" begin",
		NULL, NULL, NULL) != SQLITE_OK)
		return failed(cx, m);
	*ret = m;
	return OK;
}

static enum err add_name(struct ctx *cx, struct meeting *m, struct str name)
{
	if (!given_name(name))
		return fail1(cx, ERR_INVALID, MSG_error_given_name,
		    str_dup(cx->arena, name));
	for (size_t i = 0; i < m->n_names; i++)
		if (str_eq(m->names[i], name))
			return given_shadows(cx, name);
	REQUIRE(m->n_names < TABLES);
	m->names[m->n_names++] = str_dup(cx->arena, name);
	return OK;
}

static enum err put(struct ctx *cx, void *arg, const struct batch *rows)
{
	return lite_fill_rows(cx, arg, rows);
}

enum err meet_given(struct ctx *cx, struct meeting *m, const struct given *g,
    const struct source_limits *limits)
{
	struct lite_fill f = { 0 };
	enum err e = given_check(cx, g, 1);

	if (!e)
		e = add_name(cx, m, g->name);
	if (!e)
		e = lite_fill_begin(cx, m->db, "main", g->name, g->columns, &f);
	if (!e)
		e = given_rows(cx, g, limits, put, &f);
	lite_fill_end(&f);
	return e;
}

static int64_t bytes_of(const struct batch *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < rows->n_rows * rows->n_columns; i++)
		n += 1 + rows->cells[i].s.n;
	return (int64_t)n;
}

static enum err within(
    struct ctx *cx, struct meeting *m, const struct batch *rows)
{
	m->rows_left -= (int64_t)rows->n_rows;
	m->bytes_left -= bytes_of(rows);
	if (m->rows_left < 0)
		return fail1(cx, ERR_INVALID, MSG_error_meet_rows,
		    str_fmt(cx->arena, "%lld", (long long)m->max_rows));
	if (m->bytes_left < 0)
		return fail1(cx, ERR_INVALID, MSG_error_meet_bytes,
		    str_fmt(cx->arena, "%lld", (long long)m->max_bytes >> 20));
	return OK;
}

static enum err take_rows(struct ctx *cx, struct meeting *m,
    const struct source *source, const struct approved *a,
    const struct source_limits *limits, struct lite_fill *f)
{
	struct query all = query_all();
	struct source_stream *stream = NULL;
	struct compiled q;
	struct batch rows = { 0 };
	enum err e = query_compile(cx, a, &all, &q);

	if (!e)
		e = source_open(cx, source, &q, limits, &stream);
	if (e)
		return e;
	while (!(e = source_next(cx, stream, &rows)) && rows.n_rows > 0) {
		e = within(cx, m, &rows);
		if (!e)
			e = lite_fill_rows(cx, f, &rows);
		if (e)
			break;
	}
	source_close(stream);
	return e;
}

enum err meet_take(struct ctx *cx, struct meeting *m,
    const struct source *source, struct str name, struct str sql,
    const struct source_limits *describe, const struct source_limits *run)
{
	struct source alone = *source;
	struct description found;
	struct lite_fill f = { 0 };
	enum err e = add_name(cx, m, name);

	alone.given = NULL; /* they are here */
	alone.n_given = 0;
	if (!e)
		e = source_describe(
		    cx, &alone, sql, NO_PARAMS, NO_ARGS, describe, &found);
	if (e)
		return e;
	struct approved a = { .sql = sql, .columns = found.columns };
	e = lite_fill_begin(cx, m->db, "main", name, found.columns, &f);
	if (!e)
		e = take_rows(cx, m, &alone, &a, run, &f);
	lite_fill_end(&f);
	return e;
}

enum err meet_end(struct ctx *cx, struct meeting *m, struct source *ret)
{
	if (sqlite3_exec(m->db, "commit", NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_close(m->db) != SQLITE_OK)
		return failed(cx, m);
	m->db = NULL;
	*ret = (struct source){
		.kind = SOURCE_SQLITE, .path = str_of(m->path), .once = true
	};
	return OK;
}
