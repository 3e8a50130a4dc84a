/* Tables that were sent in: beside a source's own on SQLite and PostgreSQL, in a
 * meeting place for all else; that they are only read, by their own name, hold
 * what was sent, cost no memory, and leave nothing behind. */
#include <dirent.h>
#include <libpq-fe.h>
#include <string.h>

#include "source/given.h"
#include "source/keyset.h"
#include "source/lite_pool.h"
#include "source/meet.h"
#include "sources_alike.h"

#if defined(__has_feature)
#	if __has_feature(address_sanitizer)
#		define SANITIZED
#	endif
#endif

static char tmp[] = "/tmp/pratu-given-XXXXXX";
static struct source pg, weak, by_odbc;
static struct arena *kept; /* holds them */
static char pg_name[32];

/* Rows of a test, or as many as are wanted. */
struct rows_given {
	const struct cell *cells;
	size_t n, columns;
	size_t many; /* instead: that many, a key and its remainder */
	size_t at;
	int begun;
	enum err fails; /* with the second batch */
	struct cell room[2 * SOURCE_BATCH_ROWS];
	char text[2 * SOURCE_BATCH_ROWS][24];
};

static enum err again(struct ctx *c, void *arg)
{
	struct rows_given *g = arg;

	(void)c;
	g->at = 0;
	g->begun++;
	return OK;
}

static void put(struct rows_given *g, size_t i, enum cell_kind kind, size_t v)
{
	int n = snprintf(g->text[i], sizeof(g->text[i]), "%zu", v);

	g->room[i] = (struct cell){ kind, str_n(g->text[i], (size_t)n) };
}

static enum err next(struct ctx *c, void *arg, struct batch *ret)
{
	struct rows_given *g = arg;
	size_t n = 0;

	if (g->fails && g->at > 0)
		return fail1(c, g->fails, MSG_error_sql_run, STR("as told"));
	if (g->many == 0) {
		n = g->n - g->at > 2 ? 2 : g->n - g->at;
		*ret = (struct batch){ .n_rows = n,
			.n_columns = g->columns,
			.cells = g->cells + g->at * g->columns };
		g->at += n;
		return OK;
	}
	for (; n < SOURCE_BATCH_ROWS && g->at < g->many; n++, g->at++) {
		put(g, 2 * n, CELL_TEXT, g->at);
		put(g, 2 * n + 1, CELL_INTEGER, g->at % 7);
	}
	*ret = (struct batch){ .n_rows = n, .n_columns = 2, .cells = g->room };
	return OK;
}

#define TEXT(s)                        \
	{                              \
		CELL_TEXT, STR_INIT(s) \
	}
#define NONE               \
	{                  \
		CELL_NULL, \
		{          \
			0  \
		}          \
	}
static const struct column sent_columns[] = {
	{ .name = STR_INIT("student_id"), .type = TYPE_INTEGER },
	{ .name = STR_INIT("note"), .type = TYPE_TEXT },
	{ .name = STR_INIT("born"), .type = TYPE_DATE },
	{ .name = STR_INIT("sum"), .type = TYPE_NUMBER },
	{ .name = STR_INIT("yes"), .type = TYPE_BOOLEAN },
};
#define EVIL "'); drop table student; --"
static const struct cell sent_cells[] = {
	{ CELL_INTEGER, STR_INIT("2") },
	TEXT("สอง"),
	TEXT("2004-02-29"),
	{ CELL_REAL, STR_INIT("0.1") },
	{ CELL_INTEGER, STR_INIT("1") },
	{ CELL_INTEGER, STR_INIT("99") },
	TEXT(EVIL),
	NONE,
	{ CELL_REAL, STR_INIT("12345678901234567890.0123456789") },
	{ CELL_INTEGER, STR_INIT("0") },
	NONE,
	TEXT("a\tb\\c\nd\r\\N\""),
	NONE,
	{ CELL_REAL, STR_INIT("1e5") },
	NONE,
	{ CELL_INTEGER, STR_INIT("4") },
	TEXT(""),
	TEXT("2026-12-31"),
	{ CELL_INTEGER, STR_INIT("3") },
	NONE,
	{ CELL_INTEGER, STR_INIT("2") },
	TEXT("อีก"),
	NONE,
	NONE,
	NONE,
};
static const struct column many_columns[] = {
	{ .name = STR_INIT("k"), .type = TYPE_TEXT },
	{ .name = STR_INIT("r"), .type = TYPE_INTEGER },
};

