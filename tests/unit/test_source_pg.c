/* PostgreSQL as a source: the same answers as SQLite, what an officer's SQL may
 * be, and what happens when the server or the time runs out. */
#include <libpq-fe.h>
#include <pthread.h>
#include <string.h>

#include "paging_alike.h"

static PGconn *owner; /* makes and changes what the source holds */
static struct source pg, reader;
static struct arena *kept; /* holds them */

static void owner_does(const char *sql)
{
	PGresult *r = PQexec(owner, sql);

	if (PQresultStatus(r) != PGRES_COMMAND_OK &&
	    PQresultStatus(r) != PGRES_TUPLES_OK) {
		printf("Bail out! %s: %s\n", sql, PQerrorMessage(owner));
		exit(1);
	}
	PQclear(r);
}

/* PRATU_TEST_PG with another user and database. */
static struct str dsn_of(const char *user, const char *database)
{
	struct str head, tail, dsn = str_of(getenv("PRATU_TEST_PG"));

	REQUIRE(str_cut(dsn, '?', &head, &tail));
	return str_fmt(cx.arena, "postgresql://%s@/%s?%.*s", user, database,
	    STR_ARG(tail));
}

static const char *const tables[] = {
	ALIKE_PG_STUDENT,
	"create table kinds(k char(8) primary key, big bigint, dec"
	" numeric(30,10), whole numeric(30,0), f4 float4, f8 float8,"
	" tz timestamptz, t time, u uuid, j jsonb, iv interval, arr int[])",
	"insert into kinds values ('ab', 9223372036854775807,"
	" 12345678901234567890.0123456789, 123456789012345678901234567890,"
	" 0.1, 1e15, '2026-11-20 08:30:00+07', '08:30',"
	" 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{\"a\": 1}',"
	" '1 day 2 hours', '{1,2}'),"
	" ('cd', -1, 0.5, 0, 'NaN', 'Infinity', null, null, null, null, null,"
	" null)",
	/* What a page can end at, in twos, so that equals are told apart. */
	"create table page(no int, t text collate \"en-x-icu\", c char(8),"
	" v varchar(9), f8 float8, f4 float4, dec numeric, fix numeric(30,2),"
	" big int8, small int2, ts timestamp, tz timestamptz, d date,"
	" yes boolean, clock time, span interval, u uuid, ip inet, list int[],"
	" doc jsonb, o oid, n name, money numeric(12,2))",
	"insert into page select i, (array['a','A','b','B','','ä','ก','ๆ',"
	"  null,'a ','\U0001f600'])[i % 11 + 1],"
	" (array['a','a b','','ก',null])[i % 5 + 1],"
	" (array['x','X','x ','',null])[i % 5 + 1],"
	" (array[0.1,0.2,0.1+0.2,1e15,1e300,-1e-300,5e-324,3,'NaN','Infinity',"
	"  '-Infinity',null,-0.0]::float8[])[i % 13 + 1],"
	" (array[0.1,0.3,16777216,3.4028235e38,1e-45,'NaN','Infinity',null]"
	"  ::float4[])[i % 8 + 1],"
	" (array['0.1','0.10','12345678901234567890.0123456789',"
	"  '12345678901234567890.0123456790','-1','NaN','Infinity',"
	"  '-Infinity',null,'1e40']::numeric[])[i % 10 + 1],"
	" (array[1.5,12345678901234567890.51,12345678901234567890.52]"
	"  ::numeric[])[i % 3 + 1],"
	" (array[9223372036854775807,9223372036854775806,-9223372036854775808,"
	"  null]::int8[])[i % 4 + 1], i % 3,"
	" (array['2026-11-20 08:30:00','2026-11-20 08:30:00.000001',"
	"  '2026-11-20 08:30:00.123456','2026-11-20 08:30:00.1','infinity',"
	"  '-infinity','0044-03-15 00:00:00 BC','12026-01-01',null]"
	"  ::timestamp[])[i % 9 + 1],"
	" (array['2026-11-20 08:30:00.123456+00','2026-11-20 08:30:00.123457Z',"
	"  '1900-01-01 00:00:00Z','infinity','0044-03-15 00:00:00Z BC',null]"
	"  ::timestamptz[])[i % 6 + 1],"
	" (array['2026-11-20','2026-11-21','infinity','-infinity',"
	"  '0044-03-15 BC','12026-01-01',null]::date[])[i % 7 + 1],"
	" (array[true,false,null])[i % 3 + 1],"
	" (array['08:30','08:30:00.25',null]::time[])[i % 3 + 1],"
	" (array['1 day','36 hours',null]::interval[])[i % 3 + 1],"
	" (array['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',null]::uuid[])"
	"  [i % 2 + 1],"
	" (array['10.0.0.1','10.0.0.0/8','::1',null]::inet[])[i % 4 + 1],"
	" (array['{1,2}','{1}',null]::text[])[i % 3 + 1]::int[],"
	" (array['{\"a\": 1}','[1]',null]::jsonb[])[i % 3 + 1],"
	" i % 2 + 4000000000, (array['n','N']::name[])[i % 2 + 1], i % 5"
	" from generate_series(1, 26) i",
	"create table keyed(a text collate \"en-x-icu\", ts timestamptz,"
	" f float8, note text, primary key (a, ts, f))",
	"insert into keyed select (array['a','A','b','ä'])[i % 4 + 1],"
	" '2026-11-20 08:30:00Z'::timestamptz + i * interval '1 microsecond',"
	" i / 10.0, case when i % 3 > 0 then 'n' || i % 3 end"
	" from generate_series(1, 23) i",
	"create table live(id int primary key, grp text, ts timestamp)",
	"create schema other",
	"create table other.thing(a int primary key, b text)",
	"create table twice(a int, b int, c text, primary key (b, a))",
	"create table mother(id int primary key)",
	"create table child() inherits (mother)",
	"create view shown as select id, name from student",
	"create function evil() returns text language sql stable as"
	" 'select ''x''::text'",
	"create function slow() returns int language plpgsql stable as"
	" 'begin perform pg_sleep(30); return 1; end'",
};

