/* Values, rows and single transactions of the store, on SQLite and, when
 * PRATU_TEST_PG is set, on PostgreSQL. Waiting and processes: test_sql_turns.c;
 * migrations and roles: test_sql_setup.c. */
#include <float.h>
#include <libpq-fe.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypt.h"
#include "base/str.h"
#include "scratch.h"
#include "sql/driver.h"
#include "sql/inspect.h"
#include "sql/sqlite.h"
#include "t.h"

static enum scratch_kind kind;

/* A store with the tables that these tests use. */
static const char tables[] =
    "create table cell (id bigint not null primary key, i bigint,\n"
    "  d double precision, s text, b bytea);\n"
    "create table parent (id bigint not null primary key,\n"
    "  name text not null unique);\n"
    "create table child (id bigint not null primary key,\n"
    "  parent bigint not null references parent (id));\n"
    "create index child_by_parent on child (parent);\n";

struct bench {
	struct arena *arena;
	struct scratch scratch;
	struct store *store;
	struct ctx cx;
};

static struct bench bench_new(size_t readers)
{
	const struct embedded migrations[] = { { "0001_tables.sql",
	    (const unsigned char *)tables, sizeof(tables) - 1 } };
	struct bench b = { .arena = arena_new() };

	b.scratch = scratch_new(b.arena, kind);
	b.store = scratch_store(&b.scratch, "people", readers);
	b.cx = ctx_new(b.arena, 1, LANG_EN);
	T_OK(&b.cx, migrate_apply(&b.cx, b.store, migrations, 1, NULL));
	return b;
}

static int64_t count_parents(struct bench *b)
{
	struct row row;
	int64_t n = -1;

	T_OK(&b->cx, store_read(&b->cx, b->store));
	enum err e = sql_one(&b->cx,
	    SQL_SCAN("select count(*) as n from parent"), NO_VALS, &row);
	T_OK(&b->cx, e);
	if (!e)
		n = row_i64(row, "n");
	store_end(&b->cx);
	return n;
}

static enum err add_parent(struct ctx *cx, int64_t id, const char *name)
{
	return sql_exec(cx,
	    SQL("insert into parent (id, name) values ($1, $2)"),
	    VALS(val_i64(id), val_str(str_of(name))), NULL);
}

/* Every SQL() is in the registry with its text, file, line and mark. */
static void registers(void)
{
	size_t n;
	const struct sql_entry *all = sql_registry(&n);
	struct sql plain = SQL("select 1 as registered");
	struct sql scan = SQL_SCAN("select 2 as registered");
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		if (all[i].text == plain.text) {
			found++;
			T_CHECK(!all[i].may_scan && all[i].line > 0 &&
				    strstr(all[i].file, "test_sql.c"),
			    "plain");
		}
		if (all[i].text == scan.text) {
			found++;
			T_CHECK(all[i].may_scan, "scan");
		}
	}
	T_CHECK(found == 2, "%zu of 2 among %zu", found, n);
}

static bool same_val(const struct val *a, struct row row)
{
	switch (a->type) {
	case VAL_NULL:
		return row_is_null(row, "i") && row_is_null(row, "d") &&
		       row_is_null(row, "s") && row_is_null(row, "b") &&
		       row_i64(row, "i") == 0 && row_str(row, "s").n == 0 &&
		       !row_flag(row, "i");
	case VAL_I64:
		return row_i64(row, "i") == a->i;
	case VAL_REAL:
		return memcmp(&a->d, &(double){ row_real(row, "d") },
			   sizeof(a->d)) == 0;
	case VAL_STR:
		return !row_is_null(row, "s") &&
		       str_eq(row_str(row, "s"), a->s);
	case VAL_BYTES:
		return !row_is_null(row, "b") &&
		       str_eq(row_str(row, "b"), a->s);
	}
	return false;
}

static struct val as(const struct val *v, unsigned type)
{
	return v->type == type ? *v : val_null();
}