static struct rows_given five, many;
static struct given sent, lots;

static void give(void)
{
	five = (struct rows_given){ .cells = sent_cells,
		.columns = COUNT(sent_columns),
		.n = COUNT(sent_cells) / COUNT(sent_columns) };
	many = (struct rows_given){ .many = 100000 };
	sent = (struct given){ .name = STR("sent"),
		.columns = { sent_columns, COUNT(sent_columns) },
		.again = again,
		.next = next,
		.arg = &five };
	lots = sent;
	lots.columns = (struct columns){ many_columns, 2 };
	lots.arg = &many;
}

static struct source with(const struct source *s, const struct given *g)
{
	struct source out = *s;

	out.given = g;
	out.n_given = 1;
	return out;
}

static const char *why(void)
{
	return str_cstr(cx.arena, str_cat(cx.arena, STR("!"), fault_code(&cx)));
}

/* All cells of the query's rows, described and then streamed as the gate does;
 * "!" and why not. */
static struct str all_rows(const struct source *s, const char *sql)
{
	struct buf b = buf_new(cx.arena, (size_t)1 << 20);
	struct description d;
	struct query all = query_all();
	struct compiled q;
	struct source_stream *stream = NULL;
	struct batch rows = { 0 };
	enum err e = source_describe(&cx, s, str_of(sql), NO_PARAMS, NO_ARGS,
	    &source_limits_officer, &d);

	if (e)
		return str_of(why());
	struct approved a = { .sql = str_of(sql), .columns = d.columns };
	e = query_compile(&cx, &a, &all, &q);
	if (!e)
		e = source_open(&cx, s, &q, &source_limits_stream, &stream);
	while (!e && !(e = source_next(&cx, stream, &rows)) && rows.n_rows > 0)
		for (size_t i = 0; i < rows.n_rows * rows.n_columns; i++)
			put_cell_text(&b, &rows.cells[i]);
	if (stream != NULL)
		source_close(stream);
	return e ? str_of(why()) : buf_view(&b);
}

#define ROWS(s, sql, want)                                       \
	do {                                                     \
		struct source rows_of = (s);                     \
		T_TEXT(all_rows(&rows_of, (sql)), str_of(want)); \
	} while (0)

/* Names in the folder for what does not fit memory. */
static int left_behind(void)
{
	DIR *dir = opendir(tmp);
	int n = 0;

	for (struct dirent *e; (e = readdir(dir)) != NULL;)
		n += e->d_name[0] != '.';
	closedir(dir);
	return n;
}

static const char join_sql[] =
    "select t.student_id, s.faculty, t.note from sent t"
    " join student s on s.id = t.student_id order by t.student_id, t.note";
static const char join_want[] = "i:2|t:ENG|t:สอง|i:2|t:ENG|t:อีก|i:4|t:ENG|t:|";

static void joined(const struct source *s)
{
	ROWS(with(s, &sent), join_sql, join_want);
	ROWS(with(s, &sent),
	    "select count(*) as n, count(student_id) as k from sent",
	    "i:5|i:4|");
	ROWS(with(s, &sent),
	    "select t.note from sent t where not exists (select 1 from student"
	    " s where s.id = t.student_id) order by t.note",
	    "t:" EVIL "|t:a\tb\\c\nd\r\\N\"|");
	/* Without it there is none, and the next run has none either. */
	ROWS(*s, join_sql, "!sql-no-table");
}

static void sqlite_joins(void)
{
	begin();
	give();
	joined(&fixture);
	T_CHECK(five.begun == 6, "%d: each run has its rows", five.begun);
}