static void make(void)
{
	char name[64];

	snprintf(name, sizeof(name), "source_pg_%d", (int)getpid());
	owner = PQconnectdb(getenv("PRATU_TEST_PG"));
	REQUIRE(PQstatus(owner) == CONNECTION_OK);
	owner_does(str_cstr(cx.arena,
	    str_fmt(cx.arena,
		"create database %s template template0 locale_provider icu"
		" icu_locale 'en'",
		name)));
	PQfinish(owner);
	owner = PQconnectdb(str_cstr(cx.arena, dsn_of("postgres", name)));
	REQUIRE(PQstatus(owner) == CONNECTION_OK);
	for (size_t i = 0; i < COUNT(tables); i++)
		owner_does(tables[i]);
	owner_does(str_cstr(
	    cx.arena, str_fmt(cx.arena,
			  "create role %s_r login password 'right; word''s';"
			  "grant usage on schema public to %s_r;"
			  "grant select on student to %s_r",
			  name, name, name)));
	struct arena *a = kept = arena_new();
	struct ctx own = ctx_new(a, 0, LANG_EN);
	REQUIRE(source_parse(&own, dsn_of("postgres", name), &pg) == OK);
	REQUIRE(source_parse(&own,
		    dsn_of(str_cstr(a, str_fmt(a, "%s_r", name)), name),
		    &reader) == OK);
	reader.secret = STR("right; word's");
}

static void every_test(void)
{
	every_test_alike(&pg, 13);
}

static void every_order(void)
{
	every_order_alike(&pg);
}

static void lists_and_pages(void)
{
	lists_and_pages_alike(&pg);
}

static void parameters(void)
{
	parameters_alike(&pg);
}

static struct str preview_of(
    const struct source *s, const char *sql, struct description *d)
{
	struct buf b = buf_new(cx.arena, (size_t)1 << 20);
	struct batch rows;
	enum err e = source_preview(&cx, s, str_of(sql), NO_PARAMS, NO_ARGS,
	    &source_limits_officer, 5, d, &rows);

	if (e != OK)
		return str_fmt(cx.arena, "!%s", msg_key(cx.fault.msg).p);
	for (size_t i = 0; i < rows.n_rows * rows.n_columns; i++)
		put_cell_text(&b, &rows.cells[i]);
	return buf_view(&b);
}

static void values_are_as_the_source_holds_them(void)
{
	static const struct {
		const char *column, *want;
		enum column_type type;
	} cases[] = {
		{ "k", "t:ab|t:cd|", TYPE_TEXT },
		{ "big", "i:9223372036854775807|i:-1|", TYPE_INTEGER },
		{ "dec", "r:12345678901234567890.0123456789|r:0.5000000000|",
		    TYPE_NUMBER },
		{ "whole", "i:123456789012345678901234567890|i:0|",
		    TYPE_NUMBER },
		{ "f4", "r:0.1|t:NaN|", TYPE_NUMBER },
		{ "f8", "r:1000000000000000.0|r:1e999|", TYPE_NUMBER },
		{ "tz", "t:2026-11-20 08:30:00+07|n:|", TYPE_DATETIME },
		{ "t", "t:08:30:00|n:|", TYPE_TEXT },
		{ "u", "t:a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|n:|",
		    TYPE_TEXT },
		{ "j", "t:{\"a\": 1}|n:|", TYPE_TEXT },
		{ "iv", "t:P1DT2H|n:|", TYPE_TEXT },
		{ "arr", "t:{1,2}|n:|", TYPE_TEXT },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct description d = { .n_reads = 0 };

		begin();
		struct str sql = str_fmt(cx.arena,
		    "select %s from kinds order by k", cases[i].column);
		struct str got = preview_of(&pg, str_cstr(cx.arena, sql), &d);
		T_TEXT(got, str_of(cases[i].want));
		T_CHECK(
		    d.columns.n == 1 && d.columns.v[0].type == cases[i].type,
		    "%s", cases[i].column);
	}
}

