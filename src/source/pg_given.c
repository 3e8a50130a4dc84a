/* Tables that were sent in, as temporary tables of a session on PostgreSQL: made
 * and filled in one transaction that may write, before those that may not. The
 * connection is closed after its run, and they are gone. */
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "source/given_in.h"
#include "source/pg.h"

#define COPY_BYTES ((size_t)64 << 20) /* of one batch, at the most */

/* Whatever the session would find first under these names. */
static const char *const types[COLUMN_TYPES] = {
	[TYPE_TEXT] = "pg_catalog.text",
	[TYPE_INTEGER] = "pg_catalog.int8",
	[TYPE_NUMBER] = "pg_catalog.numeric",
	[TYPE_BOOLEAN] = "pg_catalog.bool",
	[TYPE_DATE] = "pg_catalog.date",
	[TYPE_DATETIME] = "pg_catalog.timestamptz",
	[TYPE_BYTES] = "pg_catalog.bytea",
};

static struct str quoted(struct ctx *cx, struct pg_run *r, struct str name)
{
	struct str s = pg_text(cx, r, name);
	char *p = PQescapeIdentifier(r->c->db, s.p, s.n);
	struct str out = { 0 };

	if (p != NULL)
		out = str_dup(cx->arena, str_of(p));
	PQfreemem(p);
	return out;
}

static enum err not_taken(struct ctx *cx, struct pg_run *r, struct str name)
{
	struct str why =
	    str_dup(cx->arena, str_trim(str_of(PQerrorMessage(r->c->db))));
	enum err e = fail1(cx, ERR_BUSY, MSG_error_given_failed, name);

	cx->fault.detail = why;
	r->c->spoiled = true;
	return e;
}

/* Whether the role may make a temporary table here at all; a standby has none. */
static enum err check_right(struct ctx *cx, struct pg_run *r)
{
	static const char sql[] = "select pg_catalog.has_database_privilege("
				  "pg_catalog.current_database(), 'TEMP')"
				  " and not pg_catalog.pg_is_in_recovery()";
	PGresult *result = NULL;
	enum err e = pg_query(cx, r, sql, 0, NULL, &result);

	if (!e && PQgetvalue(result, 0, 0)[0] != 't')
		e = fail(cx, ERR_INVALID, MSG_error_given_no_temp);
	return e;
}

static enum err check_name(struct ctx *cx, struct pg_run *r, struct str name)
{
	const char *values[] = { str_cstr(cx->arena, quoted(cx, r, name)) };
	PGresult *result = NULL;
	enum err e = pg_query(cx, r,
	    "select pg_catalog.to_regclass($1) is null", 1, values, &result);

	if (!e && PQgetvalue(result, 0, 0)[0] != 't')
		e = given_shadows(cx, name);
	return e;
}

static struct str create_text(
    struct ctx *cx, struct pg_run *r, const struct given *g)
{
	struct buf b = buf_new(cx->arena, 2 * SOURCE_SQL_BYTES);

	buf_str(&b, STR("create temporary table "));
	buf_str(&b, quoted(cx, r, g->name));
	for (size_t i = 0; i < g->columns.n; i++) {
		buf_char(&b, i == 0 ? '(' : ',');
		buf_str(&b, quoted(cx, r, g->columns.v[i].name));
		buf_fmt(&b, " %s", types[g->columns.v[i].type]);
	}
	buf_char(&b, ')');
	REQUIRE(buf_ok(&b));
	return buf_view(&b);
}

static void put_escaped(struct buf *b, struct str s)
{
	static const char marks[] = "\\\n\r\t", letters[] = "\\nrt";
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *found =
		    s.p[i] == '\0' ? NULL : strchr(marks, s.p[i]);

		if (found == NULL)
			continue;
		buf_bytes(b, s.p + from, i - from);
		buf_char(b, '\\');
		buf_char(b, letters[found - marks]);
		from = i + 1;
	}
	buf_bytes(b, s.p + from, s.n - from);
}

