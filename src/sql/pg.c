#include "sql/pg.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "sql/driver.h"

/* pg_type.oid of the types that our statements give back. */
enum {
	OID_BOOL = 16,
	OID_BYTEA = 17,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_TEXT = 25,
	OID_FLOAT4 = 700,
	OID_FLOAT8 = 701,
	OID_NUMERIC = 1700,
};

static enum err prepare(
    struct ctx *cx, struct conn *c, const char *text, const char **ret_name)
{
	const char *name = cache_get(&c->cache, text);

	if (!name) {
		name =
		    str_cstr(c->arena, str_fmt(cx->arena, "s%zu", c->cache.n));
		enum err e = pg_finish(
		    cx, c, PQprepare(c->handle, name, text, 0, NULL), text);
		if (e)
			return e;
		cache_put(&c->cache, c->arena, text, (void *)(uintptr_t)name);
	}
	*ret_name = name;
	return OK;
}

struct encoded {
	const char **values;
	int *lengths, *formats;
};

static const char *encode_one(struct arena *a, const struct val *v)
{
	switch (v->type) {
	case VAL_I64:
		return str_cstr(a, str_fmt(a, "%lld", (long long)v->i));
	case VAL_REAL:
		return str_cstr(a, str_fmt(a, "%.17g", v->d));
	case VAL_STR:
		return str_cstr(a, v->s);
	case VAL_BYTES:
		return v->s.p ? v->s.p : "";
	case VAL_NULL:
		break;
	}
	return NULL;
}

static struct encoded encode(struct arena *a, struct vals vals)
{
	struct encoded en = {
		.values = ARENA_ARRAY(a, const char *, vals.n),
		.lengths = ARENA_ARRAY(a, int, vals.n),
		.formats = ARENA_ARRAY(a, int, vals.n),
	};

	for (size_t i = 0; i < vals.n; i++) {
		const struct val *v = &vals.v[i];
		bool bytes = v->type == VAL_BYTES;
		REQUIRE(v->s.n <= INT32_MAX);
		en.values[i] = encode_one(a, v);
		en.lengths[i] = bytes ? (int)v->s.n : 0;
		en.formats[i] = bytes;
	}
	return en;
}

/* sum() of bigint is numeric here and integer on SQLite. */
static struct val decode_number(struct arena *a, struct str s)
{
	int64_t i;

	if (str_i64(s, &i))
		return val_i64(i);
	return (
	    struct val){ .type = VAL_REAL, .d = strtod(str_cstr(a, s), NULL) };
}

static struct val decode(struct arena *a, const PGresult *r, int i)
{
	struct str s = str_n(PQgetvalue(r, 0, i), (size_t)PQgetlength(r, 0, i));
	struct str bytes = { 0 };

	if (PQgetisnull(r, 0, i))
		return val_null();
	switch (PQftype(r, i)) {
	case OID_BOOL:
		return val_i64(str_eq(s, STR("t")));
	case OID_INT2:
	case OID_INT4:
	case OID_INT8:
	case OID_NUMERIC:
		return decode_number(a, s);
	case OID_FLOAT4:
	case OID_FLOAT8:
		return (struct val){ .type = VAL_REAL,
			.d = strtod(PQgetvalue(r, 0, i), NULL) };
	case OID_BYTEA:
		REQUIRE(str_take(&s, STR("\\x")) && str_unhex(a, s, &bytes));
		return val_bytes(bytes);
	default:
		return val_str(str_dup(a, s));
	}
}

static struct rows *begin_rows(struct arena *a, const PGresult *r)
{
	size_t n = (size_t)PQnfields(r);
	const char **columns;
	struct rows *rows = rows_new(a, n, &columns);

	for (size_t i = 0; i < n; i++)
		columns[i] = str_cstr(a, str_of(PQfname(r, (int)i)));
	return rows;
}

struct running {
	const struct query *query;
	struct rows *rows;
	int64_t changed;
};

/* One result: a single row, or the end of the statement. */
static enum err take_result(
    struct ctx *cx, struct conn *c, PGresult *r, struct running *run)
{
	struct str tag = str_of(PQcmdStatus(r));
	const struct query *q = run->query;

	if (!pg_is_good(r))
		return pg_fail_result(cx, c, r, q->text);
	if (!run->rows)
		run->rows = begin_rows(cx->arena, r);
	if (PQresultStatus(r) != PGRES_SINGLE_TUPLE) {
		if (!str_starts(tag, STR("SELECT")))
			(void)str_i64(str_of(PQcmdTuples(r)), &run->changed);
		return OK;
	}
	if (q->first_only && run->rows->n == 1)
		return OK;
	if (run->rows->n == q->max_rows) {
		/* The rest is not worth reading: see below. */
		c->broken = true;
		return fail_detail(cx, ERR_BROKEN,
		    "postgresql: more than %zu rows: %.*s", q->max_rows,
		    STR_ARG(text_head(q->text)));
	}
	struct val *v = rows_add(cx->arena, run->rows);
	for (size_t i = 0; i < run->rows->n_columns; i++)
		v[i] = decode(cx->arena, r, (int)i);
	return OK;
}

static enum err take_results(
    struct ctx *cx, struct conn *c, struct running *run)
{
	PGresult *r;
	enum err e = OK;

	/* After an error the end of the statement is still to be read, but
	 * not when the connection is given up. */
	while (!c->broken && (r = PQgetResult(c->handle))) {
		if (!e)
			e = take_result(cx, c, r, run);
		PQclear(r);
	}
	return e;
}

static enum err pg_run(struct ctx *cx, struct conn *c, const struct query *q,
    struct rows **ret, int64_t *ret_changed)
{
	struct running run = { .query = q };
	const char *name;

