/* The same questions as a JSON body: nothing of them stands in a URL. */
#include "base/str.h"
#include "gate/ask.h"

static void bad_filter(struct ctx *cx, struct str field)
{
	field_wrong(cx, field, MSG_field_bad_filter, STR(""));
}

static struct str value_text(struct ctx *cx, const json_t *value)
{
	if (json_is_string(value))
		return json_as_text(value);
	if (json_is_true(value))
		return STR("true");
	if (json_is_false(value))
		return STR("false");
	if (json_is_null(value))
		return STR("null");
	return json_compact(cx->arena, value);
}

/* Only `is` tests for null: with any other the caller means something that SQL
 * does not. */
static bool is_value(const json_t *value, enum op op)
{
	return value != NULL && !json_is_array(value) &&
	       !json_is_object(value) && (!json_is_null(value) || op == OP_IS);
}

static bool read_values(struct ctx *cx, const json_t *value, struct cond *c)
{
	size_t n = json_is_array(value) ? json_array_size(value) : 1;
	struct str *v = ARENA_ARRAY(cx->arena, struct str, n + 1);
	if (json_is_array(value) != (c->op == OP_IN))
		return false;
	for (size_t i = 0; i < n; i++) {
		const json_t *one =
		    c->op == OP_IN ? json_array_get(value, i) : value;
		if (!is_value(one, c->op))
			return false;
		v[i] = value_text(cx, one);
	}
	c->values = v;
	c->n_values = n;
	return true;
}

static void read_test(struct ctx *cx, const json_t *o, struct cond *c)
{
	struct str op = json_text(o, "op");
	c->kind = COND_TEST;
	c->column = json_text(o, "column");
	c->negated = str_take(&op, STR("not."));
	if (c->column.n == 0)
		bad_filter(cx, STR("filter"));
	else if (!op_parse(op, &c->op))
		field_wrong_hint(cx, c->column, MSG_field_bad_operator, op,
		    op_near(cx->arena, op));
	else if (!read_values(cx, json_object_get(o, "value"), c))
		bad_filter(cx, c->column);
}

static struct cond *read_cond(struct ctx *cx, const json_t *o, int depth);

static void read_members(
    struct ctx *cx, const json_t *list, struct cond *group, int depth)
{
	struct cond **end = &group->first;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct cond *c =
		    read_cond(cx, json_array_get(list, i), depth + 1);
		if (c == NULL)
			return;
		*end = c;
		end = &c->next;
	}
}

/* An object says one thing: what else stood in it would be lost. */
static bool has_only(const json_t *o, const char *key)
{
	return json_object_get(o, key) != NULL && json_object_size(o) == 1;
}

static struct cond *read_cond(struct ctx *cx, const json_t *o, int depth)
{
	struct cond *c = ARENA_NEW(cx->arena, struct cond);
	bool and = has_only(o, "and"), or = has_only(o, "or");
	const json_t *members = json_list(o, and? "and" : "or");
	/* JSON itself is read 32 levels deep; query.h says what is too deep. */
	if (has_only(o, "not")) {
		c = read_cond(cx, json_object_get(o, "not"), depth + 1);
		if (c != NULL)
			c->negated = !c->negated;
		return c;
	}
	if ((and || or) && members != NULL) {
		c->kind = and? COND_AND : COND_OR;
		read_members(cx, members, c, depth);
		return c;
	}
	if (json_object_size(o) == 3 && json_object_get(o, "column") != NULL) {
		read_test(cx, o, c);
		return c;
	}
	bad_filter(cx, STR("filter"));
	return NULL;
}

/* A list of texts, or one text with commas; absent gives none. */
static const struct str *read_list(
    struct ctx *cx, const json_t *body, const char *key, size_t *ret_n)
{
	const json_t *value = json_value(body, key);
	size_t n = json_array_size(value);
	*ret_n = 0;
	if (value == NULL)
		return NULL;
	if (json_is_string(value))
		return ask_split(cx, json_as_text(value), ret_n);
	struct str *v = ARENA_ARRAY(cx->arena, struct str, n + 1);
	for (size_t i = 0; i < n; i++) {
		v[i] = json_as_text(json_array_get(value, i));
		if (v[i].n == 0)
			field_wrong(
			    cx, str_of(key), MSG_field_not_text, STR(""));
	}
	if (!json_is_array(value))
		field_wrong(cx, str_of(key), MSG_field_not_text, STR(""));
	*ret_n = n;
	return v;
}

static void read_params(struct ctx *cx, const json_t *params, struct query *q)
{
	size_t n = 0;
	const char *key;
	json_t *value, *copy;
	if (params == NULL)
		return;
	if (!json_is_object(params)) {
		field_wrong(cx, STR("params"), MSG_field_bad_type, STR(""));
		return;
	}
	copy = json_keep(cx->arena, json_deep_copy(params));
	struct arg *v =
	    ARENA_ARRAY(cx->arena, struct arg, json_object_size(params) + 1);
	json_object_foreach(copy, key, value)
	{
		if (is_value(value, OP_EQ))
			v[n++] =
			    (struct arg){ str_of(key), value_text(cx, value) };
		else if (!json_is_null(value))
			field_wrong(
			    cx, str_of(key), MSG_field_bad_type, STR(""));
	}
	q->args = (struct args){ .v = v, .n = n };
}

static void check_keys(struct ctx *cx, const json_t *body)
{
	static const char *const known[] = { "select", "filter", "order",
		"limit", "offset", "cursor", "params", "format", "profile" };
	const char *key;
	json_t *value, *copy = json_keep(cx->arena, json_deep_copy(body));
	json_object_foreach(copy, key, value)
	{
		bool found = false;
		for (size_t i = 0; i < COUNT(known) && !found; i++)
			found = str_eq(str_of(key), str_of(known[i]));
		if (!found)
			field_wrong(
			    cx, str_of(key), MSG_field_unknown, STR(""));
	}
}

static void read_number(
    struct ctx *cx, const json_t *body, const char *key, int64_t *ret)
{
	const json_t *value = json_value(body, key);
	if (value != NULL)
		ask_number(cx, key, value_text(cx, value), ret);
}

static void read_cursor(struct ctx *cx, const json_t *body, struct asked *out)
{
	const json_t *value = json_value(body, "cursor");
	out->cursor = json_as_text(value);
	if (value != NULL && !json_is_string(value))
		field_wrong(cx, STR("cursor"), MSG_field_not_text, STR(""));
}

static struct str question_of(struct ctx *cx, const json_t *body)
{
	json_t *copy = json_keep(cx->arena, json_deep_copy(body));
	json_object_del(copy, "cursor");
	json_object_del(copy, "offset");
	return json_canonical(cx->arena, copy);
}

enum err ask_json(struct ctx *cx, const json_t *body, struct asked *ret)
{
	struct asked out = { .query = query_all(),
		.words = STR("POST"),
		.question = question_of(cx, body) };
	const json_t *filter = json_value(body, "filter");
	size_t n;
	check_keys(cx, body);
	const struct str *list = read_list(cx, body, "select", &n);
	ask_select(list, n, &out.query);
	list = read_list(cx, body, "order", &n);
	ask_order(cx, list, n, &out.query);
	read_number(cx, body, "limit", &out.query.limit);
	read_number(cx, body, "offset", &out.query.offset);
	read_cursor(cx, body, &out);
	if (filter != NULL)
		out.query.filter = read_cond(cx, filter, 1);
	read_params(cx, json_value(body, "params"), &out.query);
	return ask_end(cx, &out, ret);
}
