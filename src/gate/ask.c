/* The query string's dialect (PostgREST's, a published subset). */
#include "gate/ask.h"

#include "base/buf.h"
#include "base/str.h"

#define MAX_WORDS 2000
#define MAX_QUESTION 65536
#define MAX_HINT ((size_t)200)
/* Brackets within brackets that are read; query.h allows fewer, and says so
 * better than "not understood". */
#define MAX_BRACKETS 20

static size_t count_commas(struct str s)
{
	size_t n = 1;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == ',';
	return n;
}

struct str *ask_split(struct ctx *cx, struct str list, size_t *ret_n)
{
	struct str one, left = list;
	struct str *v = ARENA_ARRAY(cx->arena, struct str, count_commas(list));
	size_t n = 0;
	if (str_trim(list).n > 0) {
		for (bool more = true; more;) {
			more = str_cut(left, ',', &one, &left);
			v[n++] = str_trim(one);
		}
	}
	*ret_n = n;
	return v;
}

void ask_select(const struct str *v, size_t n, struct query *q)
{
	if (n == 1 && str_eq(v[0], STR("*")))
		n = 0;
	q->select = v;
	q->n_select = n;
}

static bool read_order(struct str written, struct order *ret)
{
	struct str column, word, left;
	bool more = str_cut(written, '.', &column, &left);
	bool direction = false;
	*ret = (struct order){ .column = column };
	while (more) {
		more = str_cut(left, '.', &word, &left);
		bool down = str_eq(word, STR("desc"));
		bool first = str_eq(word, STR("nullsfirst"));
		if (down || str_eq(word, STR("asc"))) {
			if (direction || ret->nulls != NULLS_SMALLEST)
				return false;
			direction = true;
			ret->descending = down;
		} else if (first || str_eq(word, STR("nullslast"))) {
			if (ret->nulls != NULLS_SMALLEST)
				return false;
			ret->nulls = first ? NULLS_FIRST : NULLS_LAST;
		} else {
			return false;
		}
	}
	return column.n > 0;
}

void ask_order(
    struct ctx *cx, const struct str *list, size_t n, struct query *q)
{
	struct order *v = ARENA_ARRAY(cx->arena, struct order, n);
	for (size_t i = 0; i < n; i++)
		if (!read_order(list[i], &v[i]))
			field_wrong(
			    cx, STR("order"), MSG_field_bad_order, list[i]);
	q->order = v;
	q->n_order = n;
}

void ask_number(struct ctx *cx, const char *name, struct str s, int64_t *ret)
{
	if (!str_i64(s, ret) || *ret < 0 || *ret > QUERY_OFFSET_MAX)
		field_wrong(cx, str_of(name), MSG_field_bad_number, s);
}

enum err ask_end(struct ctx *cx, struct asked *out, struct asked *ret)
{
	struct query *q = &out->query;
	if (out->cursor.n > 0 && q->offset > 0)
		field_wrong(
		    cx, STR("offset"), MSG_field_cursor_has_place, STR(""));
	/* So that the place after the last row can be asked for too. */
	else if (cx->fault.fields == NULL &&
		 q->limit > QUERY_OFFSET_MAX - q->offset)
		field_wrong(cx, STR("limit"), MSG_field_bad_number, STR(""));
	enum err e = fields_end(cx);
	if (!e)
		*ret = *out;
	return e;
}

/* One value of a list or of a test within and=(…): bare up to one of `stops`,
 * or in double quotes with \ before what would end it. */
static bool take_value(
    struct ctx *cx, struct str *s, const char *stops, struct str *ret)
{
	struct buf b = buf_new(cx->arena, s->n + 1);
	if (!str_take_char(s, '"')) {
		size_t n = 0;
		while (n < s->n &&
		       str_index(str_of(stops), s->p[n]) == str_of(stops).n)
			n++;
		*ret = str_upto(*s, n);
		*s = str_from(*s, n);
		return true;
	}
	while (s->n > 0 && s->p[0] != '"') {
		if (s->p[0] == '\\' && s->n > 1)
			*s = str_from(*s, 1);
		buf_char(&b, s->p[0]);
		*s = str_from(*s, 1);
	}
	*ret = str_dup(cx->arena, buf_view(&b));
	return str_take_char(s, '"');
}

