/* The same questions as a JSON body: nothing of them stands in a URL. */
#include "base/str.h"
#include "gate/ask.h"

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

static bool is_scalar(const json_t *value)
{
	return value != NULL && !json_is_array(value) && !json_is_object(value);
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
		if (!is_scalar(one))
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
		field_wrong(cx, STR("filter"), MSG_field_bad_filter, STR(""));
	else if (!op_parse(op, &c->op))
		field_wrong(cx, c->column, MSG_field_bad_operator, op);
	else if (!read_values(cx, json_object_get(o, "value"), c))
		field_wrong(cx, c->column, MSG_field_bad_filter, STR(""));
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

static struct cond *read_cond(struct ctx *cx, const json_t *o, int depth)
{
	struct cond *c = ARENA_NEW(cx->arena, struct cond);
	const json_t *and = json_list(o, "and"), * or = json_list(o, "or");
	const json_t *not_this = json_value(o, "not");
	if (!json_is_object(o) || depth > QUERY_DEPTH) {
		field_wrong(cx, STR("filter"), MSG_field_bad_filter, STR(""));
		return NULL;
	}
	if (not_this != NULL) {
		c = read_cond(cx, not_this, depth + 1);
		if (c != NULL)
			c->negated = !c->negated;
		return c;
	}
	if (and == NULL && or == NULL) {
		read_test(cx, o, c);
		return c;
	}
	c->kind = and? COND_AND : COND_OR;
	read_members(cx, and? and : or, c, depth);
	return c;
}

/* A list of texts, or one text with commas. */
static struct str joined(struct ctx *cx, const json_t *body, const char *key)
{
	const json_t *list = json_list(body, key);
	struct str all = STR("");
	if (list == NULL)
		return json_text(body, key);
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct str one = json_as_text(json_array_get(list, i));
		if (one.n == 0)
			field_wrong(
			    cx, str_of(key), MSG_field_not_text, STR(""));
		all = str_fmt(cx->arena, "%.*s%s%.*s", STR_ARG(all),
		    i ? "," : "", STR_ARG(one));
	}
	return all;
}

static void read_params(struct ctx *cx, const json_t *params, struct query *q)
{
	size_t n = 0;
	const char *key;
	json_t *value, *copy;
	if (params == NULL)
		return;
	copy = json_keep(cx->arena, json_deep_copy(params));
	struct arg *v =
	    ARENA_ARRAY(cx->arena, struct arg, json_object_size(params) + 1);
	json_object_foreach(copy, key, value)
	{
		if (is_scalar(value) && !json_is_null(value))
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
		"limit", "offset", "cursor", "params", "format" };
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
	if (value != NULL && !json_is_null(value))
		ask_number(cx, key, value_text(cx, value), ret);
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
		.cursor = json_text(body, "cursor"),
		.format = json_text(body, "format"),
		.words = STR("POST"),
		.question = question_of(cx, body) };
	struct str order = joined(cx, body, "order");
	const json_t *filter = json_value(body, "filter");
	check_keys(cx, body);
	ask_select(cx, joined(cx, body, "select"), &out.query);
	if (order.n > 0)
		ask_order(cx, order, &out.query);
	read_number(cx, body, "limit", &out.query.limit);
	read_number(cx, body, "offset", &out.query.offset);
	if (filter != NULL && !json_is_null(filter))
		out.query.filter = read_cond(cx, filter, 1);
	read_params(cx, json_value(body, "params"), &out.query);
	enum err e = fields_end(cx);
	if (!e)
		*ret = out;
	return e;
}
