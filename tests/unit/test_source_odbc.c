/* Sources by ODBC, through real drivers: SQLite (libsqliteodbc), PostgreSQL
 * (odbc-postgresql, the server of tests/pg.sh) and MariaDB (odbc-mariadb, a
 * server of this test's own on a Unix socket). They answer as SQLite does. */
#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "paging_alike.h"
#include "source/odbc.h"

static struct source lite, pg, maria, *which;
static struct arena *kept; /* holds them */
static char maria_dir[] = "/tmp/pratu-maria-XXXXXX";
static pid_t maria_pid;
static char pg_name[64];

static const char *const pg_tables[] = {
	ALIKE_PG_STUDENT,
	"create table page(t text, c char(8), v varchar(9), f8 float8, f4"
	" float4, dec numeric, whole numeric(30,0), big int8, small int2, ts"
	" timestamp, tz timestamptz, d date, yes boolean, clock time, span"
	" interval, u uuid, ip inet, list int[], doc jsonb)",
	"insert into page select"
	" (array['a','A','','ก','a ','😀',null])[i % 7 + 1],"
	" (array['ab','x','',null])[i % 4 + 1],"
	" (array['x','X','x '])[i % 3 + 1],"
	" (array[0.1,0.1::float8+0.2::float8,1e300,'NaN',null]"
	"  ::float8[])[i % 5 + 1],"
	" (array[0.1,0.3,16777216,3.4028235e38]::float4[])[i % 4 + 1],"
	" (array['12345678901234567890.0123456789',"
	"  '12345678901234567890.0123456790','0.5','NaN',null]"
	"  ::numeric[])[i % 5 + 1], 123456789012345678901234567890 + i % 2,"
	" 9223372036854775807 - i % 3, i % 2,"
	" (array['2026-11-20 08:30:00','2026-11-20 08:30:00.123456',"
	"  '2026-11-20 08:30:00.5',null]::timestamp[])[i % 4 + 1],"
	" (array['2026-11-20 08:30:00.000001Z','2026-11-20 08:30:00.000002Z',"
	"  null]::timestamptz[])[i % 3 + 1],"
	" (array['2026-11-20','2026-11-21',null]::date[])[i % 3 + 1], i % 2 > 0,"
	" (array['08:30','08:30:00.25',null]::time[])[i % 3 + 1],"
	" (array['1 day','36 hours',null]::interval[])[i % 3 + 1],"
	" (array['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',null]::uuid[])"
	"  [i % 2 + 1],"
	" (array['10.0.0.1','10.0.0.0/8','::1']::inet[])[i % 3 + 1],"
	" (array['{1,2}','{1}',null]::text[])[i % 3 + 1]::int[],"
	" (array['{\"a\": 1}','[1]',null]::jsonb[])[i % 3 + 1]"
	" from generate_series(1, 12) i",
};

/* What a page can end at: 12 rows without a key. */
static const char lite_page[] =
    "create table page(t text, c char(8), v varchar(9), f8 double, r real,"
    " fl float, dec numeric(30,10), whole bigint, small int, ts timestamp,"
    " d date, yes bit, clock time);"
    "with recursive i(i) as (select 1 union all select i + 1 from i where"
    " i < 12) insert into page select"
    " case i % 7 when 0 then null when 1 then 'a' when 2 then 'A' when 3 then"
    " '' when 4 then 'ก' when 5 then 'a ' else '😀' end,"
    " case i % 4 when 0 then null when 1 then 'ab' when 2 then 'ab   '"
    " else 'x' end, case i % 3 when 0 then 'x ' when 1 then 'x' else 'X' end,"
    " case i % 5 when 0 then null when 1 then 0.1 when 2 then 0.1 + 0.2"
    " when 3 then 1e300 else -3.0 end,"
    " case i % 4 when 0 then null when 1 then 0.1 when 2 then 0.1 + 0.2 else"
    " 1.0 / 3 end, case i % 3 when 0 then 0.7 when 1 then 2.0 / 3 else 1e-300"
    " end, case i % 4 when 0 then 0.5 when 1 then 3 when 2 then"
    " 1234567.0123456789 else null end,"
    " case i % 3 when 0 then 9223372036854775807 when 1 then"
    " -9223372036854775808 else 9223372036854775806 end, i % 2,"
    " case i % 4 when 0 then null when 1 then '2026-11-20 08:30:00' when 2"
    " then '2026-11-20 08:30:00.123' else '2026-11-20 08:30:00.500' end,"
    " case i % 3 when 0 then '2026-11-20' when 1 then '2026-11-21' end,"
    " i % 2, case i % 3 when 0 then '08:30:00' when 1 then '08:30:01' end"
    " from i";

