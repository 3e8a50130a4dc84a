/* What a caller asks, as it is written and as it is understood. */
#include "base/buf.h"
#include "base/str.h"
#include "gate/ask.h"
#include "t.h"

static struct ctx cx;

static const struct param declared[] = {
	{ .name = STR_INIT("year"), .type = TYPE_INTEGER },
};
static const struct approved approved = {
	.params = { .v = declared, .n = COUNT(declared) },
};

static void begin(void)
{
	arena_free(cx.arena);
	cx = ctx_new(arena_new(), 0, LANG_EN);
}

static void put_cond(struct buf *b, const struct cond *c)
{
	if (c->negated)
		buf_char(b, '!');
	if (c->kind == COND_TEST) {
		buf_str(b, c->column);
		buf_fmt(b, " %.*s", STR_ARG(op_name(c->op)));
		for (size_t i = 0; i < c->n_values; i++)
			buf_fmt(b, " <%.*s>", STR_ARG(c->values[i]));
		return;
	}
	buf_str(b, c->kind == COND_AND ? STR("and[") : STR("or["));
	for (const struct cond *k = c->first; k; k = k->next) {
		if (k != c->first)
			buf_str(b, STR("; "));
		put_cond(b, k);
	}
	buf_char(b, ']');
}

/* "SELECT | FILTER | ORDER | limit offset | args", or each wrong field. */
static struct str told(enum err e, const struct asked *a)
{
	struct buf b = buf_new(cx.arena, 65536);
	if (e != OK) {
		for (const struct field_error *f = cx.fault.fields; f;
		     f = f->next)
			buf_fmt(&b, "!%.*s %.*s ", STR_ARG(f->field),
			    STR_ARG(msg_key(f->msg)));
		return str_trim(buf_view(&b));
	}
	const struct query *q = &a->query;
	for (size_t i = 0; i < q->n_select; i++)
		buf_fmt(&b, "%.*s ", STR_ARG(q->select[i]));
	buf_str(&b, STR("| "));
	if (q->filter)
		put_cond(&b, q->filter);
	buf_str(&b, STR(" | "));
	for (size_t i = 0; i < q->n_order; i++)
		buf_fmt(&b, "%.*s%s%s ", STR_ARG(q->order[i].column),
		    q->order[i].descending ? "-" : "+",
		    q->order[i].nulls == NULLS_FIRST  ? "f"
		    : q->order[i].nulls == NULLS_LAST ? "l"
						      : "");
	buf_fmt(&b, "| %lld %lld |", (long long)q->limit, (long long)q->offset);
	for (size_t i = 0; i < q->args.n; i++)
		buf_fmt(&b, " %.*s=%.*s", STR_ARG(q->args.v[i].name),
		    STR_ARG(q->args.v[i].value));
	return buf_view(&b);
}

/* "a=1&b=2", decoded already. */
static struct str ask(const char *written)
{
	struct pair v[40];
	struct asked asked;
	size_t n = 0;
	struct str one, left = str_of(written);
	for (bool more = left.n > 0; more;) {
		more = str_cut(left, '&', &one, &left);
		(void)str_cut(one, '=', &v[n].name, &v[n].value);
		n++;
	}
	enum err e = ask_query_string(
	    &cx, (struct pairs){ .v = v, .n = n }, &approved, &asked);
	return told(e, &asked);
}

static struct str ask_body(const char *written)
{
	json_t *body;
	struct asked asked;
	if (json_parse(&cx, str_of(written), 65536, &body))
		return STR("!syntax");
	enum err e = ask_json(&cx, body, &asked);
	return told(e, &asked);
}

struct written {
	const char *in, *out;
};

