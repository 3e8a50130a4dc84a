#include "source/lite.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/str.h"
#include "source/driver.h"

#define STEPS_BETWEEN_LOOKS 1000
#define TABLES_MAX ((size_t)10000)
#define FIRST_ROOM ((size_t)32)
#define READS_MAX ((size_t)2000)
#define BUSY_MS 5000

const struct source_limits source_limits_officer = {
	.steps = INT64_C(50000000),
	.time_ms = 5000,
};
const struct source_limits source_limits_stream = {
	.steps = INT64_C(200000000000),
	.time_ms = INT64_C(15) * 60 * 1000,
};

static int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int compare_names(const void *a, const void *b)
{
	const struct str *x = a, *y = b;

	return str_cmp(*x, *y);
}

bool lite_has_table(const struct lite *l, struct str name)
{
	struct str key = str_lower(l->arena, name);

	return l->n_tables > 0 && bsearch(&key, l->tables, l->n_tables,
				      sizeof(key), compare_names) != NULL;
}

static bool is_table(const struct lite *l, const char *name)
{
	struct str s = str_of(name);

	/* The two table-valued functions that are pure. */
	return str_eq_nocase(s, STR("json_each")) ||
	       str_eq_nocase(s, STR("json_tree")) || lite_has_table(l, s);
}

static bool is_function(const struct lite *l, const char *name)
{
	static const struct str functions[] = {
#define FUNCTION(text) STR_INIT(text),
#include "source/functions.def"
#undef FUNCTION
	};
	struct str key = str_lower(l->arena, str_of(name));

	if (!l->officer &&
	    (str_eq(key, STR("pratu_like")) || str_eq(key, STR("pratu_ilike"))))
		return true;
	return bsearch(&key, functions, COUNT(functions), sizeof(key),
		   compare_names) != NULL;
}

/* Without arguments, or with 'now', or in a view; nobody says which. */
static bool asks_clock(const char *name)
{
	static const char *const all[] = { "current_date", "current_time",
		"current_timestamp", "date", "datetime", "julianday",
		"strftime", "time", "unixepoch" };
	for (size_t i = 0; i < COUNT(all); i++)
		if (str_eq_nocase(str_of(name), str_of(all[i])))
			return true;
	return false;
}

static int refuse(struct lite *l, enum refusal why, const char *what)
{
	if (l->refused == REFUSED_NOTHING) {
		l->refused = why;
		l->refused_what = str_dup(l->arena, str_of(what));
	}
	return SQLITE_DENY;
}

/* `v` with room for one more. */
static void *with_room(
    struct arena *a, void *v, size_t n, size_t *max, size_t each)
{
	if (n < *max)
		return v;
	*max = n == 0 ? FIRST_ROOM : 2 * n;

	void *more = arena_array(a, *max, each);
	if (n > 0)
		memcpy(more, v, n * each);
	return more;
}

static void record_read(struct lite *l, struct str table, struct str column)
{
	if (!l->record || l->n_reads == READS_MAX)
		return;
	for (size_t i = 0; i < l->n_reads; i++) {
		if (str_eq_nocase(l->reads[i].table, table) &&
		    str_eq_nocase(l->reads[i].column, column))
			return;
	}
	l->reads = with_room(
	    l->arena, l->reads, l->n_reads, &l->max_reads, sizeof(*l->reads));
	l->reads[l->n_reads++] = (struct origin){
		.table = str_dup(l->arena, table),
		.column = str_dup(l->arena, column),
	};
}

/* A table of which no column is used ("count(*)") comes with an empty column,
 * and so does what WITH names, which has no other sign. */
static int may_read(struct lite *l, const char *table, const char *column)
{
	struct str name = str_of(table);

	if (is_table(l, table)) {
		record_read(l, name, str_of(column));
		return SQLITE_OK;
	}
	if (column[0] == '\0' &&
	    !str_eq_nocase(str_upto(name, 7), STR("sqlite_")))
		return SQLITE_OK;
	return refuse(l, REFUSED_TABLE, table);
}

static int authorize(void *arg, int act, const char *a, const char *b,
    const char *schema, const char *view)
{
	struct lite *l = arg;

	(void)schema;
	(void)view;
	if (l->own_sql)
		return SQLITE_OK;
	switch (act) {
	case SQLITE_SELECT:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		l->by_clock |= asks_clock(b);
		return is_function(l, b) ? SQLITE_OK
		                         : refuse(l, REFUSED_FUNCTION, b);
	case SQLITE_READ:
		return may_read(l, a, b);
	case SQLITE_UPDATE:
		/* So the table-valued functions of pragmas declare themselves;
		 * whatever else would write to it does not get here. */
		if (str_eq(str_of(a), STR("sqlite_master")))
			return refuse(l, REFUSED_TABLE, "pragma_…");
		return refuse(l, REFUSED_ACT, a);
	default:
		return refuse(l, REFUSED_ACT, a);
	}
}

