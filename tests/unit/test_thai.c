#include "t.h"

#include <pthread.h>
#include <string.h>

#include "base/str.h"
#include "base/thai.h"

static struct arena *arena;

static void one_form_for_what_looks_the_same(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "\u0e19\u0e49\u0e4d\u0e32", "\u0e19\u0e49\u0e33" }, /* น้ำ */
		{ "\u0e19\u0e4d\u0e49\u0e32", "\u0e19\u0e49\u0e33" },
		{ "\u0e19\u0e33\u0e49", "\u0e19\u0e49\u0e33" },
		{ "\u0e19\u0e49\u0e33", "\u0e19\u0e49\u0e33" },
		{ "\u0e19\u0e4d\u0e32\u0e49", "\u0e19\u0e49\u0e33" },
		{ "\u0e01\u0e4d\u0e32", "\u0e01\u0e33" },       /* กำ */
		{ "\u0e17\u0e48\u0e35", "\u0e17\u0e35\u0e48" }, /* ที่ */
		{ "\u0e17\u0e35\u0e35\u0e48\u0e48", "\u0e17\u0e35\u0e48" },
		{ "\u0e1c\u0e49\u0e39", "\u0e1c\u0e39\u0e49" }, /* ผู้ */
		{ "\u0e40\u0e40\u0e21\u0e48", "\u0e41\u0e21\u0e48" },
		{ "\u0e01\u0e32\u200b\u0e23", "\u0e01\u0e32\u0e23" }, /* การ */
		{ "\ufeff\u0e01\u200c\u200d\u2060\u00ad\u0e01",
		    "\u0e01\u0e01" },
		{ "\u0e2a\u0e34\u0e17\u0e18\u0e4c\u0e34",
		    "\u0e2a\u0e34\u0e17\u0e18\u0e34\u0e4c" },
		{ "e\u0301", "\u00e9" },
		{ "  \u0e01\u00a0 \t\u0e02\u3000", "\u0e01 \u0e02" },
		{ "ก\u00a0ข\u2000ค\u200aง\xc2\x85จ", "ก ข ค ง จ" },
		{ "\u0e01\u0e34\u0e3a", "\u0e01\u0e3a\u0e34" },
		{ "a\tb\vc", "a b c" },
		{ "a\r\nb\n\nc", "a b c" },
		{ "a\001b\177c", "abc" },
		{ "", "" },
		{ "   ", "" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
		/* Never changed: not what NFKC would make of it. */
		{ "\u0e33", "\u0e33" },
		{ "ฯลฯ ๆ ฿", "ฯลฯ ๆ ฿" },
		{ "๒๕๖๙", "๒๕๖๙" },
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		T_TEXT(thai_normal(arena, str_of(cases[i].text)),
		    str_of(cases[i].want));
	T_TEXT(thai_normal(arena, STR("a\0b")), STR("ab"));
}

static void lines_stay_when_asked(void)
{
	T_TEXT(thai_normal_lines(arena, STR("\n a  b \r\n\r\n c\rd\n\n")),
	    STR("a b\n\nc\nd"));
	T_TEXT(thai_normal_lines(arena, STR("น\u0e4d\u0e49า\n\t")), STR("น้ำ"));
}

/* Random runs of the code points that the rules touch. */
static void normal_form_is_stable(void)
{
	static const char *const letters[] = { "ก", "า", "เ", "แ", "\u0e31",
		"\u0e33", "\u0e34", "\u0e35", "\u0e38", "\u0e39", "\u0e3a",
		"\u0e47", "\u0e48", "\u0e49", "\u0e4c", "\u0e4d", "\u0e4e", " ",
		"\u200b", "\u0301", "\u0327", "e", "\u00a0", "\n", "\u0e33",
		"\u0e4d", "\u0e32", "\u0eb1", "\u0eb8", "\U00011046",
		"\U0001f600", "\u093c" };
	uint64_t seed = 20261120;
	for (int round = 0; round < 20000; round++) {
		struct arena_mark m = arena_mark(arena);
		struct str s = STR("");
		for (int i = 0; i < 12; i++) {
			seed = seed * UINT64_C(6364136223846793005) + 1442695;
			s = str_cat(arena, s,
			    str_of(letters[(seed >> 33) % COUNT(letters)]));
		}
		struct str once = thai_normal(arena, s);
		T_TEXT(thai_normal(arena, once), once);
		struct str lines = thai_normal_lines(arena, s);
		T_TEXT(thai_normal_lines(arena, lines), lines);
		struct str key = thai_search_key(arena, s);
		T_TEXT(thai_search_key(arena, key), key);
		arena_rewind(arena, m);
	}
}

