#include "source/query.h"

#include "base/buf.h"
#include "base/near.h"
#include "base/str.h"
#include "source/dialect.h"
#include "source/source.h"

#define SQL_MAX ((size_t)262144)

static const struct {
	struct str name;
	const char *sql;
} ops[OPS] = {
#define OP(id, text, operator) \
	[OP_##id] = { .name = STR_INIT(text), .sql = operator},
#include "source/ops.def"
#undef OP
};

bool op_parse(struct str s, enum op *ret)
{
	for (size_t i = 0; i < OPS; i++) {
		if (str_eq(s, ops[i].name)) {
			*ret = (enum op)i;
			return true;
		}
	}
	return false;
}

struct str op_name(enum op op)
{
	return ops[op].name;
}

struct str op_near(struct arena *a, struct str word)
{
	/* As other languages write them. */
	static const struct {
		const char *said, *meant;
	} known[] = { { "ge", "gte" }, { "le", "lte" }, { "ne", "neq" },
		{ "=", "eq" }, { "==", "eq" } };
	static const char *const names[OPS] = {
#define OP(id, text, operator) [OP_##id] = text,
#include "source/ops.def"
#undef OP
	};

	word = str_lower(a, word);
	for (size_t i = 0; i < COUNT(known); i++) {
		if (str_eq(word, str_of(known[i].said)))
			return str_of(known[i].meant);
	}
	return near_name(word, names, OPS);
}

struct query query_all(void)
{
	return (struct query){ .limit = -1 };
}

struct compiler {
	struct ctx *cx;
	const struct dialect *dialect;
	const struct approved *approved;
	struct cell *values;
	size_t n_values, max_values;
	size_t n_tests, n_in;
	struct buf sql;
	struct column *out;        /* the result's, with room for places */
	struct str not_filterable; /* the first; absent: none */
	bool deep;
};

static bool dropped(const struct column *c)
{
	return str_eq(c->mask, STR("drop"));
}

/* Index of the visible column of that name; columns.n when there is none. */
static size_t find_column(const struct approved *a, struct str name)
{
	for (size_t i = 0; i < a->columns.n; i++) {
		if (!dropped(&a->columns.v[i]) &&
		    str_eq(a->columns.v[i].name, name))
			return i;
	}
	return a->columns.n;
}

/* Says of no column that is not shown that it is there. */
static void no_column(struct compiler *c, struct str field, struct str name)
{
	const struct columns all = c->approved->columns;
	const char **v = ARENA_ARRAY(c->cx->arena, const char *, all.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < all.n; i++) {
		if (!dropped(&all.v[i]))
			v[n++] = str_cstr(c->cx->arena, all.v[i].name);
	}
	field_wrong_hint(
	    c->cx, field, MSG_error_query_column, name, near_name(name, v, n));
}

static bool shown_as_it_is(const struct column *c)
{
	return c->mask.n == 0 || str_eq(c->mask, STR("none"));
}

/* The column, if a test or an order may use it. */
static const struct column *usable_column(struct compiler *c, struct str name)
{
	size_t i = find_column(c->approved, name);

	if (i == c->approved->columns.n) {
		no_column(c, name, name);
		return NULL;
	}
	if (c->approved->filterable == NULL || !c->approved->filterable[i] ||
	    !shown_as_it_is(&c->approved->columns.v[i])) {
		if (c->not_filterable.p == NULL)
			c->not_filterable = c->approved->columns.v[i].name;
		return NULL;
	}
	return &c->approved->columns.v[i];
}

static void put_name(struct compiler *c, struct str name)
{
	dialect_name(c->dialect, &c->sql, name);
}

/* Which of the approved ones. */
static size_t at_of(const struct compiler *c, const struct column *column)
{
	return (size_t)(column - c->approved->columns.v);
}

static void put_column(
    struct compiler *c, const struct column *column, enum use use)
{
	c->dialect->column(c->dialect, &c->sql, at_of(c, column), use);
}

static struct cell *add_value(struct compiler *c, struct cell value)
{
	REQUIRE(c->n_values < c->max_values);
	c->values[c->n_values++] = value;
	return &c->values[c->n_values - 1];
}

/* Where the value will be bound, compared with the column. */
static void put_value(struct compiler *c, const struct column *column,
    enum use use, struct cell value)
{
	struct cell *kept = add_value(c, value);

	c->dialect->value(
	    c->dialect, &c->sql, at_of(c, column), use, c->n_values, kept);
}

static void wrong_value(struct compiler *c, const struct cond *t)
{
	field_wrong(c->cx, t->column, MSG_error_query_value, t->column);
}

/* PostgREST's * means %, and \* a star. */
static struct str sql_pattern(struct arena *a, struct str s)
{
	struct buf b = buf_new(a, s.n + 2);

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n) {
			if (s.p[i + 1] != '*')
				buf_char(&b, '\\');
			buf_char(&b, s.p[++i]);
		} else if (s.p[i] == '\\') { /* the last one: itself */
			buf_str(&b, STR("\\\\"));
		} else {
			buf_char(&b, s.p[i] == '*' ? '%' : s.p[i]);
		}
	}
	return buf_view(&b);
}

