/* Questions as JSON bodies. */
#include "ask_work.h"

static bool read_it(struct ctx *cx, struct str text, struct asked *ret)
{
	json_t *body;
	if (json_parse(cx, text, 1 << 20, &body) || !json_is_object(body))
		return false;
	enum err e = ask_json(cx, body, ret);
	if (e)
		fuzz_failed(cx, e);
	return e == OK;
}

/* Not not what was asked is what was asked. */
static void check_twice_not(
    struct ctx *cx, struct str text, const struct asked *asked)
{
	json_t *body, *inner, *outer;
	struct asked again;
	if (json_parse(cx, text, 1 << 20, &body) || !json_value(body, "filter"))
		return;
	inner = json_new_object(cx->arena);
	outer = json_new_object(cx->arena);
	json_put(inner, "not", json_value(body, "filter"));
	json_put(outer, "not", inner);
	json_put(body, "filter", outer);
	REQUIRE(ask_json(cx, body, &again) == OK);
	REQUIRE(ask_same(&asked->query, &again.query));
	json_put(body, "filter", inner);
	REQUIRE(ask_json(cx, body, &again) == OK);
	REQUIRE(!ask_same(&asked->query, &again.query));
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct asked asked, again;
	if (!read_it(cx, in, &asked))
		return;
	REQUIRE(read_it(cx, asked.question, &again));
	REQUIRE(ask_same(&asked.query, &again.query));
	REQUIRE(str_eq(asked.question, again.question));
	check_twice_not(cx, in, &asked);
	ask_check(cx, &asked);
}
