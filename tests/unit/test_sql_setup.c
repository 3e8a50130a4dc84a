/* Migrations, and the roles and schemas of PostgreSQL. */
#include <libpq-fe.h>
#include <string.h>

#include "base/crypt.h"
#include "base/str.h"
#include "scratch.h"
#include "sql/inspect.h"
#include "sql/roles.h"
#include "t.h"

static enum scratch_kind kind;

#define FILE_OF(name, text)                                           \
	{                                                             \
		name, (const unsigned char *)(text), sizeof(text) - 1 \
	}
static const struct embedded first = FILE_OF("0001_first.sql",
    "-- A comment; with a semicolon;\n"
    "create table note (\n"
    "  id bigint not null primary key, -- the number;\n"
    "  text text not null\n"
    ");\n"
    "insert into note (id, text) values (1, 'a;\n-- no comment\n');\n"
    "insert into note (id, text) values (2, 'it''s;');  -- both;\n"
    "\n-- the end\n");
static const struct embedded second = FILE_OF(
    "0002_second.sql", "create table more (id bigint not null primary key)");
static const struct embedded second_changed = FILE_OF("0002_second.sql",
    "create table more (id bigint not null primary key, n bigint)");
static const struct embedded third_bad = FILE_OF("0003_bad.sql",
    "create table third (id bigint not null primary key);\n"
    "insert into note (id, text) values (1, 'again');\n");
static const struct embedded third_commits = FILE_OF("0003_commits.sql",
    "create table third (id bigint not null primary key);\n"
    "commit;\n");
static const struct embedded third = FILE_OF(
    "0003_third.sql", "create table third (id bigint not null primary key);\n");
static const struct embedded misnamed = FILE_OF("0005_third.sql", "");

struct bench {
	struct arena *arena;
	struct scratch scratch;
	struct store *store;
	struct ctx cx;
};

static struct bench bench_new(void)
{
	struct bench b = { .arena = arena_new() };

	b.scratch = scratch_new(b.arena, kind);
	b.store = scratch_store(&b.scratch, "shared", 1);
	b.cx = ctx_new(b.arena, 77, LANG_EN);
	return b;
}

static void splits_statements(void)
{
	static const struct {
		const char *text, *want[4];
	} cases[] = {
		{ "", { NULL } },
		{ " \n-- only; a comment;\n", { NULL } },
		{ "a;", { "a" } },
		{ "a", { "a" } },
		{ "a;b;\nc;\n", { "a;b", "c" } },
		{ "a ; \nb;-- x\nc", { "a", "b", "c" } },
		{ "a ';\n' b;\nc", { "a ';\n' b", "c" } },
		{ "a '-- '';\n' b;\nc", { "a '-- '';\n' b", "c" } },
		{ "a \";\n\" b;\nc", { "a \";\n\" b", "c" } },
		{ "a -- it's\nb;\nc", { "a \nb", "c" } },
		{ ";\n;\na;\n", { "a" } },
		{ "a 'open;\nb", { "a 'open;\nb" } },
		{ "a;\r\nb;\r\n", { "a", "b" } },
	};
	struct arena *a = arena_new();

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str rest = str_of(cases[i].text), got;
		size_t n = 0;
		while (migrate_next(a, &rest, &got) && cases[i].want[n])
			T_TEXT(got, str_of(cases[i].want[n++]));
		T_CHECK(!cases[i].want[n], "case %zu: %zu found", i, n);
		T_CHECK(str_trim(rest).n == 0, "case %zu: left over", i);
	}
	arena_free(a);
}