	enum err e = prepare(cx, c, q->text, &name);
	if (e)
		return e;
	struct encoded en = encode(cx->arena, q->vals);
	/* Row by row: a result that is too large is noticed before it fills
	 * the memory. */
	if (!PQsendQueryPrepared(c->handle, name, (int)q->vals.n, en.values,
		en.lengths, en.formats, 0) ||
	    !PQsetSingleRowMode(c->handle))
		return pg_fail_conn(cx, c);
	e = take_results(cx, c, &run);
	if (e)
		return e;
	if (!run.rows)
		return pg_fail_conn(cx, c);
	*ret = run.rows;
	*ret_changed = run.changed;
	return OK;
}

static enum err pg_run_text(struct ctx *cx, struct conn *c, const char *text)
{
	/* PQexecParams takes one statement only. */
	return pg_finish(cx, c,
	    PQexecParams(c->handle, text, 0, NULL, NULL, NULL, NULL, 0), text);
}

static enum err pg_begin(struct ctx *cx, struct conn *c, int64_t wait_ms)
{
	const char *text =
	    c->writes ? "begin"
		      : "begin isolation level repeatable read read only";

	/* Writers meet at rows only, where lock_timeout holds. */
	(void)wait_ms;
	return pg_finish(cx, c, PQexec(c->handle, text), text);
}

static enum err pg_commit(struct ctx *cx, struct conn *c)
{
	PGresult *r = PQexec(c->handle, "commit");
	/* The answer to "commit" may be ROLLBACK, without an error. */
	bool done = r && !strcmp(PQcmdStatus(r), "COMMIT");
	enum err e = pg_finish(cx, c, r, "commit");

	if (!e && !done)
		return fail_detail(cx, ERR_BROKEN,
		    "postgresql: rolled back instead of committed");
	return e;
}

static void pg_rollback(struct conn *c)
{
	if (c->broken || PQtransactionStatus(c->handle) == PQTRANS_IDLE)
		return;
	PGresult *r = PQexec(c->handle, "rollback");
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		c->broken = true;
	PQclear(r);
}

static enum err pg_lock_schema(struct ctx *cx, struct conn *c)
{
	/* 'PRTU' */
	return pg_run_text(cx, c, "select pg_advisory_xact_lock(1347572821)");
}

static enum err pg_has_table(
    struct ctx *cx, struct conn *c, const char *name, bool *ret)
{
	static const char text[] =
	    "select 1 from pg_class where relname = $1"
	    " and relnamespace = to_regnamespace(current_setting("
	    "'search_path'))";
	const char *const values[] = { name };
	PGresult *r =
	    PQexecParams(c->handle, text, 1, NULL, values, NULL, NULL, 0);

	*ret = r && PQntuples(r) == 1;
	return pg_finish(cx, c, r, text);
}

static bool types_unclear(const PGresult *described)
{
	for (int i = 0; i < PQnparams(described); i++) {
		switch (PQparamtype(described, i)) {
		case OID_INT8:
		case OID_TEXT:
		case OID_BYTEA:
		case OID_FLOAT8:
			break;
		default:
			return true;
		}
	}
	return false;
}

static const char *explain_text(struct arena *a, int n_params)
{
	struct buf text = buf_new(a, 65536);

	buf_str(&text, STR("explain execute pratu_plan"));
	for (int i = 0; i < n_params; i++)
		buf_fmt(&text, "%snull", i ? "," : "(");
	if (n_params)
		buf_char(&text, ')');
	return str_cstr(a, buf_view(&text));
}

static void judge(struct arena *a, const PGresult *lines, struct plan *ret)
{
	struct buf text = buf_new(a, 65536);

	for (int i = 0; i < PQntuples(lines); i++) {
		struct str line = str_of(PQgetvalue(lines, i, 0));
		if (str_has(line, STR("Seq Scan")))
			ret->scans = true;
		buf_str(&text, line);
		buf_char(&text, '\n');
	}
	ret->text = buf_view(&text);
}

/* With the plan that holds for any values: the one of NULLs would be empty. */
static enum err explain(struct ctx *cx, struct conn *c, struct plan *ret)
{
	enum err e = pg_run_text(cx, c, "set local enable_seqscan = off");
	if (!e)
		e = pg_run_text(
		    cx, c, "set local plan_cache_mode = force_generic_plan");
	if (e)
		return e;
	PGresult *r = PQdescribePrepared(c->handle, "pratu_plan");
	int n_params = PQnparams(r);
	ret->types_unclear = types_unclear(r);
	e = pg_finish(cx, c, r, "describe");
	if (e)
		return e;
	const char *text = explain_text(cx->arena, n_params);
	r = PQexec(c->handle, text);
	if (pg_is_good(r))
		judge(cx->arena, r, ret);
	return pg_finish(cx, c, r, text);
}

static enum err pg_plan(
    struct ctx *cx, struct conn *c, const char *text, struct plan *ret)
{
	PGresult *r = PQprepare(c->handle, "pratu_plan", text, 0, NULL);

	*ret = (struct plan){ .prepares = pg_is_good(r) };
	if (!ret->prepares) {
		ret->text = str_dup(
		    cx->arena, str_trim(str_of(PQresultErrorMessage(r))));
		PQclear(r);
		return OK;
	}
	PQclear(r);
	enum err e = explain(cx, c, ret);
	if (!e)
		e = pg_run_text(cx, c, "deallocate pratu_plan");
	if (e)
		c->broken = true;
	return e;
}

const struct driver driver_pg = {
	.open = pg_open,
	.close = pg_close,
	.begin = pg_begin,
	.commit = pg_commit,
	.rollback = pg_rollback,
	.run = pg_run,
	.run_text = pg_run_text,
	.lock_schema = pg_lock_schema,
	.has_table = pg_has_table,
	.plan = pg_plan,
};
