/* JSON texts: what is read is printed so that it reads back as the same. */
#include "base/json.h"
#include "fuzz.h"

void fuzz_one(struct ctx *cx, struct str in)
{
	json_t *v, *again;
	enum err e = json_parse(cx, in, 65536, &v);
	if (e) {
		fuzz_failed(cx, e);
		return;
	}
	struct str canonical = json_canonical(cx->arena, v);
	REQUIRE(str_utf8(canonical));
	REQUIRE(json_parse(cx, canonical, canonical.n, &again) == OK);
	REQUIRE(json_equal(v, again));
	REQUIRE(str_eq(json_canonical(cx->arena, again), canonical));
	struct str compact = json_compact(cx->arena, v);
	REQUIRE(compact.n == canonical.n);
	REQUIRE(json_parse(cx, compact, compact.n, &again) == OK);
	REQUIRE(str_eq(json_canonical(cx->arena, again), canonical));
}