static void query_strings(void)
{
	static const struct written all[] = {
		{ "", "|  | | -1 0 |" },
		{ "select=a,b&limit=5&offset=2", "a b |  | | 5 2 |" },
		{ "select=*", "|  | | -1 0 |" },
		{ "select=", "|  | | -1 0 |" },
		{ "a=eq.1", "| and[a eq <1>] | | -1 0 |" },
		{ "a=not.eq.1", "| and[!a eq <1>] | | -1 0 |" },
		{ "a=eq.", "| and[a eq <>] | | -1 0 |" },
		{ "a=eq.x,y).z\"", "| and[a eq <x,y).z\">] | | -1 0 |" },
		{ "a=in.(1,2)", "| and[a in <1> <2>] | | -1 0 |" },
		{ "a=in.()", "| and[a in] | | -1 0 |" },
		{ "a=in.(\"\")", "| and[a in <>] | | -1 0 |" },
		{ "a=in.(\"x,y\",\"q\\\"\\\\\",z)",
		    "| and[a in <x,y> <q\"\\> <z>] | | -1 0 |" },
		{ "a=gt.1&a=lt.9", "| and[a gt <1>; a lt <9>] | | -1 0 |" },
		{ "year=2569&a=is.null",
		    "| and[a is <null>] | | -1 0 | year=2569" },
		{ "and=(year.eq.1)", "| and[and[year eq <1>]] | | -1 0 |" },
		{ "or=(a.eq.1,not.and(b.is.null,c.not.in.(1,2)))",
		    "| and[or[a eq <1>; !and[b is <null>; !c in <1> <2>]]]"
		    " | | -1 0 |" },
		{ "not.or=(a.eq.1)", "| and[!or[a eq <1>]] | | -1 0 |" },
		{ "and=(a.eq.\"x,)\\\"y\",b.eq.z)",
		    "| and[and[a eq <x,)\"y>; b eq <z>]] | | -1 0 |" },
		{ "and=(a.eq.,b.eq.)",
		    "| and[and[a eq <>; b eq <>]] | | -1 0 |" },
		{ "order=a,b.desc,c.asc.nullslast,d.nullsfirst",
		    "|  | a+ b- c+l d+f | -1 0 |" },
		{ "format=csv&cursor=x", "|  | | -1 0 |" },
	};
	for (size_t i = 0; i < COUNT(all); i++) {
		begin();
		T_TEXT(ask(all[i].in), str_of(all[i].out));
	}
}

static void query_strings_that_are_refused(void)
{
	static const struct written all[] = {
		{ "a", "!a field.bad-operator" },
		{ "a=eq", "!a field.bad-operator" },
		{ "a=xx.1", "!a field.bad-operator" },
		{ "a=not.not.eq.1", "!a field.bad-operator" },
		{ "a=in.1", "!a field.bad-filter" },
		{ "a=in.(1", "!a field.bad-filter" },
		{ "a=in.(\"1)", "!a field.bad-filter" },
		{ "a=in.(\"1\"2)", "!a field.bad-filter" },
		{ "and=a.eq.1", "!and field.bad-filter" },
		{ "and=()", "!and field.bad-filter" },
		{ "and=(a.eq.1)b", "!and field.bad-filter" },
		{ "and=(a.eq.\"x\"y)", "!and field.bad-filter" },
		{ "and=(a.zz.1)", "!a field.bad-operator" },
		{ "order=a.up", "!order field.bad-order" },
		{ "order=.desc", "!order field.bad-order" },
		{ "order=a.desc.asc", "!order field.bad-order" },
		{ "limit=x", "!limit field.bad-number" },
		{ "limit=-1", "!limit field.bad-number" },
		{ "limit=100000001", "!limit field.bad-number" },
		{ "limit=100000000&offset=1", "!limit field.bad-number" },
		{ "limit=1&limit=1", "!limit error.query-twice" },
		{ "cursor=x&offset=1", "!offset field.cursor-has-place" },
		{ "a=xx.1&limit=x",
		    "!a field.bad-operator !limit field.bad-number" },
	};
	for (size_t i = 0; i < COUNT(all); i++) {
		begin();
		T_TEXT(ask(all[i].in), str_of(all[i].out));
	}
}