static void sqlite_holds_what_was_sent(void)
{
	struct source s = with(&fixture, &sent);
	struct description d;
	struct batch rows;

	begin();
	give();
	T_OK(&cx, source_preview(&cx, &s, STR("select * from sent"), NO_PARAMS,
		      NO_ARGS, &source_limits_officer, 20, &d, &rows));
	T_CHECK(rows.n_rows == 5 && d.columns.n == 5, "%zu", rows.n_rows);
	static const enum column_type types[] = { TYPE_INTEGER, TYPE_TEXT,
		TYPE_DATE, TYPE_TEXT, TYPE_BOOLEAN };
	for (size_t i = 0; i < 5; i++)
		T_CHECK(d.columns.v[i].type == types[i], "type of %.*s is %d",
		    STR_ARG(d.columns.v[i].name), (int)d.columns.v[i].type);
	/* More digits than a double has are kept, as a text. */
	ROWS(s, "select sum, typeof(sum) as t from sent where sum > 0",
	    "r:0.1|t:real|t:12345678901234567890.0123456789|t:text|"
	    "r:100000.0|t:real|i:3|t:integer|");
	T_CHECK(d.n_reads > 0 && str_eq(d.reads[0].table, STR("sent")), " ");
}

/* What was sent in opens no door. */
static void sqlite_guard_stands(void)
{
	static const char *const cases[][2] = {
		{ "insert into sent values (1)", "!sql-not-select" },
		{ "with x as (select 1) delete from sent", "!sql-not-select" },
		{ "select * from sqlite_temp_master", "!sql-table" },
		{ "select * from temp.sqlite_master", "!sql-table" },
		{ "select * from sqlite_temp_schema", "!sql-table" },
		{ "select * from sent2", "!sql-no-table" },
		{ "select * from main.sent", "!sql-no-table" },
		{ "select count(*) as n from temp.sent", "i:5|" },
		{ "select count(*) as n from SENT", "i:5|" },
		{ "select random() as r from sent", "!sql-function" },
		{ "create temp table t as select * from sent",
		    "!sql-not-select" },
	};

	begin();
	give();
	for (size_t i = 0; i < COUNT(cases); i++)
		ROWS(with(&fixture, &sent), cases[i][0], cases[i][1]);
	ROWS(fixture, "select count(*) as n from student", "i:5|");
}

static void no_pool_and_nothing_left(void)
{
	begin();
	give();
	size_t before = lite_kept();
	ROWS(with(&fixture, &lots), "select count(*) as n from sent",
	    "i:100000|");
	T_CHECK(lite_kept() == before, "%zu kept", lite_kept());
	T_CHECK(left_behind() == 0, "%d files", left_behind());
	ROWS(fixture, "select count(*) as n from student", "i:5|");
	T_CHECK(lite_kept() > 0, "the pool works");
}

static void names_are_refused(const struct source *s)
{
	static const char *const bad[] = { "", "Sent", "1sent", "_sent",
		"se nt", "sent\"", "sqlite_x", "pg_class", "json_each", "ตาราง",
		"sent;drop", "a2345678901234567890123456789012345678901" };

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct given g = sent;

		g.name = str_of(bad[i]);
		ROWS(with(s, &g), "select 1 as a", "!given-name");
	}
	struct given g = sent;
	g.name = STR("student");
	ROWS(with(s, &g), "select 1 as a", "!given-shadows");
	struct given two[] = { sent, sent };
	struct source both = with(s, two);
	both.n_given = 2;
	ROWS(both, "select 1 as a", "!given-shadows");
}

