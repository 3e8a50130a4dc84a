/* Connections kept between streams: that one is used again, and never when it
 * should not be. */
#include "source_fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "source/lite_pool.h"
#include "source/query.h"
#include "source/stream.h"

static struct ctx cx;
static const struct str names[] = { STR_INIT("id"), STR_INIT("name") };

static void begin(void)
{
	arena_free(cx.arena);
	cx = ctx_new(arena_new(), 0, LANG_EN);
}

/* Opens `sql`, whose columns are id and name. */
static enum err open_named(struct ctx *c, struct str sql,
    const struct source_limits *limits, struct source_stream **ret)
{
	struct column *v = ARENA_ARRAY(c->arena, struct column, 2);
	struct approved *a = ARENA_NEW(c->arena, struct approved);
	struct compiled *q = ARENA_NEW(c->arena, struct compiled);
	struct query all = query_all();

	for (size_t i = 0; i < 2; i++)
		v[i].name = names[i];
	*a = (struct approved){ .sql = sql, .columns = { .v = v, .n = 2 } };
	enum err e = query_compile(c, a, &all, q);
	return e ? e : source_open(c, &fixture, q, limits, ret);
}

static const struct str all_rows =
    STR_INIT("select id, name from student order by id");

/* Rows of `sql` now, or -1. */
static int count(struct str sql)
{
	struct source_stream *s = NULL;
	struct batch b = { 0 };
	int n = 0;

	if (open_named(&cx, sql, &source_limits_stream, &s) != OK)
		return -1;
	do {
		if (source_next(&cx, s, &b) != OK)
			return -1;
		n += (int)b.n_rows;
	} while (b.n_rows > 0);
	source_close(s);
	return n;
}

static sqlite3 *connection_of(struct source_stream *s)
{
	return ((struct lite_stream *)s)->lite->db;
}

static void one_serves_again(void)
{
	struct source_stream *a = NULL, *b = NULL;

	begin();
	T_CHECK(
	    open_named(&cx, all_rows, &source_limits_stream, &a) == OK, " ");
	sqlite3 *first = connection_of(a);
	T_CHECK(
	    open_named(&cx, all_rows, &source_limits_stream, &b) == OK, " ");
	T_CHECK(connection_of(b) != first, "one stream, one connection");
	source_close(b);
	source_close(a);
	source_close(a); /* does nothing */
	T_CHECK(lite_kept() == 2, "%zu kept", lite_kept());
	T_CHECK(
	    open_named(&cx, all_rows, &source_limits_stream, &b) == OK, " ");
	T_CHECK(connection_of(b) == first, "the last given is the first taken");
	begin(); /* the arena's end gives it back too */
	T_CHECK(lite_kept() == 2, "%zu kept", lite_kept());
}

static void what_is_written_is_seen(void)
{
	begin();
	T_CHECK(count(all_rows) == 5, "%d", count(all_rows));
	fixture_exec("insert into student(id, name) values (6, 'x')");
	T_CHECK(count(all_rows) == 6, "%d", count(all_rows));
	fixture_exec("delete from student where id = 6");
	T_CHECK(count(all_rows) == 5, "%d", count(all_rows));
}

static void a_new_table_is_known_and_a_lost_one_is_not(void)
{
	struct str sql = STR("select id, name from later");

	begin();
	T_CHECK(count(all_rows) == 5 && count(sql) == -1, "not yet");
	fixture_exec("create table later(id, name);"
		     "insert into later values (1, 'a')");
	T_CHECK(count(sql) == 1, "%.*s", STR_ARG(cx.fault.detail));
	fixture_exec("alter table later rename column name to other");
	T_CHECK(count(sql) == -1 && cx.fault.err == ERR_CONFLICT, "renamed");
	fixture_exec("drop table later");
	T_CHECK(count(sql) == -1 && cx.fault.err == ERR_CONFLICT, "dropped");
}