static void values_come_back(void)
{
	struct bench b = bench_new(1);
	char all_bytes[256], *large = arena_alloc(b.arena, 1 << 20);
	memset(large, 'x', 1 << 20);
	for (int i = 0; i < 256; i++)
		all_bytes[i] = (char)i;
	const struct val cases[] = {
		val_null(),
		val_i64(0),
		val_i64(-1),
		val_i64(INT64_MAX),
		val_i64(INT64_MIN),
		val_i64((INT64_C(1) << 53) + 1),
		val_real(0.0),
		val_real(0.1),
		val_real(-1.0 / 3),
		val_real(3.0),
		val_real(1e22),
		val_real(DBL_MAX),
		val_real(-DBL_MAX),
		val_real(DBL_MIN),
		val_real(DBL_TRUE_MIN),
		val_real(nextafter(1.0, 2.0)),
		val_str((struct str){ 0 }),
		val_str(STR("")),
		val_str(STR("it's; -- \"$1\" \\ %s")),
		val_str(STR("สำนักคอมพิวเตอร์ ฯ ๑๒๓ น้ำ")),
		val_str(STR("\xf0\x9f\x9a\xaa\n\t\x01")),
		val_str(str_n(large, 1 << 20)),
		val_str_or_null((struct str){ 0 }),
		val_bytes((struct str){ 0 }),
		val_bytes(STR("")),
		val_bytes(str_n(all_bytes, sizeof(all_bytes))),
		val_bytes(str_n(large, 1 << 20)),
	};

	T_OK(&b.cx, store_write(&b.cx, b.store));
	for (size_t i = 0; i < COUNT(cases); i++)
		T_OK(&b.cx,
		    sql_exec(&b.cx,
			SQL("insert into cell (id, i, d, s, b)"
			    " values ($1, $2, $3, $4, $5)"),
			VALS(val_i64((int64_t)i), as(&cases[i], VAL_I64),
			    as(&cases[i], VAL_REAL), as(&cases[i], VAL_STR),
			    as(&cases[i], VAL_BYTES)),
			NULL));
	T_OK(&b.cx, store_commit(&b.cx));
	T_OK(&b.cx, store_read(&b.cx, b.store));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct row row = { 0 };
		T_OK(
		    &b.cx, sql_one(&b.cx,
			       SQL("select i, d, s, b from cell where id = $1"),
			       VALS(val_i64((int64_t)i)), &row));
		T_CHECK(row.of && same_val(&cases[i], row), "case %zu", i);
	}
	arena_free(b.arena);
}

/* One and the same value found by comparison, not only stored. */
static void values_compare(void)
{
	struct bench b = bench_new(1);
	struct row row;
	bool found = false;

	T_OK(&b.cx, store_write(&b.cx, b.store));
	T_OK(&b.cx, sql_exec(&b.cx,
			SQL("insert into cell (id, i, d, s, b)"
			    " values ($1, $1, $2, $3, $4)"),
			VALS(val_i64(INT64_MIN), val_real(0.1),
			    val_str(STR("ก")), val_bytes(STR("\x00\xff"))),
			NULL));
	T_OK(&b.cx, sql_find(&b.cx,
			SQL_SCAN("select id from cell where b = $4 and i = $1"
				 " and d = $2 and s = $3 and id = $1"),
			VALS(val_i64(INT64_MIN), val_real(0.1),
			    val_str(STR("ก")), val_bytes(STR("\x00\xff"))),
			&row, &found));
	T_CHECK(found, "by all four");
	T_OK(&b.cx, sql_find(&b.cx, SQL("select id from cell where id = $1"),
			VALS(val_i64(7)), &row, &found));
	T_CHECK(!found, "absent");
	T_ERR(&b.cx,
	    sql_one(&b.cx, SQL("select id from cell where id = $1"),
		VALS(val_i64(7)), &row),
	    ERR_NOT_FOUND);
	/* Which is no failure of the statement: */
	T_OK(&b.cx, store_commit(&b.cx));
	arena_free(b.arena);
}