static void put_like(
    struct compiler *c, const struct cond *t, const struct column *column)
{
	bool texts = column->type == TYPE_TEXT || column->type == TYPE_DATE ||
	             column->type == TYPE_DATETIME;
	struct cell v = { .kind = CELL_TEXT };

	if (!texts) {
		field_wrong(
		    c->cx, t->column, MSG_error_query_operator, op_name(t->op));
		return;
	}
	if (t->n_values != 1 || t->values[0].n > QUERY_PATTERN_BYTES ||
	    !value_parse(TYPE_TEXT, t->values[0], &v)) {
		wrong_value(c, t);
		return;
	}
	v.s = sql_pattern(c->cx->arena, v.s);
	struct cell *kept = add_value(c, v);
	c->dialect->like(c->dialect, &c->sql, at_of(c, column),
	    t->op == OP_ILIKE, c->n_values, kept);
}

static void put_in(
    struct compiler *c, const struct cond *t, const struct column *column)
{
	if (t->n_values == 0) {
		buf_str(&c->sql, STR("1 = 0"));
		return;
	}
	put_column(c, column, FOR_EQUAL);
	buf_str(&c->sql, STR(" in ("));
	for (size_t i = 0; i < t->n_values; i++) {
		struct cell v;

		if (++c->n_in > QUERY_IN_VALUES) {
			field_wrong(c->cx, t->column, MSG_error_query_too_many,
			    t->column);
			return;
		}
		if (!value_parse(column->type, t->values[i], &v)) {
			wrong_value(c, t);
			return;
		}
		if (i > 0)
			buf_char(&c->sql, ',');
		put_value(c, column, FOR_EQUAL, v);
	}
	buf_char(&c->sql, ')');
}

static void put_is(
    struct compiler *c, const struct cond *t, const struct column *column)
{
	struct str v = t->n_values == 1 ? t->values[0] : STR("");
	bool truth = str_eq(v, STR("true"));

	if (str_eq(v, STR("null"))) {
		put_name(c, column->name);
		buf_str(&c->sql, STR(" is null"));
	} else if (column->type == TYPE_BOOLEAN &&
		   (truth || str_eq(v, STR("false")))) {
		struct cell *kept =
		    add_value(c, (struct cell){ .kind = CELL_INTEGER,
				     .s = truth ? STR("1") : STR("0") });

		c->dialect->is(
		    c->dialect, &c->sql, at_of(c, column), c->n_values, kept);
	} else {
		wrong_value(c, t);
	}
}