/* As the declared type says, whatever the column's is there. */
static void odd_types_can_be_filtered(void)
{
	static const struct {
		const char *column, *value, *want;
		enum column_type type;
		enum op op;
	} cases[] = {
		{ "k", "ab", "t:ab|\n", TYPE_TEXT, OP_EQ },
		{ "k", "a%", "t:ab|\n", TYPE_TEXT, OP_LIKE },
		{ "dec", "12345678901234567890.0123456789", "t:ab|\n",
		    TYPE_NUMBER, OP_EQ },
		{ "dec", "0.5", "t:cd|\n", TYPE_NUMBER, OP_LTE },
		{ "f4", "0.1", "t:ab|\n", TYPE_NUMBER, OP_EQ },
		{ "big", "9223372036854775807", "t:ab|\n", TYPE_INTEGER,
		    OP_EQ },
		{ "big", "9223372036854775807", "t:ab|\n", TYPE_TEXT, OP_EQ },
		{ "u", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "t:ab|\n",
		    TYPE_TEXT, OP_EQ },
		{ "u", "no uuid", "", TYPE_TEXT, OP_EQ },
		{ "j", "%1%", "t:ab|\n", TYPE_TEXT, OP_LIKE },
		{ "tz", "2026-11-20T01:30:00Z", "t:ab|\n", TYPE_DATETIME,
		    OP_EQ },
		{ "tz", "2026-11-20 08:30", "t:ab|\n", TYPE_DATETIME, OP_EQ },
		{ "tz", "2026-11-20", "t:ab|\n", TYPE_DATE, OP_GT },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin();
		struct column columns[] = { { .name = STR("k") },
			{ .name = STR("c"), .type = cases[i].type } };
		bool filterable[] = { true, true };
		struct approved a = { .sql = str_fmt(cx.arena,
					  "select k, %s as c from kinds",
					  cases[i].column),
			.columns = { .v = columns, .n = 2 },
			.filterable = filterable };
		struct str k = STR("k"), value = str_of(cases[i].value);
		struct cond t = { .column = STR("c"),
			.op = cases[i].op,
			.values = &value,
			.n_values = 1 };
		struct query q = query_all();
		q.filter = &t;
		q.select = &k;
		q.n_select = 1;
		struct str got = answer_of(&pg, &a, &q);
		T_CHECK(str_eq(got, str_of(cases[i].want)), "%s %s: %.*s",
		    cases[i].column, cases[i].value, STR_ARG(got));
	}
}

/* Columns as they are described, or all declared to be texts. */
static struct approved approved_of(
    struct ctx *own, const char *sql, bool as_texts, bool with_key)
{
	static bool filterable[64];
	struct description d;

	T_OK(own, source_describe(own, &pg, str_of(sql), NO_PARAMS, NO_ARGS,
		      &source_limits_officer, &d));
	struct column *v = ARENA_ARRAY(own->arena, struct column, d.columns.n);
	for (size_t i = 0; i < d.columns.n; i++) {
		v[i] = d.columns.v[i];
		v[i].type = as_texts ? TYPE_TEXT : v[i].type;
		filterable[i] = true;
	}
	return (struct approved){ .sql = str_of(sql),
		.columns = { .v = v, .n = d.columns.n },
		.filterable = filterable,
		.key = with_key ? d.key : NULL,
		.n_key = with_key ? d.n_key : 0 };
}

static void pages_without_a_key(void)
{
	struct ctx own = ctx_new(arena_new(), 0, LANG_EN);
	struct approved a =
	    approved_of(&own, "select * from page", false, false);
	struct approved texts =
	    approved_of(&own, "select * from page", true, false);
	struct approved alike =
	    approved_of(&own, "select t, v, yes from page", false, false);

	every_column_pages(&pg, &a, 1);
	every_column_pages(&pg, &texts, 1);
	every_column_pages(&pg, &alike, 6);
	arena_free(own.arena);
}

