#include "t.h"

#include <pthread.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"

static struct arena *arena;

static enum err parse(struct str s, json_t **ret)
{
	struct ctx cx = ctx_new(arena, 0, LANG_EN);
	return json_parse(&cx, s, 1000, ret);
}

static struct str nested(size_t depth)
{
	char *p = arena_alloc(arena, 2 * depth);
	memset(p, '[', depth);
	memset(p + depth, ']', depth);
	return str_n(p, 2 * depth);
}

static void what_is_refused(void)
{
	static const struct {
		struct str text;
		enum err want;
	} cases[] = {
		{ STR_INIT("{}"), OK },
		{ STR_INIT(" [1, 2.5, \"x\", null, true] "), OK },
		{ STR_INIT("\"alone\""), OK },
		{ STR_INIT(""), ERR_SYNTAX },
		{ STR_INIT("{"), ERR_SYNTAX },
		{ STR_INIT("{}x"), ERR_SYNTAX },
		{ STR_INIT("{}\0"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":1,\"a\":2}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":{\"b\":1,\"b\":2}}"), ERR_SYNTAX },
		{ STR_INIT("{a:1}"), ERR_SYNTAX },
		{ STR_INIT("[1,]"), ERR_SYNTAX },
		{ STR_INIT("\"\\u0000\""), ERR_SYNTAX },
		{ STR_INIT("\"\xff\""), ERR_SYNTAX },
		{ STR_INIT("\"\\ud800\""), ERR_SYNTAX },
		{ STR_INIT("9223372036854775808"), ERR_SYNTAX },
		{ STR_INIT("1e999"), ERR_SYNTAX },
		{ STR_INIT("NaN"), ERR_SYNTAX },
		{ STR_INIT("\xef\xbb\xbf{}"), ERR_SYNTAX },
		{ STR_INIT("\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\""),
		    OK },
		{ STR_INIT("\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\""),
		    OK },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *v = NULL;
		enum err e = parse(cases[i].text, &v);
		T_CHECK(
		    e == cases[i].want, "%.*s: %u", STR_ARG(cases[i].text), e);
		T_CHECK((v != NULL) == (e == OK), "case %zu", i);
	}
}

static void limits(void)
{
	json_t *v;
	T_CHECK(parse(nested(32), &v) == OK, "32 levels");
	T_CHECK(parse(nested(33), &v) == ERR_SYNTAX, "33 levels");
	struct str behind = str_fmt(arena, "[\"x\",%.*s]", STR_ARG(nested(32)));
	T_CHECK(parse(behind, &v) == ERR_SYNTAX, "33 levels, behind a text");
	struct str side = STR("{}");
	for (int i = 0; i < 40; i++)
		side = str_fmt(
		    arena, "%.*s,%s", STR_ARG(side), i % 2 ? "{}" : "[]");
	side = str_fmt(arena, "[%.*s]", STR_ARG(side));
	T_CHECK(parse(side, &v) == OK, "many, but side by side");
	struct ctx cx = ctx_new(arena, 0, LANG_EN);
	T_CHECK(json_parse(&cx, STR("[10]"), 4, &v) == OK, "the limit itself");
	T_CHECK(
	    json_parse(&cx, STR("[100]"), 4, &v) == ERR_TOO_LARGE, "one more");
	T_CHECK(cx.fault.msg == MSG_error_too_large, "-");
	T_CHECK(json_parse(&cx, STR("{\"secret"), 99, &v) == ERR_SYNTAX, "-");
	T_CHECK(!str_has(cx.fault.detail, STR("secret")), "%.*s",
	    STR_ARG(cx.fault.detail));
}

static void *parse_deep(void *arg)
{
	struct arena *a = arena_new();
	struct ctx cx = ctx_new(a, 0, LANG_EN);
	size_t n = 1 << 20;
	char *p = arena_alloc(a, n);
	json_t *v;
	memset(p, '[', n);
	*(enum err *)arg = json_parse(&cx, str_n(p, n), n, &v);
	arena_free(a);
	return NULL;
}

static void a_small_stack_is_enough(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	enum err e = OK;
	REQUIRE(pthread_attr_init(&attr) == 0);
	REQUIRE(pthread_attr_setstacksize(&attr, (size_t)256 << 10) == 0);
	REQUIRE(pthread_create(&thread, &attr, parse_deep, &e) == 0);
	REQUIRE(pthread_join(thread, NULL) == 0);
	pthread_attr_destroy(&attr);
	T_CHECK(e == ERR_SYNTAX, "%u", e);
}

static void reading(void)
{
	json_t *v = NULL;
	T_CHECK(parse(STR("{\"t\":\"น้ำ\",\"e\":\"\",\"i\":-5,\"f\":true,"
			  "\"l\":[1],\"o\":{},\"n\":null,\"r\":1.5}"),
		    &v) == OK,
	    "-");
	T_TEXT(json_text(v, "t"), STR("น้ำ"));
	T_CHECK(json_text(v, "e").p && !json_text(v, "i").p, "-");
	T_CHECK(!json_text(v, "absent").p, "-");
	T_CHECK(json_int(v, "i", 7) == -5 && json_int(v, "t", 7) == 7, "-");
	T_CHECK(json_int(v, "r", 7) == 7 && json_int(v, "absent", 8) == 8, "-");
	T_CHECK(json_flag(v, "f") && !json_flag(v, "i"), "-");
	T_CHECK(json_list(v, "l") && !json_list(v, "o"), "-");
	T_CHECK(json_member(v, "o") && !json_member(v, "l"), "-");
	T_CHECK(!json_text(NULL, "a").p && json_int(NULL, "a", 3) == 3, "-");
	T_CHECK(!json_flag(json_list(v, "l"), "a"), "not an object");
	T_CHECK(!json_as_text(json_object_get(v, "i")).p, "-");
}

static void writing(void)
{
	json_t *o = json_new_object(arena), *l = json_new_array(arena);
	json_put_text(o, "z", STR("é\"\n"));
	json_put_text(o, "empty", (struct str){ 0 });
	json_put_text_or_null(o, "none", STR(""));
	json_put_text_or_null(o, "some", STR("x"));
	json_put_int(o, "i", INT64_MIN);
	json_put_flag(o, "f", false);
	json_add_text(l, STR("a"));
	json_add(l, l == NULL ? l : json_object_get(o, "i"));
	json_put(o, "a", l);
	T_TEXT(json_compact(arena, o),
	    STR("{\"z\":\"é\\\"\\n\",\"empty\":\"\",\"none\":null,"
		"\"some\":\"x\",\"i\":-9223372036854775808,\"f\":false,"
		"\"a\":[\"a\",-9223372036854775808]}"));
	T_TEXT(json_canonical(arena, o),
	    STR("{\"a\":[\"a\",-9223372036854775808],\"empty\":\"\","
		"\"f\":false,\"i\":-9223372036854775808,\"none\":null,"
		"\"some\":\"x\",\"z\":\"é\\\"\\n\"}"));
}

static void put_bad_text(void)
{
	json_put_text(json_new_object(arena), "a", STR("\xff"));
}

static void text_that_is_not_utf8_is_a_bug(void)
{
	T_CHECK(t_aborts(put_bad_text), "it returned");
}

static void canonical_form_does_not_depend_on_the_order(void)
{
	json_t *a = NULL, *b = NULL;
	T_CHECK(
	    parse(STR("{\"b\":{\"d\":1,\"c\":2},\"a\":[3,1]}"), &a) == OK, "-");
	T_CHECK(
	    parse(STR("{ \"a\":[3,1], \"b\":{\"c\":2,\"d\":1} }"), &b) == OK,
	    "-");
	T_TEXT(json_canonical(arena, a), json_canonical(arena, b));
}

int main(void)
{
	arena = arena_new();
	T_RUN(what_is_refused);
	T_RUN(limits);
	T_RUN(a_small_stack_is_enough);
	T_RUN(reading);
	T_RUN(writing);
	T_RUN(text_that_is_not_utf8_is_a_bug);
	T_RUN(canonical_form_does_not_depend_on_the_order);
	arena_free(arena);
	return T_PLAN();
}