static void bodies(void)
{
	static const struct written all[] = {
		{ "{}", "|  | | -1 0 |" },
		{ "{\"select\":[\"a\",\"b\"],\"limit\":5,\"offset\":2}",
		    "a b |  | | 5 2 |" },
		{ "{\"select\":\"a, b\",\"order\":\"a,b.desc\"}",
		    "a b |  | a+ b- | -1 0 |" },
		{ "{\"filter\":{\"column\":\"a\",\"op\":\"eq\",\"value\":1.5}}",
		    "| a eq <1.5> | | -1 0 |" },
		{ "{\"filter\":{\"column\":\"a\",\"op\":\"not.in\","
		  "\"value\":[1,\"x,y\",true]}}",
		    "| !a in <1> <x,y> <true> | | -1 0 |" },
		{ "{\"filter\":{\"column\":\"a\",\"op\":\"is\","
		  "\"value\":null}}",
		    "| a is <null> | | -1 0 |" },
		{ "{\"filter\":{\"not\":{\"or\":[{\"column\":\"a\","
		  "\"op\":\"is\",\"value\":true},{\"and\":[]}]}}}",
		    "| !or[a is <true>; and[]] | | -1 0 |" },
		{ "{\"params\":{\"year\":2569,\"x\":null}}",
		    "|  | | -1 0 | year=2569" },
		{ "{\"filter\":{\"and\":[],\"or\":[]}}",
		    "!filter field.bad-filter" },
		{ "{\"filter\":{\"column\":\"a\",\"op\":\"eq\","
		  "\"value\":null}}",
		    "!a field.bad-filter" },
		{ "{\"filter\":{\"column\":\"a\",\"op\":\"eq\",\"value\":1,"
		  "\"not\":true}}",
		    "!filter field.bad-filter" },
		{ "{\"filter\":[]}", "!filter field.bad-filter" },
		{ "{\"order\":[\"a\",5]}",
		    "!order field.not-text !order field.bad-order" },
		{ "{\"where\":1}", "!where field.unknown" },
	};
	for (size_t i = 0; i < COUNT(all); i++) {
		begin();
		T_TEXT(ask_body(all[i].in), str_of(all[i].out));
	}
}

/* Brackets cost stack: what is too deep stops early, whatever its length. */
static void depth_is_bounded(void)
{
	static char text[8192];
	size_t n = 0;
	n += (size_t)snprintf(text, sizeof text, "and=");
	while (n + 4 < sizeof text - 1) {
		text[n++] = '(';
		text[n++] = 'a';
		text[n++] = 'n';
		text[n++] = 'd';
	}
	text[n] = '\0';
	begin();
	T_TEXT(ask(text), STR("!and field.bad-filter"));
}

/* A cursor is signed over the question: what asks something else is another. */
static void questions_differ(void)
{
	static const char *const all[] = { "", "a=eq.1", "a=eq.2", "b=eq.1",
		"select=a", "limit=1", "order=a", "year=1", "a=eq.1%26b=eq.2",
		"and=(a.eq.1)" };
	struct str seen[COUNT(all)];
	begin();
	for (size_t i = 0; i < COUNT(all); i++) {
		struct pair v[2];
		struct asked asked;
		size_t n = all[i][0] != '\0';
		(void)str_cut(str_of(all[i]), '=', &v[0].name, &v[0].value);
		v[n] = (struct pair){ STR("cursor"), STR("x") };
		T_CHECK(
		    ask_query_string(&cx, (struct pairs){ .v = v, .n = n + 1 },
			&approved, &asked) == OK,
		    "%s", all[i]);
		seen[i] = asked.question;
		T_TEXT(asked.cursor, STR("x"));
		T_CHECK(!str_has(asked.question, STR("cursor")), "%s", all[i]);
		for (size_t k = 0; k < i; k++)
			T_CHECK(
			    !str_eq(seen[i], seen[k]), "%s %s", all[i], all[k]);
	}
	/* What is kept of a question has no value in it. */
	struct pair secret[] = { { STR("a"), STR("eq.1234567890123") } };
	struct asked asked;
	T_CHECK(ask_query_string(&cx, (struct pairs){ .v = secret, .n = 1 },
		    &approved, &asked) == OK,
	    "one test");
	T_TEXT(str_trim(asked.words), STR("a"));
}

int main(void)
{
	T_RUN(query_strings);
	T_RUN(query_strings_that_are_refused);
	T_RUN(bodies);
	T_RUN(depth_is_bounded);
	T_RUN(questions_differ);
	arena_free(cx.arena);
	return T_PLAN();
}