static void pages_by_a_key(void)
{
	struct ctx own = ctx_new(arena_new(), 0, LANG_EN);
	struct approved a =
	    approved_of(&own, "select * from keyed", false, true);
	static const struct order mixed[] = {
		{ .column = STR_INIT("note"), .descending = true },
		{ .column = STR_INIT("a"), .nulls = NULLS_LAST },
		{ .column = STR_INIT("f"), .descending = true },
	};

	T_CHECK(a.n_key == 3, "%zu", a.n_key);
	every_column_pages(&pg, &a, 6);
	pages_of_each_size(&pg, &a, mixed, 3);
	arena_free(own.arena);
}

/* Before and behind the place, and where it is. */
static void come_and_go(int page)
{
	char sql[512];

	if (page > 15)
		return; /* else those that come are never all given */
	snprintf(sql, sizeof(sql),
	    "insert into live values (%d, '0', null), (%d, 'z',"
	    " '2026-11-20 08:30:00.5'), (%d, 'b', '2026-11-20 08:30:00.%06d');"
	    "delete from live where id %% 4 = 1 and id = any(array(select id"
	    " from live where id %% 4 = 1 order by id %% 7 limit 2))",
	    1002 + 8 * page, 1003 + 8 * page, 1006 + 8 * page, page);
	owner_does(sql);
}

/* How many rows begin with that number. */
static int times(struct str rows, int id)
{
	struct str line, begins = str_fmt(cx.arena, "i:%d|", id);
	int n = 0;

	while (str_cut(rows, '\n', &line, &rows))
		n += str_starts(line, begins);
	return n;
}

static void rows_that_stay_come_once(void)
{
	struct ctx own = ctx_new(arena_new(), 0, LANG_EN);
	static const struct order orders[][2] = {
		{ { .column = STR_INIT("grp") },
		    { .column = STR_INIT("ts"), .descending = true } },
		{ { .column = STR_INIT("ts"), .nulls = NULLS_LAST },
		    { .column = STR_INIT("grp"), .descending = true } },
	};
	static const char *const texts[] = { "select id, grp, ts from live",
		"select id, grp, ts from live l where true or id > 0" };

	for (size_t i = 0; i < 2 * COUNT(texts) * COUNT(orders); i++) {
		struct approved a =
		    approved_of(&own, texts[i % 2], false, i % 2 == 0);
		struct walk w = { .source = &pg,
			.approved = &a,
			.query = query_all(),
			.limit = i < 4 ? 3 : 7,
			.between = come_and_go };

		begin();
		owner_does("truncate live; insert into live select i,"
			   " (array['a','b','B',null])[i % 3 + 1],"
			   " '2026-11-20 08:30:00'::timestamp"
			   " + i % 5 * interval '1 microsecond'"
			   " from generate_series(1, 80) i");
		w.query.order = orders[i / 2 % 2];
		w.query.n_order = 2;
		struct str got = walk(&w);
		T_CHECK(got.n > 0 && got.p[0] != '!', "%.*s", STR_ARG(got));
		for (int id = 1; id <= 80; id++) {
			int n = times(got, id);

			T_CHECK(n == 1 || (n == 0 && id % 4 == 1),
			    "%d comes %d times in %zu", id, n, i);
		}
	}
	arena_free(own.arena);
}

