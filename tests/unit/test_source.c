/* Sources: what SQL is refused and why, what a description holds, that budgets
 * end what is endless, and that values come as they are stored. */
#include "source/source.h"

#include <string.h>
#include <time.h>

#include "source/lite.h"
#include "source/query.h"
#include "source_fixture.h"

static struct ctx cx;

/* Each test starts with an empty context. */
static void begin(void)
{
	arena_free(cx.arena);
	cx = ctx_new(arena_new(), 0, LANG_EN);
}

static enum err describe(struct str sql, struct description *ret)
{
	return source_describe(&cx, &fixture, sql, NO_PARAMS, NO_ARGS,
	    &source_limits_officer, ret);
}

static void forbidden_sql_is_refused_for_the_right_reason(void)
{
	static const struct {
		enum msg why;
		struct str sql;
	} cases[] = {
#define NO(reason, text) { MSG_error_sql_##reason, STR_INIT(text) }
		NO(empty, ""),
		NO(empty, "  \n\t "),
		NO(empty, "-- only a comment"),
		NO(empty, "/* and */ -- another\n"),
		NO(not_select, ";"),
		NO(not_select, "; select 1"),
		NO(not_select, "insert into student(id) values (9)"),
		NO(not_select, "insert into student select * from student"),
		NO(not_select, "replace into student(id) values (1)"),
		NO(not_select, "update student set name = 'x'"),
		NO(not_select, "delete from student"),
		NO(not_select, "delete from student returning *"),
		NO(not_select, "update student set gpa = 4 returning id"),
		NO(not_select, "with x as (select 1) delete from student"),
		NO(not_select, "with x as (select 1) insert into student(id) "
			       "select 9 returning id"),
		NO(not_select,
		    "with x as (select 1) update student set gpa = 4 "
		    "returning *"),
		NO(not_select, "create table t(a)"),
		NO(not_select, "create temp table t as select * from student"),
		NO(not_select, "create temp view v as select 1"),
		NO(not_select, "create index i on student(name)"),
		NO(not_select, "create trigger t after insert on student "
			       "begin select 1; end"),
		NO(not_select, "create virtual table v using fts5(a)"),
		NO(not_select, "drop table student"),
		NO(not_select, "drop view sci"),
		NO(not_select, "alter table student rename to pupil"),
		NO(not_select, "alter table student add column x"),
		NO(not_select, "pragma table_info(student)"),
		NO(not_select, "PRAGMA journal_mode=delete"),
		NO(not_select, "pragma query_only=0"),
		NO(not_select, "attach '/etc/passwd' as p"),
		NO(not_select, "attach ':memory:' as m"),
		NO(not_select, "detach main"),
		NO(not_select, "vacuum"),
		NO(not_select, "vacuum into '/tmp/copy.db'"),
		NO(not_select, "reindex"),
		NO(not_select, "analyze"),
		NO(not_select, "begin"),
		NO(not_select, "commit"),
		NO(not_select, "rollback"),
		NO(not_select, "savepoint s"),
		NO(not_select, "explain select 1"),
		NO(not_select, "explain query plan select * from student"),
		NO(not_select, "values (1),(2)"),
		NO(not_select, "(select 1)"),
		NO(not_select, "selectx 1"),
		NO(not_select, "/* select */ drop table student"),
		NO(not_one, "select 1; select 2"),
		NO(not_one, "select 1; drop table student"),
		NO(not_one, "select 1;;"),
		NO(not_one, "select 1; -- c\n delete from student"),
		NO(not_one, "select ';'; pragma user_version"),
		NO(not_one, "select 1 /* ; */; /* x */ select 2"),
		NO(function, "select load_extension('/tmp/x.so')"),
		NO(function, "select load_extension('/tmp/x.so','f')"),
		NO(function, "select readfile('/etc/passwd')"),
		NO(function, "select writefile('/tmp/x', name) from student"),
		NO(function, "select fts3_tokenizer('simple')"),
		NO(function, "select fts3_tokenizer('x', x'00')"),
		NO(function, "select edit(name) from student"),
		NO(function, "select zeroblob(1000000000)"),
		NO(function, "select randomblob(1000000000)"),
		NO(function, "select random()"),
		NO(function, "select id from student order by RANDOM()"),
		NO(function, "select sqlite_version()"),
		NO(function, "select sqlite_source_id()"),
		NO(function, "select sqlite_compileoption_get(1)"),
		NO(function, "select changes()"),
		NO(function, "select total_changes()"),
		NO(function, "select last_insert_rowid()"),
		NO(function, "select id from student where "
			     "case when 1 then sqlite_version() end > ''"),
		NO(function, "select pratu_like(name, '%') from student"),
		NO(function, "select (select max(randomblob(9)) from student)"),
		NO(function, "select * from bad"),
		NO(function,
		    "with r as (select random() as x) select x from r"),
		NO(function, "select id from student limit abs(random())"),
		NO(function, "select count(*) filter (where random() > 0) "
			     "from student"),
		NO(function, "select sum(id) over (order by random()) "
			     "from student"),
		NO(function, "select eval('drop table student')"),
		NO(function, "select snippet(words) from student as words"),
		NO(table, "select * from sqlite_schema"),
		NO(table, "select sql from sqlite_master"),
		NO(table, "select sql from SQLITE_MASTER"),
		NO(table, "select name from main.sqlite_master"),
		NO(table, "select * from sqlite_temp_schema"),
		NO(table, "select * from temp.sqlite_master"),
		NO(table, "select * from sqlite_stat1"),
		NO(table, "select count(*) from sqlite_schema"),
		NO(table, "select 1 from student where exists "
			  "(select 1 from sqlite_master)"),
		NO(table, "select name from student union "
			  "select sql from sqlite_master"),
		NO(table, "with t as (select sql from sqlite_schema) "
			  "select * from t"),
		NO(table, "select * from pragma_table_info('student')"),
		NO(table, "select * from pragma_database_list"),
		NO(table, "select file from pragma_database_list()"),
		NO(table, "select * from pragma_function_list"),
		NO(table, "select * from dbstat"),
		NO(table, "select * from sqlite_stmt"),
		NO(no_table, "select * from sqlite_dbpage"),
		NO(table, "select * from words"),
		NO(table, "select * from words where words match 'hello'"),
		NO(no_table, "select * from bytecode('select 1')"),
		NO(no_table, "select * from missing"),
		NO(no_table, "select * from other.student"),
		NO(no_table, "select * from generate_series(1, 10)"),
		NO(no_column, "select missing from student"),
		NO(no_column, "select \"missing\" from student"),
		NO(no_column, "select s.missing from student s"),
		NO(syntax, "select"),
		NO(syntax, "select from student"),
		NO(syntax, "select * from student where"),
		NO(syntax, "select 'open"),
		NO(syntax, "select 1 /* never closed"),
		NO(syntax, "select 1) union select (2"),
		NO(syntax, "select 1 as a) --"),
		NO(syntax, "select id from student for update"),
		NO(syntax, "select id into x from student"),
		NO(column_twice, "select id, id from student"),
		NO(column_twice, "select a.id, b.ID from student a, student b"),
		NO(column_name, "select 1 as \"\""),
		NO(column_name, "select 1 as \"a\nb\""),
		NO(parameter_form, "select ?"),
		NO(parameter_form, "select ?1"),
		NO(parameter_form, "select @a"),
		NO(parameter_undeclared, "select :nobody as a"),
		NO(parameter_undeclared, "select $nobody as a"),
		NO(not_text, "select '\xff'"),
		NO(not_text, "select 1\0; drop table student"),
#undef NO
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct description d;

		begin();
		enum err e = describe(cases[i].sql, &d);
		T_CHECK(e == ERR_INVALID && cx.fault.msg == cases[i].why,
		    "“%.*s”: status %d, %.*s (%.*s) instead of %.*s",
		    STR_ARG(cases[i].sql), err_status(e),
		    STR_ARG(msg_key(cx.fault.msg)), STR_ARG(cx.fault.detail),
		    STR_ARG(msg_key(cases[i].why)));
	}
	printf("# %zu texts refused\n", COUNT(cases));
}