/* Takes every connection that is kept, so that each is seen to be old. */
static void no_one_has_it(void)
{
	struct source_stream *s[POOL_IDLE];
	struct ctx own = ctx_new(arena_new(), 0, LANG_EN);
	size_t n = lite_kept();

	fixture_exec("create table again(x); drop table again;");
	for (size_t i = 0; i < n; i++)
		REQUIRE(open_named(&own, STR("select 1 as id, 2 as name"),
			    &source_limits_stream, &s[i]) == OK);
	for (size_t i = 0; i < n; i++)
		((struct lite_stream *)s[i])->broken = true;
	arena_free(own.arena);
	T_CHECK(lite_kept() == 0, "%zu", lite_kept());
}

/* In WAL mode a change of the schema leaves the file itself as it was. */
static void a_new_table_in_the_log_is_known(void)
{
	struct str sql = STR("select id, name from logged");
	sqlite3 *db = NULL;

	begin();
	REQUIRE(sqlite3_open(fixture_path, &db) == SQLITE_OK);
	REQUIRE(sqlite3_exec(db, "pragma journal_mode=wal; create table w(x)",
		    NULL, NULL, NULL) == SQLITE_OK);
	T_CHECK(
	    count(all_rows) == 5 && count(sql) == -1 && count(all_rows) == 5,
	    "not yet");
	REQUIRE(sqlite3_exec(db,
		    "create table logged(id, name);"
		    "insert into logged values (1, 'a')",
		    NULL, NULL, NULL) == SQLITE_OK);
	T_CHECK(count(sql) == 1, "%.*s", STR_ARG(cx.fault.detail));
	REQUIRE(sqlite3_close(db) == SQLITE_OK);
	no_one_has_it();
	fixture_exec("pragma journal_mode=delete");
	T_CHECK(count(sql) == 1, "%.*s", STR_ARG(cx.fault.detail));
}

static void copy_file(const char *from, const char *to)
{
	char command[2][64], block[65536];
	size_t n;

	snprintf(command[0], sizeof(command[0]), "%s", from);
	snprintf(command[1], sizeof(command[1]), "%s", to);
	FILE *in = fopen(command[0], "rb"), *out = fopen(command[1], "wb");
	REQUIRE(in != NULL && out != NULL);
	while ((n = fread(block, 1, sizeof(block), in)) > 0)
		REQUIRE(fwrite(block, 1, n, out) == n);
	REQUIRE(fclose(in) == 0 && fclose(out) == 0);
}