static bool take_list(struct ctx *cx, struct str *s, struct cond *test)
{
	struct str *v =
	    ARENA_ARRAY(cx->arena, struct str, count_commas(*s) + 1);
	size_t n = 0;
	if (!str_take_char(s, '('))
		return false;
	test->values = v;
	if (str_take_char(s, ')'))
		return true; /* no value at all: nothing is among them */
	do {
		if (!take_value(cx, s, ",)", &v[n++]))
			return false;
	} while (str_take_char(s, ','));
	test->n_values = n;
	return str_take_char(s, ')');
}

/* The test put right, for who mistyped its operator or left it out. */
static struct str meant(
    struct ctx *cx, const struct cond *test, struct str s, bool nested)
{
	struct arena *a = cx->arena;
	struct str word, rest, near = { 0 };
	size_t n = 0;
	while (nested && n < s.n && s.p[n] != ',' && s.p[n] != ')')
		n++;
	s = str_upto(s, nested ? n : s.n);
	if (s.n > MAX_HINT)
		return near;
	if (str_cut(s, '.', &word, &rest))
		near = op_near(a, word);
	if (near.n == 0)
		rest = s;
	return str_fmt(a, "%.*s%s%s%.*s.%.*s", STR_ARG(test->column),
	    nested ? "." : "=", test->negated ? "not." : "",
	    STR_ARG(near.n > 0 ? near : STR("eq")), STR_ARG(rest));
}

/* "[not.]op." and then the value; whatever is left stays in *s. */
static bool take_test(
    struct ctx *cx, struct str *s, bool nested, struct cond *test)
{
	struct str word, rest;
	test->negated = str_take(s, STR("not."));
	if (!str_cut(*s, '.', &word, &rest) || !op_parse(word, &test->op)) {
		field_wrong_hint(cx, test->column, MSG_field_bad_operator,
		    str_upto(*s, str_index(*s, '.')),
		    meant(cx, test, *s, nested));
		return false;
	}
	*s = rest;
	if (test->op == OP_IN)
		return take_list(cx, s, test);
	struct str *v = ARENA_NEW(cx->arena, struct str);
	if (nested) {
		if (!take_value(cx, s, ",)", v))
			return false;
	} else {
		*v = *s;
		*s = (struct str){ 0 };
	}
	test->values = v;
	test->n_values = 1;
	return true;
}

static bool take_group(
    struct ctx *, struct str *s, struct cond *group, int depth);

static bool take_member(
    struct ctx *cx, struct str *s, struct cond *c, int depth)
{
	struct str before = *s;
	bool negated = str_take(s, STR("not."));
	if (str_take(s, STR("and("))) {
		*c = (struct cond){ .kind = COND_AND, .negated = negated };
		return take_group(cx, s, c, depth + 1);
	}
	if (str_take(s, STR("or("))) {
		*c = (struct cond){ .kind = COND_OR, .negated = negated };
		return take_group(cx, s, c, depth + 1);
	}
	*s = before;
	struct str column, rest;
	if (!str_cut(*s, '.', &column, &rest))
		return false;
	*s = rest;
	*c = (struct cond){ .kind = COND_TEST, .column = column };
	return take_test(cx, s, true, c);
}

/* What stands between "(" and ")"; the "(" has been taken. */
static bool take_group(
    struct ctx *cx, struct str *s, struct cond *group, int depth)
{
	struct cond **end = &group->first;
	if (depth > MAX_BRACKETS)
		return false;
	do {
		struct cond *c = ARENA_NEW(cx->arena, struct cond);
		if (!take_member(cx, s, c, depth))
			return false;
		*end = c;
		end = &c->next;
	} while (str_take_char(s, ','));
	return str_take_char(s, ')');
}

static const struct param *param_named(
    const struct approved *ap, struct str name)
{
	for (size_t i = 0; i < ap->params.n; i++)
		if (str_eq(ap->params.v[i].name, name))
			return &ap->params.v[i];
	return NULL;
}

struct reading {
	struct ctx *cx;
	const struct approved *approved;
	struct asked *out;
	struct cond *all, **end; /* everything asked holds together */
	struct arg *args;
	size_t n_args;
	unsigned seen; /* a bit for each word that may stand once */
	struct buf words, question;
};

static void add_cond(struct reading *r, struct cond *c)
{
	*r->end = c;
	r->end = &c->next;
}

static void read_group(struct reading *r, struct str name, struct str value)
{
	struct cond *c = ARENA_NEW(r->cx->arena, struct cond);
	c->negated = str_take(&name, STR("not."));
	c->kind = str_eq(name, STR("or")) ? COND_OR : COND_AND;
	size_t before = r->cx->fault.n_fields;
	if (str_take_char(&value, '(') && take_group(r->cx, &value, c, 1) &&
	    value.n == 0)
		add_cond(r, c);
	else if (r->cx->fault.n_fields == before)
		field_wrong(r->cx, name, MSG_field_bad_filter, STR(""));
}

