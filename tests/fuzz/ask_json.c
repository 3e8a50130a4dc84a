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

void fuzz_one(struct ctx *cx, struct str in)
{
	struct asked asked, again;
	if (!read_it(cx, in, &asked))
		return;
	REQUIRE(read_it(cx, asked.question, &again));
	REQUIRE(ask_same(&asked.query, &again.query));
	REQUIRE(str_eq(asked.question, again.question));
	ask_check(cx, &asked);
}