/* A database of one row under that name. */
static void make_other(const char *path, const char *name)
{
	sqlite3 *db = NULL;
	char sql[200];

	unlink(path);
	snprintf(sql, sizeof(sql),
	    "create table z(a); create table student(id, name); "
	    "insert into student values (1, '%s')",
	    name);
	REQUIRE(sqlite3_open(path, &db) == SQLITE_OK);
	REQUIRE(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
	REQUIRE(sqlite3_close(db) == SQLITE_OK);
}

static void a_file_that_was_replaced_is_opened_anew(void)
{
	char other[64], kept[64];

	begin();
	snprintf(other, sizeof(other), "%s-other", fixture_path);
	snprintf(kept, sizeof(kept), "%s-kept", fixture_path);
	copy_file(fixture_path, kept);
	T_CHECK(count(all_rows) == 5, "before");
	make_other(other, "renamed into place");
	REQUIRE(rename(other, fixture_path) == 0);
	T_CHECK(count(all_rows) == 1, "%d: another inode", count(all_rows));
	make_other(other, "second");
	T_CHECK(count(all_rows) == 1, " ");
	copy_file(kept, fixture_path); /* over it, the inode stays */
	T_CHECK(count(all_rows) == 5, "%d: written over", count(all_rows));
	unlink(fixture_path);
	T_CHECK(count(all_rows) == -1 && cx.fault.err == ERR_BUSY, "gone");
	REQUIRE(rename(kept, fixture_path) == 0);
	T_CHECK(count(all_rows) == 5, "back");
	unlink(other);
}

static bool say_stop(void *arg)
{
	int *left = arg;

	return --*left < 0;
}

/* Neither the budget of the stream before nor its end is the next one's. */
static void each_stream_has_its_own_budget(void)
{
	struct str endless = STR("with recursive n(i) as (select 1 union all "
				 "select i+1 from n) select i as id, i as name "
				 "from n");
	int left = 0;
	struct source_limits few = { .steps = 3000, .time_ms = 60000 };
	struct source_limits told = { .steps = INT64_MAX,
		.time_ms = 60000,
		.stop = say_stop,
		.stop_arg = &left };
	struct source_stream *s = NULL;
	struct batch b = { 0 };
	enum err e = OK;

	begin();
	T_CHECK(open_named(&cx, endless, &few, &s) == OK, " ");
	for (int i = 0; i < 1000 && !e; i++)
		e = source_next(&cx, s, &b);
	T_CHECK(e == ERR_TIME_LIMIT, "%d: few steps", (int)e);
	source_close(s);
	T_CHECK(count(all_rows) == 5, "the next has its own");
	T_CHECK(open_named(&cx, all_rows, &told, &s) == OK, " ");
	T_CHECK(source_next(&cx, s, &b) == ERR_GONE, "stopped");
	source_close(s);
	left = 0;
	T_CHECK(count(all_rows) == 5 && left == 0, "asks nobody any more");
}

/* The guard of a connection that has served is the guard of a new one. */
static void the_guard_stays(void)
{
	static const struct str wrong[] = {
		STR_INIT("select name as id, sql as name from sqlite_schema"),
		STR_INIT("delete from student returning id, name"),
		STR_INIT("select 1 as id, randomblob(5) as name"),
		STR_INIT("begin"),
		STR_INIT("commit"),
		STR_INIT("pragma schema_version"),
		STR_INIT("attach '/tmp/x' as y"),
	};

	begin();
	for (size_t i = 0; i < COUNT(wrong); i++) {
		T_CHECK(count(all_rows) == 5, " ");
		T_CHECK(count(wrong[i]) == -1, "%.*s", STR_ARG(wrong[i]));
	}
	T_CHECK(count(all_rows) == 5, "still");
}

static void no_more_are_kept_than_the_bound(void)
{
	struct source_stream *s[POOL_IDLE + 8];

	begin();
	for (size_t i = 0; i < COUNT(s); i++)
		REQUIRE(open_named(
			    &cx, all_rows, &source_limits_stream, &s[i]) == OK);
	for (size_t i = 0; i < COUNT(s); i++)
		source_close(s[i]);
	T_CHECK(lite_kept() == POOL_IDLE, "%zu", lite_kept());
	/* Many texts through one connection: the oldest statements go. */
	for (int i = 0; i < 100; i++) {
		struct str sql = str_fmt(cx.arena,
		    "select id, name from student where id <> -%d", i);
		T_CHECK(count(sql) == 5, "%d", i);
	}
}

static void *many(void *arg)
{
	struct ctx own = ctx_new(arena_new(), 0, LANG_EN);
	size_t *good = arg;

	for (int i = 0; i < 200; i++) {
		struct source_stream *s = NULL;
		struct batch b = { 0 };

		if (open_named(&own, all_rows, &source_limits_stream, &s) ==
			OK &&
		    source_next(&own, s, &b) == OK && b.n_rows == 5)
			++*good;
		if (s != NULL)
			source_close(s);
	}
	arena_free(own.arena);
	return NULL;
}

static void threads_share_it(void)
{
	pthread_t thread[4];
	size_t good[4] = { 0 };

	for (size_t i = 0; i < COUNT(thread); i++)
		REQUIRE(pthread_create(&thread[i], NULL, many, &good[i]) == 0);
	for (size_t i = 0; i < COUNT(thread); i++) {
		REQUIRE(pthread_join(thread[i], NULL) == 0);
		T_CHECK(good[i] == 200, "%zu", good[i]);
	}
}

int main(void)
{
	struct ctx fx = ctx_new(arena_new(), 0, LANG_EN);

	fixture_make(&fx);
	begin();
	T_RUN(one_serves_again);
	T_RUN(what_is_written_is_seen);
	T_RUN(a_new_table_is_known_and_a_lost_one_is_not);
	T_RUN(a_new_table_in_the_log_is_known);
	T_RUN(each_stream_has_its_own_budget);
	T_RUN(the_guard_stays);
	T_RUN(no_more_are_kept_than_the_bound);
	T_RUN(threads_share_it);
	T_RUN(a_file_that_was_replaced_is_opened_anew);
	arena_free(cx.arena);
	arena_free(fx.arena);
	return T_PLAN();
}
