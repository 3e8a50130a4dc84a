/* An officer's SQL on PostgreSQL: checked, described, tried. Nothing is asked by
 * EXPLAIN: columns, types and origins come with the prepared statement, what is
 * read from the tree and the catalog. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "source/pg.h"

#define READS_MAX ((size_t)2000)
#define ARRAY_BYTES ((size_t)1 << 20)

struct look {
	struct ctx *cx;
	struct pg_run *run;
	struct pg_tree tree;
	struct description out;
	struct origin *reads;
};

static struct str text_at(const PGresult *r, int row, int column)
{
	if (PQgetisnull(r, row, column))
		return (struct str){ 0 };
	return str_of(PQgetvalue(r, row, column));
}

static enum err fill_columns(struct look *l, const PGresult *d)
{
	struct ctx *cx = l->cx;
	size_t n = (size_t)PQnfields(d);
	struct column *v = ARENA_ARRAY(cx->arena, struct column, n + 1);

	if (n == 0 || n > SOURCE_COLUMNS)
		return fail(cx, ERR_INVALID, MSG_error_sql_not_select);
	for (size_t i = 0; i < n; i++) {
		v[i].name = str_dup(cx->arena, str_of(PQfname(d, (int)i)));
		v[i].type = pg_column_type(PQftype(d, (int)i));
		enum err e = sql_check_column(cx, v[i].name, v, i);
		if (e != OK)
			return e;
	}
	l->out.columns = (struct columns){ .v = v, .n = n };
	return OK;
}

/* How a table is called to an officer: with its schema when it must be. */
#define TABLE_NAME                                                       \
	"case when pg_catalog.pg_table_is_visible(c.oid) then c.relname" \
	" else n.nspname || '.' || c.relname end"

static enum err fill_origins(struct look *l, const PGresult *d)
{
	static const char sql[] =
	    "select " TABLE_NAME ", a.attname"
	    " from unnest($1::pg_catalog.oid[], $2::pg_catalog.int4[])"
	    " with ordinality r(t, k, i)"
	    " left join pg_catalog.pg_class c"
	    " on c.oid = r.t"
	    " left join pg_catalog.pg_namespace n"
	    " on n.oid = c.relnamespace"
	    " left join pg_catalog.pg_attribute a"
	    " on a.attrelid = r.t and a.attnum = r.k"
	    " order by r.i";
	struct arena *a = l->cx->arena;
	size_t n = l->out.columns.n;
	struct buf tables = buf_new(a, ARRAY_BYTES),
		   columns = buf_new(a, ARRAY_BYTES);
	struct origin *v = ARENA_ARRAY(a, struct origin, n);
	PGresult *r = NULL;

	for (size_t i = 0; i < n; i++) {
		buf_fmt(
		    &tables, "%c%u", i == 0 ? '{' : ',', PQftable(d, (int)i));
		buf_fmt(&columns, "%c%d", i == 0 ? '{' : ',',
		    PQftablecol(d, (int)i));
	}
	buf_char(&tables, '}');
	buf_char(&columns, '}');
	const char *values[] = { str_cstr(a, buf_view(&tables)),
		str_cstr(a, buf_view(&columns)) };
	enum err e = pg_query(l->cx, l->run, sql, 2, values, &r);
	if (e != OK)
		return e;
	for (size_t i = 0; i < n && (int)i < PQntuples(r); i++) {
		v[i].table = text_at(r, (int)i, 0);
		v[i].column = text_at(r, (int)i, 1);
		if (v[i].column.p == NULL)
			v[i] = (struct origin){ 0 };
	}
	l->out.origins = v;
	return OK;
}

static void put_quoted(struct buf *b, struct str name)
{
	buf_char(b, '"');
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '"')
			buf_char(b, '"');
		buf_char(b, name.p[i]);
	}
	buf_char(b, '"');
}

/* "schema"."name", for to_regclass. */
static struct str whole_name(struct arena *a, const struct pg_table *t)
{
	struct buf b = buf_new(a, 2 * (t->schema.n + t->name.n) + 8);

	if (t->schema.n > 0) {
		put_quoted(&b, t->schema);
		buf_char(&b, '.');
	}
	put_quoted(&b, t->name);
	return buf_view(&b);
}

