/* What holds for a table that was sent in whatever database it stands in. */
#include "source/given.h"

#include "base/str.h"
#include "source/given_in.h"

static bool plain_name(struct str s, size_t max_bytes)
{
	if (s.n == 0 || s.n > max_bytes || s.p[0] < 'a' || s.p[0] > 'z')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			c == '_'))
			return false;
	}
	return true;
}

bool given_name(struct str s)
{
	static const struct str own[] = { STR_INIT("sqlite_"), STR_INIT("pg_"),
		STR_INIT("pragma_"), STR_INIT("json_"), STR_INIT("pratu_") };

	if (!plain_name(s, GIVEN_NAME_BYTES))
		return false;
	for (size_t i = 0; i < COUNT(own); i++)
		if (str_starts(s, own[i]))
			return false;
	return true;
}

static enum err check_columns(struct ctx *cx, const struct given *g)
{
	enum err e = OK;

	if (g->columns.n == 0 || g->columns.n > GIVEN_COLUMNS)
		return fail1(cx, ERR_INVALID, MSG_error_given_columns, g->name);
	for (size_t i = 0; i < g->columns.n && !e; i++) {
		struct str name = g->columns.v[i].name;

		/* Longer ones PostgreSQL would cut. */
		e = name.n > 63 ? fail1(cx, ERR_INVALID,
				      MSG_error_sql_column_name, name)
		                : sql_check_column(cx, name, g->columns.v, i);
	}
	return e;
}

enum err given_shadows(struct ctx *cx, struct str name)
{
	return fail1(
	    cx, ERR_INVALID, MSG_error_given_shadows, str_dup(cx->arena, name));
}

enum err given_check(struct ctx *cx, const struct given *v, size_t n)
{
	enum err e = OK;

	REQUIRE(n <= GIVEN_TABLES);
	for (size_t i = 0; i < n && !e; i++) {
		if (!given_name(v[i].name))
			return fail1(cx, ERR_INVALID, MSG_error_given_name,
			    str_dup(cx->arena, v[i].name));
		for (size_t k = 0; k < i; k++)
			if (str_eq(v[i].name, v[k].name))
				return given_shadows(cx, v[i].name);
		e = check_columns(cx, &v[i]);
	}
	return e;
}

enum err given_rows(struct ctx *cx, const struct given *g,
    const struct source_limits *limits, given_take_fn *take, void *arg)
{
	struct source_limits mine = *limits;
	struct batch rows = { 0 };

	/* What the file costs to read is none of the query's time. */
	mine.time_ms = GIVEN_MS;
	struct budget budget = budget_new(&mine);
	enum err e = g->again(cx, g->arg);
	while (!e) {
		if (budget_over(&budget))
			return budget_fail(cx, &budget);
		e = g->next(cx, g->arg, &rows);
		if (e || rows.n_rows == 0)
			break;
		REQUIRE(rows.n_columns == g->columns.n);
		e = take(cx, arg, &rows);
	}
	return e;
}
