/* An officer's SQL as PostgreSQL's own parser reads it (libpg_query): what it is
 * made of, and that nothing else is in it. The tree comes as JSON, in which a
 * node is {"Kind": {…}}; a kind that is not on the list below is refused. */
#include <pg_query.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "source/pg.h"

#define NODES_MAX ((size_t)2000)
#define DEPTH_MAX 500
#define PARSE_STACK_BYTES ((size_t)64 << 20)

/* Sorted. */
static const struct str nodes[] = {
	STR_INIT("A_ArrayExpr"),
	STR_INIT("A_Const"),
	STR_INIT("A_Expr"),
	STR_INIT("A_Indices"),
	STR_INIT("A_Indirection"),
	STR_INIT("A_Star"),
	STR_INIT("BitString"),
	STR_INIT("BoolExpr"),
	STR_INIT("Boolean"),
	STR_INIT("BooleanTest"),
	STR_INIT("CaseExpr"),
	STR_INIT("CaseWhen"),
	STR_INIT("CoalesceExpr"),
	STR_INIT("CollateClause"),
	STR_INIT("ColumnRef"),
	STR_INIT("CommonTableExpr"),
	STR_INIT("Float"),
	STR_INIT("FuncCall"),
	STR_INIT("GroupingFunc"),
	STR_INIT("GroupingSet"),
	STR_INIT("Integer"),
	STR_INIT("JoinExpr"),
	STR_INIT("List"),
	STR_INIT("MinMaxExpr"),
	STR_INIT("NullTest"),
	STR_INIT("ParamRef"),
	STR_INIT("RangeFunction"),
	STR_INIT("RangeSubselect"),
	STR_INIT("RangeVar"),
	STR_INIT("ResTarget"),
	STR_INIT("RowExpr"),
	STR_INIT("SQLValueFunction"),
	STR_INIT("SelectStmt"),
	STR_INIT("SortBy"),
	STR_INIT("String"),
	STR_INIT("SubLink"),
	STR_INIT("TypeCast"),
	STR_INIT("WindowDef"),
};

struct function {
	struct str name;
	bool rows; /* may give several */
};
static const struct function functions[] = {
#define FUNCTION(text) { STR_INIT(text), false },
#define ROWS_FUNCTION(text) { STR_INIT(text), true },
#include "source/pg_functions.def"
#undef FUNCTION
#undef ROWS_FUNCTION
};

struct walk {
	struct ctx *cx;
	const struct marked *marked;
	struct pg_tree tree;
	struct str ctes[100];
	size_t n_ctes, n_params, n_selects;
	bool rows_function, groups;
};

static int compare_text(const void *a, const void *b)
{
	const struct str *x = a, *y = b;

	return str_cmp(*x, *y);
}

static int compare_function(const void *a, const void *b)
{
	const struct function *x = a, *y = b;

	return str_cmp(x->name, y->name);
}

static enum err not_select(struct walk *w)
{
	return fail(w->cx, ERR_INVALID, MSG_error_sql_not_select);
}

static enum err too_much(struct walk *w)
{
	return fail1(w->cx, ERR_INVALID, MSG_error_sql_limit, STR("2000"));
}

/* The text of a {"String": {"sval": …}}; absent for another node. */
static struct str string_of(const json_t *node)
{
	return json_text(json_member(node, "String"), "sval");
}

static const json_t *last_of(const json_t *list)
{
	size_t n = json_array_size(list);

	return n > 0 ? json_array_get(list, n - 1) : NULL;
}

static struct str kept(struct walk *w, struct str s)
{
	return s.n > 0 ? str_dup(w->cx->arena, s) : (struct str){ 0 };
}

static enum err see_function(struct walk *w, const json_t *call)
{
	const json_t *name = json_list(call, "funcname");
	size_t n = json_array_size(name);
	struct function key = { .name = string_of(last_of(name)) };
	bool ours =
	    n == 1 || (n == 2 && str_eq(string_of(json_array_get(name, 0)),
				     STR("pg_catalog")));
	const struct function *found = bsearch(
	    &key, functions, COUNT(functions), sizeof(key), compare_function);

	if (!ours || found == NULL)
		return fail1(w->cx, ERR_INVALID, MSG_error_sql_function,
		    kept(w, key.name));
	w->rows_function |= found->rows;
	return OK;
}

static bool is_cte(const struct walk *w, struct str name)
{
	for (size_t i = 0; i < w->n_ctes; i++)
		if (str_eq(w->ctes[i], name))
			return true;
	return false;
}

static enum err see_table(struct walk *w, const json_t *table)
{
	struct str schema = json_text(table, "schemaname");
	struct str name = json_text(table, "relname");
	struct pg_table *t = &w->tree.tables[w->tree.n_tables];