static void migrates_in_order(void)
{
	struct bench b = bench_new();
	const struct embedded list[] = { first, second };
	struct rows rows = { 0 };
	int64_t applied = -1;

	T_ERR(&b.cx, migrate_check(&b.cx, b.store, list, 2), ERR_CONFLICT);
	T_OK(&b.cx, migrate_apply(&b.cx, b.store, list, 1, &applied));
	T_CHECK(applied == 1, "%lld", (long long)applied);
	T_OK(&b.cx, migrate_check(&b.cx, b.store, list, 1));
	T_ERR(&b.cx, migrate_check(&b.cx, b.store, list, 2), ERR_CONFLICT);
	T_OK(&b.cx, migrate_apply(&b.cx, b.store, list, 2, &applied));
	T_CHECK(applied == 1, "%lld", (long long)applied);
	T_OK(&b.cx, migrate_apply(&b.cx, b.store, list, 2, &applied));
	T_CHECK(applied == 0, "%lld", (long long)applied);
	T_OK(&b.cx, migrate_check(&b.cx, b.store, list, 2));
	/* A program that is older than the store. */
	T_ERR(&b.cx, migrate_check(&b.cx, b.store, list, 1), ERR_CONFLICT);
	T_ERR(&b.cx, migrate_apply(&b.cx, b.store, list, 1, &applied),
	    ERR_CONFLICT);

	T_OK(&b.cx, store_read(&b.cx, b.store));
	T_OK(
	    &b.cx, sql_all(&b.cx, SQL_SCAN("select text from note order by id"),
		       NO_VALS, &rows));
	T_CHECK(rows.n == 2, "%zu notes", rows.n);
	if (rows.n == 2) {
		T_TEXT(
		    row_str(rows.row[0], "text"), STR("a;\n-- no comment\n"));
		T_TEXT(row_str(rows.row[1], "text"), STR("it's;"));
	}
	T_OK(&b.cx, sql_all(&b.cx,
			SQL_SCAN("select version, name, digest, applied"
				 " from schema_version order by version"),
			NO_VALS, &rows));
	T_CHECK(rows.n == 2, "%zu versions", rows.n);
	if (rows.n == 2) {
		T_CHECK(row_i64(rows.row[1], "version") == 2, "version");
		T_CHECK(row_i64(rows.row[1], "applied") == 77, "applied");
		T_TEXT(row_str(rows.row[1], "name"), STR("0002_second.sql"));
		T_TEXT(row_str(rows.row[1], "digest"),
		    sha256_hex(b.arena,
			sha256_of(
			    str_n((const char *)second.bytes, second.n))));
	}
	arena_free(b.arena);
}

static void refuses_a_changed_one(void)
{
	struct bench b = bench_new();
	const struct embedded list[] = { first, second };
	const struct embedded changed[] = { first, second_changed };

	T_OK(&b.cx, migrate_apply(&b.cx, b.store, list, 2, NULL));
	T_ERR(&b.cx, migrate_apply(&b.cx, b.store, changed, 2, NULL),
	    ERR_CONFLICT);
	T_ERR(&b.cx, migrate_check(&b.cx, b.store, changed, 2), ERR_CONFLICT);
	arena_free(b.arena);
}

/* What fails in the middle leaves nothing, and what stood before stays. */
static void a_failed_one_leaves_nothing(void)
{
	struct bench b = bench_new();
	const struct embedded bad[] = { first, second, third_bad };
	const struct embedded commits[] = { first, second, third_commits };
	const struct embedded wrong[] = { first, second, misnamed };
	const struct embedded good[] = { first, second, third };
	int64_t applied = -1;

	T_ERR(&b.cx, migrate_apply(&b.cx, b.store, wrong, 3, NULL), ERR_BROKEN);
	T_ERR(&b.cx, migrate_check(&b.cx, b.store, good, 2), ERR_CONFLICT);
	T_ERR(&b.cx, migrate_apply(&b.cx, b.store, bad, 3, NULL), ERR_CONFLICT);
	T_CHECK(!b.cx.db, "no transaction is left");
	T_OK(&b.cx, migrate_check(&b.cx, b.store, good, 2));
	T_OK(&b.cx, migrate_apply(&b.cx, b.store, good, 3, &applied));
	T_CHECK(applied == 1, "%lld", (long long)applied);

	struct bench c = bench_new();
	T_ERR(
	    &c.cx, migrate_apply(&c.cx, c.store, commits, 3, NULL), ERR_BROKEN);
	T_OK(&c.cx, migrate_check(&c.cx, c.store, good, 2));
	T_OK(&c.cx, migrate_apply(&c.cx, c.store, good, 3, NULL));
	arena_free(c.arena);
	arena_free(b.arena);
}

