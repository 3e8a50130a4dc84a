/* Prefer. A line that says "json" or not, then the field. What is said to have
 * been followed, asked for again, is followed the same; the same said twice is
 * the same; and only who wants it strictly is refused. */
#include "gate/prefer.h"
#include "fuzz.h"
#include "http/exchange.h"

static enum err read_it(
    struct ctx *cx, struct str text, bool json, struct prefer *ret)
{
	struct pair field = { .name = STR("Prefer"), .value = text };
	struct exchange ex = { .head = { .field = &field, .n_fields = 1 } };
	struct request rq = { .arena = cx->arena, .impl = &ex };
	struct ctx own = ctx_new(cx->arena, 0, LANG_EN);
	enum err e = prefer_read(&own, &rq, json, ret);
	REQUIRE(e == OK || e == ERR_INVALID);
	if (e)
		fuzz_failed(&own, e);
	return e;
}

static bool same(const struct prefer *a, const struct prefer *b)
{
	return a->count == b->count && a->envelope == b->envelope;
}

static size_t commas(struct str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == ',';
	return n;
}

void fuzz_one(struct ctx *cx, struct str in)
{
	static const struct str strict = STR_INIT("Handling = \"strict\" ;x,");
	struct arena *a = cx->arena;
	bool json = str_eq(fuzz_line(&in), STR("json"));
	struct prefer p, again;
	struct str all = str_lower(a, in);
	enum err e = read_it(cx, in, json, &p);
	if (e) {
		REQUIRE(str_has(all, STR("handling")) &&
			str_has(in, STR("strict")));
		return;
	}
	REQUIRE(!p.envelope || (json && str_has(all, STR("envelope"))));
	REQUIRE(!p.count || str_has(all, STR("count")));
	REQUIRE(read_it(cx, prefer_applied(a, &p), json, &again) == OK);
	REQUIRE(same(&p, &again));
	/* Many are not looked at. */
	if (commas(in) > 20)
		return;
	REQUIRE(read_it(cx, str_cat(a, str_cat(a, in, STR(",")), in), json,
		    &again) == OK);
	REQUIRE(same(&p, &again));
	in = str_cat(a, strict, in);
	if (read_it(cx, in, json, &again) == OK) {
		REQUIRE(same(&p, &again));
		in = str_cat(a, in, STR(", count=all"));
		REQUIRE(read_it(cx, in, json, &again) == ERR_INVALID);
	}
}