	if (str_starts(schema, STR("pg_")) ||
	    str_eq(schema, STR("information_schema")) ||
	    json_text(table, "catalogname").n > 0 ||
	    (schema.n == 0 && str_starts(name, STR("pg_"))))
		return fail1(
		    w->cx, ERR_INVALID, MSG_error_sql_table, kept(w, name));
	if (w->tree.n_tables == NODES_MAX)
		return too_much(w);
	t->schema = kept(w, schema);
	t->name = kept(w, name);
	t->alias = kept(w, json_text(json_member(table, "alias"), "aliasname"));
	if (t->alias.n == 0)
		t->alias = t->name;
	if (schema.n > 0 || !is_cte(w, name))
		w->tree.n_tables++;
	return OK;
}

static enum err add_column(struct walk *w, struct str table, struct str name)
{
	if (w->tree.n_columns == NODES_MAX)
		return too_much(w);
	w->tree.columns[w->tree.n_columns++] =
	    (struct pg_column){ .table = kept(w, table),
		    .name = kept(w, name) };
	return OK;
}

/* a, t.a, s.t.a, *, t.*; one name may be a table's too: then all of it. */
static enum err see_column(struct walk *w, const json_t *column)
{
	const json_t *f = json_list(column, "fields");
	size_t n = json_array_size(f);
	struct str table =
	    n > 1 ? string_of(json_array_get(f, n - 2)) : STR("");
	struct str name = string_of(last_of(f));
	enum err e = add_column(w, table, name);

	if (e == OK && n == 1 && name.n > 0)
		e = add_column(w, name, STR(""));
	return e;
}

/* Operators are PostgreSQL's own, and so is what they call. */
static enum err see_operator(struct walk *w, const json_t *expr)
{
	const json_t *name = json_list(expr, "name");

	if (json_array_size(name) <= 1 ||
	    str_eq(string_of(json_array_get(name, 0)), STR("pg_catalog")))
		return OK;
	return fail1(w->cx, ERR_INVALID, MSG_error_sql_function,
	    kept(w, string_of(last_of(name))));
}

/* Where our marks stand, and nowhere else: so none of them is inside of a text,
 * and no other one was there. */
static enum err see_param(struct walk *w, const json_t *param)
{
	int64_t at = json_int(param, "location", -1);

	for (size_t i = 0; i < w->marked->n; i++) {
		if ((int64_t)w->marked->at[i] == at) {
			w->n_params++;
			return OK;
		}
	}
	return fail(w->cx, ERR_INVALID, MSG_error_sql_parameter_form);
}

/* current_date and its like; not current_user and its like. */
static enum err see_value(struct walk *w, const json_t *value)
{
	struct str op = json_text(value, "op");

	if (str_has(op, STR("DATE")) || str_has(op, STR("TIME")))
		return OK;
	return fail1(w->cx, ERR_INVALID, MSG_error_sql_function, kept(w, op));
}

/* ('x').name may call a function of that name. */
static enum err see_indirection(struct walk *w, const json_t *node)
{
	const json_t *list = json_list(node, "indirection");

	for (size_t i = 0; i < json_array_size(list); i++) {
		struct str name = string_of(json_array_get(list, i));
		if (name.n > 0)
			return fail1(w->cx, ERR_INVALID, MSG_error_sql_function,
			    kept(w, name));
	}
	return OK;
}

static enum err see_select(struct walk *w, const json_t *select)
{
	w->n_selects++;
	w->groups |= json_list(select, "groupClause") != NULL ||
	             json_list(select, "distinctClause") != NULL ||
	             json_list(select, "valuesLists") != NULL ||
	             json_member(select, "larg") != NULL;
	return OK;
}

static enum err see_node(struct walk *w, struct str kind, const json_t *node)
{
	static const struct {
		struct str kind;
		enum err (*see)(struct walk *, const json_t *);
	} seers[] = {
		{ STR_INIT("A_Expr"), see_operator },
		{ STR_INIT("A_Indirection"), see_indirection },
		{ STR_INIT("ColumnRef"), see_column },
		{ STR_INIT("FuncCall"), see_function },
		{ STR_INIT("ParamRef"), see_param },
		{ STR_INIT("RangeVar"), see_table },
		{ STR_INIT("SQLValueFunction"), see_value },
		{ STR_INIT("SelectStmt"), see_select },
	};

	if (bsearch(&kind, nodes, COUNT(nodes), sizeof(kind), compare_text) ==
	    NULL)
		return not_select(w);
	for (size_t i = 0; i < COUNT(seers); i++)
		if (str_eq(seers[i].kind, kind))
			return seers[i].see(w, node);
	return OK;
}

/* What stands under a name without being a node of its own. */
static enum err see_member(struct walk *w, struct str key, const json_t *value)
{
	if (str_eq(key, STR("intoClause")) || str_eq(key, STR("lockingClause")))
		return not_select(w);
	/* select * from a natural join b: any column of both */
	if (str_eq(key, STR("isNatural")) && json_is_true(value))
		return add_column(w, STR(""), STR(""));
	if (str_eq(key, STR("usingClause"))) {
		for (size_t i = 0; i < json_array_size(value); i++) {
			enum err e = add_column(
			    w, STR(""), string_of(json_array_get(value, i)));
			if (e != OK)
				return e;
		}
	}
	return OK;
}