static void put_cell(
    struct ctx *cx, struct pg_run *r, struct buf *b, const struct cell *c)
{
	switch (c->kind) {
	case CELL_NULL:
		buf_str(b, STR("\\N"));
		break;
	case CELL_BYTES:
		buf_str(b, STR("\\\\x"));
		buf_str(b, str_hex(cx->arena, c->s.p, c->s.n));
		break;
	case CELL_INTEGER:
	case CELL_REAL:
	case CELL_TEXT:
		put_escaped(b, pg_text(cx, r, c->s));
		break;
	}
}

struct copying {
	struct pg_run *run;
	struct arena *batch;
	struct str name;
};

static enum err take(struct ctx *cx, void *arg, const struct batch *rows)
{
	struct copying *c = arg;
	struct ctx inner = *cx;
	const struct cell *at = rows->cells;

	arena_rewind(c->batch, (struct arena_mark){ 0 });
	inner.arena = c->batch;
	struct buf b = buf_new(c->batch, COPY_BYTES);
	for (size_t i = 0; i < rows->n_rows; i++) {
		for (size_t k = 0; k < rows->n_columns; k++) {
			if (k > 0)
				buf_char(&b, '\t');
			put_cell(&inner, c->run, &b, at++);
		}
		buf_char(&b, '\n');
	}
	if (!buf_ok(&b))
		return fail(
		    cx, ERR_TOO_LARGE, MSG_error_source_value_too_large);
	struct str all = buf_view(&b);
	return PQputCopyData(c->run->c->db, all.p, (int)all.n) == 1
	           ? OK
	           : not_taken(cx, c->run, c->name);
}

static enum err run(struct ctx *cx, struct pg_run *r, struct str sql)
{
	PGresult *result = NULL;

	return pg_query(cx, r, str_cstr(cx->arena, sql), 0, NULL, &result);
}

static enum err copy(struct ctx *cx, struct pg_run *r, const struct given *g)
{
	struct copying c = {
		.run = r, .batch = arena_inside(cx->arena), .name = g->name
	};
	const char *sql = str_cstr(cx->arena,
	    str_cat(cx->arena,
		str_cat(cx->arena, STR("copy "), quoted(cx, r, g->name)),
		STR(" from stdin")));
	PGresult *result = PQexec(r->c->db, sql);
	bool begun = PQresultStatus(result) == PGRES_COPY_IN;

	PQclear(result);
	if (!begun)
		return not_taken(cx, r, g->name);
	enum err e = given_rows(cx, g, &r->budget.limits, take, &c);
	if (e) {
		r->c->spoiled = true;
		return e;
	}
	if (PQputCopyEnd(r->c->db, NULL) != 1)
		return not_taken(cx, r, g->name);
	e = pg_result(cx, r, false, &result);
	if (e)
		return e;
	PQclear(result);
	return pg_done(cx, r);
}

static enum err make(struct ctx *cx, struct pg_run *r, const struct given *g)
{
	enum err e = run(cx, r, create_text(cx, r, g));

	if (!e)
		e = copy(cx, r, g);
	/* So that a join is planned by how many there are. */
	return e ? e
	         : run(cx, r,
		       str_cat(
			   cx->arena, STR("analyze "), quoted(cx, r, g->name)));
}

enum err pg_given(struct ctx *cx, struct pg_run *r, const struct source *source)
{
	struct source_limits limits = r->budget.limits;
	enum err e = given_check(cx, source->given, source->n_given);

	limits.time_ms = (int64_t)source->n_given * GIVEN_MS;
	r->budget = budget_new(&limits);
	if (!e)
		e = check_right(cx, r);
	for (size_t i = 0; i < source->n_given && !e; i++)
		e = check_name(cx, r, source->given[i].name);
	if (!e)
		e = run(cx, r, STR("begin read write"));
	if (!e)
		e = run(cx, r,
		    str_fmt(cx->arena, "set local statement_timeout = %lld",
			(long long)GIVEN_MS));
	for (size_t i = 0; i < source->n_given && !e; i++)
		e = make(cx, r, &source->given[i]);
	return e ? e : run(cx, r, STR("commit"));
}