static const char maria_tables[] =
    "create database uni character set utf8mb4;\n"
    "use uni;\n"
    "create table student(id integer primary key, name text,"
    " name_en varchar(40), gpa double, faculty varchar(20), born date,"
    " seen datetime, active bit(1), photo blob, nick text);\n"
    "insert into student values"
    " (1,'สมชาย ใจดี','Somchai',3.25,'SCI','2005-01-31',"
    "  '2026-11-20 08:30:00',1,x'00ff','ชาย'),"
    " (2,'สมหญิง รักเรียน','Somying',3.0,'ENG','2004-02-29',"
    "  '2026-11-20 09:00:00',0,null,'หญิง'),"
    " (3,'มานะ','MANA',null,'sci','2003-12-01',null,null,null,null),"
    " (4,'O''Brien \"x\" 100%','o_brien',0.1,'ENG','2005-06-15',"
    "  null,1,null,'%'),"
    " (5,'','Émile',-1e300,null,'2005-06-16',null,0,'','_');\n"
    "create table kinds(k char(8) primary key, big bigint unsigned,"
    " d decimal(30,10), f float, t datetime(6), j json, y year);\n"
    "insert into kinds values ('ab', 18446744073709551615,"
    " 12345678901234567890.0123456789, 0.1,"
    " '2026-11-20 08:30:00.250000', '{\"a\": 1}', 2026);\n"
    "create table page(t text, c char(8), v varchar(9) collate"
    " utf8mb4_general_ci, f8 double, f4 float, dec_ decimal(30,10), whole"
    " decimal(30,0), big bigint unsigned, small tinyint, ts datetime(6), st"
    " timestamp(6) null, d date, yes bit(1), clock time(6), y year, e"
    " enum('b','a'), j json);\n"
    "insert into page select elt(seq % 7, 'a', 'A', '', 'ก', 'a ', '😀'),"
    " elt(seq % 4, 'ab', 'ab   ', 'x'), elt(1 + seq % 3, 'x', 'X', 'x '),"
    " elt(seq % 5, 1e-1, 0.1e0 + 0.2e0, 1e300, -3), elt(1 + seq % 4, 0.1,"
    " 0.3, 16777216, 3.4e38), elt(seq % 4,"
    " 12345678901234567890.0123456789, 12345678901234567890.0123456790, 0.5),"
    " elt(1 + seq % 2, 123456789012345678901234567890,"
    " 123456789012345678901234567891), elt(1 + seq % 3,"
    " 18446744073709551615, 18446744073709551614, 1), seq % 2,"
    " elt(seq % 4, '2026-11-20 08:30:00', '2026-11-20 08:30:00.123456',"
    " '2026-11-20 08:30:00.5'), elt(seq % 3, '2026-11-20 08:30:00.000001',"
    " '2026-11-20 08:30:00.000002'), elt(seq % 3, '2026-11-20',"
    " '2026-11-21'), seq % 2, elt(seq % 3, '08:30', '08:30:00.25'),"
    " elt(seq % 3, 2026, 1999), elt(seq % 3, 'a', 'b'), elt(seq % 3,"
    " '{\"a\": 1}', '[1]') from seq_1_to_12;\n"
    "create table old(a char(5) character set tis620, b int);\n"
    "insert into old values (convert('ก' using tis620), 1);\n"
    "create user gate@localhost identified by 'right}; w''ord';\n"
    "grant select on uni.* to gate@localhost;\n"
    "flush privileges;\n";