static void put_test(struct compiler *c, const struct cond *t)
{
	const struct column *column = usable_column(c, t->column);
	struct cell v;

	if (++c->n_tests > QUERY_TESTS) {
		if (c->n_tests == QUERY_TESTS + 1)
			field_wrong(c->cx, STR("filter"),
			    MSG_error_query_too_many, STR("filter"));
		return;
	}
	if (column == NULL)
		return;
	if (t->op == OP_LIKE || t->op == OP_ILIKE) {
		put_like(c, t, column);
	} else if (t->op == OP_IN) {
		put_in(c, t, column);
	} else if (t->op == OP_IS) {
		put_is(c, t, column);
	} else if (t->n_values != 1 ||
		   !value_parse(column->type, t->values[0], &v)) {
		wrong_value(c, t);
	} else {
		enum use use =
		    t->op == OP_EQ || t->op == OP_NEQ ? FOR_EQUAL : FOR_ORDER;

		put_column(c, column, use);
		buf_fmt(&c->sql, " %s ", ops[t->op].sql);
		put_value(c, column, use, v);
	}
}

static void put_truth(struct compiler *c, bool holds)
{
	buf_str(&c->sql, holds ? STR("1 = 1") : STR("1 = 0"));
}

static void put_cond(struct compiler *c, const struct cond *t, int depth)
{
	if (depth > QUERY_DEPTH) {
		if (!c->deep)
			field_wrong(c->cx, STR("filter"),
			    MSG_error_query_too_deep, STR("filter"));
		c->deep = true;
		return;
	}
	buf_str(&c->sql, t->negated ? STR("not (") : STR("("));
	if (t->kind == COND_TEST)
		put_test(c, t);
	else if (t->first == NULL)
		put_truth(c, t->kind == COND_AND);
	else
		for (const struct cond *k = t->first; k != NULL; k = k->next) {
			if (k != t->first)
				buf_str(&c->sql, t->kind == COND_AND
						     ? STR(" and ")
						     : STR(" or "));
			put_cond(c, k, depth + 1);
			if (c->n_tests > QUERY_TESTS || !buf_ok(&c->sql))
				break;
		}
	buf_char(&c->sql, ')');
}

static void put_place_test(struct compiler *c, const struct cond *t)
{
	const struct column *column =
	    &c->approved->columns.v[find_column(c->approved, t->column)];
	enum use use = t->exact ? FOR_EXACT : FOR_SORT;

	if (t->op == OP_IS) {
		put_name(c, t->column);
		buf_str(&c->sql,
		    t->negated ? STR(" is not null") : STR(" is null"));
		return;
	}
	put_column(c, column, use);
	buf_fmt(&c->sql, " %s ", ops[t->op].sql);
	put_value(c, column, use, *t->own);
}

/* A condition of the gate's own: no limits, any column. */
static void put_place(struct compiler *c, const struct cond *t)
{
	buf_char(&c->sql, '(');
	for (const struct cond *k = t->first; k != NULL; k = k->next) {
		if (k != t->first)
			buf_str(&c->sql,
			    t->kind == COND_AND ? STR(" and ") : STR(" or "));
		put_place(c, k);
	}
	if (t->kind != COND_TEST && t->first == NULL)
		put_truth(c, t->kind == COND_AND);
	if (t->kind == COND_TEST)
		put_place_test(c, t);
	buf_char(&c->sql, ')');
}

static size_t count_own(const struct cond *t)
{
	size_t n = t != NULL && t->kind == COND_TEST;

	for (const struct cond *k = t == NULL ? NULL : t->first; k != NULL;
	     k = k->next)
		n += count_own(k);
	return n;
}

static size_t count_tests(const struct cond *t, int depth)
{
	size_t n = 0;

	if (t == NULL || depth > QUERY_DEPTH)
		return 0;
	if (t->kind == COND_TEST)
		return 1 + (t->op == OP_IN ? t->n_values : 0);
	for (const struct cond *k = t->first; k != NULL; k = k->next)
		n += count_tests(k, depth + 1);
	return n;
}

static size_t places_of(const struct query *q)
{
	return q->paging == NULL ? 0 : q->n_order + q->paging->n_ties;
}

/* Its index, or n. */
static size_t find_name(const struct column *v, size_t n, struct str name)
{
	size_t i = 0;

	while (i < n && !str_eq(v[i].name, name))
		i++;
	return i;
}

/* The columns of the answer, in its order. */
static struct columns put_select(struct compiler *c, const struct query *q)
{
	const struct approved *a = c->approved;
	size_t most = q->n_select > 0 ? q->n_select : a->columns.n;
	struct column *out;
	size_t n = 0;

