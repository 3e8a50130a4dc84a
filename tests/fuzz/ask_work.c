#include "ask_work.h"

#include <sqlite3.h>
#include <string.h>

#include "base/buf.h"

#define TABLE                                                        \
	"create table t(id integer, name text, gpa real, born date," \
	" seen datetime, active boolean, photo blob, secret text, hidden)"

static const struct column columns[] = {
	{ .name = STR_INIT("id"), .type = TYPE_INTEGER },
	{ .name = STR_INIT("name"), .type = TYPE_TEXT },
	{ .name = STR_INIT("gpa"), .type = TYPE_NUMBER },
	{ .name = STR_INIT("born"), .type = TYPE_DATE },
	{ .name = STR_INIT("seen"), .type = TYPE_DATETIME },
	{ .name = STR_INIT("active"), .type = TYPE_BOOLEAN },
	{ .name = STR_INIT("photo"), .type = TYPE_BYTES },
	{ .name = STR_INIT("secret"), .type = TYPE_TEXT },
	{ .name = STR_INIT("hidden"),
	    .type = TYPE_TEXT,
	    .mask = STR_INIT("drop") },
};
static const bool filterable[COUNT(columns)] = { true, true, true, true, true,
	true, true, false, true };
static const struct param params[] = {
	{ .name = STR_INIT("year"), .type = TYPE_INTEGER },
	{ .name = STR_INIT("word"), .type = TYPE_TEXT },
};
const struct approved ask_approved = {
	.sql = STR_INIT("select * from t -- all"),
	.params = { .v = params, .n = COUNT(params) },
	.columns = { .v = columns, .n = COUNT(columns) },
	.filterable = filterable,
};

static bool same_cond(const struct cond *a, const struct cond *b)
{
	if (a->kind != b->kind || a->negated != b->negated)
		return false;
	if (a->kind == COND_TEST) {
		if (!str_eq(a->column, b->column) || a->op != b->op ||
		    a->n_values != b->n_values)
			return false;
		for (size_t i = 0; i < a->n_values; i++)
			if (!str_eq(a->values[i], b->values[i]))
				return false;
		return true;
	}
	for (a = a->first, b = b->first; a && b; a = a->next, b = b->next)
		if (!same_cond(a, b))
			return false;
	return !a && !b;
}

static bool has_arg(const struct args *a, const struct arg *one)
{
	for (size_t i = 0; i < a->n; i++)
		if (str_eq(a->v[i].name, one->name) &&
		    str_eq(a->v[i].value, one->value))
			return true;
	return false;
}

/* In any order: names of JSON have none. */
static bool same_args(const struct args *a, const struct args *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!has_arg(b, &a->v[i]) || !has_arg(a, &b->v[i]))
			return false;
	return true;
}

bool ask_same(const struct query *a, const struct query *b)
{
	if (a->n_select != b->n_select || a->n_order != b->n_order ||
	    a->limit != b->limit || !a->filter != !b->filter)
		return false;
	for (size_t i = 0; i < a->n_select; i++)
		if (!str_eq(a->select[i], b->select[i]))
			return false;
	for (size_t i = 0; i < a->n_order; i++)
		if (!str_eq(a->order[i].column, b->order[i].column) ||
		    a->order[i].descending != b->order[i].descending ||
		    a->order[i].nulls != b->order[i].nulls)
			return false;
	return same_args(&a->args, &b->args) &&
	       (!a->filter || same_cond(a->filter, b->filter));
}

static const struct column *column_of(struct str name)
{
	for (size_t i = 0; i < COUNT(columns); i++)
		if (str_eq(columns[i].name, name))
			return &columns[i];
	return NULL;
}

static void check_usable(struct str name)
{
	const struct column *c = column_of(name);
	REQUIRE(c && filterable[c - columns] && c->mask.n == 0);
}

static struct str another_value(const struct cond *c)
{
	static const struct str by_type[COLUMN_TYPES] = {
		[TYPE_TEXT] = STR_INIT("x"),
		[TYPE_INTEGER] = STR_INIT("0"),
		[TYPE_NUMBER] = STR_INIT("0"),
		[TYPE_BOOLEAN] = STR_INIT("true"),
		[TYPE_DATE] = STR_INIT("2000-01-01"),
		[TYPE_DATETIME] = STR_INIT("2000-01-01"),
	};
	return by_type[column_of(c->column)->type];
}

/* The same tree, every value another; `is` has words, not values. */
static struct cond *exchanged(struct arena *a, const struct cond *c)
{
	struct cond *copy = ARENA_NEW(a, struct cond);
	struct cond **end = &copy->first;
	*copy = *c;
	if (c->kind == COND_TEST) {
		check_usable(c->column);
		struct str *v = ARENA_ARRAY(a, struct str, c->n_values);
		for (size_t i = 0; i < c->n_values; i++)
			v[i] = c->op == OP_IS ? c->values[i] : another_value(c);
		copy->values = v;
		return copy;
	}
	*end = NULL;
	for (const struct cond *k = c->first; k; k = k->next) {
		*end = exchanged(a, k);
		end = &(*end)->next;
		*end = NULL;
	}
	return copy;
}

static void check_shape(
    struct ctx *cx, const struct query *q, const struct compiled *c)
{
	struct query other = *q;
	struct compiled again;
	for (size_t i = 0; i < q->n_order; i++)
		check_usable(q->order[i].column);
	if (q->filter)
		other.filter = exchanged(cx->arena, q->filter);
	REQUIRE(query_compile(cx, &ask_approved, &other, &again) == OK);
	REQUIRE(str_eq(c->sql, again.sql) && c->n_values == again.n_values);
}