/* More than nine parameters, some of them several times, none in order. */
static void parameters(void)
{
	struct bench b = bench_new(1);
	struct row row = { 0 };

	T_OK(&b.cx, store_read(&b.cx, b.store));
	T_OK(&b.cx,
	    sql_one(&b.cx,
		SQL("select cast($12 as bigint) as l, cast($1 as bigint) as a,"
		    " cast($2 as bigint) + cast($3 as bigint)"
		    " + cast($4 as bigint) + cast($5 as bigint)"
		    " + cast($6 as bigint) + cast($7 as bigint)"
		    " + cast($8 as bigint) + cast($9 as bigint)"
		    " + cast($10 as bigint) + cast($11 as bigint)"
		    " + $12 as total"),
		VALS(val_i64(1), val_i64(2), val_i64(4), val_i64(8),
		    val_i64(16), val_i64(32), val_i64(64), val_i64(128),
		    val_i64(256), val_i64(512), val_i64(1024), val_i64(2048)),
		&row));
	if (row.of) {
		T_CHECK(row_i64(row, "l") == 2048, "l");
		T_CHECK(row_i64(row, "a") == 1, "a");
		T_CHECK(row_i64(row, "total") == 4094, "total");
	}
	T_ERR(&b.cx,
	    sql_one(&b.cx, SQL("select id from cell where id = $1"),
		VALS(val_i64(1), val_i64(2)), &row),
	    ERR_BROKEN);
	store_end(&b.cx);
	T_OK(&b.cx, store_read(&b.cx, b.store));
	T_ERR(&b.cx,
	    sql_one(&b.cx, SQL("select id from cell where id in ($1, $2)"),
		VALS(val_i64(1)), &row),
	    ERR_BROKEN);
	arena_free(b.arena);
}

static void refuses_what_is_no_text(void)
{
	static const struct str bad[] = {
		STR_INIT("a\0b"),
		STR_INIT("\xff"),
		STR_INIT("\xed\xa0\x80"),
	};
	struct bench b = bench_new(1);

	for (size_t i = 0; i < COUNT(bad); i++) {
		T_OK(&b.cx, store_write(&b.cx, b.store));
		T_ERR(&b.cx,
		    sql_exec(&b.cx,
			SQL("insert into cell (id, s) values ($1, $2)"),
			VALS(val_i64(1), val_str(bad[i])), NULL),
		    ERR_BROKEN);
		store_end(&b.cx);
	}
	arena_free(b.arena);
}

/* Numbers that the two databases give with different types. */
static void results_read_alike(void)
{
	static const char *const names[] = { "open", "closed" };
	struct bench b = bench_new(1);
	struct rows rows = { 0 };
	struct row row = { 0 };

	T_OK(&b.cx, store_write(&b.cx, b.store));
	for (int64_t i = 1; i <= 20; i++)
		T_OK(&b.cx,
		    sql_exec(&b.cx,
			SQL("insert into cell (id, i, s) values ($1, $2, $3)"),
			VALS(val_i64(i), val_i64(i * 2),
			    val_str(i == 3 ? STR("closed") : STR("?"))),
			NULL));
	T_OK(&b.cx, sql_one(&b.cx,
			SQL_SCAN("select sum(i) as total, avg(i) as mean,"
				 " count(*) as n, max(i) > 39 as large,"
				 " exists (select 1 from parent) as any_parent,"
				 " coalesce(sum(d), 0) as empty from cell"),
			NO_VALS, &row));
	if (row.of) {
		T_CHECK(row_i64(row, "total") == 420, "total");
		T_CHECK(row_real(row, "mean") == 21.0, "mean");
		T_CHECK(row_i64(row, "mean") == 21, "mean as integer");
		T_CHECK(row_i64(row, "n") == 20, "n");
		T_CHECK(row_flag(row, "large"), "large");
		T_CHECK(!row_flag(row, "any_parent"), "any_parent");
		T_CHECK(row_i64(row, "empty") == 0, "empty");
	}
	T_OK(&b.cx, sql_all(&b.cx,
			SQL("select id, s from cell where id between 3 and 4"
			    " order by id"),
			NO_VALS, &rows));
	T_CHECK(rows.n == 2 && rows.n_columns == 2, "rows");
	if (rows.n == 2) {
		T_CHECK(row_enum(rows.row[0], "s", names, 2) == 1, "closed");
		T_CHECK(row_enum(rows.row[1], "s", names, 2) == 2, "none");
		T_CHECK(rows.row[1].of->n == 2, "of");
	}
	arena_free(b.arena);
}