	if (q->n_select > SOURCE_COLUMNS) {
		field_wrong(c->cx, STR("select"), MSG_error_query_too_many,
		    STR("select"));
		return (struct columns){ 0 };
	}
	out = c->out =
	    ARENA_ARRAY(c->cx->arena, struct column, most + places_of(q));
	for (size_t i = 0; i < most; i++) {
		struct str name =
		    q->n_select > 0 ? q->select[i] : a->columns.v[i].name;
		size_t at = find_column(a, name);

		if (at == a->columns.n && q->n_select == 0)
			continue; /* dropped */
		bool twice = find_name(out, n, name) < n;
		if (at == a->columns.n || twice) {
			if (twice)
				field_wrong(c->cx, STR("select"),
				    MSG_error_query_twice, name);
			else
				no_column(c, STR("select"), name);
			continue;
		}
		buf_str(&c->sql, n == 0 ? STR("select ") : STR(","));
		put_name(c, name);
		out[n++] = a->columns.v[at];
	}
	return (struct columns){ .v = out, .n = n };
}

static const struct order *place_at(const struct query *q, size_t i)
{
	return i < q->n_order ? &q->order[i] : &q->paging->ties[i - q->n_order];
}

/* What the place of a row is made of comes too, behind what is shown. */
static void put_places(
    struct compiler *c, const struct query *q, struct compiled *out)
{
	size_t n = places_of(q);
	size_t *at = ARENA_ARRAY(c->cx->arena, size_t, n + 1);
	struct columns *all = &out->columns;
	struct column *v = c->out;

	for (size_t i = 0; i < n && all->n > 0; i++) {
		struct str name = place_at(q, i)->column;
		size_t from = find_column(c->approved, name);

		at[i] = find_name(v, all->n, name);
		if (at[i] < all->n || from == c->approved->columns.n)
			continue;
		buf_char(&c->sql, ',');
		put_name(c, name);
		v[all->n++] = c->approved->columns.v[from];
	}
	out->places = at;
	out->n_places = n;
}

static enum use use_of(const struct query *q, size_t i)
{
	return i >= q->n_order && q->paging->exact ? FOR_EXACT : FOR_SORT;
}

static struct str sorted_by(struct compiler *c, const struct query *q, size_t i)
{
	struct buf b = buf_new(c->cx->arena, SQL_MAX);

	c->dialect->column(c->dialect, &b,
	    find_column(c->approved, place_at(q, i)->column), use_of(q, i));
	return buf_view(&b);
}

/* Whether an earlier one sorts by the same: it would decide nothing, and SQL
 * Server refuses it. */
static bool said_before(struct compiler *c, const struct query *q, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (str_eq(place_at(q, k)->column, place_at(q, i)->column) &&
		    str_eq(sorted_by(c, q, k), sorted_by(c, q, i)))
			return true;
	return false;
}

static void put_order(struct compiler *c, const struct query *q)
{
	size_t n = q->paging == NULL ? q->n_order : places_of(q);
	const char *before = "\norder by ";

	if (q->n_order > QUERY_ORDER) {
		field_wrong(c->cx, STR("order"), MSG_error_query_too_many,
		    STR("order"));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct order *o = place_at(q, i);

		if ((i < q->n_order && usable_column(c, o->column) == NULL) ||
		    said_before(c, q, i))
			continue;
		buf_str(&c->sql, str_of(before));
		c->dialect->order(c->dialect, &c->sql,
		    find_column(c->approved, o->column), use_of(q, i),
		    o->descending, o->nulls);
		before = ", ";
	}
}

static void put_where(struct compiler *c, const struct query *q)
{
	const struct cond *after = q->paging == NULL ? NULL : q->paging->after;

	if (q->filter != NULL) {
		buf_str(&c->sql, STR("\nwhere "));
		put_cond(c, q->filter, 1);
	}
	if (after != NULL) {
		buf_str(&c->sql,
		    q->filter == NULL ? STR("\nwhere ") : STR("\nand "));
		put_place(c, after);
	}
}

