/* An officer's SQL: checked, described, tried. */
#include <string.h>

#include "base/str.h"
#include "source/stream.h"

#define SAMPLE_ROWS 100

/* Names that a caller can ask by: not two alike, no control characters. */
static enum err check_columns(struct ctx *cx, sqlite3_stmt *st)
{
	size_t n = (size_t)sqlite3_column_count(st);
	struct column *v = ARENA_ARRAY(cx->arena, struct column, n);

	for (size_t i = 0; i < n; i++) {
		v[i].name = str_of(sqlite3_column_name(st, (int)i));
		enum err e = sql_check_column(cx, v[i].name, v, i);
		if (e != OK)
			return e;
	}
	return OK;
}

static bool declared(struct params ps, struct str name)
{
	for (size_t i = 0; i < ps.n; i++) {
		if (str_eq(ps.v[i].name, name))
			return true;
	}
	return false;
}

/* Every parameter of the SQL is declared, and the other way about. */
static enum err check_params(struct ctx *cx, sqlite3_stmt *st, struct params ps)
{
	int n = sqlite3_bind_parameter_count(st);

	for (int i = 1; i <= n; i++) {
		struct str name = str_of(sqlite3_bind_parameter_name(st, i));

		if (name.n < 2 || (name.p[0] != ':' && name.p[0] != '$'))
			return fail(
			    cx, ERR_INVALID, MSG_error_sql_parameter_form);
		if (!declared(ps, str_from(name, 1)))
			return fail1(cx, ERR_INVALID,
			    MSG_error_sql_parameter_undeclared,
			    str_dup(cx->arena, str_from(name, 1)));
	}
	for (size_t i = 0; i < ps.n; i++) {
		const char *colon = str_cstr(
		    cx->arena, str_cat(cx->arena, STR(":"), ps.v[i].name));
		const char *dollar = str_cstr(
		    cx->arena, str_cat(cx->arena, STR("$"), ps.v[i].name));

		if (sqlite3_bind_parameter_index(st, colon) == 0 &&
		    sqlite3_bind_parameter_index(st, dollar) == 0)
			return fail1(cx, ERR_INVALID,
			    MSG_error_sql_parameter_unused, ps.v[i].name);
	}
	return OK;
}

/* The statement without its semicolon. */
static enum err one_statement(
    struct ctx *cx, struct str sql, struct str tail, struct str *ret)
{
	struct str body = str_upto(sql, sql.n - tail.n);

	if (sql_skip_blank(tail).n > 0)
		return fail(cx, ERR_INVALID, MSG_error_sql_not_one);
	body = str_trim(body);
	if (str_ends(body, STR(";")))
		body = str_upto(body, body.n - 1);
	*ret = body;
	return OK;
}

/* The gate runs the query inside another: try that it can. A comment that is
 * never closed, or a column that has no name there, shows here. */
static enum err check_inside(
    struct ctx *cx, struct lite *l, struct str body, sqlite3_stmt *st)
{
	struct columns cs = { .n = (size_t)sqlite3_column_count(st) };
	struct column *v = ARENA_ARRAY(cx->arena, struct column, cs.n);
	struct str tail = { 0 };
	struct compiled q;
	struct query all = query_all();

	for (size_t i = 0; i < cs.n; i++)
		v[i].name = str_of(sqlite3_column_name(st, (int)i));
	cs.v = v;
	all.limit = 1; /* else it would not be inside */

	struct approved a = { .sql = body, .columns = cs };
	enum err e = query_compile(cx, &a, &all, &q);
	if (e != OK)
		return e;
	l->record = false;
	return lite_prepare(cx, l, q.sql, &st, &tail);
}

/* What sqlite3_prepare says no to must not be confused with what was refused
 * before it: the whole check, in the order of its messages. */
static enum err prepare(struct ctx *cx, struct lite *l, struct str sql,
    struct params ps, sqlite3_stmt **ret)
{
	sqlite3_stmt *st = NULL;
	struct str tail = { 0 }, body = { 0 };
	enum err e = sql_check_text(cx, sql);

	if (e == OK)
		e = params_check(cx, ps);
	if (e != OK)
		return e;
	l->record = true;
	e = lite_prepare(cx, l, sql, &st, &tail);
	if (e == OK)
		e = one_statement(cx, sql, tail, &body);
	if (e != OK)
		return e;
	if (st == NULL || !sqlite3_stmt_readonly(st) ||
	    sqlite3_column_count(st) == 0 || sqlite3_stmt_isexplain(st))
		return fail(cx, ERR_INVALID, MSG_error_sql_not_select);
	e = check_columns(cx, st);
	if (e == OK)
		e = check_params(cx, st, ps);
	if (e == OK)
		e = check_inside(cx, l, body, st);
	if (e == OK)
		*ret = st;
	return e;
}

/* By the declared type, as SQLite finds affinities (datatype3.html 3.1), with
 * dates and booleans besides. */
static bool declared_type(
    struct arena *a, const char *decl, enum column_type *ret)
{
	static const struct {
		struct str part;
		enum column_type type;
	} parts[] = {
		{ STR_INIT("bool"), TYPE_BOOLEAN },
		{ STR_INIT("datetime"), TYPE_DATETIME },
		{ STR_INIT("timestamp"), TYPE_DATETIME },
		{ STR_INIT("date"), TYPE_DATE },
		{ STR_INIT("int"), TYPE_INTEGER },
		{ STR_INIT("char"), TYPE_TEXT },
		{ STR_INIT("clob"), TYPE_TEXT },
		{ STR_INIT("text"), TYPE_TEXT },
		{ STR_INIT("blob"), TYPE_BYTES },
		{ STR_INIT("real"), TYPE_NUMBER },
		{ STR_INIT("floa"), TYPE_NUMBER },
		{ STR_INIT("doub"), TYPE_NUMBER },
		{ STR_INIT("num"), TYPE_NUMBER },
		{ STR_INIT("dec"), TYPE_NUMBER },
	};
	struct str s = str_lower(a, str_of(decl));