static void counts_changes(void)
{
	struct bench b = bench_new(1);
	struct rows rows = { 0 };
	struct row row = { 0 };
	int64_t n = -1;

	T_OK(&b.cx, store_write(&b.cx, b.store));
	T_OK(&b.cx, add_parent(&b.cx, 1, "a"));
	T_OK(&b.cx, add_parent(&b.cx, 2, "b"));
	T_OK(&b.cx,
	    sql_exec(&b.cx, SQL("update parent set name = name"), NO_VALS, &n));
	T_CHECK(n == 2, "update: %lld", (long long)n);
	T_OK(&b.cx,
	    sql_exec(&b.cx, SQL_SCAN("select id from parent"), NO_VALS, &n));
	T_CHECK(n == 0, "select: %lld", (long long)n);
	T_OK(&b.cx, sql_exec(&b.cx,
			SQL("insert into parent (id, name) values ($1, $2)"
			    " on conflict do nothing"),
			VALS(val_i64(1), val_str(STR("c"))), &n));
	T_CHECK(n == 0, "nothing: %lld", (long long)n);
	T_OK(&b.cx,
	    sql_exec(&b.cx,
		SQL("insert into parent (id, name) values ($1, $2)"
		    " on conflict (id) do update set name = excluded.name"),
		VALS(val_i64(1), val_str(STR("c"))), &n));
	T_CHECK(n == 1, "upsert: %lld", (long long)n);
	/* Only one row is asked for, yet all are changed. */
	T_OK(&b.cx, sql_one(&b.cx,
			SQL_SCAN("update parent set name = name || '!'"
				 " returning id"),
			NO_VALS, &row));
	T_OK(&b.cx, sql_all(&b.cx,
			SQL_SCAN("delete from parent where name in ('c!', 'b!')"
				 " returning id"),
			NO_VALS, &rows));
	T_CHECK(rows.n == 2, "returning: %zu", rows.n);
	arena_free(b.arena);
}

static void too_many_rows(void)
{
	struct bench b = bench_new(1);
	struct rows rows = { 0 };
	struct row row = { 0 };
	bool found = false;

	T_OK(&b.cx, store_read(&b.cx, b.store));
	struct sql q = SQL("with recursive n (i) as (select cast(1 as bigint)"
			   " union all select i + 1 from n where i < $1)"
			   " select i from n");
	T_OK(&b.cx, sql_all(&b.cx, q, VALS(val_i64(100000)), &rows));
	T_CHECK(rows.n == 100000, "%zu", rows.n);
	T_CHECK(rows.n == 100000 && row_i64(rows.row[99999], "i") == 100000,
	    "the last one");
	T_OK(&b.cx, sql_find(&b.cx, q, VALS(val_i64(200000)), &row, &found));
	T_CHECK(found && row_i64(row, "i") == 1, "the first one");
	T_ERR(
	    &b.cx, sql_all(&b.cx, q, VALS(val_i64(100001)), &rows), ERR_BROKEN);
	store_end(&b.cx);
	T_OK(&b.cx, store_read(&b.cx, b.store));
	T_OK(&b.cx, sql_all(&b.cx, q, VALS(val_i64(3)), &rows));
	T_CHECK(rows.n == 3, "afterwards");
	arena_free(b.arena);
}

static void conflicts(void)
{
	struct bench b = bench_new(1);

	T_OK(&b.cx, store_write(&b.cx, b.store));
	T_OK(&b.cx, add_parent(&b.cx, 1, "secret@example.ac.th"));
	T_OK(&b.cx, store_commit(&b.cx));
	static const struct {
		const char *what;
		int64_t id;
		const char *name;
	} cases[] = {
		{ "primary key", 1, "other" },
		{ "unique", 2, "secret@example.ac.th" },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		T_OK(&b.cx, store_write(&b.cx, b.store));
		T_ERR(&b.cx, add_parent(&b.cx, cases[i].id, cases[i].name),
		    ERR_CONFLICT);
		T_CHECK(!str_has(b.cx.fault.detail, STR("secret@")),
		    "%s: a value in the log", cases[i].what);
		store_end(&b.cx);
	}
	T_OK(&b.cx, store_write(&b.cx, b.store));
	T_ERR(&b.cx,
	    sql_exec(&b.cx, SQL("insert into child (id, parent) values (1, 9)"),
		NO_VALS, NULL),
	    ERR_CONFLICT);
	store_end(&b.cx);
	/* Also when its rows are not read to the end. */
	struct row row;
	T_OK(&b.cx, store_write(&b.cx, b.store));
	T_OK(&b.cx,
	    sql_exec(&b.cx, SQL("insert into child (id, parent) values (1, 1)"),
		NO_VALS, NULL));
	T_ERR(&b.cx,
	    sql_one(&b.cx, SQL("update child set parent = 9 returning id"),
		NO_VALS, &row),
	    ERR_CONFLICT);
	store_end(&b.cx);
	T_OK(&b.cx, store_write(&b.cx, b.store));
	T_ERR(&b.cx,
	    sql_exec(&b.cx,
		SQL("insert into parent (id, name) values (5, null)"), NO_VALS,
		NULL),
	    ERR_BROKEN);
	arena_free(b.arena);
}