/* A run of marks as long as a body costs no more than its length. */
static void long_runs_of_marks_are_quick(void)
{
	size_t n = (size_t)1 << 20;
	char *p = arena_alloc(arena, n * 3);
	for (size_t i = 0; i < n; i++)
		memcpy(p + 3 * i, i % 2 ? "\u0e48" : "\u0e35", 3);
	T_TEXT(thai_normal(arena, str_n(p, n * 3)), STR("\u0e35\u0e48"));
}

static void search_keys(void)
{
	T_TEXT(thai_search_key(arena, STR("  น\u0e33\u0e49  ๒๕๖๙ ICIT Straße")),
	    STR("น้ำ 2569 icit strasse"));
	T_TEXT(thai_search_key(arena, STR("2569")),
	    thai_search_key(arena, STR("๒๕๖๙")));
	T_TEXT(thai_digits_ascii(arena, STR("ก๐๑๒๓๔๕๖๗๘๙ข\xe0\xb9")),
	    STR("ก0123456789ข\xe0\xb9"));
}

static void thai_dictionary_order(void)
{
	static const char *const names[] = { "กฤษณัท", "กอ", "ก่อ", "กานดา",
		"เกษม", "แก้ว", "โกวิท", "ขวัญ", "ไข่มุก", "จิราพร", "ศรี", "สมชาย",
		"Adam", "Bob" };
	for (size_t i = 0; i + 1 < COUNT(names); i++) {
		struct str a = thai_order_key(arena, str_of(names[i]));
		struct str b = thai_order_key(arena, str_of(names[i + 1]));
		T_CHECK(
		    str_cmp(a, b) < 0, "%s before %s", names[i], names[i + 1]);
	}
	T_TEXT(thai_order_key(arena, STR("น\u0e4d\u0e49า")),
	    thai_order_key(arena, STR("น้ำ")));
	T_CHECK(!str_eq(thai_order_key(arena, STR("a")),
		    thai_order_key(arena, STR("A"))),
	    "case decides last");
	T_CHECK(thai_order_key(arena, STR("")).n <
		    thai_order_key(arena, STR("ก")).n,
	    "-");
}

static void *order_keys(void *arg)
{
	struct arena *a = arena_new();
	struct str want = thai_order_key(a, STR("ไข่มุก"));
	size_t *wrong = arg;
	for (int i = 0; i < 3000; i++) {
		struct arena_mark m = arena_mark(a);
		*wrong += !str_eq(thai_order_key(a, STR("ไข่มุก")), want);
		thai_order_key(a, STR("สมชาย ใจดี"));
		arena_rewind(a, m);
	}
	arena_free(a);
	return NULL;
}

static void threads_may_order_at_once(void)
{
	pthread_t threads[4];
	size_t wrong[4] = { 0 };
	for (size_t i = 0; i < COUNT(threads); i++)
		REQUIRE(pthread_create(
			    &threads[i], NULL, order_keys, &wrong[i]) == 0);
	for (size_t i = 0; i < COUNT(threads); i++) {
		REQUIRE(pthread_join(threads[i], NULL) == 0);
		T_CHECK(wrong[i] == 0, "thread %zu: %zu", i, wrong[i]);
	}
}

static void bytes_that_are_not_utf8_do_no_harm(void)
{
	struct str s = thai_normal(arena, STR("ก\xff\xe0\xb8ข"));
	T_CHECK(str_utf8(s) && str_starts(s, STR("ก")), "%.*s", STR_ARG(s));
}

int main(void)
{
	arena = arena_new();
	/* First, so that the collator is made by several at once. */
	T_RUN(threads_may_order_at_once);
	T_RUN(one_form_for_what_looks_the_same);
	T_RUN(lines_stay_when_asked);
	T_RUN(normal_form_is_stable);
	T_RUN(long_runs_of_marks_are_quick);
	T_RUN(search_keys);
	T_RUN(thai_dictionary_order);
	T_RUN(bytes_that_are_not_utf8_do_no_harm);
	arena_free(arena);
	return T_PLAN();
}