static enum err walk(struct walk *w, const json_t *at, int depth)
{
	enum err e = OK;

	if (depth > DEPTH_MAX)
		return too_much(w);
	for (size_t i = 0; json_is_array(at) && i < json_array_size(at); i++) {
		e = walk(w, json_array_get(at, i), depth + 1);
		if (e != OK)
			return e;
	}
	void *it = json_is_object(at)
	               ? json_object_iter((json_t *)(uintptr_t)at)
	               : NULL;
	for (; it != NULL;
	     it = json_object_iter_next((json_t *)(uintptr_t)at, it)) {
		struct str key = str_of(json_object_iter_key(it));
		const json_t *value = json_object_iter_value(it);

		e = key.p[0] >= 'A' && key.p[0] <= 'Z'
		        ? see_node(w, key, value)
		        : see_member(w, key, value);
		if (e == OK)
			e = walk(w, value, depth + 1);
		if (e != OK)
			return e;
	}
	return OK;
}

/* Their names first: a table of such a name is none of the source's. */
static void find_ctes(struct walk *w, const json_t *at, int depth)
{
	const char *key = NULL;
	json_t *value = NULL;

	if (depth > DEPTH_MAX)
		return;
	for (size_t i = 0; json_is_array(at) && i < json_array_size(at); i++)
		find_ctes(w, json_array_get(at, i), depth + 1);
	if (!json_is_object(at))
		return;
	json_object_foreach((json_t *)(uintptr_t)at, key, value)
	{
		if (strcmp(key, "CommonTableExpr") == 0 &&
		    w->n_ctes < COUNT(w->ctes))
			w->ctes[w->n_ctes++] = json_text(value, "ctename");
		find_ctes(w, value, depth + 1);
	}
}

static enum err check_tree(struct walk *w, const json_t *root)
{
	const json_t *list = json_list(root, "stmts");
	const json_t *stmt = json_member(json_array_get(list, 0), "stmt");

	if (json_array_size(list) != 1)
		return fail(w->cx, ERR_INVALID,
		    json_array_size(list) == 0 ? MSG_error_sql_empty
					       : MSG_error_sql_not_one);
	if (json_member(stmt, "SelectStmt") == NULL)
		return not_select(w);
	find_ctes(w, stmt, 0);
	enum err e = walk(w, stmt, 0);
	if (e != OK)
		return e;
	if (w->n_params != w->marked->n)
		return fail(w->cx, ERR_INVALID, MSG_error_sql_parameter_form);
	w->tree.is_plain = w->tree.n_tables == 1 && w->n_ctes == 0 &&
	                   w->n_selects == 1 && !w->groups && !w->rows_function;
	return OK;
}

/* The parser, its printer and the reader of JSON call themselves as deep as the
 * SQL is nested, up to 10,000 times: more than a request's stack holds. */
struct parsing {
	const char *sql;
	char *error;  /* NULL: none */
	json_t *root; /* NULL: too deep */
};

static void *parse_run(void *arg)
{
	struct parsing *p = arg;
	PgQueryParseResult r = pg_query_parse(p->sql);

	if (r.error != NULL)
		p->error = strdup(r.error->message);
	else
		p->root = json_loads(r.parse_tree, 0, NULL);
	pg_query_free_parse_result(r);
	return NULL;
}

static bool parse_apart(struct parsing *p)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, PARSE_STACK_BYTES);
	bool good = pthread_create(&thread, &attr, parse_run, p) == 0 &&
	            pthread_join(thread, NULL) == 0;
	pthread_attr_destroy(&attr);
	return good;
}

static enum err parse(struct ctx *cx, struct str sql, json_t **ret)
{
	struct parsing p = { .sql = str_cstr(cx->arena, sql) };

	if (!parse_apart(&p))
		return fail_detail(cx, ERR_BUSY, "no thread to parse in");
	if (p.error != NULL) {
		struct str said = str_dup(cx->arena, str_of(p.error));

		free(p.error);
		return fail1(cx, ERR_INVALID, MSG_error_sql_syntax, said);
	}
	if (p.root == NULL)
		return fail1(cx, ERR_INVALID, MSG_error_sql_limit, STR("2000"));
	*ret = json_keep(cx->arena, p.root);
	return OK;
}

enum err pg_tree_check(
    struct ctx *cx, const struct marked *marked, struct pg_tree *ret)
{
	struct walk w = { .cx = cx, .marked = marked };
	json_t *root = NULL;
	enum err e = parse(cx, marked->sql, &root);

	if (e != OK)
		return e;
	w.tree.tables = ARENA_ARRAY(cx->arena, struct pg_table, NODES_MAX + 1);
	w.tree.columns = ARENA_ARRAY(cx->arena, struct pg_column, NODES_MAX);
	e = check_tree(&w, root);
	if (e == OK)
		*ret = w.tree;
	return e;
}
