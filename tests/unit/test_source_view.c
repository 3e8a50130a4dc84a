/* Views in a PostgreSQL source: what they show, that only our own is touched,
 * and that each act may be repeated. */
#include <libpq-fe.h>
#include <string.h>

#include "base/str.h"
#include "source/view.h"
#include "t.h"

#define T_OK(call)                                                        \
	do {                                                              \
		enum err t_e = (call);                                    \
		T_CHECK(t_e == OK, "%.*s %.*s", STR_ARG(fault_text(&cx)), \
		    STR_ARG(cx.fault.detail));                            \
	} while (0)

static struct ctx cx;
static PGconn *owner;
static struct source maker, reader;

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

/* Rows of the owner's query: cells with commas, rows with semicolons. */
static struct str owner_sees(const char *sql)
{
	PGresult *r = PQexec(owner, sql);
	struct str all = STR("");

	T_CHECK(
	    PQresultStatus(r) == PGRES_TUPLES_OK, "%s", PQerrorMessage(owner));
	for (int i = 0; i < PQntuples(r); i++)
		for (int k = 0; k < PQnfields(r); k++)
			all = str_fmt(cx.arena, "%.*s%s%s", STR_ARG(all),
			    PQgetisnull(r, i, k) ? "NULL" : PQgetvalue(r, i, k),
			    k + 1 < PQnfields(r) ? "," : ";");
	PQclear(r);
	return all;
}

static struct source source_of(const char *user, const char *database)
{
	struct str head, tail, dsn = str_of(getenv("PRATU_TEST_PG"));

	REQUIRE(str_cut(dsn, '?', &head, &tail));
	return (struct source){ .kind = SOURCE_POSTGRESQL,
		.dsn = str_fmt(cx.arena, "postgresql://%s@/%s?%.*s", user,
		    database, STR_ARG(tail)),
		.secret = STR("pw") };
}

static void make(void)
{
	static const char *const sql[] = {
		"create schema hidden",
		"create table hidden.t(id int, born date, seen timestamptz,"
		" said text, \"Name \"\"ไทย\"\"\" text, other int)",
		"insert into hidden.t values"
		" (1, '2005-12-31', '2005-12-31 23:30:00+00', '2004-01-02x',"
		" 'ก', 7), (2, null, null, 'spring', 'ข', 8)",
		"create role vt_read login password 'pw'",
		"grant usage on schema hidden to vt_read",
		"grant select on hidden.t to vt_read",
		"alter role vt_read set search_path = hidden",
		"create role vt_make login createrole password 'pw'",
		"grant vt_read to vt_make",
		"grant create on database view_test to vt_make",
		"revoke temporary on database view_test from public",
	};
	struct str head, tail, dsn = str_of(getenv("PRATU_TEST_PG"));

	owner = PQconnectdb(getenv("PRATU_TEST_PG"));
	owner_does("create database view_test");
	PQfinish(owner);
	REQUIRE(str_cut(dsn, '?', &head, &tail));
	owner = PQconnectdb(str_cstr(
	    cx.arena, str_fmt(cx.arena, "postgresql://postgres@/view_test?%.*s",
			  STR_ARG(tail))));
	for (size_t i = 0; i < COUNT(sql); i++)
		owner_does(sql[i]);
	maker = source_of("vt_make", "view_test");
	reader = source_of("vt_read", "view_test");
}

static const struct column columns[] = {
	{ .name = STR_INIT("id"), .mask = STR_INIT("none") },
	{ .name = STR_INIT("born"), .mask = STR_INIT("year") },
	{ .name = STR_INIT("seen"), .mask = STR_INIT("year") },
	{ .name = STR_INIT("said"), .mask = STR_INIT("year") },
	{ .name = STR_INIT("Name \"ไทย\"") },
	{ .name = STR_INIT("other"), .mask = STR_INIT("drop") },
};

