/* Thai text: its normal form is one, and keys do not depend on the way in which
 * a text was typed. */
#include "base/thai.h"

#include "fuzz.h"

void fuzz_one(struct ctx *cx, struct str in)
{
	struct arena *a = cx->arena;
	if (!str_utf8(in))
		return;
	struct str normal = thai_normal(a, in), key = thai_search_key(a, in);
	struct str lines = thai_normal_lines(a, in);
	REQUIRE(str_utf8(normal) && str_utf8(key) && str_utf8(lines));
	REQUIRE(normal.n == 0 ||
		(normal.p[0] != ' ' && normal.p[normal.n - 1] != ' '));
	REQUIRE(!str_has(normal, STR("  ")));
	REQUIRE(str_eq(thai_normal(a, normal), normal));
	REQUIRE(str_eq(thai_normal(a, lines), normal));
	REQUIRE(str_eq(thai_normal_lines(a, lines), lines));
	REQUIRE(str_eq(thai_search_key(a, normal), key));
	REQUIRE(str_eq(thai_order_key(a, normal), thai_order_key(a, in)));
	struct str digits = thai_digits_ascii(a, in);
	REQUIRE(str_utf8(digits) && str_chars(digits) == str_chars(in));
	REQUIRE(!str_has(digits, STR("๑")));
}