/* Whatever a column is called, it is a name. */
static void columns_are_names(const struct source *s)
{
	static const struct column evil[] = {
		{ .name = STR_INIT("a\" text); drop table student; --") },
		{ .name = STR_INIT("r"), .type = TYPE_INTEGER },
	};
	struct given g = lots;

	g.columns = (struct columns){ evil, 2 };
	ROWS(with(s, &g),
	    "select count(\"a\"\" text); drop table student; --\") as n from"
	    " sent",
	    "i:100000|");
	ROWS(*s, "select count(*) as n from student", "i:5|");
	static const struct column twice[] = { { .name = STR_INIT("a") },
		{ .name = STR_INIT("A") } };
	g.columns = (struct columns){ twice, 2 };
	ROWS(with(s, &g), "select 1 as a", "!sql-column-twice");
	g.columns.n = 0;
	ROWS(with(s, &g), "select 1 as a", "!given-columns");
}

static void sqlite_names(void)
{
	begin();
	give();
	names_are_refused(&fixture);
	columns_are_names(&fixture);
}

static bool at_once(void *arg)
{
	(void)arg;
	return true;
}

static void a_failure_comes_through(const struct source *s)
{
	struct source_limits stopped = source_limits_officer;
	struct description d;

	five.fails = ERR_INVALID;
	ROWS(with(s, &sent), join_sql, "!sql-run");
	T_TEXT(cx.fault.arg[0], STR("as told"));
	five.fails = OK;
	stopped.stop = at_once;
	struct source w = with(s, &sent);
	T_CHECK(source_describe(&cx, &w, str_of(join_sql), NO_PARAMS, NO_ARGS,
		    &stopped, &d) == ERR_GONE,
	    "nobody waits");
	ROWS(with(s, &sent), join_sql, join_want);
}

static void sqlite_failures(void)
{
	begin();
	give();
	a_failure_comes_through(&fixture);
	T_CHECK(left_behind() == 0, "%d files", left_behind());
}

