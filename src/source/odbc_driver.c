/* ODBC as a driver: approved queries as streams, an officer's SQL, a look. */
#include <string.h>

#include "base/str.h"
#include "source/odbc.h"

struct odbc_stream {
	struct rows rows; /* first: its head is the stream's */
	struct odbc *o;
	struct odbc_column *columns;
	bool done;
};

static enum err drifted(struct ctx *cx)
{
	enum err e = fail(cx, ERR_CONFLICT, MSG_error_source_drifted);

	cx->fault.detail = STR("the columns are not the approved ones");
	return e;
}

static enum err same_names(
    struct ctx *cx, const struct odbc_column *v, size_t n, struct columns want)
{
	bool same = n == want.n;

	for (size_t i = 0; i < want.n && same; i++)
		same = str_eq(v[i].name, want.v[i].name);
	return same ? OK : drifted(cx);
}

/* The approved SQL alone, for its columns' types; then what is asked of it. */
static enum err prepare(struct ctx *cx, struct odbc *o,
    const struct compiled *q, struct marked *marked, struct compiled *ret)
{
	const struct approved *a = q->approved;
	struct dialect d = odbc_dialect(o);
	struct odbc_own own = { .product = o->product };
	struct odbc_column *columns = NULL;
	size_t n = 0;
	enum err e =
	    sql_mark(cx, a->sql, a->params, RULES_ANY, MARK_QUESTION, marked);

	if (e == OK)
		e = odbc_prepare(cx, o, marked->sql);
	if (e == OK)
		e = odbc_columns(cx, o, &columns, &n);
	if (e == OK)
		e = same_names(cx, columns, n, a->columns);
	if (e != OK)
		return e;
	own.columns = columns;
	d.body = marked->sql;
	d.approved = a;
	d.own = &own;
	e = query_compile_for(cx, &d, a, &q->query, ret);
	if (e == OK)
		e = odbc_prepare(cx, o, ret->sql);
	return e;
}

static enum err open_stream(struct ctx *cx, const struct source *source,
    const struct compiled *q, const struct source_limits *limits,
    struct source_stream **ret)
{
	struct odbc_stream *s = ARENA_NEW(cx->arena, struct odbc_stream);
	struct marked marked;
	struct compiled mine;
	size_t n = 0;
	enum err e = odbc_open(cx, source, limits, false, &s->o);

	if (e != OK)
		return e;
	e = prepare(cx, s->o, q, &marked, &mine);
	if (e == OK)
		e = odbc_run(cx, s->o, &marked, q->param_values, mine.values,
		    mine.n_values);
	if (e == OK)
		e = odbc_columns(cx, s->o, &s->columns, &n);
	if (e == OK)
		e = same_names(cx, s->columns, n, mine.columns);
	if (e != OK) {
		odbc_close(s->o);
		return e;
	}
	rows_init(&s->rows, cx->arena, n);
	*ret = &s->rows.head;
	return OK;
}

static enum err next(
    struct ctx *cx, struct source_stream *head, struct batch *ret)
{
	struct odbc_stream *s = (struct odbc_stream *)head;
	enum err e = OK;

	rows_begin(&s->rows);
	if (!s->done && budget_over(&s->o->budget)) {
		s->done = true;
		return budget_fail(cx, &s->o->budget);
	}
	while (e == OK && !s->done && rows_room(&s->rows)) {
		SQLRETURN rc = SQLFetch(s->o->st);

		if (rc == SQL_NO_DATA)
			s->done = s->o->good = true;
		else if (!SQL_SUCCEEDED(rc))
			e = odbc_fail(
			    cx, s->o, SQL_HANDLE_STMT, s->o->st, false);
		else
			e = odbc_row(cx, s->o, &s->rows, s->columns);
	}
	if (e != OK) {
		s->done = true;
		return e;
	}
	*ret = rows_batch(&s->rows);
	return OK;
}

static void close_stream(struct source_stream *head)
{
	struct odbc_stream *s = (struct odbc_stream *)head;

	s->done = true;
	odbc_close(s->o);
}

static enum err check(struct ctx *cx, struct odbc *o, struct str sql,
    struct params ps, struct marked *marked, struct description *out,
    struct odbc_column **ret)
{
	size_t n = 0;
	enum err e = sql_check_text(cx, sql);

	if (e == OK)
		e = params_check(cx, ps);
	if (e == OK)
		e = odbc_check_words(cx, sql);
	if (e == OK)
		e = sql_mark(cx, sql, ps, RULES_ANY, MARK_QUESTION, marked);
	if (e == OK)
		e = odbc_prepare(cx, o, marked->sql);
	if (e == OK)
		e = odbc_columns(cx, o, ret, &n);
	if (e != OK)
		return e;
	struct column *v = ARENA_ARRAY(cx->arena, struct column, n);
	for (size_t i = 0; i < n && e == OK; i++) {
		v[i].name = (*ret)[i].name;
		v[i].type = (*ret)[i].meant;
		e = sql_check_column(cx, v[i].name, v, i);
	}
	out->columns = (struct columns){ .v = v, .n = n };
	return e;
}