static void put_limit(struct compiler *c, const struct query *q)
{
	if (q->limit < -1)
		field_wrong(
		    c->cx, STR("limit"), MSG_error_query_value, STR("limit"));
	if (q->offset < 0 || q->offset > QUERY_OFFSET_MAX)
		field_wrong(
		    c->cx, STR("offset"), MSG_error_query_value, STR("offset"));
	if (q->limit >= 0 || q->offset > 0)
		c->dialect->limit(c->dialect, &c->sql, q->limit, q->offset,
		    q->n_order + places_of(q) > 0);
}

/* Nothing asked and nothing dropped: the approved SQL itself. */
static bool is_plain(const struct approved *a, const struct query *q)
{
	for (size_t i = 0; i < a->columns.n; i++) {
		if (dropped(&a->columns.v[i]))
			return false;
	}
	return q->n_select == 0 && q->filter == NULL && q->n_order == 0 &&
	       q->limit < 0 && q->offset == 0 && q->paging == NULL && !q->count;
}

static struct str body_of(const struct compiler *c)
{
	return c->dialect->body.p != NULL ? c->dialect->body : c->approved->sql;
}

static enum err put_query(
    struct compiler *c, const struct query *q, struct compiled *out)
{
	static const struct column count = { .name = STR_INIT("count"),
		.type = TYPE_INTEGER };

	if (q->count) {
		out->columns = (struct columns){ .v = &count, .n = 1 };
		buf_str(&c->sql, STR("select count(*) as \"count\""));
	} else {
		out->columns = put_select(c, q);
		out->n_shown = out->columns.n;
		put_places(c, q, out);
	}
	/* A comment may end the approved text: hence the line break. */
	buf_str(&c->sql, STR("\nfrom (\n"));
	buf_str(&c->sql, body_of(c));
	buf_str(&c->sql, STR("\n) approved"));
	put_where(c, q);
	if (!q->count) {
		put_order(c, q);
		put_limit(c, q);
	}

	enum err e = fields_end(c->cx);
	if (e != OK)
		return e;
	if (c->not_filterable.p != NULL)
		return fail1(c->cx, ERR_DENIED, MSG_error_query_not_filterable,
		    c->not_filterable);
	if (!buf_ok(&c->sql))
		return fail1(c->cx, ERR_INVALID, MSG_error_query_too_many,
		    STR("filter"));
	if (out->columns.n == 0)
		return fail1(
		    c->cx, ERR_INVALID, MSG_error_query_column, STR("select"));
	out->sql = is_plain(c->approved, q) ? body_of(c) : buf_view(&c->sql);
	return OK;
}

enum err query_compile(struct ctx *cx, const struct approved *a,
    const struct query *q, struct compiled *ret)
{
	struct dialect lite = lite_dialect;

	lite.approved = a;
	return query_compile_for(cx, &lite, a, q, ret);
}

enum err query_compile_for(struct ctx *cx, const struct dialect *dialect,
    const struct approved *a, const struct query *q, struct compiled *ret)
{
	struct compiled out = { .approved = a, .query = *q };
	struct compiler c = { .cx = cx, .dialect = dialect, .approved = a };
	enum err e =
	    params_bind(cx, a->params, q->args, false, &out.param_values);

	if (e != OK)
		return e;
	c.max_values = count_tests(q->filter, 1);
	if (c.max_values > QUERY_TESTS + QUERY_IN_VALUES)
		c.max_values = QUERY_TESTS + QUERY_IN_VALUES;
	if (q->paging != NULL)
		c.max_values += count_own(q->paging->after);
	c.values = ARENA_ARRAY(cx->arena, struct cell, c.max_values);
	c.sql = buf_new(cx->arena, SQL_MAX);
	e = put_query(&c, q, &out);
	if (e != OK)
		return e;
	out.values = c.values;
	out.n_values = c.n_values;
	*ret = out;
	return OK;
}

enum err query_check(
    struct ctx *cx, const struct approved *a, const struct query *q)
{
	struct compiled ignored;

	return query_compile(cx, a, q, &ignored);
}