/* {"…","…"} of names. */
static const char *array_of_tables(struct arena *a, const struct pg_tree *t)
{
	struct buf b = buf_new(a, ARRAY_BYTES);

	for (size_t i = 0; i < t->n_tables; i++) {
		struct str name = whole_name(a, &t->tables[i]);

		buf_str(&b, i == 0 ? STR("{\"") : STR(",\""));
		for (size_t k = 0; k < name.n; k++) {
			if (name.p[k] == '"' || name.p[k] == '\\')
				buf_char(&b, '\\');
			buf_char(&b, name.p[k]);
		}
		buf_char(&b, '"');
	}
	buf_str(&b, t->n_tables == 0 ? STR("{}") : STR("}"));
	return str_cstr(a, buf_view(&b));
}

static void add_read(struct look *l, struct str table, struct str column)
{
	size_t n = l->out.n_reads;

	if (n == READS_MAX)
		return;
	for (size_t i = 0; i < n; i++)
		if (str_eq(l->reads[i].table, table) &&
		    str_eq(l->reads[i].column, column))
			return;
	l->reads[l->out.n_reads++] =
	    (struct origin){ .table = table, .column = column };
}

/* A name without a table may be a column of any: more is said than is read
 * rather than less. */
static bool is_named(
    const struct look *l, const struct pg_table *t, struct str column)
{
	for (size_t i = 0; i < l->tree.n_columns; i++) {
		const struct pg_column *c = &l->tree.columns[i];

		if ((c->table.n == 0 || str_eq(c->table, t->alias) ||
			str_eq(c->table, t->name)) &&
		    (c->name.n == 0 || str_eq(c->name, column)))
			return true;
	}
	return false;
}

static enum err fill_reads(struct look *l)
{
	static const char sql[] =
	    "select r.i, " TABLE_NAME ", a.attname"
	    " from pg_catalog.unnest($1::pg_catalog.text[]) with ordinality r(name, i)"
	    " join pg_catalog.pg_class c"
	    " on c.oid = pg_catalog.to_regclass(r.name)"
	    " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
	    " join pg_catalog.pg_attribute a on a.attrelid = c.oid"
	    " where a.attnum > 0 and not a.attisdropped"
	    " order by r.i, a.attnum";
	const char *values[] = { array_of_tables(l->cx->arena, &l->tree) };
	PGresult *r = NULL;
	enum err e = pg_query(l->cx, l->run, sql, 1, values, &r);
	bool any = false;

	if (e != OK)
		return e;
	l->reads = ARENA_ARRAY(l->cx->arena, struct origin, READS_MAX);
	for (int row = 0; row < PQntuples(r); row++) {
		int64_t i = 0;
		struct str table = text_at(r, row, 1);
		bool last = row + 1 == PQntuples(r) ||
		            !str_eq(text_at(r, row, 0), text_at(r, row + 1, 0));

		REQUIRE(str_i64(text_at(r, row, 0), &i) && i >= 1 &&
			(size_t)i <= l->tree.n_tables);
		if (is_named(l, &l->tree.tables[i - 1], text_at(r, row, 2))) {
			add_read(l, table, text_at(r, row, 2));
			any = true;
		}
		if (last && !any)
			add_read(l, table, STR(""));
		any = any && !last;
	}
	l->out.reads = l->reads;
	return OK;
}

/* The name in the result of a column of the one table; absent: not shown. */
static struct str shown_as(const struct look *l, struct str column)
{
	for (size_t i = 0; i < l->out.columns.n; i++)
		if (str_eq(l->out.origins[i].column, column))
			return l->out.columns.v[i].name;
	return (struct str){ 0 };
}

/* A table that others inherit from shows their rows too, which have keys of
 * their own. */
static enum err fill_key(struct look *l)
{
	static const char sql[] =
	    "select a.attname from pg_catalog.pg_index x"
	    " join pg_catalog.pg_class c on c.oid = x.indrelid"
	    " cross join lateral pg_catalog.unnest(x.indkey::pg_catalog.int2[])"
	    " with ordinality k(n, i)"
	    " join pg_catalog.pg_attribute a"
	    " on a.attrelid = x.indrelid and a.attnum = k.n"
	    " where x.indrelid = pg_catalog.to_regclass($1)"
	    " and x.indisprimary and (c.relkind = 'p' or not exists"
	    " (select 1 from pg_catalog.pg_inherits where inhparent = c.oid))"
	    " order by k.i";
	PGresult *r = NULL;