	for (size_t i = 0; i < COUNT(parts); i++) {
		if (str_has(s, parts[i].part)) {
			*ret = parts[i].type;
			return true;
		}
	}
	return false;
}

/* What the values of a column without a declared type show so far. */
struct sample {
	bool any, integer, real, text, bytes;
};

static enum column_type sampled_type(const struct sample *s)
{
	if (s->text || !s->any)
		return TYPE_TEXT;
	if (s->bytes)
		return s->integer || s->real ? TYPE_TEXT : TYPE_BYTES;
	return s->real ? TYPE_NUMBER : TYPE_INTEGER;
}

static void look_at(struct sample *s, enum cell_kind kind)
{
	if (kind == CELL_NULL)
		return;
	s->any = true;
	s->integer |= kind == CELL_INTEGER;
	s->real |= kind == CELL_REAL;
	s->text |= kind == CELL_TEXT;
	s->bytes |= kind == CELL_BYTES;
}

struct trial {
	struct lite *lite;
	sqlite3_stmt *st;
	size_t n_columns;
	struct sample *samples;
	struct cell *kept; /* the first rows, for a preview */
	size_t n_kept, max_kept;
	uint64_t bad_texts;
};

/* Runs up to SAMPLE_ROWS rows. */
static enum err run_trial(struct ctx *cx, struct trial *t)
{
	struct lite_stream *s = stream_new(cx, t->lite, t->st);
	size_t seen = 0;

	s->max_rows = 1; /* not further than needed: rows may be slow */
	while (seen < SAMPLE_ROWS) {
		struct batch b;
		enum err e = lite_next(cx, &s->head, &b);

		if (e != OK)
			return e;
		if (b.n_rows == 0)
			break;
		for (size_t i = 0; i < t->n_columns; i++) {
			look_at(&t->samples[i], b.cells[i].kind);
			if (seen < t->max_kept) {
				struct cell *k =
				    t->kept + seen * t->n_columns + i;

				k->kind = b.cells[i].kind;
				k->s = preview_cut(cx->arena, &b.cells[i]);
			}
		}
		seen++;
		t->bad_texts = s->head.bad_texts;
		if (seen <= t->max_kept)
			t->n_kept = seen;
	}
	return OK;
}

/* Then no row need be read to know the types. */
static bool all_declared(struct arena *a, sqlite3_stmt *st)
{
	enum column_type ignored;

	for (int i = 0; i < sqlite3_column_count(st); i++) {
		if (!declared_type(a, sqlite3_column_decltype(st, i), &ignored))
			return false;
	}
	return true;
}

static struct str kept_name(struct arena *a, const char *name)
{
	return name == NULL ? (struct str){ 0 } : str_dup(a, str_of(name));
}

static void fill(struct ctx *cx, const struct trial *t, struct description *out)
{
	struct column *v = ARENA_ARRAY(cx->arena, struct column, t->n_columns);
	struct origin *o = ARENA_ARRAY(cx->arena, struct origin, t->n_columns);

	for (size_t i = 0; i < t->n_columns; i++) {
		int at = (int)i;

		v[i].name =
		    kept_name(cx->arena, sqlite3_column_name(t->st, at));
		v[i].type = sampled_type(&t->samples[i]);
		declared_type(
		    cx->arena, sqlite3_column_decltype(t->st, at), &v[i].type);
		o[i].table =
		    kept_name(cx->arena, sqlite3_column_table_name(t->st, at));
		o[i].column =
		    kept_name(cx->arena, sqlite3_column_origin_name(t->st, at));
	}
	*out = (struct description){
		.columns = { .v = v, .n = t->n_columns },
		.origins = o,
		.reads = t->lite->reads,
		.n_reads = t->lite->n_reads,
	};
}

enum err lite_preview(struct ctx *cx, const struct source *source,
    struct str sql, struct params ps, struct args args,
    const struct source_limits *limits, size_t max_rows,
    struct description *ret, struct batch *ret_rows)
{
	struct trial t = { 0 };
	const struct cell *values = NULL;
	enum err e = lite_open(cx, source, limits, true, &t.lite);

	if (e == OK)
		e = prepare(cx, t.lite, sql, ps, &t.st);
	if (e == OK)
		e = params_bind(cx, ps, args, true, &values);
	if (e == OK)
		e = lite_bind(cx, t.lite, t.st, ps, values, NULL, 0);
	if (e != OK)
		return e;
	t.n_columns = (size_t)sqlite3_column_count(t.st);
	t.samples = ARENA_ARRAY(cx->arena, struct sample, t.n_columns);
	t.max_kept =
	    max_rows < SOURCE_PREVIEW_ROWS ? max_rows : SOURCE_PREVIEW_ROWS;
	t.kept = ARENA_ARRAY(cx->arena, struct cell, t.max_kept * t.n_columns);
	if (t.max_kept > 0 || !all_declared(cx->arena, t.st))
		e = run_trial(cx, &t);
	if (e != OK)
		return e;
	fill(cx, &t, ret);
	ret->bad_texts = t.bad_texts;
	t.lite->record = false;
	lite_key(cx, t.lite, sql, ret);
	lite_close(t.lite);
	*ret_rows = (struct batch){
		.n_rows = t.n_kept, .n_columns = t.n_columns, .cells = t.kept
	};
	return OK;
}