static void any_like(sqlite3_context *x, int n, sqlite3_value **v)
{
	(void)n;
	(void)v;
	sqlite3_result_int(x, 1);
}

static sqlite3 *database(void)
{
	static sqlite3 *db;
	if (db)
		return db;
	REQUIRE(sqlite3_open(":memory:", &db) == SQLITE_OK);
	REQUIRE(sqlite3_exec(db, TABLE, NULL, NULL, NULL) == SQLITE_OK);
	for (int i = 0; i < 2; i++)
		REQUIRE(sqlite3_create_function(db,
			    i ? "pratu_like" : "pratu_ilike", 2, SQLITE_UTF8,
			    NULL, any_like, NULL, NULL) == SQLITE_OK);
	return db;
}

static void check_sql(const struct compiled *c)
{
	sqlite3_stmt *s = NULL;
	const char *tail = NULL;
	REQUIRE(sqlite3_prepare_v2(database(), c->sql.p, (int)c->sql.n, &s,
		    &tail) == SQLITE_OK);
	REQUIRE(s && tail == c->sql.p + c->sql.n && sqlite3_stmt_readonly(s));
	REQUIRE(sqlite3_bind_parameter_count(s) == (int)c->n_values);
	REQUIRE(sqlite3_column_count(s) == (int)c->columns.n ||
		str_eq(c->sql, ask_approved.sql));
	sqlite3_finalize(s);
}

static void put_value(struct buf *b, struct str v)
{
	buf_char(b, '"');
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '"' || v.p[i] == '\\')
			buf_char(b, '\\');
		buf_char(b, v.p[i]);
	}
	buf_char(b, '"');
}

/* False when the query string has no words for it: an empty group. */
static bool put_cond(struct buf *b, const struct cond *c)
{
	bool said = true;
	if (c->kind == COND_TEST) {
		buf_fmt(b, "%.*s.%s%.*s.", STR_ARG(c->column),
		    c->negated ? "not." : "", STR_ARG(op_name(c->op)));
		if (c->op == OP_IN)
			buf_char(b, '(');
		for (size_t i = 0; i < c->n_values; i++) {
			if (i > 0)
				buf_char(b, ',');
			put_value(b, c->values[i]);
		}
		if (c->op == OP_IN)
			buf_char(b, ')');
		return true;
	}
	buf_fmt(b, "%s%s(", c->negated ? "not." : "",
	    c->kind == COND_AND ? "and" : "or");
	for (const struct cond *k = c->first; k; k = k->next) {
		said = put_cond(b, k) && said;
		if (k->next)
			buf_char(b, ',');
	}
	buf_char(b, ')');
	return said && c->first;
}

static struct str order_text(struct arena *a, const struct query *q)
{
	static const char *const nulls[] = { "", ".nullsfirst", ".nullslast" };
	struct buf b = buf_new(a, 65536);
	for (size_t i = 0; i < q->n_order; i++)
		buf_fmt(&b, "%s%.*s.%s%s", i ? "," : "",
		    STR_ARG(q->order[i].column),
		    q->order[i].descending ? "desc" : "asc",
		    nulls[q->order[i].nulls]);
	return buf_view(&b);
}

static struct str select_text(struct arena *a, const struct query *q)
{
	struct buf b = buf_new(a, 65536);
	for (size_t i = 0; i < q->n_select; i++)
		buf_fmt(&b, "%s%.*s", i ? "," : "", STR_ARG(q->select[i]));
	return buf_view(&b);
}

/* Written as a query string with one and=(…), read again. */
static void check_written(struct ctx *cx, const struct query *q)
{
	struct arena *a = cx->arena;
	struct buf b = buf_new(a, 1 << 24);
	struct cond all = { .kind = COND_AND },
		    *only = ARENA_NEW(a, struct cond);
	struct query want = *q;
	struct asked again;
	struct pair *v = ARENA_ARRAY(a, struct pair, q->args.n + 4);
	size_t n = 0;
	for (size_t i = 0; i < q->args.n; i++)
		v[n++] = (struct pair){ q->args.v[i].name, q->args.v[i].value };
	v[n++] = (struct pair){ STR("select"), select_text(a, q) };
	v[n++] = (struct pair){ STR("order"), order_text(a, q) };
	if (q->limit >= 0)
		v[n++] = (struct pair){ STR("limit"),
			str_fmt(a, "%lld", (long long)q->limit) };
	if (q->filter) {
		buf_char(&b, '(');
		if (!put_cond(&b, q->filter))
			return;
		buf_char(&b, ')');
		v[n++] = (struct pair){ STR("and"), buf_view(&b) };
		*only = all;
		only->first = ARENA_NEW(a, struct cond);
		*only->first = *q->filter;
		only->first->next = NULL;
		all.first = only;
		want.filter = &all;
	}
	REQUIRE(ask_query_string(cx, (struct pairs){ .v = v, .n = n },
		    &ask_approved, &again) == OK);
	REQUIRE(ask_same(&want, &again.query));
}

void ask_check(struct ctx *cx, const struct asked *asked)
{
	struct compiled c;
	enum err e = query_compile(cx, &ask_approved, &asked->query, &c);
	if (e) {
		REQUIRE(e == ERR_INVALID || e == ERR_DENIED);
		fuzz_failed(cx, e);
		return;
	}
	check_shape(cx, &asked->query, &c);
	check_sql(&c);
	check_written(cx, &asked->query);
}