bool lite_over(struct lite *l)
{
	if (l->ended != NOT_ENDED)
		return true;
	if (l->steps_left <= 0)
		l->ended = ENDED_STEPS;
	else if (clock_ms() >= l->deadline_ms)
		l->ended = ENDED_TIME;
	else if (l->limits.stop != NULL && l->limits.stop(l->limits.stop_arg))
		l->ended = ENDED_STOP;
	return l->ended != NOT_ENDED;
}

static int progress(void *arg)
{
	struct lite *l = arg;

	l->steps_left -= STEPS_BETWEEN_LOOKS;
	return lite_over(l);
}

void lite_budget(struct lite *l, const struct source_limits *limits)
{
	l->limits = *limits;
	l->steps_left = limits->steps;
	l->deadline_ms = clock_ms() + limits->time_ms;
	l->ended = NOT_ENDED;
	l->refused = REFUSED_NOTHING;
}

void lite_close(struct lite *l)
{
	sqlite3_stmt *st = NULL;

	while ((st = sqlite3_next_stmt(l->db, NULL)) != NULL)
		sqlite3_finalize(st);
	REQUIRE(sqlite3_close(l->db) == SQLITE_OK);
	l->db = NULL;
}

static void close_deferred(void *arg)
{
	struct lite *l = arg;

	if (l->db != NULL)
		lite_close(l);
}

/* file:/path?mode=ro with what a URI cannot hold as %HH. */
static const char *uri_of(struct arena *a, struct str path)
{
	struct buf b = buf_new(a, 3 * path.n + 32);

	buf_str(&b, STR("file:"));
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];

		if (c <= ' ' || c >= 0x7f || memchr("%?#\"", c, 4) != NULL)
			buf_fmt(&b, "%%%02X", c);
		else
			buf_char(&b, (char)c);
	}
	buf_str(&b, STR("?mode=ro"));
	return str_cstr(a, buf_view(&b));
}

static void set_limits(sqlite3 *db)
{
	static const struct {
		int id, value;
	} limits[] = {
		{ SQLITE_LIMIT_LENGTH, (int)SOURCE_CELL_BYTES },
		/* A compiled query holds the approved one and its filter. */
		{ SQLITE_LIMIT_SQL_LENGTH, 5 * (int)SOURCE_SQL_BYTES },
		{ SQLITE_LIMIT_COLUMN, (int)SOURCE_COLUMNS },
		{ SQLITE_LIMIT_EXPR_DEPTH, 200 },
		{ SQLITE_LIMIT_COMPOUND_SELECT, 50 },
		{ SQLITE_LIMIT_VDBE_OP, 100000 },
		{ SQLITE_LIMIT_FUNCTION_ARG, 64 },
		{ SQLITE_LIMIT_ATTACHED, 0 },
		{ SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000 },
		{ SQLITE_LIMIT_VARIABLE_NUMBER, 1000 },
		{ SQLITE_LIMIT_TRIGGER_DEPTH, 1 },
		{ SQLITE_LIMIT_WORKER_THREADS, 0 },
	};
	static const struct {
		int id, value;
	} switches[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0 },
		{ SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1 },
		/* "name" is never a text, so a misspelt column is found. */
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
	};

	for (size_t i = 0; i < COUNT(switches); i++)
		REQUIRE(sqlite3_db_config(db, switches[i].id, switches[i].value,
			    NULL) == SQLITE_OK);
	for (size_t i = 0; i < COUNT(limits); i++)
		sqlite3_limit(db, limits[i].id, limits[i].value);
}

void lite_add_table(struct lite *l, struct str name)
{
	l->tables = with_room(l->arena, l->tables, l->n_tables, &l->max_tables,
	    sizeof(*l->tables));
	l->tables[l->n_tables++] = str_lower(l->arena, name);
	qsort(l->tables, l->n_tables, sizeof(*l->tables), compare_names);
}

