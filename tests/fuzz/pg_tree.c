/* An officer's SQL for PostgreSQL. What is let through calls nothing that is not
 * on the list, by the text of the parser's own tree; it stays one SELECT of the
 * same tables where the gate puts it, between brackets; and a comment behind it
 * changes nothing. libpg_query itself is not built with sanitizers. */
#include <pg_query.h>

#include "fuzz.h"
#include "source/driver.h"
#include "source/pg.h"

static const struct str functions[] = {
#define FUNCTION(text) STR_INIT(text),
#define ROWS_FUNCTION(text) STR_INIT(text),
#include "source/pg_functions.def"
#undef FUNCTION
#undef ROWS_FUNCTION
};

static bool is_listed(struct str name)
{
	for (size_t i = 0; i < COUNT(functions); i++)
		if (str_eq(functions[i], name))
			return true;
	return false;
}

/* Moves behind the next `what`. */
static bool find(struct str *s, struct str what)
{
	while (s->n > 0 && !str_starts(*s, what))
		*s = str_from(*s, 1);
	return str_take(s, what);
}

/* In a text of JSON, quotes have a backslash: what is sought is the tree's. */
static void check_json(struct str tree)
{
	static const struct str never[] = { STR_INIT("\"intoClause\":"),
		STR_INIT("\"lockingClause\":"), STR_INIT("\"InsertStmt\":"),
		STR_INIT("\"UpdateStmt\":"), STR_INIT("\"DeleteStmt\":"),
		STR_INIT("\"schemaname\":\"pg_"),
		STR_INIT("\"schemaname\":\"information_schema\"") };
	struct str left = tree, name, one, rest;
	for (size_t i = 0; i < COUNT(never); i++)
		REQUIRE(!str_has(tree, never[i]));
	while (find(&left, STR("\"funcname\":["))) {
		struct str list = str_upto(left, str_index(left, ']'));
		name = (struct str){ 0 };
		while (find(&list, STR("\"sval\":\""))) {
			(void)str_cut(list, '"', &one, &rest);
			name = one;
		}
		REQUIRE(is_listed(name));
	}
}

static bool same_tables(const struct pg_tree *a, const struct pg_tree *b)
{
	if (a->n_tables != b->n_tables)
		return false;
	for (size_t i = 0; i < a->n_tables; i++)
		if (!str_eq(a->tables[i].schema, b->tables[i].schema) ||
		    !str_eq(a->tables[i].name, b->tables[i].name) ||
		    !str_eq(a->tables[i].alias, b->tables[i].alias))
			return false;
	return true;
}

static struct marked between(struct arena *a, struct str before,
    const struct marked *m, struct str behind)
{
	size_t *at = ARENA_ARRAY(a, size_t, m->n + 1);
	for (size_t i = 0; i < m->n; i++)
		at[i] = m->at[i] + before.n;
	return (struct marked){ .n = m->n,
		.at = at,
		.params = m->params,
		.sql = str_cat(a, str_cat(a, before, m->sql), behind) };
}

static void check_taken(
    struct ctx *cx, const struct marked *m, const struct pg_tree *tree)
{
	struct pg_tree again;
	PgQueryParseResult r = pg_query_parse(str_cstr(cx->arena, m->sql));
	REQUIRE(!r.error);
	check_json(str_of(r.parse_tree));
	pg_query_free_parse_result(r);
	struct marked other =
	    between(cx->arena, STR(""), m, STR("\n-- :a; $1 '"));
	REQUIRE(pg_tree_check(cx, &other, &again) == OK &&
		same_tables(tree, &again) && tree->is_plain == again.is_plain);
	other = between(cx->arena, STR("select count(*)\nfrom (\n"), m,
	    STR("\n) approved"));
	REQUIRE(pg_tree_check(cx, &other, &again) == OK &&
		same_tables(tree, &again) && !again.is_plain);
}

/* A parameter is declared where it seems to be used. */
static struct params declared(struct arena *a, struct str in)
{
	static const struct param all[] = { { .name = STR_INIT("a") },
		{ .name = STR_INIT("level") } };
	struct param *v = ARENA_ARRAY(a, struct param, COUNT(all));
	struct params ps = { .v = v };
	for (size_t i = 0; i < COUNT(all); i++)
		if (str_has(in, str_cat(a, STR(":"), all[i].name)))
			v[ps.n++] = all[i];
	return ps;
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct marked m;
	struct pg_tree tree;
	/* Short, so that no limit is near. */
	if (in.n > 600)
		return;
	enum err e = sql_check_text(cx, in);
	if (!e)
		e = sql_mark(cx, in, declared(cx->arena, in), RULES_POSTGRESQL,
		    MARK_NUMBER, &m);
	if (!e)
		e = pg_tree_check(cx, &m, &tree);
	REQUIRE(e == OK || e == ERR_INVALID);
	if (e)
		fuzz_failed(cx, e);
	else
		check_taken(cx, &m, &tree);
}