/* After a failed statement nothing of the transaction can be kept. */
static void failure_ends_the_transaction(void)
{
	struct bench b = bench_new(1);

	T_OK(&b.cx, store_write(&b.cx, b.store));
	T_OK(&b.cx, add_parent(&b.cx, 1, "a"));
	T_ERR(&b.cx, add_parent(&b.cx, 1, "b"), ERR_CONFLICT);
	T_ERR(&b.cx, add_parent(&b.cx, 2, "c"), ERR_BROKEN);
	T_ERR(&b.cx, store_commit(&b.cx), ERR_BROKEN);
	T_CHECK(b.cx.db == NULL, "ended");
	T_CHECK(count_parents(&b) == 0, "kept something");
	T_OK(&b.cx, store_write(&b.cx, b.store));
	T_OK(&b.cx, add_parent(&b.cx, 1, "a"));
	T_OK(&b.cx, store_commit(&b.cx));
	T_CHECK(count_parents(&b) == 1, "the next one works");
	arena_free(b.arena);
}

static void rolls_back_with_the_arena(void)
{
	struct bench b = bench_new(1);
	struct arena *a = arena_new();
	struct ctx cx = ctx_new(a, 1, LANG_EN);

	T_OK(&cx, store_write(&cx, b.store));
	T_OK(&cx, add_parent(&cx, 1, "a"));
	arena_free(a);
	T_CHECK(count_parents(&b) == 0, "kept");

	struct arena_mark mark = arena_mark(b.arena);
	T_OK(&b.cx, store_write(&b.cx, b.store));
	T_OK(&b.cx, add_parent(&b.cx, 1, "a"));
	arena_rewind(b.arena, mark);
	b.cx.db = NULL;
	T_CHECK(count_parents(&b) == 0, "kept after a rewind");

	T_OK(&b.cx, store_write(&b.cx, b.store));
	T_OK(&b.cx, add_parent(&b.cx, 1, "a"));
	store_end(&b.cx);
	store_end(&b.cx);
	T_CHECK(count_parents(&b) == 0, "kept after store_end");
	T_CHECK(store_connections(b.store) == 2, "connections are reused");
	arena_free(b.arena);
}

static void a_read_never_writes(void)
{
	struct bench b = bench_new(1);

	T_OK(&b.cx, store_read(&b.cx, b.store));
	T_ERR(&b.cx, add_parent(&b.cx, 1, "a"), ERR_BROKEN);
	store_end(&b.cx);
	T_CHECK(count_parents(&b) == 0, "wrote");
	arena_free(b.arena);
}

/* A reader sees the moment of its first statement, and no uncommitted row. */
static void readers_see_one_moment(void)
{
	struct bench b = bench_new(2);
	struct ctx w = ctx_new(b.arena, 1, LANG_EN);
	struct sql q = SQL("select id from parent where id = $1");
	struct row row;
	bool found = true;

	T_OK(&b.cx, store_read(&b.cx, b.store));
	T_OK(&w, store_write(&w, b.store));
	T_OK(&w, add_parent(&w, 1, "a"));
	T_OK(&b.cx, sql_find(&b.cx, q, VALS(val_i64(1)), &row, &found));
	T_CHECK(!found, "an uncommitted row");
	T_OK(&w, store_commit(&w));
	T_OK(&b.cx, sql_find(&b.cx, q, VALS(val_i64(1)), &row, &found));
	T_CHECK(!found, "a row of a later moment");
	store_end(&b.cx);
	T_CHECK(count_parents(&b) == 1, "seen by the next reader");
	arena_free(b.arena);
}