static enum err load_tables(struct ctx *cx, struct lite *l)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(l->db,
	    "select name from sqlite_schema where type in ('table','view') "
	    "and substr(name,1,7) <> 'sqlite_' "
	    "and (type = 'view' or rootpage <> 0) limit 10000",
	    -1, &st, NULL);

	if (rc != SQLITE_OK)
		return lite_fail(cx, l, rc, false);
	while (
	    (rc = sqlite3_step(st)) == SQLITE_ROW && l->n_tables < TABLES_MAX) {
		const void *p = sqlite3_column_text(st, 0);
		size_t n = (size_t)sqlite3_column_bytes(st, 0);

		l->tables = with_room(l->arena, l->tables, l->n_tables,
		    &l->max_tables, sizeof(*l->tables));
		l->tables[l->n_tables++] =
		    str_lower(l->arena, (struct str){ .p = p, .n = n });
	}
	if (rc != SQLITE_DONE)
		return lite_fail(cx, l, rc, false);
	if (l->n_tables > 0)
		qsort(
		    l->tables, l->n_tables, sizeof(*l->tables), compare_names);
	return OK;
}

/* What may be read is known before anything is put beside it; from then on
 * nothing is written, into the temporary schema neither. */
static enum err ready(
    struct ctx *cx, struct lite *l, const struct source *source)
{
	int rc = sqlite3_exec(l->db,
	    "pragma cache_size=-64; pragma mmap_size=0; "
	    "pragma cell_size_check=1",
	    NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return lite_fail(cx, l, rc, false);

	enum err e = load_tables(cx, l);
	if (e == OK && source->n_given > 0)
		e = lite_given(cx, l, source);
	if (e != OK)
		return e;
	rc = sqlite3_exec(l->db,
	    "pragma query_only=1; "
	    /* Declares these two, which the authorizer would refuse. */
	    "select 1 from json_each('[]'), json_tree('[]')",
	    NULL, NULL, NULL);
	if (rc == SQLITE_OK && !l->officer)
		rc = lite_add_like(l);
	return rc == SQLITE_OK ? OK : lite_fail(cx, l, rc, false);
}

enum err lite_open(struct ctx *cx, const struct source *source,
    const struct source_limits *limits, bool officer, struct lite **ret)
{
	struct lite *l = ARENA_NEW(cx->arena, struct lite);
	int rc = sqlite3_open_v2(uri_of(cx->arena, source->path), &l->db,
	    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
		SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
	    NULL);

	l->arena = cx->arena;
	l->officer = officer;
	l->once = source->once || source->n_given > 0;
	l->cells = ARENA_ARRAY(cx->arena, struct cell, SOURCE_CELLS);
	l->text = arena_alloc(cx->arena, SOURCE_BATCH_BYTES);
	lite_budget(l, limits);
	arena_defer(cx->arena, close_deferred, l);
	if (rc != SQLITE_OK)
		return lite_fail(cx, l, rc, false);
	set_limits(l->db);
	sqlite3_busy_timeout(l->db, BUSY_MS);
	enum err e = ready(cx, l, source);
	if (e != OK)
		return e;
	lite_budget(l, limits); /* filling took none of it */
	sqlite3_progress_handler(l->db, STEPS_BETWEEN_LOOKS, progress, l);
	sqlite3_set_authorizer(l->db, authorize, l);
	*ret = l;
	return OK;
}

enum err lite_prepare(struct ctx *cx, struct lite *l, struct str sql,
    sqlite3_stmt **ret, struct str *ret_tail)
{
	sqlite3_stmt *st = NULL;
	const char *tail = sql.p;
	int rc = sqlite3_prepare_v3(l->db, sql.p, (int)sql.n, 0, &st, &tail);

	if (rc != SQLITE_OK)
		return lite_fail(cx, l, rc, true);
	*ret = st;
	*ret_tail = str_from(sql, (size_t)(tail - sql.p));
	return OK;
}

/* "no such column: x" gives x when `prefix` is what stands before it. */
static bool named(struct str said, struct str prefix, struct str *ret)
{
	if (!str_take(&said, prefix))
		return false;
	*ret = said;
	return true;
}

static enum err refused(struct ctx *cx, const struct lite *l)
{
	if (l->refused == REFUSED_FUNCTION)
		return fail1(
		    cx, ERR_INVALID, MSG_error_sql_function, l->refused_what);
	if (l->refused == REFUSED_TABLE)
		return fail1(
		    cx, ERR_INVALID, MSG_error_sql_table, l->refused_what);
	return fail(cx, ERR_INVALID, MSG_error_sql_not_select);
}

static bool is_limit(struct str said)
{
	return str_starts(said, STR("too many ")) ||
	       str_starts(said, STR("Expression tree is too large")) ||
	       str_starts(said, STR("parser stack overflow")) ||
	       str_starts(said, STR("at most ")) ||
	       str_starts(said, STR("out of memory"));
}

/* What an officer is told about SQL that could not be prepared. */
static enum err fail_officer(
    struct ctx *cx, const struct lite *l, struct str said, bool preparing)
{
	struct str what = { 0 };