static void forbidden_sql_is_refused(void)
{
	static const char *const cases[] = {
		"",
		"update student set id = 1",
		"delete from student",
		"select 1; select 2",
		"select 1; drop table student",
		"with x as (delete from student returning id) select * from x",
		"with x as (insert into twice values (1,2,'3') returning a)"
		" select * from x",
		"select * into y from student",
		"select 1 for update",
		"select id from student for update",
		"select id from student for share",
		"select * from (select id from student for update) t",
		"table student",
		"values (1)",
		"explain select 1",
		"copy student to stdout",
		"do $$begin end$$",
		"select pg_read_file('/etc/passwd')",
		"select pg_catalog.pg_read_file('/etc/passwd')",
		"select pg_sleep(1)",
		"select evil()",
		"select public.evil()",
		"select set_config('a.b', 'c', false)",
		"select current_setting('data_directory')",
		"select lo_import('/etc/passwd')",
		"select lo_get(1)",
		"select query_to_xml('select 1', true, true, '')",
		"select database_to_xml(true, true, '')",
		"select pg_terminate_backend(1)",
		"select nextval('s')",
		"select version()",
		"select current_user",
		"select session_user",
		"select random()",
		"select repeat('x', 1000000000)",
		"select * from pg_catalog.pg_class",
		"select * from pg_class",
		"select * from pg_shadow",
		"select * from pg_stat_activity",
		"select * from information_schema.tables",
		"select ('/etc/passwd'::text).pg_read_file",
		"select id from student where exists (select 1 from pg_class)",
		"select id from student order by pg_sleep(1)",
		"select id from student limit (select pg_sleep(1)::text::int)",
		"select * from student tablesample system (1)",
		"select xmlelement(name x)",
		"select 1 operator(public.+) 2",
		"select id from nowhere",
		"select nothing from student",
		"select id, id from student",
		"select 1 as \"A\", 2 as a",
		"select $1",
		"select id from student where id = $1",
		"select ''",
		"select id from student --",
		"select",
		"select (",
		"select * from pg_ls_dir('/')",
		"select * from dblink('', '')",
		"select 'a' || (select pg_read_file('x'))",
		"select count(*) filter (where pg_sleep(1) is null) from"
		" student",
		"select sum(id) over (order by pg_sleep(1)) from student",
		"select id from student union select pg_backend_pid()",
		"select * from rows from (pg_ls_dir('/')) t",
		"select case when true then pg_read_file('x') end",
		"select array[pg_read_file('x')]",
		"select * from lateral (select pg_read_file('x')) t",
		"select :who",
		"select ':who'::text as a, :who as b",
	};
	size_t refused = 0;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct description d;
		/* Two of the list are good, to see that others could be. */
		bool good = strcmp(cases[i], "select ''") == 0 ||
		            strcmp(cases[i], "select id from student --") == 0;

		begin();
		enum err e = source_describe(&cx, &pg, str_of(cases[i]),
		    NO_PARAMS, NO_ARGS, &source_limits_officer, &d);
		T_CHECK(e == (good ? OK : ERR_INVALID), "%s: %d %s", cases[i],
		    (int)e, msg_key(cx.fault.msg).p);
		refused += e == ERR_INVALID;
	}
	printf("# %zu texts refused\n", refused);
}

static void *describe_deep(void *arg)
{
	struct arena *a = arena_new();
	struct ctx own = ctx_new(a, 0, LANG_EN);
	struct buf b = buf_new(a, SOURCE_SQL_BYTES);
	struct description d;

	buf_str(&b, STR("select "));
	for (int i = 0; i < 9000; i++)
		buf_str(&b, STR("not "));
	buf_str(&b, STR("true as a"));
	*(enum err *)arg = source_describe(&own, &pg, buf_view(&b), NO_PARAMS,
	    NO_ARGS, &source_limits_officer, &d);
	arena_free(a);
	return NULL;
}

/* On the stack of a request, which is small. */
static void deep_sql_is_refused(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	enum err e = OK;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, (size_t)512 << 10);
	REQUIRE(pthread_create(&thread, &attr, describe_deep, &e) == 0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attr);
	T_CHECK(e == ERR_INVALID, "%d", (int)e);
}