/* The program's own, on this store. */
static void migrates_the_program(void)
{
	static const char *const schemas[] = { "people", "shared" };
	struct arena *a = arena_new();
	struct scratch scratch = scratch_new(a, kind);
	struct ctx cx = ctx_new(a, 1, LANG_EN);

	for (size_t i = 0; i < COUNT(schemas); i++) {
		struct store *store = scratch_store(&scratch, schemas[i], 1);
		int64_t applied = -1;
		T_ERR(&cx, store_check_schema(&cx, store, schemas[i]),
		    ERR_CONFLICT);
		T_OK(&cx, store_migrate(&cx, store, schemas[i], &applied));
		T_CHECK(applied > 0, "%s", schemas[i]);
		T_OK(&cx, store_check_schema(&cx, store, schemas[i]));
	}
	arena_free(a);
}

/* How one statement ends in a write transaction of its own. */
static enum err try(struct ctx *cx, struct store *s, struct sql q)
{
	enum err e = store_write(cx, s);

	if (!e)
		e = sql_exec(cx, q, NO_VALS, NULL);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

static struct store *open_as(struct ctx *cx, const struct scratch *s,
    struct str user, struct str secret, const char *schema)
{
	struct store *store = NULL;

	T_OK(
	    cx, store_open_secret(cx, s->dsn, user, secret, schema, 1, &store));
	return store;
}

/* What each role may do: the people's all, the gate's rows of shared. */
static void check_rights(
    struct ctx *cx, const struct scratch *s, const struct pg_role_names *names)
{
	const struct embedded list[] = { first };
	struct store *people =
	    open_as(cx, s, names->people, STR("p-secret\n"), "people");
	struct store *shared =
	    open_as(cx, s, names->people, STR("p-secret"), "shared");
	struct store *gate =
	    open_as(cx, s, names->gate, STR("g-secret"), "shared");
	struct store *gate_people =
	    open_as(cx, s, names->gate, STR("g-secret"), "people");

