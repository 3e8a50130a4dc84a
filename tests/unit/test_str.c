#include "t.h"

#include <string.h>

#include "base/str.h"

static const struct str absent;

static void comparing(void)
{
	T_CHECK(str_eq(STR("ab"), STR("ab")), "same");
	T_CHECK(!str_eq(STR("ab"), STR("abc")), "longer");
	T_CHECK(!str_eq(STR("ab"), STR("aB")), "case");
	T_CHECK(str_eq(absent, STR("")), "absent");
	T_CHECK(str_eq(STR("a\0b"), str_n("a\0b", 3)), "NUL inside");
	T_CHECK(!str_eq(STR("a\0b"), STR("a\0c")), "after a NUL");
	T_CHECK(str_eq_nocase(STR("Content-TYPE"), STR("content-type")), "-");
	T_CHECK(!str_eq_nocase(STR("a["), STR("a{")), "letters only");
	T_CHECK(!str_eq_nocase(STR("ab"), STR("xb")), "the first");
	T_CHECK(str_cmp(STR("a"), STR("b")) < 0, "order");
	T_CHECK(str_cmp(STR("ab"), STR("a")) > 0, "longer is later");
	T_CHECK(str_cmp(absent, STR("")) == 0, "absent");
	T_CHECK(str_cmp(STR("\xff"), STR("a")) > 0, "as unsigned bytes");
}

static void parts(void)
{
	struct str s = STR("one=two=three"), head, tail;
	T_CHECK(str_starts(s, STR("one")) && !str_starts(s, STR("two")), "-");
	T_CHECK(!str_starts(STR("on"), STR("one")), "shorter");
	T_CHECK(str_ends(s, STR("three")) && !str_ends(s, STR("two")), "-");
	T_CHECK(!str_ends(STR("e"), STR("ee")), "shorter");
	T_CHECK(str_has(s, STR("two")) && !str_has(s, STR("four")), "-");
	T_CHECK(str_has(absent, STR("")) && !str_has(absent, STR("a")), "-");
	T_CHECK(str_index(s, '=') == 3 && str_index(s, '?') == s.n, "-");
	T_TEXT(str_from(s, 8), STR("three"));
	T_TEXT(str_from(s, 99), STR(""));
	T_TEXT(str_upto(s, 3), STR("one"));
	T_TEXT(str_upto(s, 99), s);
	T_TEXT(str_trim(STR(" \t a b\r\n")), STR("a b"));
	T_TEXT(str_trim(STR(" \n ")), STR(""));
	T_CHECK(str_cut(s, '=', &head, &tail), "found");
	T_TEXT(head, STR("one"));
	T_TEXT(tail, STR("two=three"));
	T_CHECK(!str_cut(STR("alone"), '=', &head, &tail), "not found");
	T_TEXT(head, STR("alone"));
	T_CHECK(tail.p == NULL && tail.n == 0, "absent");
	T_CHECK(str_cut(STR("a="), '=', &head, &tail) && tail.p, "empty");
	T_CHECK(str_of(NULL).p == NULL, "absent");
}

static void making(void)
{
	struct arena *a = arena_new();
	T_TEXT(str_dup(a, STR("a\0b")), STR("a\0b"));
	T_CHECK(strcmp(str_cstr(a, str_upto(STR("abc"), 2)), "ab") == 0, "-");
	T_CHECK(strcmp(str_cstr(a, absent), "") == 0, "absent");
	T_TEXT(str_fmt(a, "%d-%s", 7, "x"), STR("7-x"));
	T_TEXT(str_cat(a, STR("ab"), STR("c")), STR("abc"));
	T_TEXT(str_cat(a, absent, absent), STR(""));
	T_TEXT(str_lower(a, STR("AbZ[\xc3\x84")), STR("abz[\xc3\x84"));
	T_TEXT(str_hex(a, "\x00\xff\x1a", 3), STR("00ff1a"));
	struct str bytes;
	T_CHECK(str_unhex(a, STR("9AaF"), &bytes), "every end");
	T_TEXT(bytes, STR("\x9a\xaf"));
	T_CHECK(str_unhex(a, STR("00fF1a"), &bytes), "both cases");
	T_TEXT(bytes, STR("\x00\xff\x1a"));
	T_CHECK(!str_unhex(a, STR("abc"), &bytes), "odd");
	T_CHECK(!str_unhex(a, STR("0g"), &bytes), "not a digit");
	T_CHECK(str_unhex(a, STR(""), &bytes) && bytes.n == 0, "empty");
	arena_free(a);
}