/* Behind the check of the text stands the guard, and behind that the file. */
static void the_guard_alone_refuses_every_act(void)
{
	static const char *const acts[] = { "delete from student",
		"insert into student(id) values (9)",
		"update student set name = ''", "drop table student",
		"create table t(a)", "create temp table t(a)",
		"alter table student add column x", "pragma user_version",
		"pragma query_only=0", "attach '/tmp/x.db' as x", "begin",
		"savepoint s", "reindex", "analyze", "detach main" };
	struct lite *l = NULL;
	sqlite3_stmt *st = NULL;
	struct str tail;

	for (size_t i = 0; i < COUNT(acts); i++) {
		begin();
		T_CHECK(lite_open(&cx, &fixture, &source_limits_officer, false,
			    &l) == OK,
		    " ");
		T_CHECK(
		    lite_prepare(&cx, l, str_of(acts[i]), &st, &tail) != OK &&
			l->refused == REFUSED_ACT,
		    "%s", acts[i]);
		sqlite3_set_authorizer(l->db, NULL, NULL);
		if (i < 4)
			T_CHECK(sqlite3_exec(l->db, acts[i], NULL, NULL,
				    NULL) == SQLITE_READONLY,
			    "%s", acts[i]);
	}
	begin();
	T_CHECK(
	    lite_open(&cx, &fixture, &source_limits_officer, false, &l) == OK,
	    " ");
	sqlite3_set_authorizer(l->db, NULL, NULL);
	T_CHECK(sqlite3_exec(l->db, "pragma query_only=0; delete from student",
		    NULL, NULL, NULL) == SQLITE_READONLY,
	    "the file itself");
}