/* A comment at its end must not swallow what stands after it. */
static struct view_order order_of(const char *id)
{
	return (struct view_order){ .id = str_of(id),
		.name = STR("data"),
		.sql = STR("select * from t -- all of it"),
		.columns = { .v = columns, .n = COUNT(columns) },
		.until = INT64_C(1900000000000) };
}

static struct views *begin(void)
{
	struct views *v = NULL;

	T_OK(views_open(&cx, &maker, STR("mark1"), &v));
	REQUIRE(v != NULL);
	return v;
}

static const struct view_standing *find(struct views *v, const char *id)
{
	const struct view_standing *all = NULL;
	size_t n = 0;

	T_OK(views_list(&cx, v, &all, &n));
	for (size_t i = 0; i < n; i++)
		if (str_eq(all[i].id, str_of(id)))
			return &all[i];
	return NULL;
}

static void a_view_shows_what_was_approved(void)
{
	struct views *v = begin();
	struct view_order order = order_of("a");
	const struct view_reach *reach = NULL;
	size_t n = 0;

	T_OK(view_make(&cx, v, &reader, &order));
	/* Whatever the session's settings are. */
	owner_does("set datestyle = 'SQL, DMY'; set timezone = 'UTC'");
	struct str rows = owner_sees("select * from pratu_a.data order by 1");
	owner_does("reset datestyle; reset timezone");
	T_CHECK(str_eq(rows, STR("1,2005,2006,2004,ก;2,NULL,NULL,NULL,ข;")),
	    "%.*s", STR_ARG(rows));
	const struct view_standing *s = find(v, "a");
	T_CHECK(s && s->role && s->schema && s->view && !s->login &&
		    s->until == order.until,
	    " ");
	T_OK(view_look(&cx, v, STR("a"), STR("data"), &reach, &n));
	T_CHECK(n == 0, "%zu", n);
	T_OK(view_allow(&cx, v, STR("a")));
	T_CHECK((s = find(v, "a")) != NULL && s->login, " ");
	T_OK(view_until(&cx, v, STR("a"), INT64_C(1800000000000)));
	T_OK(view_shut(&cx, v, STR("a")));
	T_OK(view_shut(&cx, v, STR("a")));
	s = find(v, "a");
	T_CHECK(s && !s->login && s->until == INT64_C(1800000000000), " ");
	T_OK(view_drop(&cx, v, s));
	T_CHECK(find(v, "a") == NULL, " ");
	T_CHECK(owner_sees("select 1 from pg_roles where rolname = 'pratu_a'"
			   " union all select 1 from pg_namespace"
			   " where nspname = 'pratu_a'")
			.n == 0,
	    " ");
}

static void what_fails_leaves_nothing(void)
{
	struct views *v = begin();
	struct view_order order = order_of("b");
	const struct view_reach *reach = NULL;
	size_t n = 0;

	order.sql = STR("select * from nowhere");
	T_CHECK(view_make(&cx, v, &reader, &order) == ERR_CONFLICT, " ");
	T_CHECK(str_has(cx.fault.detail, STR("42P01")), "%.*s",
	    STR_ARG(cx.fault.detail));
	T_CHECK(find(v, "b") == NULL, " ");
	order = order_of("b");
	T_OK(view_try(&cx, v, &reader, &order, &reach, &n));
	T_CHECK(n == 0 && find(v, "b") == NULL, " ");
	order.columns.n--;
	T_CHECK(view_try(&cx, v, &reader, &order, &reach, &n) == ERR_CONFLICT,
	    "a column more than was approved");
	struct source elsewhere = source_of("postgres", "postgres");
	order = order_of("b");
	T_CHECK(
	    view_try(&cx, v, &elsewhere, &order, &reach, &n) == ERR_CONFLICT &&
		cx.fault.msg == MSG_error_view_elsewhere,
	    " ");
}