/* With AddressSanitizer what was freed stays for a while: nothing is measured. */
static long resident_kib(void)
{
	long pages = 0;
#ifndef SANITIZED
	FILE *f = fopen("/proc/self/statm", "r");

	REQUIRE(f != NULL && fscanf(f, "%*d %ld", &pages) == 1);
	fclose(f);
#endif
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* A million with PRATU_LONG. */
static void memory_is_flat(const struct source *s)
{
	bool whole = getenv("PRATU_LONG") != NULL;
	long before;

	begin();
	give();
	many.many = 1000;
	ROWS(with(s, &lots), "select count(*) as n from sent", "i:1000|");
	before = resident_kib();
	begin();
	many.many = whole ? 1000000 : 100000;
	ROWS(with(s, &lots),
	    "select count(*) as n, max(length(k)) as l from sent t join student"
	    " s on s.id = t.r",
	    whole ? "i:714285|i:6|" : "i:71429|i:5|");
	long grown = resident_kib() - before;
	T_CHECK(grown < 8192, "%ld KiB more", grown);
}

static void sqlite_many(void)
{
	memory_is_flat(&fixture);
}

static void pg_does(const char *database, const char *sql)
{
	struct str head, tail, dsn = str_of(getenv("PRATU_TEST_PG"));

	REQUIRE(str_cut(dsn, '?', &head, &tail));
	PGconn *c = PQconnectdb(
	    str_cstr(kept, str_fmt(kept, "postgresql://postgres@/%s?%.*s",
			       database, STR_ARG(tail))));
	PGresult *r = PQexec(c, sql);
	if (PQresultStatus(r) != PGRES_COMMAND_OK &&
	    PQresultStatus(r) != PGRES_TUPLES_OK) {
		printf("Bail out! %s: %s\n", sql, PQerrorMessage(c));
		exit(1);
	}
	PQclear(r);
	PQfinish(c);
}

static void pg_source(const char *role, struct source *ret)
{
	struct ctx own = ctx_new(kept, 0, LANG_EN);
	struct str head, tail, dsn = str_of(getenv("PRATU_TEST_PG"));

	REQUIRE(str_cut(dsn, '?', &head, &tail));
	REQUIRE(source_parse(&own,
		    str_fmt(kept, "postgresql://%s@/%s?%.*s", role, pg_name,
			STR_ARG(tail)),
		    ret) == OK);
	ret->secret = STR("word");
}

static void pg_make(void)
{
	static const char *const tables[] = { ALIKE_PG_STUDENT };
	char sql[1024];

	snprintf(pg_name, sizeof(pg_name), "given_%d", (int)getpid());
	snprintf(sql, sizeof(sql), "create database %s", pg_name);
	pg_does("postgres", sql);
	for (size_t i = 0; i < COUNT(tables); i++)
		pg_does(pg_name, tables[i]);
	snprintf(sql, sizeof(sql),
	    "create role %s_r login password 'word';"
	    "create role %s_w login password 'word';"
	    "revoke temporary on database %s from public;"
	    "grant temporary on database %s to %s_r;"
	    "grant select on student to %s_r, %s_w",
	    pg_name, pg_name, pg_name, pg_name, pg_name, pg_name, pg_name);
	pg_does(pg_name, sql);
	snprintf(sql, sizeof(sql), "%s_r", pg_name);
	pg_source(sql, &pg);
	snprintf(sql, sizeof(sql), "%s_w", pg_name);
	pg_source(sql, &weak);
}

static void pg_drop(void)
{
	char sql[1024];

	snprintf(sql, sizeof(sql), "drop database %s with (force)", pg_name);
	pg_does("postgres", sql);
	snprintf(sql, sizeof(sql), "drop role %s_r, %s_w", pg_name, pg_name);
	pg_does("postgres", sql);
}

static void pg_joins(void)
{
	begin();
	give();
	joined(&pg);
	ROWS(with(&pg, &sent),
	    "select note, born, sum, yes from sent where student_id = 99 or"
	    " student_id is null order by student_id",
	    "t:" EVIL "|n:|r:12345678901234567890.0123456789|i:0|"
	    "t:a\tb\\c\nd\r\\N\"|n:|i:100000|n:|");
	ROWS(with(&pg, &sent), "select max(born) as b from sent",
	    "t:2026-12-31|");
}

static void pg_names(void)
{
	begin();
	give();
	names_are_refused(&pg);
	columns_are_names(&pg);
}

static void pg_guard_stands(void)
{
	static const char *const cases[][2] = {
		{ "insert into sent values (1)", "!sql-not-select" },
		{ "select * from pg_temp.sent", "!sql-table" },
		{ "with x as (delete from sent returning *) select * from x",
		    "!sql-not-select" },
		{ "select * into sent3 from sent", "!sql-not-select" },
		{ "select count(*) as n from SENT", "i:5|" },
	};

	begin();
	give();
	for (size_t i = 0; i < COUNT(cases); i++)
		ROWS(with(&pg, &sent), cases[i][0], cases[i][1]);
	/* The session that reads it still writes nothing. */
	pg_does(pg_name, "create function nosy() returns int language plpgsql"
			 " volatile as 'begin insert into sent values (1);"
			 " return 1; end'");
	ROWS(with(&pg, &sent), "select nosy() as a from sent", "!sql-function");
}

/* Types of the same names that the session would find first. */
static void pg_types_are_its_own(void)
{
	static const char *const names[] = { "text", "int8", "date",
		"timestamptz", "bytea", "bool", "numeric" };
	char sql[512];

	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(sql, sizeof(sql),
		    "create domain public.\"%s\" as pg_catalog.point",
		    names[i]);
		pg_does(pg_name, sql);
	}
	snprintf(sql, sizeof(sql),
	    "alter role %s_r set search_path = public, pg_catalog", pg_name);
	pg_does(pg_name, sql);
	begin();
	give();
	joined(&pg);
	ROWS(with(&pg, &sent), "select max(born) as b from sent",
	    "t:2026-12-31|");
	snprintf(
	    sql, sizeof(sql), "alter role %s_r reset search_path", pg_name);
	pg_does(pg_name, sql);
	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(
		    sql, sizeof(sql), "drop domain public.\"%s\"", names[i]);
		pg_does(pg_name, sql);
	}
}

static void pg_needs_the_right(void)
{
	begin();
	give();
	ROWS(with(&weak, &sent), join_sql, "!given-no-temp");
	ROWS(weak, "select count(*) as n from student", "i:5|");
}