/* What PostgreSQL's driver itself leaves behind is not ours to free. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:psqlodbcw.so\n";
}

/* Runs a program to its end, with `text` as its input. */
static bool run(const char *const argv[], const char *text)
{
	int fds[2], status = 0;

	REQUIRE(pipe(fds) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(fds[0], 0);
		dup2(null, 1);
		close(fds[1]);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(fds[0]);
	signal(SIGPIPE, SIG_IGN);
	for (size_t n = strlen(text); n > 0;) {
		ssize_t k = write(fds[1], text, n);
		if (k <= 0)
			break;
		text += k;
		n -= (size_t)k;
	}
	close(fds[1]);
	REQUIRE(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* `before`, the folder, `after`. */
static const char *in_maria(const char *before, const char *after)
{
	return str_cstr(
	    cx.arena, str_fmt(cx.arena, "%s%s%s", before, maria_dir, after));
}

static void maria_stop(void)
{
	const char *const rm[] = { "rm", "-rf", maria_dir, NULL };

	if (maria_pid > 0) {
		kill(maria_pid, SIGTERM);
		waitpid(maria_pid, NULL, 0);
	}
	run(rm, "");
}

static bool maria_client(const char *sql)
{
	const char *const argv[] = { "mariadb", "--no-defaults", "-uroot",
		in_maria("--socket=", "/s"), "--default-character-set=utf8mb4",
		NULL };

	return run(argv, sql);
}

static void maria_start(void)
{
	REQUIRE(mkdtemp(maria_dir) != NULL);
	atexit(maria_stop);
	const char *const install[] = { "mariadb-install-db", "--no-defaults",
		"--auth-root-authentication-method=normal", "--skip-test-db",
		"--user=root", in_maria("--datadir=", "/data"), NULL };
	REQUIRE(run(install, ""));
	maria_pid = fork();
	if (maria_pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, 1);
		dup2(null, 2);
		execlp("mariadbd", "mariadbd", "--no-defaults", "--user=root",
		    "--skip-networking", "--innodb-buffer-pool-size=16M",
		    "--innodb-log-file-size=4M",
		    "--aria-pagecache-buffer-size=4M",
		    in_maria("--datadir=", "/data"),
		    in_maria("--socket=", "/s"),
		    in_maria("--pid-file=", "/pid"), (char *)NULL);
		_exit(127);
	}
}

static void maria_wait(void)
{
	for (int i = 0; i < 300; i++) {
		if (maria_client("select 1;"))
			return;
		usleep(100000);
	}
	printf("Bail out! mariadbd does not answer\n");
	exit(1);
}

static void pg_make(void)
{
	PGconn *c = PQconnectdb(getenv("PRATU_TEST_PG"));
	struct str head, host, rest;
	char sql[128];

	snprintf(pg_name, sizeof(pg_name), "source_odbc_%d", (int)getpid());
	snprintf(sql, sizeof(sql), "create database %s", pg_name);
	PQclear(PQexec(c, sql));
	PQfinish(c);
	REQUIRE(str_cut(str_of(getenv("PRATU_TEST_PG")), '?', &head, &rest) &&
		str_cut(rest, '=', &head, &host));
	c = PQconnectdb(str_cstr(
	    cx.arena, str_fmt(cx.arena, "postgresql://postgres@/%s?%.*s",
			  pg_name, STR_ARG(rest))));
	for (size_t i = 0; i < COUNT(pg_tables); i++) {
		PGresult *r = PQexec(c, pg_tables[i]);
		REQUIRE(PQresultStatus(r) == PGRES_COMMAND_OK);
		PQclear(r);
	}
	PQfinish(c);
	struct ctx own = ctx_new(kept, 0, LANG_EN);
	T_OK(&own, source_parse(&own,
		       str_fmt(own.arena,
			   "odbc:DRIVER=PostgreSQL Unicode;Servername=%.*s;"
			   "Database=%s;UID=postgres;BoolsAsChar=0;"
			   "UseDeclareFetch=1;Fetch=256",
			   STR_ARG(host), pg_name),
		       &pg));
}

static void make(void)
{
	struct ctx own = ctx_new(kept = arena_new(), 0, LANG_EN);

	maria_start();
	T_OK(&own,
	    source_parse(&own,
		str_fmt(own.arena, "odbc:DRIVER=SQLite3;Database=%s;StepAPI=1",
		    fixture_path),
		&lite));
	T_OK(&own, source_parse(&own,
		       str_fmt(own.arena,
			   "odbc:DRIVER=MariaDB Unicode;SOCKET=%s/s;"
			   "DATABASE=uni;UID=gate;NO_CACHE=1;FORWARDONLY=1",
			   maria_dir),
		       &maria));
	maria.secret = STR("right}; w'ord");
	pg_make();
	fixture_exec(lite_page);
	maria_wait();
	REQUIRE(maria_client(maria_tables));
}

static void every_test(void)
{
	every_test_alike(which, which == &pg ? 53 : 13);
}

static void every_order(void)
{
	every_order_alike(which);
}

static void lists_and_pages(void)
{
	lists_and_pages_alike(which);
}

static void parameters(void)
{
	parameters_alike(which);
}

static void pages(void)
{
	static bool filterable[64];
	struct ctx own = ctx_new(arena_new(), 0, LANG_EN);
	struct str sql = STR("select * from page");
	struct description d;

	T_OK(&own, source_describe(&own, which, sql, NO_PARAMS, NO_ARGS,
		       &source_limits_officer, &d));
	for (size_t i = 0; i < COUNT(filterable); i++)
		filterable[i] = true;
	/* Each alone, so that it is what the place is made of; then all. */
	for (size_t i = 0; i < d.columns.n; i++) {
		struct order o = { .column = d.columns.v[i].name,
			.descending = i % 2 == 1,
			.nulls = (enum nulls)(i % 3) };
		struct approved one = { .sql = str_fmt(own.arena,
					    "select %.*s from page",
					    STR_ARG(o.column)),
			.columns = { .v = &d.columns.v[i], .n = 1 },
			.filterable = filterable };
		pages_are_the_whole(which, &one, &o, 1, 2);
	}
	struct approved a = {
		.sql = sql, .columns = d.columns, .filterable = filterable
	};
	pages_of_each_size(which, &a, NULL, 0);
	arena_free(own.arena);
}

static void what_is_no_select_is_refused(void)
{
	static const char *const cases[] = { "update student set id = 1",
		"select 1; select 2", "select 1; drop table student",
		"with x as (delete from student returning id) select 1",
		"select * into y from student",
		"select id from student for update", "select load_file('x')",
		"select 'a' into outfile '/tmp/x'", "select sleep(1)",
		"select pg_sleep(1)", "select \"pg_sleep\"(1)",
		"select benchmark(1, 1)", "select @x := 1", "select 1 # x",
		"select 1 -- x", "select /*! 1 */ 2", "select 'a\\' or 1=1 --'",
		"select $$x$$", "select {fn now()}", "select q'[x]'",
		"select u&'x'", "select [a'b] from student",
		"select `a'b` from student", "select 'open", "select \"open",
		"select ?", "select * from information_schema.tables",
		"select * from pg_class", "select * from sqlite_master",
		"select * from mysql.user", "select load_extension('x')",
		"exec xp_cmdshell 'x'", "call x()", "explain select 1",
		"select id from student where id = :nobody", "",
		"select id, id from student" };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct description d;

		begin();
		enum err e = source_describe(&cx, which, str_of(cases[i]),
		    NO_PARAMS, NO_ARGS, &source_limits_officer, &d);
		T_CHECK(e == ERR_INVALID, "%s: %d %.*s", cases[i], (int)e,
		    STR_ARG(cx.fault.detail));
	}
}

/* What the words let through, the session does not. */
static void nothing_can_be_written(void)
{
	static const char *const writes[] = {
		"insert into student (id) values (99)", "delete from student",
		"create table t (a int)"
	};
	struct column column = { .name = STR("a") };

	for (size_t i = 0; i < COUNT(writes); i++) {
		struct approved a = { .sql = str_of(writes[i]),
			.columns = { .v = &column, .n = 1 } };
		struct query q = query_all();

		begin();
		struct str got = answer_of(which, &a, &q);
		T_CHECK(got.n > 0 && got.p[0] == '!', "%s: %.*s", writes[i],
		    STR_ARG(got));
	}
	struct query q = query_all();
	begin();
	T_CHECK(!str_has(answer_of(which, &alike_all, &q), STR("i:99")), " ");
	same(which, &alike_all,
	    &(struct query){ .limit = -1, .order = by_id, .n_order = 1 },
	    "all are there");
}

static void the_first_rows_are_shown(void)
{
	struct description d;
	struct batch rows;

	begin();
	T_OK(
	    &cx, source_preview(&cx, which,
		     STR("select id, name, gpa, born, seen from student"
			 " where id < 3 order by id;"),
		     NO_PARAMS, NO_ARGS, &source_limits_officer, 5, &d, &rows));
	T_CHECK(rows.n_rows == 2 && d.columns.n == 5 &&
		    d.columns.v[0].type == TYPE_INTEGER &&
		    d.columns.v[1].type == TYPE_TEXT &&
		    d.columns.v[2].type == TYPE_NUMBER &&
		    d.columns.v[3].type == TYPE_DATE &&
		    d.columns.v[4].type == TYPE_DATETIME,
	    "%zu %d %d %d %d %d", rows.n_rows, (int)d.columns.v[0].type,
	    (int)d.columns.v[1].type, (int)d.columns.v[2].type,
	    (int)d.columns.v[3].type, (int)d.columns.v[4].type);
}

static void a_shape_that_differs_is_drift(void)
{
	struct column columns[] = { { .name = STR("id") },
		{ .name = STR("title") } };
	struct approved a = { .sql = STR("select id, name from student"),
		.columns = { .v = columns, .n = 2 } };
	struct query q = query_all();

	begin();
	T_CHECK(str_has(answer_of(which, &a, &q), STR("source-drifted")), " ");
	a.sql = STR("select id, title from student");
	T_CHECK(str_has(answer_of(which, &a, &q), STR("source-drifted")),
	    "%.*s", STR_ARG(answer_of(which, &a, &q)));
}

static bool stopped(void *arg)
{
	int *left = arg;

	return --*left < 0;
}

/* A query without a row ends when its time is up, and when nobody waits. */
static void time_and_patience_end(void)
{
	struct column column = { .name = STR("n"), .type = TYPE_INTEGER };
	const char *slow =
	    which == &pg ? "select count(*) as n from generate_series(1,"
			   " 3000000) a, generate_series(1, 3000000) b"
			 : "with recursive c(i) as (select 1 union all"
			   " select i + 1 from c where i < 900) select"
			   " sum(a.i * b.i + x.i * y.i) as n from c a, c b, c"
			   " x, c y";
	struct approved a = { .sql = str_of(slow),
		.columns = { .v = &column, .n = 1 } };
	struct query all = query_all();
	struct source_limits limits = source_limits_stream;
	struct source_stream *s = NULL;
	struct compiled q;
	struct batch b;
	int looks = 2;

	for (int i = 0; i < 2; i++) {
		begin();
		T_OK(&cx, query_compile(&cx, &a, &all, &q));
		limits = source_limits_stream;
		limits.time_ms = i == 0 ? 200 : limits.time_ms;
		limits.stop = i == 0 ? NULL : stopped;
		limits.stop_arg = &looks;
		enum err e = source_open(&cx, which, &q, &limits, &s);
		if (e == OK)
			e = source_next(&cx, s, &b);
		T_CHECK(e == (i == 0 ? ERR_TIME_LIMIT : ERR_GONE), "%d %.*s",
		    (int)e, STR_ARG(cx.fault.detail));
	}
}

static void lost_servers_are_busy(void)
{
	struct source away = *which;

	begin();
	T_OK(&cx, source_check(&cx, which));
	away.dsn = STR("DRIVER=MariaDB Unicode;SOCKET=/nowhere;UID=x");
	T_CHECK(source_check(&cx, &away) == ERR_BUSY, " ");
	away.dsn = STR("DRIVER=No Such Driver");
	T_CHECK(source_check(&cx, &away) == ERR_BUSY, " ");
	away = maria;
	away.secret = STR("wrong");
	T_CHECK(source_check(&cx, &away) == ERR_BUSY, " ");
	T_CHECK(!str_has(cx.fault.detail, STR("wrong")), "%.*s",
	    STR_ARG(cx.fault.detail));
}

static void values_are_as_mariadb_holds_them(void)
{
	static const char want[] =
	    "t:ab|i:18446744073709551615|"
	    "r:12345678901234567890.0123456789|r:0.1|"
	    "t:2026-11-20 08:30:00.25|t:{\"a\": 1}|i:2026|\n";
	static const struct column columns[] = { { .name = STR_INIT("k") },
		{ .name = STR_INIT("big") }, { .name = STR_INIT("d") },
		{ .name = STR_INIT("f") }, { .name = STR_INIT("t") },
		{ .name = STR_INIT("j") }, { .name = STR_INIT("y") } };
	static const struct column old_columns[] = {
		{ .name = STR_INIT("a") },
	};
	struct approved a = { .sql = STR("select k, big, d, f, t, j, y from"
					 " kinds"),
		.columns = { .v = columns, .n = 7 } };
	struct approved old = { .sql = STR("select a from old"),
		.columns = { .v = old_columns, .n = 1 } };
	struct query q = query_all();

	begin();
	T_TEXT(answer_of(&maria, &a, &q), str_of(want));
	T_TEXT(answer_of(&maria, &old, &q), STR("t:ก|\n"));
}

/* Bytes of CP874 in a file that says nothing of its encoding. */
static void old_encodings_are_read(void)
{
	static const struct column columns[] = {
		{ .name = STR_INIT("a"), .type = TYPE_TEXT },
	};
	static const bool filterable[] = { true };
	struct approved a = { .sql = STR("select a from thai order by a"),
		.columns = { .v = columns, .n = 1 },
		.filterable = filterable };
	struct str value = STR("กา");
	struct cond t = {
		.column = STR("a"), .op = OP_EQ, .values = &value, .n_values = 1
	};
	struct query q = query_all();
	struct source old;

	begin();
	fixture_exec("create table thai(a varchar(10));"
		     "insert into thai values (cast(x'a1d2' as text)),"
		     " (cast(x'db' as text)), ('abc')");
	T_OK(&cx, source_parse(&cx,
		      str_fmt(cx.arena,
			  "odbc:DRIVER=SQLite3;Database=%s;NoWCHAR=1;"
			  "pratu_encoding=tis-620",
			  fixture_path),
		      &old));
	T_TEXT(
	    answer_of(&old, &a, &q), STR("t:abc|\nt:กา|\nt:\xef\xbf\xbd|\n"));
	q.filter = &t;
	T_TEXT(answer_of(&old, &a, &q), STR("t:กา|\n"));
}

/* Which session of the server answers. */
static struct str session_of(const struct source *s, const char *sql)
{
	static const struct column columns[] = { { .name = STR_INIT("id") } };
	struct approved a = { .sql = str_of(sql),
		.columns = { .v = columns, .n = 1 } };
	struct query all = query_all();

	return answer_of(s, &a, &all);
}

static void sessions_are_kept(void)
{
	const char *sql = which == &pg ? "select pg_backend_pid() as id"
	                               : "select connection_id() as id";
	size_t others = odbc_kept();

	begin();
	if (which == &lite) { /* another file may be put in its place */
		session_of(&lite, "select 1 as id");
		T_CHECK(odbc_kept() == others, "%zu", odbc_kept());
		return;
	}
	struct str first = session_of(which, sql);
	T_CHECK(str_starts(first, STR("i:")), "%.*s", STR_ARG(first));
	T_TEXT(session_of(which, sql), first);
	/* Who has another password gets no session of this one's. */
	struct source other = *which;
	other.secret = STR("wrong");
	T_CHECK(!str_eq(session_of(&other, sql), first), " ");
	/* What failed, or was not read to its end, is not used again. */
	T_CHECK(str_starts(session_of(which, "select nothing as id"), STR("!")),
	    " ");
	T_CHECK(!str_eq(session_of(which, sql), first), " ");
}

/* A server that has ended a kept one is asked anew, and nobody notices. */
static void a_session_that_was_ended_is_replaced(void)
{
	const char *sql = "select pg_backend_pid() as id";
	begin();
	struct str first = session_of(&pg, sql);
	PGconn *c = PQconnectdb(getenv("PRATU_TEST_PG"));
	struct str end = str_fmt(cx.arena, "select pg_terminate_backend(%.*s)",
	    STR_ARG(str_upto(str_from(first, 2), first.n - 4)));

	PQclear(PQexec(c, str_cstr(cx.arena, end)));
	PQfinish(c);
	struct str next = session_of(&pg, sql);
	T_CHECK(str_starts(next, STR("i:")) && !str_eq(next, first), "%.*s",
	    STR_ARG(next));
}

int main(void)
{
	struct source *all[] = { &lite, &pg, &maria };
	static const char *const names[] = { "SQLite", "PostgreSQL",
		"MariaDB" };

	if (getenv("PRATU_TEST_PG") == NULL) {
		printf("Bail out! PRATU_TEST_PG is not set: tests/pg.sh\n");
		return 1;
	}
	REQUIRE(source_locale());
	cx = ctx_new(arena_new(), 0, LANG_EN);
	fixture_make(&cx);
	fixture.path = str_of(fixture_path);
	make();
	for (size_t i = 0; i < COUNT(all); i++) {
		which = all[i];
		printf("# %s\n", names[i]);
		T_RUN(lost_servers_are_busy);
		T_RUN(lists_and_pages);
		T_RUN(parameters);
		T_RUN(every_order);
		T_RUN(pages);
		T_RUN(every_test);
		T_RUN(what_is_no_select_is_refused);
		T_RUN(nothing_can_be_written);
		T_RUN(the_first_rows_are_shown);
		T_RUN(a_shape_that_differs_is_drift);
		T_RUN(time_and_patience_end);
		T_RUN(sessions_are_kept);
	}
	T_RUN(a_session_that_was_ended_is_replaced);
	T_RUN(values_are_as_mariadb_holds_them);
	T_RUN(old_encodings_are_read);
	arena_free(kept);
	return T_PLAN();
}