static void open_and_refuse(
    struct ctx *cx, struct str dsn, const char *schema, enum err want)
{
	struct store *store = NULL;

	T_ERR(cx, store_open(cx, dsn, schema, 1, &store), want);
	T_CHECK(!store, "opened %.*s", STR_ARG(dsn));
	T_CHECK(!str_has(cx->fault.detail, STR("hunter2")),
	    "a password in the log: %.*s", STR_ARG(cx->fault.detail));
	store_close(store);
}

static void refuses_bad_dsns(void)
{
	struct arena *a = arena_new();
	struct ctx cx = ctx_new(a, 1, LANG_EN);

	open_and_refuse(&cx, STR(""), "people", ERR_INVALID);
	open_and_refuse(&cx, STR("sqlite:"), "people", ERR_INVALID);
	open_and_refuse(
	    &cx, STR("mysql://u:hunter2@h/d"), "people", ERR_INVALID);
	open_and_refuse(&cx, STR("sqlite:/tmp/a\0b"), "people", ERR_INVALID);
	open_and_refuse(
	    &cx, STR("sqlite:/nowhere/at/all.db"), "people", ERR_BROKEN);
	open_and_refuse(
	    &cx, STR("postgresql://u:hunter2@/d"), "people", ERR_INVALID);
	open_and_refuse(&cx, STR("postgresql://u@/d?password=hunter2"),
	    "people", ERR_INVALID);
	open_and_refuse(
	    &cx, STR("postgresql://u@/d?nonsense=1"), "people", ERR_INVALID);
	open_and_refuse(
	    &cx, STR("postgresql://u@/d"), "a\"; drop", ERR_INVALID);
	open_and_refuse(
	    &cx, STR("postgresql://u@/d?host=/nowhere"), "people", ERR_BUSY);
	arena_free(a);
}

/* A connection that SQLite opened with other pragmas is not good enough. */
static void durable_or_refused(void)
{
	struct arena *a = arena_new();
	struct ctx cx = ctx_new(a, 1, LANG_EN);
	const char *path =
	    str_cstr(a, str_fmt(a, "%.*s/x.db", STR_ARG(scratch_folder(a))));
	static const struct {
		const char *pragmas;
		enum err want;
	} cases[] = {
		{ "pragma journal_mode=wal; pragma synchronous=full;"
		  "pragma foreign_keys=on",
		    OK },
		{ "pragma synchronous=normal", ERR_BROKEN },
		{ "pragma synchronous=off", ERR_BROKEN },
		{ "pragma synchronous=full; pragma foreign_keys=off",
		    ERR_BROKEN },
		{ "pragma foreign_keys=on", OK },
		{ "pragma journal_mode=delete", ERR_BROKEN },
	};
	sqlite3 *db = NULL;

	T_CHECK(sqlite3_open(path, &db) == SQLITE_OK, "open");
	for (size_t i = 0; i < COUNT(cases); i++) {
		T_CHECK(!sqlite3_exec(db, cases[i].pragmas, NULL, NULL, NULL),
		    "%s", cases[i].pragmas);
		T_ERR(&cx, sqlite_durable(&cx, db), cases[i].want);
	}
	sqlite3_close(db);
	/* What cannot have a write-ahead log at all. */
	open_and_refuse(&cx, STR("sqlite::memory:"), "people", ERR_BROKEN);
	arena_free(a);
}

static void cache_keeps_all(void)
{
	static char texts[1000];
	struct arena *a = arena_new();
	struct cache c = { 0 };

	T_CHECK(!cache_get(&c, texts), "empty");
	for (size_t i = 0; i < COUNT(texts); i += 2) {
		cache_put(&c, a, &texts[i], &texts[COUNT(texts) - 1 - i]);
		T_CHECK(!cache_get(&c, &texts[i + 1]), "not put: %zu", i + 1);
	}
	for (size_t i = 0; i < COUNT(texts); i += 2)
		T_CHECK(
		    cache_get(&c, &texts[i]) == &texts[COUNT(texts) - 1 - i],
		    "put: %zu", i);
	arena_free(a);
}