static void pg_failures(void)
{
	begin();
	give();
	a_failure_comes_through(&pg);
}

static void pg_many(void)
{
	memory_is_flat(&pg);
}

static void odbc_refuses(void)
{
	begin();
	give();
	ROWS(with(&by_odbc, &sent), join_sql, "!given-take");
	ROWS(by_odbc, "select count(*) as n from student", "i:5|");
}

/* The part of `s` that is needed, and what was sent in. */
static enum err meet(const struct source *s, int64_t max_rows,
    const struct given *g, const char *name, const char *sql,
    struct source *ret)
{
	struct meeting *m = NULL;
	enum err e = meet_begin(&cx, max_rows, MEET_BYTES, &m);

	if (!e)
		e = meet_given(&cx, m, g, &source_limits_stream);
	if (!e)
		e = meet_take(&cx, m, s, str_of(name), str_of(sql),
		    &source_limits_officer, &source_limits_stream);
	return e ? e : meet_end(&cx, m, ret);
}

static const char needed[] = "select id, faculty, born from student";

static void they_meet(const struct source *s)
{
	struct source place;

	begin();
	give();
	T_OK(&cx, meet(s, MEET_ROWS, &sent, "student", needed, &place));
	ROWS(place, join_sql, join_want);
	ROWS(place, "select born from student where id = 2", "t:2004-02-29|");
	ROWS(place, "select name from student", "!sql-no-column");
	ROWS(place, "select * from odd", "!sql-no-table");
	ROWS(place, "delete from sent", "!sql-not-select");
	ROWS(place, "select * from sqlite_master", "!sql-table");
	T_CHECK(five.begun == 1, "%d: filled once for all", five.begun);
	T_CHECK(left_behind() == 1, "%d files", left_behind());
	begin();
	T_CHECK(left_behind() == 0, "%d files", left_behind());
}

static void sqlite_meets(void)
{
	they_meet(&fixture);
}

static void pg_meets(void)
{
	they_meet(&weak);
}

static void odbc_meets(void)
{
	they_meet(&by_odbc);
}

static void meeting_is_bounded(void)
{
	struct source place;
	struct given named = sent;

	begin();
	give();
	T_CHECK(
	    meet(&fixture, 4, &sent, "student", needed, &place) == ERR_INVALID,
	    "five are more than four");
	T_TEXT(fault_code(&cx), STR("meet-rows"));
	T_OK(&cx, meet(&fixture, 5, &sent, "student", needed, &place));
	T_CHECK(meet(&fixture, 5, &sent, "sent", needed, &place) == ERR_INVALID,
	    "one name twice");
	T_TEXT(fault_code(&cx), STR("given-shadows"));
	T_CHECK(meet(&fixture, 5, &sent, "a b", needed, &place) == ERR_INVALID,
	    "a name");
	T_TEXT(fault_code(&cx), STR("given-name"));
	T_CHECK(meet(&fixture, 5, &sent, "s", "delete from student", &place) ==
		    ERR_INVALID,
	    "a SELECT alone");
	T_TEXT(fault_code(&cx), STR("sql-not-select"));
	named.name = STR("student");
	T_OK(&cx, meet(&fixture, 5, &named, "s", needed, &place));
	begin();
	T_CHECK(left_behind() == 0, "%d files", left_behind());
}

static void meeting_takes_many(void)
{
	struct source place;

	begin();
	give();
	T_OK(&cx, meet(&fixture, MEET_ROWS, &lots, "student", needed, &place));
	long before = resident_kib();
	ROWS(place,
	    "select count(*) as n from sent t join student s on s.id = t.r",
	    "i:71429|");
	long grown = resident_kib() - before;
	T_CHECK(grown < 8192, "%ld KiB more", grown);
	/* Numbers that neither 64 bits nor a double hold. */
	T_OK(&cx, meet(&pg, 1, &sent, "s",
		      "select 12345678901234567890.5 as a, 0.50::numeric as b,"
		      " 18446744073709551615::numeric as c, true as d",
		      &place));
	ROWS(place, "select a, b, c, d from s",
	    "t:12345678901234567890.5|r:0.5|t:18446744073709551615|i:1|");
}