	if (!l->tree.is_plain)
		return OK;
	const char *values[] = { str_cstr(
	    l->cx->arena, whole_name(l->cx->arena, &l->tree.tables[0])) };
	enum err e = pg_query(l->cx, l->run, sql, 1, values, &r);
	if (e != OK)
		return e;
	size_t n = (size_t)PQntuples(r);
	struct str *key = ARENA_ARRAY(l->cx->arena, struct str, n + 1);
	for (size_t i = 0; i < n; i++) {
		key[i] = shown_as(l, text_at(r, (int)i, 0));
		if (key[i].n == 0)
			return OK;
	}
	l->out.key = key;
	l->out.n_key = n;
	return OK;
}

/* The gate runs the query inside another: try that it can, and run it so. */
static enum err prepare_inside(struct look *l, const struct marked *marked,
    struct params ps, const PGresult *described, size_t max_rows,
    const struct pg_statement **ret)
{
	struct ctx *cx = l->cx;
	struct approved a = { .sql = marked->sql, .columns = l->out.columns };
	size_t n = l->out.columns.n;
	Oid *types = ARENA_ARRAY(cx->arena, Oid, n);
	struct pg_own own = { .types = types, .n_before = ps.n };
	struct dialect d = pg_dialect;
	struct query few = query_all();
	struct compiled q;

	for (size_t i = 0; i < n; i++)
		types[i] = PQftype(described, (int)i);
	d.approved = &a;
	d.own = &own;
	few.limit = (int64_t)max_rows;
	enum err e = query_compile_for(cx, &d, &a, &few, &q);
	return e == OK ? pg_prepare(cx, l->run, q.sql, ps, ret) : e;
}

static enum err check(struct look *l, struct str sql, struct params ps,
    size_t max_rows, const struct pg_statement **ret)
{
	struct ctx *cx = l->cx;
	struct marked marked;
	const struct pg_statement *st = NULL;
	enum err e = sql_check_text(cx, sql);

	if (e == OK)
		e = params_check(cx, ps);
	if (e == OK)
		e = sql_mark(
		    cx, sql, ps, RULES_POSTGRESQL, MARK_NUMBER, &marked);
	if (e == OK)
		e = pg_tree_check(cx, &marked, &l->tree);
	if (e == OK)
		e = pg_prepare(cx, l->run, marked.sql, ps, &st);
	if (e == OK)
		e = fill_columns(l, st->description);
	if (e == OK)
		e = fill_origins(l, st->description);
	if (e == OK)
		e = fill_reads(l);
	if (e == OK)
		e = fill_key(l);
	return e == OK ? prepare_inside(
			     l, &marked, ps, st->description, max_rows, ret)
	               : e;
}

static enum err put_row(
    struct look *l, struct rows *room, const PGresult *r, struct cell *kept)
{
	rows_begin(room);
	for (size_t i = 0; i < room->n_columns; i++) {
		struct cell c;
		enum err e = pg_cell(l->cx, room, l->run, r, 0, (int)i, &c);

		if (e != OK)
			return e;
		kept[i] =
		    (struct cell){ c.kind, preview_cut(l->cx->arena, &c) };
	}
	return OK;
}

static enum err first_rows(struct look *l, const struct pg_statement *st,
    struct params ps, const struct cell *values, size_t max_rows,
    struct batch *ret)
{
	struct ctx *cx = l->cx;
	size_t n = l->out.columns.n, n_rows = 0;
	struct cell *kept = ARENA_ARRAY(cx->arena, struct cell, max_rows * n);
	struct rows room = { .n_rows = 0 };
	PGresult *r = NULL;
	enum err e = OK;

	rows_init(&room, cx->arena, n);
	if (max_rows > 0)
		e = pg_send(cx, l->run, st, ps, values, NULL, 0);
	while (e == OK && n_rows < max_rows) {
		e = pg_result(cx, l->run, false, &r);
		if (e != OK || PQntuples(r) == 0) {
			PQclear(r);
			break;
		}
		e = put_row(l, &room, r, kept + n_rows++ * n);
		PQclear(r);
	}
	l->out.bad_texts = room.head.bad_texts;
	if (e == OK)
		e = pg_done(cx, l->run);
	*ret =
	    (struct batch){ .n_rows = n_rows, .n_columns = n, .cells = kept };
	return e;
}

