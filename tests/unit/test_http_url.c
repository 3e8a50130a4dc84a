#include "t.h"

#include "base/str.h"
#include "http/http.h"

static void decodes(void)
{
	static const struct {
		struct str from, want;
		bool plus, good;
	} cases[] = {
		{ STR_INIT(""), STR_INIT(""), false, true },
		{ STR_INIT("abc"), STR_INIT("abc"), false, true },
		{ STR_INIT("a+b"), STR_INIT("a+b"), false, true },
		{ STR_INIT("a+b"), STR_INIT("a b"), true, true },
		{ STR_INIT("a%2Bb"), STR_INIT("a+b"), true, true },
		{ STR_INIT("%E0%b8%81"), STR_INIT("ก"), false, true },
		{ STR_INIT("%00"), STR_INIT("\0"), false, true },
		{ STR_INIT("%2541"), STR_INIT("%41"), false, true },
		{ STR_INIT("%41"), STR_INIT("A"), false, true },
		{ STR_INIT("%"), STR_INIT(""), false, false },
		{ STR_INIT("%4"), STR_INIT(""), false, false },
		{ STR_INIT("a%4"), STR_INIT(""), false, false },
		{ STR_INIT("%4g"), STR_INIT(""), false, false },
		{ STR_INIT("%g4"), STR_INIT(""), false, false },
		{ STR_INIT("% 4"), STR_INIT(""), false, false },
		{ STR_INIT("%%34"), STR_INIT(""), false, false },
	};
	struct arena *a = arena_new();
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str got = STR("");
		bool good = url_decode(a, cases[i].from, cases[i].plus, &got);
		T_CHECK(good == cases[i].good, "%.*s", STR_ARG(cases[i].from));
		T_CHECK(str_eq(got, cases[i].want), "%.*s gives %.*s",
		    STR_ARG(cases[i].from), STR_ARG(got));
	}
	arena_free(a);
}

static void encodes(void)
{
	struct arena *a = arena_new();
	struct str got = url_encode(a, STR("aZ09-._~ /?&=+%ก\n"));
	T_CHECK(str_eq(got, STR("aZ09-._~%20%2F%3F%26%3D%2B%25%E0%B8%81%0A")),
	    "%.*s", STR_ARG(got));
	T_CHECK(url_encode(a, STR("")).n == 0, "empty");
	got = url_encode_query(a, STR("or=(a.in.(\"1,2\"),b.like.x*) é+;&"));
	T_CHECK(str_eq(got, STR("or%3D(a.in.(%221,2%22),b.like.x*)+%C3%A9%2B"
				"%3B%26")),
	    "%.*s", STR_ARG(got));
	arena_free(a);
}

static void every_byte_goes_there_and_back(void)
{
	struct arena *a = arena_new();
	char all[256];
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)i;
	struct str from = str_n(all, sizeof(all)), back = STR("");
	struct str there = url_encode(a, from);
	T_CHECK(url_decode(a, there, true, &back), "decodes");
	T_CHECK(str_eq(from, back), "%zu bytes", back.n);
	there = url_encode_query(a, from);
	T_CHECK(url_decode(a, there, true, &back), "decodes");
	T_CHECK(str_eq(from, back), "%zu bytes", back.n);
	arena_free(a);
}

int main(void)
{
	T_RUN(decodes);
	T_RUN(encodes);
	T_RUN(every_byte_goes_there_and_back);
	return T_PLAN();
}