/* PostgreSQL's message quotes a value that does not fit its type. */
static void values_stay_out_of_the_log(void)
{
	struct bench b = bench_new(1);
	struct row row;

	T_OK(&b.cx, store_read(&b.cx, b.store));
	enum err e = sql_one(&b.cx, SQL("select cast($1 as bigint) as n"),
	    VALS(val_str(STR("secret"))), &row);
	T_CHECK(kind == SCRATCH_SQLITE || e == ERR_BROKEN, "%u", e);
	T_CHECK(!str_has(b.cx.fault.detail, STR("secret")), "%.*s",
	    STR_ARG(b.cx.fault.detail));
	arena_free(b.arena);
}

static void missing_column(void)
{
	struct bench b = bench_new(1);
	struct row row = { 0 };

	if (store_read(&b.cx, b.store) ||
	    sql_one(&b.cx, SQL("select 1 as one"), NO_VALS, &row))
		_exit(0);
	row_i64(row, "two");
}

static void text_as_number(void)
{
	struct bench b = bench_new(1);
	struct row row = { 0 };

	if (store_read(&b.cx, b.store) ||
	    sql_one(&b.cx, SQL("select 'x' as one"), NO_VALS, &row))
		_exit(0);
	row_i64(row, "one");
}

static void not_a_number(void)
{
	val_real((double)NAN);
}

static void bugs_abort(void)
{
	T_CHECK(t_aborts(missing_column), "a column that is not there");
	T_CHECK(t_aborts(text_as_number), "text as a number");
	T_CHECK(t_aborts(not_a_number), "NaN");
}

/* What the server cuts: in a transaction it is said, between two it is not
 * even noticed. */
static void reconnects(void)
{
	static const char cut[] =
	    "select pg_terminate_backend(pid) from pg_stat_activity"
	    " where pid <> pg_backend_pid() and datname = current_database()";
	struct bench b = bench_new(1);

	if (kind != SCRATCH_PG) {
		arena_free(b.arena);
		return;
	}
	T_OK(&b.cx, store_write(&b.cx, b.store));
	T_OK(&b.cx, add_parent(&b.cx, 1, "a"));
	scratch_admin(&b.scratch, cut);
	T_ERR(&b.cx, add_parent(&b.cx, 2, "b"), ERR_BUSY);
	store_end(&b.cx);
	T_CHECK(count_parents(&b) == 0, "rolled back");

	T_OK(&b.cx, store_write(&b.cx, b.store));
	T_OK(&b.cx, add_parent(&b.cx, 1, "a"));
	scratch_admin(&b.scratch, cut);
	T_ERR(&b.cx, store_commit(&b.cx), ERR_BUSY);
	T_CHECK(count_parents(&b) == 0, "not committed");

	scratch_admin(&b.scratch, cut);
	T_OK(&b.cx, store_write(&b.cx, b.store));
	T_OK(&b.cx, add_parent(&b.cx, 3, "c"));
	T_OK(&b.cx, store_commit(&b.cx));
	T_CHECK(count_parents(&b) == 1, "works again");
	T_CHECK(store_connections(b.store) == 2, "no connection is lost: %zu",
	    store_connections(b.store));
	arena_free(b.arena);
}

/* On SQLite as on PostgreSQL "x" is a column and never a text. */
static void quotes_mean_columns(void)
{
	struct bench b = bench_new(1);
	struct row row;

	T_OK(&b.cx, store_read(&b.cx, b.store));
	T_ERR(&b.cx,
	    sql_one(
		&b.cx, SQL("select \"no such column\" as x"), NO_VALS, &row),
	    ERR_BROKEN);
	arena_free(b.arena);
}