static void good_sql_is_described(void)
{
	static const struct {
		const char *sql, *columns, *reads, *key;
	} cases[] = {
		{ "select id, name from student",
		    "id=student.id name=student.name ",
		    "student.id student.name ", "id " },
		{ "select s.id as no, upper(name) as up from student s"
		  " where faculty = 'x'",
		    "no=student.id up=. ",
		    "student.id student.name student.faculty ", "no " },
		{ "select count(*) as n from student", "n=. ", "student. ",
		    "" },
		{ "select * from shown", "id=shown.id name=shown.name ",
		    "shown.id shown.name ", "" },
		{ "select a, b, c from twice", "a=twice.a b=twice.b c=twice.c ",
		    "twice.a twice.b twice.c ", "b a " },
		{ "select a, c from twice", "a=twice.a c=twice.c ",
		    "twice.a twice.c ", "" },
		{ "select id from mother", "id=mother.id ", "mother.id ", "" },
		{ "select distinct id from student", "id=student.id ",
		    "student.id ", "" },
		{ "select id, unnest(array[1,2]) as u from student",
		    "id=student.id u=. ", "student.id ", "" },
		{ "select id from student union all select id from student",
		    "id=. ", "student.id ", "" },
		{ "with w as (select id from student) select id from w",
		    "id=student.id ", "student.id ", "" },
		{ "select t.b, s.id from other.thing t join student s"
		  " on s.id = t.a",
		    "b=other.thing.b id=student.id ",
		    "other.thing.a other.thing.b student.id ", "" },
		{ "select 'it''s :no' as a, e'\\':no' as b, $x$ :no $x$ as c,"
		  " 1::text as d -- :no\n /* :no /* :no */ */",
		    "a=. b=. c=. d=. ", "", "" },
		{ "select date_trunc('month', seen) as m, extract(year from"
		  " born) as y, count(*) filter (where active) as n,"
		  " string_agg(name, ',' order by id) as s from student"
		  " group by 1, 2 having count(*) > 0 order by 1",
		    "m=. y=. n=. s=. ",
		    "student.id student.name student.born student.seen"
		    " student.active ",
		    "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct description d;

		begin();
		struct buf columns = buf_new(cx.arena, 4096),
			   reads = buf_new(cx.arena, 4096),
			   key = buf_new(cx.arena, 4096);
		enum err e = source_describe(&cx, &pg, str_of(cases[i].sql),
		    NO_PARAMS, NO_ARGS, &source_limits_officer, &d);
		T_CHECK(e == OK, "%s: %.*s", cases[i].sql,
		    STR_ARG(fault_text(&cx)));
		if (e != OK)
			continue;
		for (size_t k = 0; k < d.columns.n; k++)
			buf_fmt(&columns, "%.*s=%.*s.%.*s ",
			    STR_ARG(d.columns.v[k].name),
			    STR_ARG(d.origins[k].table),
			    STR_ARG(d.origins[k].column));
		for (size_t k = 0; k < d.n_reads; k++)
			buf_fmt(&reads, "%.*s.%.*s ", STR_ARG(d.reads[k].table),
			    STR_ARG(d.reads[k].column));
		for (size_t k = 0; k < d.n_key; k++)
			buf_fmt(&key, "%.*s ", STR_ARG(d.key[k]));
		T_TEXT(buf_view(&columns), str_of(cases[i].columns));
		T_TEXT(buf_view(&reads), str_of(cases[i].reads));
		T_TEXT(buf_view(&key), str_of(cases[i].key));
	}
}

/* The tree is one wall; the transaction is another. */
static void nothing_can_be_written(void)
{
	static const char *const writes[] = { "insert into twice values (1,1)",
		"create table t(a int)", "select nextval('s')",
		"select lo_create(0)" };
	struct column column = { .name = STR("a") };

	owner_does("create sequence s");
	owner_does("create function w() returns int language sql volatile as"
		   " 'insert into twice values (7,7,''7''); select 1'");
	for (size_t i = 0; i <= COUNT(writes); i++) {
		struct approved a = {
			.sql = i < COUNT(writes) ? str_of(writes[i])
			                         : STR("select w() as a"),
			.columns = { .v = &column, .n = 1 },
		};
		struct query q = query_all();

		begin();
		struct str got = answer_of(&pg, &a, &q);
		T_CHECK(got.n > 0 && got.p[0] == '!', "%.*s", STR_ARG(got));
	}
	owner_does("do 'begin if exists (select 1 from twice) then raise"
		   " exception ''written''; end if; end'");
}

static void a_changed_table_is_drift(void)
{
	static const struct column columns[] = {
		{ .name = STR_INIT("a"), .type = TYPE_INTEGER },
		{ .name = STR_INIT("b"), .type = TYPE_TEXT },
	};
	struct approved star = { .sql = STR("select * from other.thing"),
		.columns = { .v = columns, .n = 2 } };
	struct approved two = { .sql = STR("select a, b from other.thing"),
		.columns = { .v = columns, .n = 2 } };
	struct query q = query_all();

	begin();
	owner_does("insert into other.thing values (1, 'x')");
	T_TEXT(answer_of(&pg, &star, &q), STR("i:1|t:x|\n"));
	owner_does("alter table other.thing alter b type varchar(50)");
	T_TEXT(answer_of(&pg, &star, &q), STR("i:1|t:x|\n"));
	owner_does("alter table other.thing add c int");
	T_CHECK(str_has(answer_of(&pg, &star, &q), STR("source-drifted")), " ");
	T_TEXT(answer_of(&pg, &two, &q), STR("i:1|t:x|\n"));
	owner_does("alter table other.thing rename b to d");
	T_CHECK(str_has(answer_of(&pg, &two, &q), STR("source-drifted")), " ");
}

static bool stopped(void *arg)
{
	int *left = arg;

	return --*left < 0;
}

/* A query without a row ends when its time is up, and when nobody waits. */
static void time_and_patience_end(void)
{
	struct column column = { .name = STR("slow") };
	struct approved a = { .sql = STR("select slow()"),
		.columns = { .v = &column, .n = 1 } };
	struct query all = query_all();
	struct source_limits limits = source_limits_stream;
	struct source_stream *s = NULL;
	struct compiled q;
	int looks = 2;

	begin();
	T_OK(&cx, query_compile(&cx, &a, &all, &q));
	limits.time_ms = 300;
	T_CHECK(source_open(&cx, &pg, &q, &limits, &s) == ERR_TIME_LIMIT, "%s",
	    msg_key(cx.fault.msg).p);
	limits = source_limits_stream;
	limits.stop = stopped;
	limits.stop_arg = &looks;
	T_CHECK(source_open(&cx, &pg, &q, &limits, &s) == ERR_GONE, "%s",
	    msg_key(cx.fault.msg).p);
	/* The connection is good again. */
	a.sql = STR("select 1 as slow");
	T_TEXT(answer_of(&pg, &a, &all), STR("i:1|\n"));
	/* What was stopped ends there as well, a moment later. */
	owner_does("do 'begin for i in 1..100 loop"
		   " perform pg_stat_clear_snapshot();"
		   " if not exists (select 1 from pg_stat_activity where"
		   " query like ''%slow()%'' and state = ''active'' and pid <>"
		   " pg_backend_pid()) then return; end if;"
		   " perform pg_sleep(0.05); end loop;"
		   " raise exception ''still''; end'");
}

/* Kept connections that the server has closed are not used. */
static void a_lost_connection_is_not_used_again(void)
{
	struct query q = query_all();

	begin();
	T_CHECK(answer_of(&pg, &alike_all, &q).n > 100, " ");
	owner_does("select pg_terminate_backend(pid) from pg_stat_activity"
		   " where application_name = 'pratu-gate'");
	usleep(200000);
	T_CHECK(answer_of(&pg, &alike_all, &q).n > 100, " ");

	struct source away = pg;
	away.dsn = STR("postgresql://u@127.0.0.1:1/x");
	T_CHECK(source_check(&cx, &away) == ERR_BUSY, " ");
	away.dsn = STR("postgresql://nobody@/x?host=/nowhere");
	T_CHECK(source_check(&cx, &away) == ERR_BUSY, " ");
}

static void a_cut_connection_in_mid_stream_is_busy(void)
{
	struct column column = { .name = STR("g"), .type = TYPE_INTEGER };
	struct approved a = { .sql = STR(
				  "select generate_series(1, 3000000) as g"),
		.columns = { .v = &column, .n = 1 } };
	struct query all = query_all();
	struct source_stream *s = NULL;
	struct compiled q;
	struct batch b;
	enum err e = OK;
	int64_t rows = 0;

	begin();
	T_OK(&cx, query_compile(&cx, &a, &all, &q));
	T_OK(&cx, source_open(&cx, &pg, &q, &source_limits_stream, &s));
	T_OK(&cx, source_next(&cx, s, &b));
	owner_does("select pg_terminate_backend(pid) from pg_stat_activity"
		   " where application_name = 'pratu-gate'");
	while ((e = source_next(&cx, s, &b)) == OK && b.n_rows > 0)
		rows += (int64_t)b.n_rows;
	T_CHECK(e == ERR_BUSY && rows < 3000000, "%d %lld", (int)e,
	    (long long)rows);
	source_close(s);
}

static void no_more_than_sixteen_at_once(void)
{
	struct query all = query_all();
	struct source_stream *s[17] = { NULL };
	struct compiled q;
	enum err e = OK;
	size_t n = 0;

	begin();
	T_OK(&cx, query_compile(&cx, &alike_all, &all, &q));
	while (n < COUNT(s) && e == OK) {
		e = source_open(&cx, &pg, &q, &source_limits_stream, &s[n]);
		n += e == OK;
	}
	T_CHECK(n == 16 && e == ERR_BUSY, "%zu", n);
	source_close(s[0]);
	T_OK(&cx, source_open(&cx, &pg, &q, &source_limits_stream, &s[0]));
	/* They go with the arena, closed or not. */
	begin();
	T_OK(&cx, query_compile(&cx, &alike_all, &all, &q));
	for (n = 0; n < 16; n++)
		T_OK(&cx,
		    source_open(&cx, &pg, &q, &source_limits_stream, &s[n]));
	begin();
	source_tidy();
}

/* What `source check` says of a role, and what the role can see. */
static void roles_are_seen_through(void)
{
	struct source_report r;
	struct description d;

	begin();
	T_OK(&cx, source_look(&cx, &pg, &r));
	T_CHECK(r.read_only == YES && r.can_write == YES && r.is_owner == YES &&
		    r.n_writable >= 6 && r.tls == NOT_KNOWN,
	    "%lld", (long long)r.n_writable);
	T_OK(&cx, source_look(&cx, &reader, &r));
	T_CHECK(r.read_only == YES && r.can_write == NO && r.is_owner == NO &&
		    r.n_writable == 0 && r.n_readable == 1,
	    "%lld %lld", (long long)r.n_writable, (long long)r.n_readable);
	T_CHECK(preview_of(&reader, "select id from student", &d).n > 4, " ");
	T_TEXT(preview_of(&reader, "select k from kinds", &d),
	    STR("!error.sql-run"));
	struct source wrong = reader;
	wrong.secret = STR("wrong");
	T_CHECK(source_check(&cx, &wrong) == ERR_BUSY, " ");
	T_CHECK(!str_has(cx.fault.detail, STR("wrong")), "%.*s",
	    STR_ARG(cx.fault.detail));
}

/* A database that knows no encoding, with bytes of CP874 in it. */
static void old_encodings_are_read(void)
{
	char name[64];
	PGconn *before = owner;
	struct source old, raw;
	struct query q = query_all();
	static const struct column columns[] = {
		{ .name = STR_INIT("a"), .type = TYPE_TEXT },
	};
	static const bool filterable[] = { true };
	struct approved a = { .sql = STR("select a from t"),
		.columns = { .v = columns, .n = 1 },
		.filterable = filterable };
	struct str value = STR("ก”");
	struct cond t = {
		.column = STR("a"), .op = OP_EQ, .values = &value, .n_values = 1
	};

	begin();
	snprintf(name, sizeof(name), "source_old_%d", (int)getpid());
	owner_does(str_cstr(
	    cx.arena, str_fmt(cx.arena,
			  "create database %s encoding 'SQL_ASCII' locale 'C'"
			  " template template0",
			  name)));
	owner = PQconnectdb(str_cstr(cx.arena, dsn_of("postgres", name)));
	owner_does("create table t(a char(5))");
	owner_does("insert into t values (e'\\xa1\\x94'), (e'\\xdb')");
	PQfinish(owner);
	owner = before;
	T_OK(&cx, source_parse(&cx, dsn_of("postgres", name), &raw));
	T_OK(&cx, source_parse(&cx,
		      str_cat(cx.arena, dsn_of("postgres", name),
			  STR("&pratu_encoding=CP874")),
		      &old));
	T_TEXT(answer_of(&old, &a, &q), STR("t:ก”|\nt:\xef\xbf\xbd|\n"));
	T_TEXT(answer_of(&raw, &a, &q),
	    STR("t:\xef\xbf\xbd\xef\xbf\xbd|\nt:\xef\xbf\xbd|\n"));
	q.filter = &t;
	T_TEXT(answer_of(&old, &a, &q), STR("t:ก”|\n"));
	/* And what could not be read is counted. */
	struct compiled c;
	struct source_stream *s = NULL;
	struct batch b;
	q.filter = NULL;
	T_OK(&cx, query_compile(&cx, &a, &q, &c));
	T_OK(&cx, source_open(&cx, &old, &c, &source_limits_stream, &s));
	while (source_next(&cx, s, &b) == OK && b.n_rows > 0)
		;
	T_CHECK(source_bad_texts(s) == 1, "%d", (int)source_bad_texts(s));
	source_close(s);
}

static void long_values_pass(void)
{
	static const struct column columns[] = {
		{ .name = STR_INIT("a"), .type = TYPE_TEXT },
	};
	struct approved a = { .sql = STR("select string_agg(c::text, '') as a"
					 " from generate_series(1, 20000) c"),
		.columns = { .v = columns, .n = 1 } };
	struct query q = query_all();

	begin();
	T_CHECK(answer_of(&pg, &a, &q).n == 88894 + 4, "%zu",
	    answer_of(&pg, &a, &q).n);
	a.sql = str_fmt(
	    cx.arena, "select repeat('x', %zu) as a", SOURCE_CELL_BYTES + 1);
	T_CHECK(str_has(answer_of(&pg, &a, &q), STR("value-too-large")), " ");
}

int main(void)
{
	if (getenv("PRATU_TEST_PG") == NULL) {
		printf("Bail out! PRATU_TEST_PG is not set: tests/pg.sh\n");
		return 1;
	}
	cx = ctx_new(arena_new(), 0, LANG_EN);
	fixture_make(&cx);
	fixture.path = str_of(fixture_path);
	make();
	T_RUN(every_test);
	T_RUN(every_order);
	T_RUN(lists_and_pages);
	T_RUN(parameters);
	T_RUN(values_are_as_the_source_holds_them);
	T_RUN(odd_types_can_be_filtered);
	T_RUN(pages_without_a_key);
	T_RUN(pages_by_a_key);
	T_RUN(rows_that_stay_come_once);
	T_RUN(forbidden_sql_is_refused);
	T_RUN(deep_sql_is_refused);
	T_RUN(good_sql_is_described);
	T_RUN(nothing_can_be_written);
	T_RUN(a_changed_table_is_drift);
	T_RUN(time_and_patience_end);
	T_RUN(a_lost_connection_is_not_used_again);
	T_RUN(a_cut_connection_in_mid_stream_is_busy);
	T_RUN(no_more_than_sixteen_at_once);
	T_RUN(roles_are_seen_through);
	T_RUN(old_encodings_are_read);
	T_RUN(long_values_pass);
	PQfinish(owner);
	arena_free(kept);
	return T_PLAN();
}
