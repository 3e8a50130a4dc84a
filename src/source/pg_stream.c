/* Rows of an approved query on PostgreSQL: one prepared statement, single-row
 * mode, text results. */
#include <string.h>

#include "base/str.h"
#include "source/pg.h"

struct pg_stream {
	struct rows rows; /* first: its head is the stream's */
	struct pg_run *run;
	PGresult *waiting; /* a row that has not been put */
	bool done;
};

static struct str text_cell(
    struct rows *rows, const struct pg_run *r, struct str s)
{
	if (r->c->cp874)
		return rows_cp874(rows, s);
	return r->c->raw ? rows_text(rows, s) : rows_copy(rows, s);
}

static int hex_digit(char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* \x0a1b… */
static struct str bytes_cell(struct rows *rows, struct str s)
{
	size_t n = s.n >= 2 ? (s.n - 2) / 2 : 0;
	char *p = rows_bytes(rows, n);

	for (size_t i = 0; i < n; i++)
		p[i] = (char)(hex_digit(s.p[2 + 2 * i]) << 4 |
			      hex_digit(s.p[3 + 2 * i]));
	return str_n(p, n);
}

enum err pg_cell(struct ctx *cx, struct rows *rows, const struct pg_run *r,
    const PGresult *result, int row, int column, struct cell *ret)
{
	struct str s = { .p = PQgetvalue(result, row, column),
		.n = (size_t)PQgetlength(result, row, column) };

	if (PQgetisnull(result, row, column)) {
		*ret = (struct cell){ .kind = CELL_NULL };
		return OK;
	}
	if (s.n > SOURCE_CELL_BYTES)
		return fail(
		    cx, ERR_TOO_LARGE, MSG_error_source_value_too_large);
	ret->kind = CELL_TEXT;
	switch (PQftype(result, column)) {
	case PG_INT2:
	case PG_INT4:
	case PG_INT8:
	case PG_OID:
		*ret = (struct cell){ CELL_INTEGER, rows_copy(rows, s) };
		break;
	case PG_BOOL:
		*ret = (struct cell){ CELL_INTEGER,
			s.p[0] == 't' ? STR("1") : STR("0") };
		break;
	case PG_FLOAT4:
	case PG_FLOAT8:
		rows_real(rows, s, ret);
		break;
	case PG_NUMERIC:
		rows_decimal(rows, s, ret);
		break;
	case PG_BYTEA:
		*ret = (struct cell){ CELL_BYTES, bytes_cell(rows, s) };
		break;
	case PG_BPCHAR:
		ret->s = text_cell(rows, r, without_padding(s));
		break;
	default:
		ret->s = text_cell(rows, r, s);
	}
	return OK;
}

/* Makes the next row the one at hand. */
static enum err advance(struct ctx *cx, struct pg_stream *s)
{
	PGresult *result = NULL;
	enum err e = OK;

	if (s->waiting != NULL || s->done)
		return OK;
	e = pg_result(cx, s->run, false, &result);
	if (e == OK && result != NULL && PQntuples(result) == 1) {
		s->waiting = result;
		return OK;
	}
	PQclear(result);
	s->done = true;
	return e != OK || result == NULL ? e : pg_done(cx, s->run);
}

static enum err put_row(struct ctx *cx, struct pg_stream *s)
{
	struct cell *row = rows_next(&s->rows);
	enum err e = OK;

	for (size_t i = 0; i < s->rows.n_columns && e == OK; i++)
		e = pg_cell(
		    cx, &s->rows, s->run, s->waiting, 0, (int)i, &row[i]);
	PQclear(s->waiting);
	s->waiting = NULL;
	return e;
}

static enum err next(
    struct ctx *cx, struct source_stream *head, struct batch *ret)
{
	struct pg_stream *s = (struct pg_stream *)head;
	enum err e = OK;

	rows_begin(&s->rows);
	if (!s->done && budget_over(&s->run->budget)) {
		s->done = true;
		pg_cancel(s->run);
		return budget_fail(cx, &s->run->budget);
	}
	while (rows_room(&s->rows)) {
		/* What has come is given before what has to be waited for. */
		if (s->rows.n_rows > 0 && s->waiting == NULL && !s->done &&
		    PQisBusy(s->run->c->db))
			break;
		e = advance(cx, s);
		if (e != OK || s->waiting == NULL)
			break;
		e = put_row(cx, s);
		if (e != OK)
			break;
	}
	if (e != OK)
		return e;
	*ret = rows_batch(&s->rows);
	return OK;
}

static void close_stream(struct source_stream *head)
{
	struct pg_stream *s = (struct pg_stream *)head;

	PQclear(s->waiting);
	s->waiting = NULL;
	if (s->run->c != NULL && !s->done)
		pg_cancel(s->run);
	s->done = true;
	pg_give(s->run);
}

static void close_deferred(void *arg)
{
	close_stream(arg);
}

/* As text of ours. */
static struct str name_at(
    struct ctx *cx, const struct pg_run *r, const PGresult *d, int i)
{
	struct str name = str_of(PQfname(d, i));
	bool bad = false;

	if (!r->c->cp874)
		return name;
	char *p = arena_alloc(cx->arena, 3 * name.n + 1);
	return str_n(p, cp874_decode(name, p, &bad));
}

static enum err same_names(struct ctx *cx, const struct pg_run *r,
    const PGresult *d, struct columns want)
{
	bool same = (size_t)PQnfields(d) == want.n;

	for (size_t i = 0; i < want.n && same; i++)
		same = str_eq(name_at(cx, r, d, (int)i), want.v[i].name);
	if (same)
		return OK;
	enum err e = fail(cx, ERR_CONFLICT, MSG_error_source_drifted);
	cx->fault.detail = STR("the columns are not the approved ones");
	return e;
}

static const Oid *types_of(struct arena *a, const PGresult *d)
{
	int n = PQnfields(d);
	Oid *v = ARENA_ARRAY(a, Oid, (size_t)n + 1);

	for (int i = 0; i < n; i++)
		v[i] = PQftype(d, i);
	return v;
}

/* The approved SQL as it is, for its columns' types; then what is asked of it. */
static enum err prepare(struct ctx *cx, struct pg_run *r,
    const struct compiled *q, struct compiled *ret,
    const struct pg_statement **ret_statement)
{
	const struct approved *a = q->approved;
	struct dialect d = pg_dialect;
	struct pg_own own = { .n_before = a->params.n, .icu = r->c->icu };
	struct marked marked;
	enum err e = sql_mark(
	    cx, a->sql, a->params, RULES_POSTGRESQL, MARK_NUMBER, &marked);

	if (e == OK)
		e = pg_prepare(cx, r, marked.sql, a->params, ret_statement);
	if (e == OK)
		e = same_names(
		    cx, r, (*ret_statement)->description, a->columns);
	if (e != OK)
		return e;
	own.types = types_of(cx->arena, (*ret_statement)->description);
	d.body = marked.sql;
	d.approved = a;
	d.own = &own;
	e = query_compile_for(cx, &d, a, &q->query, ret);
	if (e == OK)
		e = pg_prepare(cx, r, ret->sql, a->params, ret_statement);
	return e == OK ? same_names(
			     cx, r, (*ret_statement)->description, ret->columns)
	               : e;
}

static enum err start(struct ctx *cx, struct pg_stream *s,
    const struct compiled *q, size_t *ret_n)
{
	const struct pg_statement *st = NULL;
	struct compiled mine;
	enum err e = prepare(cx, s->run, q, &mine, &st);

	if (e == OK)
		e = pg_send(cx, s->run, st, q->approved->params,
		    q->param_values, mine.values, mine.n_values);
	*ret_n = mine.columns.n;
	/* A failure shows before the answer begins. */
	return e == OK ? advance(cx, s) : e;
}

static enum err open_once(struct ctx *cx, const struct source *source,
    const struct compiled *q, const struct source_limits *limits,
    struct source_stream **ret)
{
	struct pg_stream *s = ARENA_NEW(cx->arena, struct pg_stream);
	size_t n = 0;
	enum err e = pg_take(cx, source, limits, false, &s->run);

	if (e != OK)
		return e;
	e = start(cx, s, q, &n);
	if (e != OK) {
		s->run->c->spoiled |= pg_plan_spoiled(cx);
		pg_give(s->run);
		return e;
	}
	rows_init(&s->rows, cx->arena, n);
	arena_defer(cx->arena, close_deferred, s);
	*ret = &s->rows.head;
	return OK;
}

/* Whether the same may work with another connection: a plan that was spoiled,
 * or a connection that the server has closed behind our back. */
static bool try_again(const struct ctx *cx, enum err e)
{
	return e != OK && pg_plan_spoiled(cx);
}

static enum err open_stream(struct ctx *cx, const struct source *source,
    const struct compiled *q, const struct source_limits *limits,
    struct source_stream **ret)
{
	enum err e = open_once(cx, source, q, limits, ret);

	/* Kept connections may have old plans, each of them. */
	for (int i = 0; i < 10 && try_again(cx, e); i++)
		e = open_once(cx, source, q, limits, ret);
	return e;
}

const struct source_driver pg_driver = {
	.max_streams = 16,
	.max_waiting = 64,
	.check = pg_look,
	.tables = pg_tables,
	.preview = pg_preview,
	.open = open_stream,
	.next = next,
	.close = close_stream,
};