	if (people && shared && gate && gate_people) {
		T_OK(cx, migrate_apply(cx, people, list, 1, NULL));
		T_OK(cx, migrate_apply(cx, shared, list, 1, NULL));
		T_OK(cx, migrate_check(cx, gate, list, 1));
		T_OK(cx, try(cx, gate, SQL("select id from note where id=1")));
		T_OK(
		    cx, try(cx, gate,
			    SQL("insert into note (id, text) values (3, '')")));
		T_OK(cx, try(cx, gate, SQL("update note set id=4 where id=3")));
		T_OK(cx, try(cx, gate, SQL("delete from note where id=4")));
		T_ERR(cx, try(cx, gate, SQL("create table x (i bigint)")),
		    ERR_BROKEN);
		T_ERR(cx, try(cx, gate, SQL("drop table note")), ERR_BROKEN);
		T_ERR(cx, try(cx, gate, SQL("select 1 from people.note")),
		    ERR_BROKEN);
		T_ERR(cx, try(cx, gate_people, SQL("select 1 from note")),
		    ERR_BROKEN);
		T_ERR(cx,
		    try(cx, gate_people, SQL("create table y (i bigint)")),
		    ERR_BROKEN);
		T_OK(cx, try(cx, people, SQL("delete from note where id=1")));
	}
	store_close(people);
	store_close(shared);
	store_close(gate);
	store_close(gate_people);
}

static void makes_roles(void)
{
	struct arena *a = arena_new();
	struct scratch s = scratch_new(a, kind);
	struct ctx cx = ctx_new(a, 1, LANG_EN);
	const struct pg_roles both = { STR_INIT("p-secret"),
		STR_INIT("g-secret") };
	const struct pg_roles none = { { 0 }, { 0 } };
	struct pg_role_names names = { { 0 }, { 0 } };
	struct store *store = NULL;

	T_ERR(&cx, store_pg_create(&cx, s.dsn, STR(""), &none, &names),
	    ERR_INVALID);
	T_OK(&cx, store_pg_create(&cx, s.dsn, STR(""), &both, &names));
	check_rights(&cx, &s, &names);
	T_ERR(&cx,
	    store_open_secret(
		&cx, s.dsn, names.gate, STR("p-secret"), "shared", 1, &store),
	    ERR_BUSY);
	T_ERR(&cx,
	    store_open_secret(
		&cx, s.dsn, names.gate, STR(""), "shared", 1, &store),
	    ERR_BUSY);
	/* Again, and with passwords left as they are. */
	T_OK(&cx, store_pg_create(&cx, s.dsn, STR(""), &none, &names));
	check_rights(&cx, &s, &names);
	/* A role that could do more is not taken. */
	scratch_admin(&s, str_cstr(a, str_fmt(a, "alter role %.*s createrole",
					  STR_ARG(names.gate))));
	T_ERR(&cx, store_pg_create(&cx, s.dsn, STR(""), &both, &names),
	    ERR_CONFLICT);
	scratch_admin(
	    &s, str_cstr(a,
		    str_fmt(a, "drop owned by %.*s, %.*s; drop role %.*s, %.*s",
			STR_ARG(names.gate), STR_ARG(names.people),
			STR_ARG(names.gate), STR_ARG(names.people))));
	arena_free(a);
}

/* An administrator who is no superuser, only owner of the database. */
static void makes_roles_without_superuser(void)
{
	struct arena *a = arena_new();
	struct scratch s = scratch_new(a, kind);
	struct ctx cx = ctx_new(a, 1, LANG_EN);
	const struct pg_roles both = { STR_INIT("p-secret"),
		STR_INIT("g-secret") };
	struct pg_role_names names = { { 0 }, { 0 } };
	size_t at = str_index(str_from(s.dsn, 14), '@') + 14;
	struct str dsn = str_fmt(
	    a, "postgresql://owner_t%.*s", STR_ARG(str_from(s.dsn, at)));

	scratch_admin(
	    &s, "create role owner_t login createrole password 'o-secret'");
	scratch_admin(&s,
	    "do $$begin execute format('alter database %I owner to owner_t',"
	    " current_database()); end$$");
	T_OK(&cx, store_pg_create(&cx, dsn, STR("o-secret\n"), &both, &names));
	check_rights(&cx, &s, &names);
	T_OK(&cx, store_pg_create(&cx, dsn, STR("o-secret\n"), &both, &names));
	if (names.gate.n)
		scratch_admin(&s,
		    str_cstr(
			a, str_fmt(a,
			       "drop owned by %.*s, %.*s; drop role %.*s, %.*s;"
			       "reassign owned by owner_t to postgres;"
			       "drop role owner_t",
			       STR_ARG(names.gate), STR_ARG(names.people),
			       STR_ARG(names.gate), STR_ARG(names.people))));
	arena_free(a);
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
	T_RUN(splits_statements);
	for (kind = 0; kind < SCRATCH_KINDS; kind++) {
		if (!scratch_has(kind))
			continue;
		RUN(migrates_in_order);
		RUN(refuses_a_changed_one);
		RUN(a_failed_one_leaves_nothing);
		RUN(migrates_the_program);
		if (kind == SCRATCH_PG) {
			RUN(makes_roles);
			RUN(makes_roles_without_superuser);
		}
	}
	return T_PLAN();
}