	if (named(said, STR("vtable constructor failed: "), &what))
		return fail1(cx, ERR_INVALID, MSG_error_sql_table, what);
	if (l->refused != REFUSED_NOTHING)
		return refused(cx, l);
	if (!preparing)
		return fail1(cx, ERR_INVALID, MSG_error_sql_run, said);
	if (named(said, STR("no such table: "), &what))
		return fail1(cx, ERR_INVALID, MSG_error_sql_no_table, what);
	if (named(said, STR("no such column: "), &what))
		return fail1(cx, ERR_INVALID, MSG_error_sql_no_column, what);
	if (named(said, STR("no such function: "), &what))
		return fail1(cx, ERR_INVALID, MSG_error_sql_function, what);
	if (is_limit(said))
		return fail1(cx, ERR_INVALID, MSG_error_sql_limit, said);
	return fail1(cx, ERR_INVALID, MSG_error_sql_syntax, said);
}

static enum err fail_ended(struct ctx *cx, const struct lite *l)
{
	if (l->ended == ENDED_STOP)
		return fail(cx, ERR_GONE, MSG_error_source_stopped);
	return fail(cx, ERR_TIME_LIMIT, MSG_error_source_time_limit);
}

enum err lite_fail(struct ctx *cx, struct lite *l, int rc, bool preparing)
{
	struct str said = str_dup(cx->arena,
	    str_of(l->db != NULL ? sqlite3_errmsg(l->db) : sqlite3_errstr(rc)));
	enum err e = ERR_BROKEN;

	switch (rc & 0xff) {
	case SQLITE_INTERRUPT:
		e = fail_ended(cx, l);
		break;
	case SQLITE_TOOBIG:
	case SQLITE_NOMEM: /* a program over its limit shows so */
		e = l->officer && preparing
		        ? fail1(cx, ERR_INVALID, MSG_error_sql_limit, said)
		        : fail(cx, ERR_TOO_LARGE,
			      MSG_error_source_value_too_large);
		break;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
	case SQLITE_PERM:
	case SQLITE_PROTOCOL:
	case SQLITE_READONLY:
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		e = fail(cx, ERR_BUSY, MSG_error_source_down);
		break;
	default:
		if (l->officer)
			e = fail_officer(cx, l, said, preparing);
		else if (preparing)
			e = fail(cx, ERR_CONFLICT, MSG_error_source_drifted);
		else
			e = fail(cx, ERR_BROKEN, MSG_error_source_failed);
	}
	cx->fault.detail = said;
	return e;
}

static int bind_cell(sqlite3_stmt *st, int at, const struct cell *c)
{
	char text[VALUE_BYTES + 1];
	int64_t i = 0;

	switch (c->kind) {
	case CELL_NULL:
		return sqlite3_bind_null(st, at);
	case CELL_INTEGER:
		REQUIRE(str_i64(c->s, &i));
		return sqlite3_bind_int64(st, at, i);
	case CELL_REAL:
		REQUIRE(c->s.n < sizeof(text));
		memcpy(text, c->s.p, c->s.n);
		text[c->s.n] = '\0';
		return sqlite3_bind_double(st, at, strtod(text, NULL));
	case CELL_TEXT:
		return sqlite3_bind_text64(st, at, c->s.n > 0 ? c->s.p : "",
		    c->s.n, SQLITE_TRANSIENT, SQLITE_UTF8);
	case CELL_BYTES:
		return sqlite3_bind_blob64(
		    st, at, c->s.n > 0 ? c->s.p : "", c->s.n, SQLITE_TRANSIENT);
	}
	return SQLITE_MISUSE;
}

enum err lite_bind(struct ctx *cx, struct lite *l, sqlite3_stmt *st,
    struct params params, const struct cell *param_values,
    const struct cell *values, size_t n_values)
{
	int n = sqlite3_bind_parameter_count(st);

	for (int i = 1; i <= n; i++) {
		struct str name = str_of(sqlite3_bind_parameter_name(st, i));
		const struct cell *c = NULL;
		int64_t k = 0;

		if (str_take_char(&name, '@')) {
			if (str_i64(name, &k) && k >= 1 &&
			    (size_t)k <= n_values)
				c = &values[k - 1];
		} else if (name.n > 0) {
			name = str_from(name, 1);
			for (size_t p = 0; p < params.n && c == NULL; p++) {
				if (str_eq(params.v[p].name, name))
					c = &param_values[p];
			}
		}
		if (c == NULL)
			return fail(cx, ERR_BROKEN, MSG_error_source_failed);

		int rc = bind_cell(st, i, c);
		if (rc != SQLITE_OK)
			return lite_fail(cx, l, rc, false);
	}
	return OK;
}