enum err pg_preview(struct ctx *cx, const struct source *source, struct str sql,
    struct params ps, struct args args, const struct source_limits *limits,
    size_t max_rows, struct description *ret, struct batch *ret_rows)
{
	struct look l = { .cx = cx };
	const struct pg_statement *st = NULL;
	const struct cell *values = NULL;
	struct batch rows = { 0 };
	enum err e = pg_take(cx, source, limits, true, &l.run);

	if (max_rows > SOURCE_PREVIEW_ROWS)
		max_rows = SOURCE_PREVIEW_ROWS;
	if (e == OK)
		e = check(&l, sql, ps, max_rows, &st);
	if (e == OK)
		e = params_bind(cx, ps, args, true, &values);
	if (e == OK)
		e = first_rows(&l, st, ps, values, max_rows, &rows);
	if (l.run != NULL)
		pg_give(l.run);
	if (e != OK)
		return e;
	*ret = l.out;
	*ret_rows = rows;
	return OK;
}

/* What the role may do there: nothing but reading, and no more than it needs. */
enum err pg_look(
    struct ctx *cx, const struct source *source, struct source_report *ret)
{
	static const char sql[] =
	    "with t as (select " TABLE_NAME " as name, c.oid as id"
	    " from pg_catalog.pg_class c"
	    " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
	    " where c.relkind in ('r', 'p', 'v', 'm', 'f')"
	    " and n.nspname not like 'pg\\_%'"
	    " and n.nspname <> 'information_schema'"
	    " and pg_catalog.has_schema_privilege(n.oid, 'usage')),"
	    " w as (select name from t where"
	    " pg_catalog.has_table_privilege(id,"
	    " 'insert,update,delete,truncate,references,trigger')"
	    " or pg_catalog.has_any_column_privilege(id, 'insert,update'))"
	    " select pg_catalog.current_setting('transaction_read_only'),"
	    " (select count(*) from w), (select min(name) from w),"
	    " (select count(*) from t where"
	    " pg_catalog.has_any_column_privilege(id, 'select')),"
	    " (select rolsuper or rolcreaterole or rolcreatedb"
	    " or rolreplication or rolbypassrls"
	    " from pg_catalog.pg_roles where rolname = current_user)"
	    " or pg_catalog.pg_has_role('pg_read_server_files', 'member')"
	    " or pg_catalog.pg_has_role('pg_write_server_files', 'member')"
	    " or pg_catalog.pg_has_role('pg_execute_server_program',"
	    " 'member')";
	struct pg_run *run = NULL;
	PGresult *r = NULL;
	enum err e = pg_take(cx, source, &source_limits_officer, false, &run);

	if (e != OK)
		return e;
	e = pg_query(cx, run, sql, 0, NULL, &r);
	if (e == OK) {
		ret->read_only = str_eq(text_at(r, 0, 0), STR("on")) ? YES : NO;
		REQUIRE(str_i64(text_at(r, 0, 1), &ret->n_writable) &&
			str_i64(text_at(r, 0, 3), &ret->n_readable));
		ret->can_write = ret->n_writable > 0 ? YES : NO;
		ret->writable = text_at(r, 0, 2);
		ret->is_owner = str_eq(text_at(r, 0, 4), STR("t")) ? YES : NO;
		if (PQhost(run->c->db)[0] != '/')
			ret->tls = PQsslInUse(run->c->db) ? YES : NO;
	}
	pg_give(run);
	return e;
}

/* Only where the server itself lets any bytes be a text. */
enum err pg_tables(struct ctx *cx, const struct source *source, size_t max,
    struct str *ret, size_t *ret_n)
{
	static const char sql[] =
	    "select pg_catalog.quote_ident(n.nspname) || '.' ||"
	    " pg_catalog.quote_ident(c.relname)"
	    " from pg_catalog.pg_class c"
	    " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
	    " where c.relkind in ('r', 'p', 'v', 'm', 'f')"
	    " and n.nspname not like 'pg\\_%'"
	    " and n.nspname <> 'information_schema'"
	    " and pg_catalog.has_schema_privilege(n.oid, 'usage')"
	    " and pg_catalog.has_table_privilege(c.oid, 'select')"
	    " order by 1";
	struct pg_run *run = NULL;
	PGresult *r = NULL;
	enum err e = pg_take(cx, source, &source_limits_officer, false, &run);

	if (e != OK)
		return e;
	if (run->c->raw)
		e = pg_query(cx, run, sql, 0, NULL, &r);
	for (int i = 0; e == OK && i < PQntuples(r) && *ret_n < max; i++)
		ret[(*ret_n)++] = str_dup(cx->arena, text_at(r, i, 0));
	pg_give(run);
	return e;
}