static void read_test(struct reading *r, struct str column, struct str value)
{
	struct cond *c = ARENA_NEW(r->cx->arena, struct cond);
	c->column = column;
	size_t before = r->cx->fault.n_fields;
	if (take_test(r->cx, &value, false, c) && value.n == 0)
		add_cond(r, c);
	else if (r->cx->fault.n_fields == before)
		field_wrong(r->cx, column, MSG_field_bad_filter, STR(""));
}

static bool is_group(struct str name)
{
	return str_eq(name, STR("and")) || str_eq(name, STR("or")) ||
	       str_eq(name, STR("not.and")) || str_eq(name, STR("not.or"));
}

/* Words that may stand once. */
static bool read_once(struct reading *r, struct str name, struct str value)
{
	static const char *const once[] = { "select", "order", "limit",
		"offset", "cursor", "format", "profile" };
	struct query *q = &r->out->query;
	struct str *v;
	size_t which = 0, n;
	while (which < COUNT(once) && !str_eq(name, str_of(once[which])))
		which++;
	if (which == COUNT(once))
		return false;
	if (r->seen & 1U << which)
		field_wrong(r->cx, name, MSG_error_query_twice, name);
	r->seen |= 1U << which;
	switch (which) {
	case 0:
		v = ask_split(r->cx, value, &n);
		ask_select(v, n, q);
		break;
	case 1:
		v = ask_split(r->cx, value, &n);
		ask_order(r->cx, v, n, q);
		break;
	case 2:
		ask_number(r->cx, "limit", value, &q->limit);
		break;
	case 3:
		ask_number(r->cx, "offset", value, &q->offset);
		break;
	case 4:
		r->out->cursor = value;
		break;
	default: /* taken before: call_form(), call_profile() */
		break;
	}
	return true;
}

static void read_param(
    struct reading *r, const struct param *p, struct str value)
{
	if (p->body_only)
		field_wrong(
		    r->cx, p->name, MSG_field_body_only, STR("api-post"));
	else
		r->args[r->n_args++] = (struct arg){ p->name, value };
}

static void read_pair(struct reading *r, struct str name, struct str value)
{
	const struct param *p;
	if (read_once(r, name, value))
		return;
	if (is_group(name))
		read_group(r, name, value);
	else if ((p = param_named(r->approved, name)) != NULL)
		read_param(r, p, value);
	else
		read_test(r, name, value);
}

static void note_words(struct reading *r, struct pair p)
{
	buf_str(&r->words, p.name);
	buf_char(&r->words, ' ');
	if (str_eq(p.name, STR("cursor")) || str_eq(p.name, STR("offset")))
		return;
	buf_fmt(&r->question, "%.*s=%.*s&",
	    STR_ARG(url_encode_query(r->cx->arena, p.name)),
	    STR_ARG(url_encode_query(r->cx->arena, p.value)));
}

enum err ask_query_string(struct ctx *cx, struct pairs pairs,
    const struct approved *approved, struct asked *ret)
{
	struct asked out = { .query = query_all() };
	struct reading r = { .cx = cx,
		.approved = approved,
		.out = &out,
		.all = ARENA_NEW(cx->arena, struct cond),
		.args = ARENA_ARRAY(cx->arena, struct arg, pairs.n + 1),
		.words = buf_new(cx->arena, MAX_WORDS),
		.question = buf_new(cx->arena, MAX_QUESTION) };
	r.all->kind = COND_AND;
	r.end = &r.all->first;
	for (size_t i = 0; i < pairs.n; i++) {
		read_pair(&r, pairs.v[i].name, pairs.v[i].value);
		note_words(&r, pairs.v[i]);
	}
	out.words = str_dup(cx->arena, buf_view(&r.words));
	out.question = str_dup(cx->arena, buf_view(&r.question));
	out.query.args = (struct args){ .v = r.args, .n = r.n_args };
	if (r.all->first != NULL)
		out.query.filter = r.all;
	if (!buf_ok(&r.question))
		return fail_detail(cx, ERR_TOO_LARGE, "a question");
	if (out.query.limit >= 0 &&
	    out.question.n > ASK_URL_BYTES - ASK_CURSOR_ROOM)
		field_wrong(
		    cx, STR("limit"), MSG_field_question_too_long, STR(""));
	return ask_end(cx, &out, ret);
}