static void a_refusal_names_what_was_refused(void)
{
	struct description d;

	begin();
	T_CHECK(describe(STR("select load_extension('x')"), &d) != OK, " ");
	T_TEXT(cx.fault.arg[0], STR("load_extension"));
	begin();
	T_CHECK(describe(STR("select sql from sqlite_master"), &d) != OK, " ");
	T_TEXT(cx.fault.arg[0], STR("sqlite_master"));
	begin();
	T_CHECK(describe(STR("select nmae from student"), &d) != OK, " ");
	T_TEXT(cx.fault.arg[0], STR("nmae"));
	begin();
	T_CHECK(describe(STR("select * frm student"), &d) != OK, " ");
	T_CHECK(str_has(cx.fault.arg[0], STR("frm")) ||
		    str_has(cx.fault.arg[0], STR("student")),
	    "%.*s", STR_ARG(cx.fault.arg[0]));
}

static void allowed_sql_is_allowed(void)
{
	static const struct str cases[] = {
		STR_INIT("select 1 as a"),
		STR_INIT(" \n select id from student ;  -- end\n /* x */ "),
		STR_INIT("SELECT * FROM student -- end"),
		STR_INIT("/* first */ with x as (select id from student) "
			 "select * from x"),
		STR_INIT("with recursive n(i) as (select 1 union all select "
			 "i+1 from n where i < 9) select i from n"),
		STR_INIT("select * from sci"),
		STR_INIT("select count(*) as n, avg(gpa) as g from student "
			 "group by faculty having count(*) > 0 order by 1"),
		STR_INIT("select id, row_number() over (order by gpa) as r "
			 "from student"),
		STR_INIT("select name || '; drop table student' as x "
			 "from student"),
		STR_INIT("select 'pragma' as a, 'attach' as b"),
		STR_INIT("select value from json_each('[1,2]')"),
		STR_INIT("select '{\"a\":1}' ->> 'a' as v"),
		STR_INIT("select upper(name_en) as u, printf('%05d', id) as p, "
			 "strftime('%Y', born) as y from student "
			 "where name like '%ส%' and name glob '*'"),
		STR_INIT("select a.id, b.name from student a "
			 "left join student b on a.id = b.id + 1"),
		STR_INIT("select id from student intersect "
			 "select id from sci"),
		STR_INIT("select \"a \"\"b\", \"select\", \"ชื่อ\" from odd"),
		STR_INIT("select count(*) from student"),
		STR_INIT("select id from student where id in (select id from "
			 "sci) and current_date > born"),
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct description d;

		begin();
		enum err e = describe(cases[i], &d);
		T_CHECK(e == OK, "“%.*s”: %.*s (%.*s)", STR_ARG(cases[i]),
		    STR_ARG(msg_key(cx.fault.msg)), STR_ARG(cx.fault.detail));
	}
}

/* A text of `n` times `piece`. */
static struct str times(const char *head, const char *piece, size_t n)
{
	size_t h = strlen(head), k = strlen(piece);
	char *p = arena_alloc(cx.arena, h + n * k + 1);

	memcpy(p, head, h);
	for (size_t i = 0; i < n; i++)
		memcpy(p + h + i * k, piece, k);
	return str_n(p, h + n * k);
}