/* Whatever the server's own settings are. */
static void settings_are_ours(void)
{
	struct bench b = bench_new(1);
	struct row row = { 0 };

	if (kind == SCRATCH_PG) {
		scratch_admin(&b.scratch,
		    "do $$begin execute format('alter database %I"
		    " set statement_timeout = 0', current_database());"
		    " execute format('alter database %I"
		    " set synchronous_commit = off', current_database());"
		    " execute format('alter database %I"
		    " set bytea_output = escape', current_database());"
		    " end$$");
		T_OK(&b.cx, store_read(&b.cx, b.store));
		T_OK(&b.cx,
		    sql_one(&b.cx,
			SQL("select current_setting('statement_timeout') as a,"
			    " current_setting('lock_timeout') as b,"
			    " current_setting('synchronous_commit') as c,"
			    " current_setting('bytea_output') as d,"
			    " current_setting('search_path') as e"),
			NO_VALS, &row));
	}
	if (row.of) {
		T_TEXT(row_str(row, "a"), STR("30s"));
		T_TEXT(row_str(row, "b"), STR("10s"));
		T_TEXT(row_str(row, "c"), STR("on"));
		T_TEXT(row_str(row, "d"), STR("hex"));
		T_TEXT(row_str(row, "e"), STR("people"));
	}
	arena_free(b.arena);
}

static void plans(void)
{
	static const struct {
		const char *text;
		bool prepares, scans, unclear;
	} cases[] = {
		{ "select name from parent where id = $1", true, false, false },
		{ "select s from cell where i = $1", true, true, false },
		{ "update cell set s = $1 where i = $2", true, true, false },
		{ "insert into parent (id, name) values ($1, $2)", true, false,
		    false },
		{ "delete from parent where name = $1", true, false, false },
		{ "select nothing from parent", false, false, false },
		{ "select id from nowhere", false, false, false },
		{ "with recursive n (i) as (select cast($1 as bigint) union"
		  " all select i + 1 from n where i < $2) select i from n",
		    true, false, false },
		{ "select c.id from child c join parent p on p.id = c.parent"
		  " where c.id = $1",
		    true, false, false },
		{ "select id from parent where id = $1 + 1", true, false,
		    true },
		{ "select 1 + $1 as n", true, false, true },
	};
	struct bench b = bench_new(1);

	/* So small that PostgreSQL would rather read all of it. */
	T_OK(&b.cx, store_write(&b.cx, b.store));
	T_OK(&b.cx, add_parent(&b.cx, 1, "a"));
	T_OK(&b.cx, store_commit(&b.cx));
	if (kind == SCRATCH_PG)
		scratch_admin(&b.scratch, "analyze people.parent");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct plan p = { 0 };
		T_OK(&b.cx, store_plan(&b.cx, b.store, cases[i].text, &p));
		T_CHECK(p.prepares == cases[i].prepares &&
			    p.scans == cases[i].scans,
		    "%s: %.*s", cases[i].text, STR_ARG(p.text));
		T_CHECK(kind == SCRATCH_SQLITE ||
			    p.types_unclear == cases[i].unclear,
		    "types: %s", cases[i].text);
	}
	T_CHECK(count_parents(&b) == 1, "a plan was carried out");
	arena_free(b.arena);
}

static void run(const char *name, void (*fn)(void))
{
	char text[100];

	snprintf(
	    text, sizeof(text), "%s on %s", name, scratch_kind_names[kind]);
	t_run(text, fn);
}
#define RUN(fn) run(#fn, fn)

int main(void)
{
	crypt_init();
	T_RUN(registers);
	T_RUN(refuses_bad_dsns);
	T_RUN(durable_or_refused);
	T_RUN(cache_keeps_all);
	for (kind = 0; kind < SCRATCH_KINDS; kind++) {
		if (!scratch_has(kind))
			continue;
		RUN(values_come_back);
		RUN(values_compare);
		RUN(parameters);
		RUN(refuses_what_is_no_text);
		RUN(results_read_alike);
		RUN(counts_changes);
		RUN(too_many_rows);
		RUN(conflicts);
		RUN(failure_ends_the_transaction);
		RUN(rolls_back_with_the_arena);
		RUN(a_read_never_writes);
		RUN(readers_see_one_moment);
		RUN(bugs_abort);
		RUN(reconnects);
		RUN(values_stay_out_of_the_log);
		RUN(quotes_mean_columns);
		RUN(settings_are_ours);
		RUN(plans);
	}
	return T_PLAN();
}