/* A driver may say which table a column is of; few do. */
static void fill_origins(struct ctx *cx, struct odbc *o, struct description *d)
{
	struct origin *v = ARENA_ARRAY(cx->arena, struct origin, d->columns.n);
	struct origin *reads =
	    ARENA_ARRAY(cx->arena, struct origin, d->columns.n);

	for (size_t i = 0; i < d->columns.n; i++) {
		SQLUSMALLINT at = (SQLUSMALLINT)(i + 1);
		char table[256] = { 0 }, column[256] = { 0 };
		SQLSMALLINT n = 0;

		SQLColAttribute(o->st, at, SQL_DESC_BASE_TABLE_NAME, table,
		    sizeof(table) - 1, &n, NULL);
		SQLColAttribute(o->st, at, SQL_DESC_BASE_COLUMN_NAME, column,
		    sizeof(column) - 1, &n, NULL);
		if (table[0] == '\0' || column[0] == '\0' ||
		    !str_utf8(str_of(table)) || !str_utf8(str_of(column)))
			continue;
		v[i].table = str_dup(cx->arena, str_of(table));
		v[i].column = str_dup(cx->arena, str_of(column));
		reads[d->n_reads++] = v[i];
	}
	d->origins = v;
	d->reads = reads;
}

static enum err first_rows(struct ctx *cx, struct odbc *o,
    const struct odbc_column *columns, size_t n, size_t max_rows,
    struct batch *ret, uint64_t *ret_bad)
{
	struct cell *kept = ARENA_ARRAY(cx->arena, struct cell, max_rows * n);
	struct rows rows = { .n_rows = 0 };
	size_t n_rows = 0;
	enum err e = OK;

	rows_init(&rows, cx->arena, n);
	while (n_rows < max_rows && e == OK) {
		SQLRETURN rc = SQLFetch(o->st);

		if (rc == SQL_NO_DATA)
			break;
		rows_begin(&rows);
		if (!SQL_SUCCEEDED(rc))
			e = odbc_fail(cx, o, SQL_HANDLE_STMT, o->st, false);
		else
			e = odbc_row(cx, o, &rows, columns);
		for (size_t i = 0; i < n && e == OK; i++)
			kept[n_rows * n + i] = (struct cell){
				rows.head.room.cells[i].kind,
				preview_cut(cx->arena, &rows.head.room.cells[i])
			};
		n_rows += e == OK;
	}
	*ret =
	    (struct batch){ .n_rows = n_rows, .n_columns = n, .cells = kept };
	*ret_bad = rows.head.bad_texts;
	return e;
}

/* The gate runs the query inside another: so does this, and with a limit. */
static enum err run_inside(struct ctx *cx, struct odbc *o,
    const struct marked *marked, const struct cell *values,
    const struct odbc_column *columns, struct columns names, size_t max_rows)
{
	struct approved a = { .sql = marked->sql, .columns = names };
	struct odbc_own own = { .product = o->product, .columns = columns };
	struct dialect d = odbc_dialect(o);
	struct query few = query_all();
	struct compiled q;

	d.approved = &a;
	d.own = &own;
	few.limit = (int64_t)max_rows;
	enum err e = query_compile_for(cx, &d, &a, &few, &q);
	if (e == OK)
		e = odbc_prepare(cx, o, q.sql);
	return e == OK ? odbc_run(cx, o, marked, values, NULL, 0) : e;
}

static enum err preview(struct ctx *cx, struct odbc *o, struct str sql,
    struct params ps, struct args args, size_t max_rows,
    struct description *out, struct batch *rows)
{
	struct odbc_column *columns = NULL;
	const struct cell *values = NULL;
	struct marked marked;
	enum err e = check(cx, o, sql, ps, &marked, out, &columns);

	if (e == OK)
		e = params_bind(cx, ps, args, true, &values);
	if (e != OK)
		return e;
	fill_origins(cx, o, out);
	e = run_inside(cx, o, &marked, values, columns, out->columns, max_rows);
	return e == OK ? first_rows(cx, o, columns, out->columns.n, max_rows,
			     rows, &out->bad_texts)
	               : e;
}

enum err odbc_preview(struct ctx *cx, const struct source *source,
    struct str sql, struct params ps, struct args args,
    const struct source_limits *limits, size_t max_rows,
    struct description *ret, struct batch *ret_rows)
{
	struct odbc *o = NULL;
	struct description out = { .n_reads = 0 };
	struct batch rows = { 0 };
	enum err e = odbc_open(cx, source, limits, true, &o);

	if (max_rows > SOURCE_PREVIEW_ROWS)
		max_rows = SOURCE_PREVIEW_ROWS;
	if (e != OK)
		return e;
	e = preview(cx, o, sql, ps, args, max_rows, &out, &rows);
	odbc_close(o);
	if (e != OK)
		return e;
	*ret = out;
	*ret_rows = rows;
	return OK;
}

enum err odbc_look(
    struct ctx *cx, const struct source *source, struct source_report *ret)
{
	struct odbc *o = NULL;
	SQLUINTEGER mode = 0;
	enum err e = odbc_open(cx, source, &source_limits_officer, false, &o);

	if (e != OK)
		return e;
	if (o->read_only)
		ret->read_only = YES;
	else if (SQL_SUCCEEDED(SQLGetConnectAttr(
		     o->db, SQL_ATTR_ACCESS_MODE, &mode, sizeof(mode), NULL)) &&
		 mode == SQL_MODE_READ_ONLY)
		ret->read_only = NOT_KNOWN; /* it took the word for it */
	odbc_close(o);
	return OK;
}

const struct source_driver odbc_driver = {
	.max_streams = 16,
	.max_waiting = 64,
	.check = odbc_look,
	.preview = odbc_preview,
	.open = open_stream,
	.next = next,
	.close = close_stream,
};