static void too_much_sql_is_refused(void)
{
	static const struct {
		enum msg why;
		const char *head, *piece;
		size_t n;
	} cases[] = {
		{ MSG_error_sql_too_long, "select 1 -- ", "x", 70000 },
		{ MSG_error_sql_limit, "select 1", "+1", 300 },
		{ MSG_error_sql_limit, "select 1 as a", " union select 1", 60 },
		{ MSG_error_sql_limit, "select 1", ",1", 600 },
		{ MSG_error_sql_limit, "select max(1", ",1", 70 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct description d;

		begin();
		struct str sql =
		    times(cases[i].head, cases[i].piece, cases[i].n);
		if (i == 4)
			sql = str_cat(cx.arena, sql, STR(") as m"));
		enum err e = describe(sql, &d);
		T_CHECK(e == ERR_INVALID && cx.fault.msg == cases[i].why,
		    "%zu: %.*s (%.*s)", i, STR_ARG(msg_key(cx.fault.msg)),
		    STR_ARG(cx.fault.detail));
	}
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#define BOMB                                                             \
	"with recursive n(i) as (select 1 union all select i+1 from n) " \
	"select count(*) as c from n"

static bool say_stop(void *arg)
{
	int *asked = arg;

	return ++*asked > 3;
}

static void endless_sql_ends_by_its_budget(void)
{
	static const struct str endless[] = {
		STR_INIT(BOMB),
		STR_INIT("with recursive n(i) as (select 1 union all select "
			 "i+1 from n) select i as x from n where i < 0"),
		STR_INIT("with recursive n(s) as (select 'a' union all select "
			 "s || s from n) select sum(length(s)) as c from n"),
		STR_INIT("with recursive n(i) as (select 1 union all select "
			 "i+1 from n where i < 10000) select count(*) as c "
			 "from n a, n b, n c, n d"),
	};
	int asked = 0;
	struct source_limits few = { .steps = 1000000, .time_ms = 60000 };
	struct source_limits brief = { .steps = INT64_MAX, .time_ms = 150 };
	struct source_limits told = { .steps = INT64_MAX,
		.time_ms = 60000,
		.stop = say_stop,
		.stop_arg = &asked };

	for (size_t i = 0; i < COUNT(endless); i++) {
		struct description d;
		int64_t start = now_ms();

		begin();
		enum err e = source_describe(
		    &cx, &fixture, endless[i], NO_PARAMS, NO_ARGS, &few, &d);
		/* The third doubles until it meets the limit of a value. */
		T_CHECK(e == (i == 2 ? ERR_TOO_LARGE : ERR_TIME_LIMIT),
		    "%zu: status %d %.*s", i, err_status(e),
		    STR_ARG(cx.fault.detail));
		T_CHECK(now_ms() - start < 10000, "%zu took too long", i);
	}

	struct description d;
	int64_t start = now_ms();
	begin();
	T_CHECK(source_describe(&cx, &fixture, STR(BOMB), NO_PARAMS, NO_ARGS,
		    &brief, &d) == ERR_TIME_LIMIT,
	    " ");
	T_CHECK(now_ms() - start >= 140 && now_ms() - start < 5000, "%lld ms",
	    (long long)(now_ms() - start));
	begin();
	T_CHECK(source_describe(&cx, &fixture, STR(BOMB), NO_PARAMS, NO_ARGS,
		    &told, &d) == ERR_GONE,
	    " ");
	T_CHECK(asked == 4, "asked %d times", asked);
}

static void values_over_the_limit_are_refused(void)
{
	struct description d;

	begin();
	T_CHECK(describe(
		    STR("with recursive n(i) as (select 1 union all select i+1 "
			"from n where i < 20) select group_concat("
			"printf('%.*c', 1000000, 'x')) as big from n"),
		    &d) == ERR_TOO_LARGE,
	    "%.*s", STR_ARG(msg_key(cx.fault.msg)));
	begin();
	T_CHECK(describe(STR("select replace(printf('%5000d', 1), ' ', "
			     "printf('%5000d', 1)) as big"),
		    &d) == ERR_TOO_LARGE,
	    "%.*s", STR_ARG(msg_key(cx.fault.msg)));
}

static void a_description_says_names_types_and_what_is_read(void)
{
	static const enum column_type want[] = { TYPE_INTEGER, TYPE_TEXT,
		TYPE_TEXT, TYPE_NUMBER, TYPE_TEXT, TYPE_DATE, TYPE_DATETIME,
		TYPE_BOOLEAN, TYPE_BYTES, TYPE_TEXT, TYPE_INTEGER, TYPE_NUMBER,
		TYPE_TEXT, TYPE_BYTES, TYPE_NUMBER };
	struct description d = { 0 };

	begin();
	enum err e = describe(STR("select s.*, id + 1 as i, gpa * 2 as r, "
				  "null as n, x'00' as b, "
				  "iif(id = 2, 0.5, 1) as mixed "
				  "from student s where nick is not null"),
	    &d);
	T_CHECK(
	    e == OK && d.columns.n == COUNT(want), "%zu columns", d.columns.n);
	for (size_t i = 0; e == OK && i < COUNT(want); i++)
		T_CHECK(d.columns.v[i].type == want[i], "%.*s is %s",
		    STR_ARG(d.columns.v[i].name),
		    column_type_names[d.columns.v[i].type]);
	T_TEXT(d.columns.v[1].name, STR("name"));
	T_TEXT(d.origins[1].table, STR("student"));
	T_TEXT(d.origins[1].column, STR("name"));
	T_CHECK(d.origins[10].table.p == NULL, "computed");
	T_CHECK(d.n_reads == 10, "%zu read", d.n_reads);

	begin();
	T_CHECK(describe(STR("select count(*) as n from student where "
			     "exists (select 1 from sci where name > '')"),
		    &d) == OK,
	    " ");
	bool where = false, hidden = false;
	for (size_t i = 0; i < d.n_reads; i++) {
		where |= str_eq(d.reads[i].table, STR("sci")) &&
		         str_eq(d.reads[i].column, STR("name"));
		hidden |= str_eq(d.reads[i].table, STR("student")) &&
		          str_eq(d.reads[i].column, STR("faculty"));
	}
	T_CHECK(where && hidden, "columns of the filter and of the view");
}

static void a_preview_shows_the_first_rows_cut_short(void)
{
	struct description d;
	struct batch b = { 0 };

	begin();
	T_CHECK(
	    source_preview(&cx, &fixture,
		STR("with recursive n(i) as (select 1 union all select i+1 "
		    "from n) select i, printf('%.*c', 500, 'x') as s, "
		    "replace(printf('%.*c', 1001, 'x'), 'x', 'ก') as t "
		    "from n"),
		NO_PARAMS, NO_ARGS, &source_limits_officer, 500, &d, &b) == OK,
	    "%.*s", STR_ARG(cx.fault.detail));
	T_CHECK(b.n_rows == SOURCE_PREVIEW_ROWS, "%zu", b.n_rows);
	T_CHECK(b.cells[1].s.n == 500 && b.cells[2].s.n == 1023 &&
		    str_utf8(b.cells[2].s),
	    "%zu", b.cells[2].s.n);
	T_TEXT(b.cells[19 * 3].s, STR("20"));
}

/* Opens `sql` as it is. */
static struct source_stream *stream(struct str sql)
{
	struct description d;
	struct compiled *q = ARENA_NEW(cx.arena, struct compiled);
	struct approved *a = ARENA_NEW(cx.arena, struct approved);
	struct query all = query_all();
	struct source_stream *s = NULL;

	if (describe(sql, &d) != OK) {
		T_CHECK(false, "%.*s", STR_ARG(cx.fault.detail));
		return NULL;
	}
	*a = (struct approved){ .sql = sql, .columns = d.columns };
	T_CHECK(
	    query_compile(&cx, a, &all, q) == OK &&
		source_open(&cx, &fixture, q, &source_limits_stream, &s) == OK,
	    "%.*s", STR_ARG(cx.fault.detail));
	return s;
}

static void batches_hold_every_row_once(void)
{
	/* Texts of 0 to 70,000 bytes: some rows fill a batch, some exceed it. */
	struct source_stream *s = NULL;
	int64_t want = 1;

	begin();
	s = stream(STR("with recursive n(i) as (select 1 union all select i+1 "
		       "from n where i < 3000) select i, printf('%.*c', "
		       "case when i % 500 = 0 then 70000 when i % 7 = 0 then "
		       "900 else i % 90 end, 'x') as s, i / 4.0 as r from n"));
	while (s != NULL) {
		struct batch b;
		size_t bytes = 0;

		if (source_next(&cx, s, &b) != OK || b.n_rows == 0)
			break;
		T_CHECK(b.n_rows <= SOURCE_BATCH_ROWS && b.n_columns == 3, " ");
		for (size_t r = 0; r < b.n_rows; r++, want++) {
			const struct cell *c = b.cells + r * 3;
			size_t length = want % 500 == 0 ? 70000
			                : want % 7 == 0 ? 900
			                                : (size_t)want % 90;
			int64_t got = 0;

			bytes += c[0].s.n + c[1].s.n + c[2].s.n;
			/* printf('%.*c', 0, …) writes one. */
			length += length == 0;
			T_CHECK(str_i64(c[0].s, &got) && got == want &&
				    c[1].s.n == length &&
				    c[1].s.p[length - 1] == 'x',
			    "row %lld: %lld, %zu bytes", (long long)want,
			    (long long)got, c[1].s.n);
		}
		T_CHECK(bytes <= SOURCE_BATCH_BYTES || b.n_rows == 1,
		    "%zu bytes", bytes);
	}
	T_CHECK(want == 3001, "%lld rows", (long long)want - 1);
}

static void cells_are_as_stored(void)
{
	struct source_stream *s = NULL;
	struct batch b = { 0 };

	begin();
	s = stream(
	    STR("select cast(x'61ff62e0b8' as text) as bad, "
		"9223372036854775807 as big, 9e999 as inf, x'00ff' as "
		"bytes, x'' as no_bytes, '' as empty, null as nil, "
		"'ก' as thai, 3.0 as real, 'a' || char(0) || 'b' as nul"));
	if (s == NULL || source_next(&cx, s, &b) != OK || b.n_rows != 1) {
		T_CHECK(false, "no row");
		return;
	}
	T_TEXT(b.cells[0].s, STR("a\xef\xbf\xbd"
				 "b\xef\xbf\xbd\xef\xbf\xbd"));
	T_CHECK(source_bad_texts(s) == 1, "one bad text");
	T_TEXT(b.cells[1].s, STR("9223372036854775807"));
	T_TEXT(b.cells[2].s, STR("1e999"));
	T_CHECK(b.cells[3].kind == CELL_BYTES && b.cells[3].s.n == 2, " ");
	T_CHECK(b.cells[4].kind == CELL_BYTES && b.cells[4].s.n == 0, " ");
	T_CHECK(b.cells[5].kind == CELL_TEXT && b.cells[5].s.n == 0, " ");
	T_CHECK(b.cells[6].kind == CELL_NULL, " ");
	T_TEXT(b.cells[7].s, STR("ก"));
	T_TEXT(b.cells[8].s, STR("3.0"));
	T_CHECK(b.cells[9].s.n == 3 && b.cells[9].s.p[1] == '\0', " ");
	T_CHECK(source_next(&cx, s, &b) == OK && b.n_rows == 0, "the end");
	T_CHECK(source_next(&cx, s, &b) == OK && b.n_rows == 0, "again");
}

static void at_the_gate_nothing_of_the_source_is_named(void)
{
	struct description d;
	struct query all = query_all();
	struct compiled q;
	struct source_stream *s = NULL;

	begin();
	fixture_exec("create table gone(secret_column text, x)");
	T_CHECK(describe(STR("select * from gone"), &d) == OK, " ");
	struct approved a = { .sql = STR("select * from gone"),
		.columns = d.columns };
	T_CHECK(query_compile(&cx, &a, &all, &q) == OK, " ");
	fixture_exec("alter table gone rename column secret_column to other");
	T_CHECK(source_open(&cx, &fixture, &q, &source_limits_stream, &s) ==
		    ERR_CONFLICT,
	    "renamed column");
	fixture_exec("alter table gone add column y");
	T_CHECK(source_open(&cx, &fixture, &q, &source_limits_stream, &s) ==
		    ERR_CONFLICT,
	    "added column");
	fixture_exec("drop table gone");
	T_CHECK(source_open(&cx, &fixture, &q, &source_limits_stream, &s) ==
		    ERR_CONFLICT,
	    "dropped table");
	T_CHECK(str_has(cx.fault.detail, STR("gone")), "for the log");
	T_CHECK(!str_has(fault_text(&cx), STR("gone")), "not for the caller");

	struct source nowhere = { .path = STR("/nonexistent/x.db") };
	T_CHECK(source_open(&cx, &nowhere, &q, &source_limits_stream, &s) ==
		    ERR_BUSY,
	    " ");
	T_CHECK(!str_has(fault_text(&cx), STR("nonexistent")), " ");
	T_CHECK(source_check(&cx, &nowhere) == ERR_BUSY, " ");
	T_CHECK(source_check(&cx, &fixture) == OK, " ");

	struct source other = { .path = STR("/etc/passwd") };
	T_CHECK(source_check(&cx, &other) == ERR_BUSY, "not a database");
}

static void a_stream_stops_when_told(void)
{
	int asked = 0;
	struct source_limits told = { .steps = INT64_MAX,
		.time_ms = 60000,
		.stop = say_stop,
		.stop_arg = &asked };
	struct query all = query_all();
	struct compiled q;
	struct source_stream *s = NULL;
	struct batch b = { 0 };
	struct column c = { .name = STR("i") };
	struct approved a = {
		.sql = STR("with recursive n(i) as (select 1 union all select "
			   "i+1 from n) select i from n"),
		.columns = { .v = &c, .n = 1 },
	};
	enum err e = OK;
	int batches = 0;

	begin();
	T_CHECK(query_compile(&cx, &a, &all, &q) == OK &&
		    source_open(&cx, &fixture, &q, &told, &s) == OK,
	    " ");
	while (e == OK && batches < 1000) {
		e = source_next(&cx, s, &b);
		batches++;
	}
	T_CHECK(e == ERR_GONE && batches < 10, "%d batches", batches);
	source_close(s);
}

static void only_what_is_a_dsn_is_a_source(void)
{
	static const struct str wrong[] = { STR_INIT(""), STR_INIT("sqlite:"),
		STR_INIT("sqlite:x.db"), STR_INIT("/x.db"),
		STR_INIT("mysql://u@h/d"), STR_INIT("sqlite:/a\0b"),
		STR_INIT("postgresql://u:secret@h/d"),
		STR_INIT("postgresql://u@h/d?password=x"),
		STR_INIT("postgresql://u@h/d?nonsense=x"),
		STR_INIT("postgresql://u@h/d?pratu_encoding=latin1"),
		STR_INIT("odbc:"), STR_INIT("odbc:DSN"),
		STR_INIT("odbc:DSN=x;pwd=y"),
		STR_INIT("odbc:DSN=x;PASSWORD =y"),
		STR_INIT("odbc:DSN={x;PWD=y}"),
		STR_INIT("odbc:DSN=x;pratu_encoding=utf-16") };
	struct source s;

	for (size_t i = 0; i < COUNT(wrong); i++) {
		begin();
		T_CHECK(
		    source_parse(&cx, wrong[i], &s) == ERR_INVALID, "%zu", i);
	}
	/* A path is a path, not a URI: no mode can be slipped in. */
	begin();
	T_CHECK(
	    source_parse(&cx, STR("sqlite:/tmp/a?mode=rwc&x=#%41"), &s) == OK,
	    " ");
	T_CHECK(source_check(&cx, &s) == ERR_BUSY, " ");
	T_CHECK(access("/tmp/a", F_OK) != 0, "nothing was made");
}

int main(void)
{
	cx = ctx_new(arena_new(), 0, LANG_EN);
	fixture_make(&cx);
	fixture.path = str_of(fixture_path);
	T_RUN(forbidden_sql_is_refused_for_the_right_reason);
	T_RUN(the_guard_alone_refuses_every_act);
	T_RUN(a_refusal_names_what_was_refused);
	T_RUN(allowed_sql_is_allowed);
	T_RUN(too_much_sql_is_refused);
	T_RUN(endless_sql_ends_by_its_budget);
	T_RUN(values_over_the_limit_are_refused);
	T_RUN(a_description_says_names_types_and_what_is_read);
	T_RUN(a_preview_shows_the_first_rows_cut_short);
	T_RUN(batches_hold_every_row_once);
	T_RUN(cells_are_as_stored);
	T_RUN(at_the_gate_nothing_of_the_source_is_named);
	T_RUN(a_stream_stops_when_told);
	T_RUN(only_what_is_a_dsn_is_a_source);
	arena_free(cx.arena);
	return T_PLAN();
}