static void keys(void)
{
	static const struct cell in[] = { TEXT("12"), TEXT("ก"), TEXT(""),
		{ CELL_REAL, STR_INIT("7.0") }, NONE };
	static const struct {
		struct cell cell;
		bool there;
	} cases[] = {
		{ { CELL_INTEGER, STR_INIT("12") }, true },
		{ TEXT("12"), true },
		{ TEXT("012"), false },
		{ TEXT("ก"), true },
		{ TEXT(""), true },
		{ { CELL_INTEGER, STR_INIT("7") }, true },
		{ NONE, false },
		{ TEXT("' or 1"), false },
	};
	struct keyset *k = NULL;
	bool there = false;

	begin();
	give();
	T_OK(&cx, keyset_new(&cx, &k));
	for (size_t i = 0; i < COUNT(in); i++)
		T_OK(&cx, keyset_add(&cx, k, &in[i]));
	for (size_t i = 0; i < COUNT(cases); i++) {
		T_OK(&cx, keyset_has(&cx, k, &cases[i].cell, &there));
		T_CHECK(there == cases[i].there, "case %zu", i);
	}
	long before = resident_kib();
	for (size_t i = 0; i < 200000; i++) {
		put(&many, 0, CELL_TEXT, i * 7919 % 200000);
		T_OK(&cx, keyset_add(&cx, k, &many.room[0]));
	}
	put(&many, 0, CELL_INTEGER, 199999);
	T_OK(&cx, keyset_has(&cx, k, &many.room[0], &there));
	T_CHECK(there, " ");
	put(&many, 0, CELL_INTEGER, 200000);
	T_OK(&cx, keyset_has(&cx, k, &many.room[0], &there));
	T_CHECK(!there, " ");
	T_CHECK(
	    resident_kib() - before < 8192, "%ld KiB", resident_kib() - before);
	T_CHECK(left_behind() == 0, "%d files", left_behind());
}

static void remove_tmp(void)
{
	rmdir(tmp);
}

int main(void)
{
	if (getenv("PRATU_TEST_PG") == NULL) {
		printf("Bail out! PRATU_TEST_PG is not set: tests/pg.sh\n");
		return 1;
	}
	REQUIRE(mkdtemp(tmp) != NULL && setenv("SQLITE_TMPDIR", tmp, 1) == 0);
	atexit(remove_tmp);
	kept = arena_new();
	begin();
	fixture_make(&cx);
	struct source lite = fixture;
	lite.path = str_dup(kept, fixture.path);
	fixture = lite;
	struct ctx own = ctx_new(kept, 0, LANG_EN);
	REQUIRE(source_parse(&own,
		    str_fmt(kept, "odbc:DRIVER=SQLite3;Database=%s;StepAPI=1",
			fixture_path),
		    &by_odbc) == OK);
	pg_make();
	T_RUN(sqlite_joins);
	T_RUN(sqlite_holds_what_was_sent);
	T_RUN(sqlite_guard_stands);
	T_RUN(no_pool_and_nothing_left);
	T_RUN(sqlite_names);
	T_RUN(sqlite_failures);
	T_RUN(sqlite_many);
	T_RUN(pg_joins);
	T_RUN(pg_names);
	T_RUN(pg_guard_stands);
	T_RUN(pg_types_are_its_own);
	T_RUN(pg_needs_the_right);
	T_RUN(pg_failures);
	T_RUN(pg_many);
	T_RUN(odbc_refuses);
	T_RUN(sqlite_meets);
	T_RUN(pg_meets);
	T_RUN(odbc_meets);
	T_RUN(meeting_is_bounded);
	T_RUN(meeting_takes_many);
	T_RUN(keys);
	begin();
	source_tidy();
	pg_drop();
	arena_free(cx.arena);
	arena_free(kept);
	return T_PLAN();
}
