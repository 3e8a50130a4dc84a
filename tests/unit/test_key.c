/* Which queries have a key that tells their rows apart. */
#include "source/query.h"

#include "source_fixture.h"

static struct ctx cx;

static void begin(void)
{
	arena_free(cx.arena);
	cx = ctx_new(arena_new(), 0, LANG_EN);
}

/* "a,b" */
static struct str key_of(const char *sql)
{
	struct description d = { 0 };
	struct str s = STR("");
	begin();
	if (source_describe(&cx, &fixture, str_of(sql), NO_PARAMS, NO_ARGS,
		&source_limits_officer, &d) != OK)
		return str_cat(cx.arena, STR("!"), fault_text(&cx));
	for (size_t i = 0; i < d.n_key; i++)
		s = str_fmt(cx.arena, "%.*s%s%.*s", STR_ARG(s),
		    i > 0 ? "," : "", STR_ARG(d.key[i]));
	return s;
}

static void a_key_is_known_only_for_certain(void)
{
	static const struct {
		const char *sql, *want;
	} cases[] = {
		{ "select * from student", "id" },
		{ "select name, id from student where gpa > 1", "id" },
		{ "select id as \"รหัส\", name from student", "รหัส" },
		{ "select * from student order by name", "id" },
		{ "select * from student where faculty in ('SCI','ENG');",
		    "id" },
		{ "select distinct id, name from student", "id" },
		{ "select id, max(gpa) from student group by faculty", "id" },
		{ "select name from student", "" },
		{ "select id + 0 as id from student", "" },
		{ "select a.id from student a, student b", "" },
		{ "select id from student union all select id from student",
		    "" },
		{ "select s.id from student s, odd", "" },
		{ "select student.id from student, json_each('[1,2]')", "" },
		{ "select id from student, (select 1 union all select 2)", "" },
		{ "select id from student, (values (1), (2))", "" },
		{ "with recursive n(i) as (select 1 union all select i + 1 from"
		  " n where i < 3) select id from student, n",
		    "" },
		{ "select id, row_number() over () as n from student", "" },
		{ "select id from student where id in (select id from student)",
		    "" },
		{ "select id from sci", "" }, /* a view: not looked into */
		{ "select * from odd", "" },
		{ "select * from pair", "a,b" },
		{ "select b, t, a from pair", "a,b" },
		{ "select a, t from pair", "" },
		{ "select 1 as one", "" },
	};
	fixture_exec("create table pair(a integer, b text, t text,"
		     " primary key (a, b)) without rowid");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str got = key_of(cases[i].sql);
		T_CHECK(str_eq(got, str_of(cases[i].want)), "%s: %.*s",
		    cases[i].sql, STR_ARG(got));
	}
}

int main(void)
{
	struct ctx whole = ctx_new(arena_new(), 0, LANG_EN);
	fixture_make(&whole);
	T_RUN(a_key_is_known_only_for_certain);
	arena_free(cx.arena);
	arena_free(whole.arena);
	return T_PLAN();
}