/* Each kind of thing that everybody may use is found, with what ends it. */
static void reach_is_found(void)
{
	static const struct {
		const char *grant, *revoke, *what;
	} list[] = {
		{ "create table public.open(a int, b int);"
		  " grant select (b) on public.open to public",
		    "revoke all on table public.open from public;"
		    " revoke all (b) on public.open from public;"
		    " drop table public.open",
		    "public.open" },
		{ "create sequence public.counter;"
		  " grant usage on sequence public.counter to public",
		    "drop sequence public.counter", "public.counter" },
		{ "create function public.back() returns int language sql"
		  " security definer as 'select 1'",
		    "drop function public.back()", "public.back()" },
		{ "grant create on schema public to public",
		    "revoke create on schema public from public",
		    "create in schema public" },
		{ "grant temporary on database view_test to public",
		    "revoke temporary on database view_test from public",
		    "temporary on database view_test" },
		{ "grant select on pg_catalog.pg_authid to public",
		    "revoke all on table pg_catalog.pg_authid from public",
		    "pg_catalog.pg_authid" },
		{ "grant execute on function pg_read_file(text) to public",
		    "revoke execute on function pg_read_file(text) from public",
		    "pg_read_file(text)" },
		{ "select lo_create(4711);"
		  " grant select on large object 4711 to public",
		    "select lo_unlink(4711)", "large object 4711" },
	};
	struct str none = STR("");
	struct views *v = begin();
	struct view_order order = order_of("c");

	for (size_t i = 0; i < COUNT(list); i++) {
		const struct view_reach *reach = NULL;
		size_t n = 0;

		owner_does(list[i].grant);
		T_OK(view_try(&cx, v, &reader, &order, &reach, &n));
		T_CHECK(n == 1 && str_eq(reach[0].what, str_of(list[i].what)) &&
			    str_starts(reach[0].remedy, STR("revoke ")),
		    "%s: %zu %.*s", list[i].what, n,
		    STR_ARG(n ? reach[0].what : none));
		owner_does(list[i].revoke);
	}
	const struct view_reach *reach = NULL;
	size_t n = 1;
	T_OK(view_try(&cx, v, &reader, &order, &reach, &n));
	T_CHECK(n == 0, "%zu", n);
}

static void only_our_own_is_touched(void)
{
	struct views *v = begin(), *other = NULL;
	struct view_order order = order_of("d");

	owner_does("create role pratu_e login; create schema pratu_e");
	T_CHECK(find(v, "e") == NULL, " ");
	T_CHECK(
	    view_password(&cx, v, STR("e"), STR("x")) == ERR_NOT_FOUND, " ");
	T_OK(view_make(&cx, v, &reader, &order));
	T_OK(views_open(&cx, &maker, STR("mark2"), &other));
	T_CHECK(find(other, "d") == NULL, "of another installation");
	/* What somebody else put there is not taken away with it. */
	owner_does("create table pratu_d.notes(a int)");
	const struct view_standing *s = find(v, "d");
	T_CHECK(s != NULL && view_drop(&cx, v, s) == ERR_CONFLICT, " ");
	T_CHECK((s = find(v, "d")) != NULL && s->view && !s->login, " ");
	owner_does("drop table pratu_d.notes");
	T_OK(view_drop(&cx, v, s));
	owner_does("drop role pratu_e; drop schema pratu_e");
}

static void gates_take_turns(void)
{
	struct views *v = begin(), *other = begin();

	T_OK(views_lock(&cx, v));
	T_CHECK(views_lock(&cx, other) == ERR_BUSY, " ");
}

int main(void)
{
	if (getenv("PRATU_TEST_PG") == NULL) {
		printf("Bail out! PRATU_TEST_PG is not set: tests/pg.sh\n");
		return 1;
	}
	cx = ctx_new(arena_new(), INT64_C(1800000000000), LANG_EN);
	make();
	T_RUN(a_view_shows_what_was_approved);
	T_RUN(what_fails_leaves_nothing);
	T_RUN(reach_is_found);
	T_RUN(only_our_own_is_touched);
	T_RUN(gates_take_turns);
	arena_free(cx.arena);
	PQfinish(owner);
	return T_PLAN();
}
