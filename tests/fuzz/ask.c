/* The query string's dialect, as it stands in a URL. */
#include "ask_work.h"
#include "http/guard.h"

static bool read_it(struct ctx *cx, struct str query, struct asked *ret)
{
	struct head h = { .method = STR("GET"),
		.target = str_cat(cx->arena, STR("/?"), query) };
	struct request r = { .arena = cx->arena };
	if (guard_target(&h, &r))
		return false;
	enum err e = ask_query_string(cx, r.query, &ask_approved, ret);
	if (e)
		fuzz_failed(cx, e);
	return e == OK;
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct asked asked, again;
	if (!read_it(cx, in, &asked))
		return;
	/* The link to the next page asks the same. */
	if (asked.question.n > ASK_URL_BYTES - ASK_CURSOR_ROOM) {
		REQUIRE(asked.query.limit < 0);
		return;
	}
	REQUIRE(read_it(cx, asked.question, &again));
	REQUIRE(ask_same(&asked.query, &again.query));
	REQUIRE(str_eq(asked.question, again.question));
	ask_check(cx, &asked);
}