static void nul_inside(void)
{
	str_cstr(arena_new(), STR("a\0b"));
}

static void a_c_string_with_a_nul_inside_aborts(void)
{
	T_CHECK(t_aborts(nul_inside), "it returned");
}

static void integers(void)
{
	static const struct {
		struct str text;
		bool ok;
		int64_t want;
	} cases[] = {
		{ STR_INIT("0"), true, 0 },
		{ STR_INIT("-0"), true, 0 },
		{ STR_INIT("007"), true, 7 },
		{ STR_INIT("-12"), true, -12 },
		{ STR_INIT("9223372036854775807"), true, INT64_MAX },
		{ STR_INIT("9223372036854775808"), false, 0 },
		{ STR_INIT("-9223372036854775808"), true, INT64_MIN },
		{ STR_INIT("-9223372036854775809"), false, 0 },
		{ STR_INIT("99999999999999999999999"), false, 0 },
		{ STR_INIT(""), false, 0 },
		{ STR_INIT("-"), false, 0 },
		{ STR_INIT("+1"), false, 0 },
		{ STR_INIT(" 1"), false, 0 },
		{ STR_INIT("1 "), false, 0 },
		{ STR_INIT("--1"), false, 0 },
		{ STR_INIT("1\0"), false, 0 },
		{ STR_INIT("๑"), false, 0 },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t v = 77;
		bool ok = str_i64(cases[i].text, &v);
		T_CHECK(ok == cases[i].ok, "%.*s", STR_ARG(cases[i].text));
		T_CHECK(v == (ok ? cases[i].want : 77), "%.*s: %lld",
		    STR_ARG(cases[i].text), (long long)v);
	}
}

static void utf8(void)
{
	static const struct {
		struct str text;
		bool ok;
	} cases[] = {
		{ STR_INIT(""), true },
		{ STR_INIT("a\0b"), true },
		{ STR_INIT("น้ำ"), true },
		{ STR_INIT("\xf0\x9f\x98\x80"), true },
		{ STR_INIT("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80"), true },
		{ STR_INIT("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"), true },
		{ STR_INIT("\x80"), false },
		{ STR_INIT("\xbf"), false },
		{ STR_INIT("\xc0\x80"), false },     /* overlong NUL */
		{ STR_INIT("\xc1\xbf"), false },     /* overlong */
		{ STR_INIT("\xe0\x9f\xbf"), false }, /* overlong */
		{ STR_INIT("\xf0\x8f\xbf\xbf"), false },
		{ STR_INIT("\xed\xa0\x80"), false },     /* surrogate */
		{ STR_INIT("\xf4\x90\x80\x80"), false }, /* past 10FFFF */
		{ STR_INIT("\xf5\x80\x80\x80"), false },
		{ STR_INIT("\xff"), false },
		{ STR_INIT("\xe0\xb8"), false }, /* cut short */
		{ STR_INIT("a\xc3"), false },
		{ STR_INIT("\xc3\x28"), false },
		{ STR_INIT("\xc3\xc3"), false },
		{ STR_INIT("\xe0\xb8\x61"), false },
		{ STR_INIT("\xf1\x80\x80\xc0"), false },
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		T_CHECK(str_utf8(cases[i].text) == cases[i].ok, "case %zu", i);

	T_CHECK(str_chars(STR("น้ำa\xf0\x9f\x98\x80")) == 5, "characters");
	struct str s = STR("aé\xe0\xb8\x99\xf0\x9f\x98\x80");
	static const uint32_t want[] = { 'a', 0xe9, 0xe19, 0x1f600 };
	for (size_t i = 0; i < COUNT(want); i++) {
		uint32_t c = 0;
		T_CHECK(str_take_utf8(&s, &c) && c == want[i], "%x", c);
	}
	uint32_t c;
	T_CHECK(s.n == 0 && !str_take_utf8(&s, &c), "at the end");
	s = STR("\xe0\xb8\x61");
	T_CHECK(!str_take_utf8(&s, &c) && s.n == 3, "has not moved");
}

static size_t encode(uint32_t c, unsigned char to[4])
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	for (size_t i = n; i-- > 1; c >>= 6)
		to[i] = (unsigned char)(0x80 | (c & 0x3f));
	to[0] = (unsigned char)(marks[n] | c);
	return n;
}

