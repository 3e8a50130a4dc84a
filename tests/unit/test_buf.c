#include "t.h"

#include "base/buf.h"
#include "base/str.h"

static struct arena *arena;

static void what_is_written_stands_in_order(void)
{
	struct buf b = buf_new(arena, 100000);
	T_CHECK(buf_ok(&b) && buf_view(&b).n == 0, "empty");
	buf_bytes(&b, "ab\0", 3);
	buf_str(&b, STR("cd"));
	buf_str(&b, (struct str){ 0 });
	buf_char(&b, '-');
	buf_fmt(&b, "%03d%s", 7, "");
	buf_fmt(&b, "%s", "");
	T_TEXT(buf_view(&b), STR("ab\0cd-007"));
	T_CHECK(buf_ok(&b), "fits");
}

static void it_grows(void)
{
	struct buf b = buf_new(arena, 100000);
	for (int i = 0; i < 10000; i++)
		buf_fmt(&b, "%d,", i % 10);
	struct str s = buf_view(&b);
	T_CHECK(buf_ok(&b) && s.n == 20000, "%zu", s.n);
	for (size_t i = 0; i < s.n; i += 2)
		T_CHECK(s.p[i] == (char)('0' + i / 2 % 10), "%zu", i);
}

static void integers(void)
{
	struct buf b = buf_new(arena, 1000);
	buf_i64(&b, INT64_MIN);
	buf_char(&b, ' ');
	buf_i64(&b, INT64_MAX);
	buf_char(&b, ' ');
	buf_i64(&b, 0);
	buf_i64(&b, -1);
	T_TEXT(
	    buf_view(&b), STR("-9223372036854775808 9223372036854775807 0-1"));
}

static void the_limit_is_kept_and_told(void)
{
	struct buf b = buf_new(arena, 10);
	buf_str(&b, STR("12345"));
	buf_fmt(&b, "%s", "67890");
	T_CHECK(buf_ok(&b), "the limit itself fits");
	buf_char(&b, 'x');
	T_CHECK(!buf_ok(&b), "one more does not");
	T_TEXT(buf_view(&b), STR("1234567890"));

	b = buf_new(arena, 10);
	buf_str(&b, STR("12345"));
	buf_str(&b, STR("678901"));
	buf_char(&b, '6');
	buf_fmt(&b, "%d", 6);
	T_TEXT(buf_view(&b), STR("12345"));
	T_CHECK(!buf_ok(&b), "a hole would be a lie");

	b = buf_new(arena, 10);
	buf_fmt(&b, "%011d", 6);
	T_CHECK(!buf_ok(&b) && b.n == 0, "formatted");
}

static void json_strings(void)
{
	static const struct {
		struct str text, want;
	} cases[] = {
		{ STR_INIT(""), STR_INIT("\"\"") },
		{ { 0 }, STR_INIT("\"\"") },
		{ STR_INIT("น้ำ/é a"), STR_INIT("\"น้ำ/é a\"") },
		{ STR_INIT("a\"b\\c"), STR_INIT("\"a\\\"b\\\\c\"") },
		{ STR_INIT("\b\f\n\r\t"), STR_INIT("\"\\b\\f\\n\\r\\t\"") },
		{ STR_INIT("\0\x1f\x7f"), STR_INIT("\"\\u0000\\u001f\x7f\"") },
		{ STR_INIT("\x80"), STR_INIT("\"\xef\xbf\xbd\"") },
		{ STR_INIT("a\xff\xe0\xb8z"),
		    STR_INIT("\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"") },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf b = buf_new(arena, 1000);
		buf_json(&b, cases[i].text);
		T_TEXT(buf_view(&b), cases[i].want);
	}
}

int main(void)
{
	arena = arena_new();
	T_RUN(what_is_written_stands_in_order);
	T_RUN(it_grows);
	T_RUN(integers);
	T_RUN(the_limit_is_kept_and_told);
	T_RUN(json_strings);
	arena_free(arena);
	return T_PLAN();
}