/* Everything that is a code point, and nothing that is written otherwise. */
static void utf8_is_exact(void)
{
	unsigned char b[4], again[4];
	uint32_t back;
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		struct str s = str_n((const char *)b, encode(c, b));
		bool surrogate = c >= 0xd800 && c <= 0xdfff;
		bool taken = str_take_utf8(&s, &back);
		T_CHECK(taken != surrogate, "%x", c);
		T_CHECK(!taken || (back == c && s.n == 0), "%x", c);
	}
	for (unsigned i = 0; i < 0x40000; i++) {
		b[0] = (unsigned char)(i >> 10);
		b[1] = (unsigned char)(i >> 2);
		b[2] = i & 1 ? 0xc0 : 0x80;
		b[3] = i & 2 ? 0x7f : 0xbf;
		struct str s = str_n((const char *)b, 4);
		if (!str_take_utf8(&s, &back))
			continue;
		size_t n = encode(back, again);
		T_CHECK(n == 4 - s.n && memcmp(b, again, n) == 0,
		    "%02x %02x %02x %02x", b[0], b[1], b[2], b[3]);
	}
}

static void cursors(void)
{
	struct str s = STR("key=0123rest");
	int64_t v = 0;
	T_CHECK(!str_take(&s, STR("kez")) && s.n == 12, "has not moved");
	T_CHECK(str_take(&s, STR("key")), "-");
	T_CHECK(!str_take_char(&s, ':') && str_take_char(&s, '='), "-");
	T_CHECK(!str_take_uint(&s, 3, &v) && s.n == 8, "too many digits");
	T_CHECK(str_take_uint(&s, 4, &v) && v == 123, "%lld", (long long)v);
	T_CHECK(!str_take_uint(&s, 4, &v), "no digit");
	T_TEXT(s, STR("rest"));
	struct str empty = absent;
	T_CHECK(!str_take_char(&empty, 'a') && str_take(&empty, absent), "-");
}

/* The quick look at a whole text says what one letter after the other says,
 * wherever a byte stands between Thai, ASCII and others. */
static void utf8_is_quick(void)
{
	static const char *const pieces[] = { "\xe0\xb8\x81", "abcdefgh", "x",
		"\xe0\x9f\xbf", "\xe0\xb8", "\xed\xa0\x80", "\xef\xbf\xbd",
		"\xf0\x9f\x98\x80", "\xc2\xa0", "\x80", "\xe0\xb9\xc0",
		"\xff" };
	size_t n = COUNT(pieces), wrong = 0, good = 0;
	struct arena *a = arena_new();
	for (size_t i = 0; i < n * n * n; i++) {
		struct str s = str_fmt(a, "%s%s%s", pieces[i / n / n],
		    pieces[i / n % n], pieces[i % n]);
		struct str rest = s;
		uint32_t c;
		while (str_take_utf8(&rest, &c))
			continue;
		good += rest.n == 0;
		wrong += str_utf8(s) != (rest.n == 0);
	}
	T_CHECK(wrong == 0 && good > 100, "%zu wrong, %zu good", wrong, good);
	arena_free(a);
}

int main(void)
{
	T_RUN(comparing);
	T_RUN(parts);
	T_RUN(making);
	T_RUN(a_c_string_with_a_nul_inside_aborts);
	T_RUN(integers);
	T_RUN(utf8);
	T_RUN(utf8_is_exact);
	T_RUN(utf8_is_quick);
	T_RUN(cursors);
	return T_PLAN();
}
