#include "t.h"

#include "base/str.h"
#include "html/html.h"

static struct arena *arena;

static struct str written(void (*fn)(struct buf *, struct str), struct str s)
{
	struct buf *b = arena_alloc(arena, sizeof(*b));

	*b = buf_new(arena, 4096);
	fn(b, s);
	T_CHECK(buf_ok(b), "overflow");
	return buf_view(b);
}

static void text_and_attributes_are_escaped(void)
{
	static const struct {
		struct str in, want;
	} cases[] = {
		{ STR_INIT(""), STR_INIT("") },
		{ STR_INIT("<script>alert(1)</script>"),
		    STR_INIT("&lt;script&gt;alert(1)&lt;/script&gt;") },
		{ STR_INIT("\" onmouseover=\"x"),
		    STR_INIT("&quot; onmouseover=&quot;x") },
		{ STR_INIT("' onfocus='x"), STR_INIT("&#39; onfocus=&#39;x") },
		{ STR_INIT("&lt;b&gt; &#60;"),
		    STR_INIT("&amp;lt;b&amp;gt; &amp;#60;") },
		{ STR_INIT("</title><img src=x onerror=x>"),
		    STR_INIT("&lt;/title&gt;&lt;img src=x onerror=x&gt;") },
		{ STR_INIT("<scr\0ipt>"), STR_INIT("&lt;script&gt;") },
		{ STR_INIT("a\tb\nc"), STR_INIT("a\tb\nc") },
		{ STR_INIT("a\r\nb\rc"), STR_INIT("a\nb\nc") },
		{ STR_INIT("a\x01\x08\x0b\x1b\x7f"
			   "b"),
		    STR_INIT("ab") },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		T_TEXT(written(html_text_str, cases[i].in), cases[i].want);
		T_TEXT(written(html_attr_str, cases[i].in), cases[i].want);
	}
}

static void thai_stays_as_it_is(void)
{
	static const struct str texts[] = {
		STR_INIT("ผู้ขอรับบริการ ก่อนน้ำท่วม ๒๕๖๙ ฯลฯ"),
		STR_INIT("กำลังดำเนินการ – “ทะเบียน” …"),
		STR_INIT("ไทย\xe2\x80\x8bคำ"), /* U+200B */
		STR_INIT("😀"),
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		T_TEXT(written(html_text_str, texts[i]), texts[i]);
		T_TEXT(written(html_attr_str, texts[i]), texts[i]);
	}
}

static void broken_utf8_is_replaced_byte_by_byte(void)
{
	static const struct {
		struct str in, want;
	} cases[] = {
		{ STR_INIT("a\xff"
			   "b"),
		    STR_INIT("a\xef\xbf\xbd"
			     "b") },
		/* An overlong '<'. */
		{ STR_INIT("\xc0\xbc"), STR_INIT("\xef\xbf\xbd\xef\xbf\xbd") },
		/* A Thai letter cut short must not swallow the quote. */
		{ STR_INIT("\xe0\xb8\""),
		    STR_INIT("\xef\xbf\xbd\xef\xbf\xbd&quot;") },
		/* Half of a surrogate pair. */
		{ STR_INIT("\xed\xa0\x80"),
		    STR_INIT("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd") },
		/* ร in TIS-620. */
		{ STR_INIT("\xc3"), STR_INIT("\xef\xbf\xbd") },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		T_TEXT(written(html_attr_str, cases[i].in), cases[i].want);
}

static void marks_that_turn_text_around_go(void)
{
	T_TEXT(written(html_text_str, STR("bill\xe2\x80\xae"
					  "fdp.exe")),
	    STR("billfdp.exe"));
	T_TEXT(written(html_text_str, STR("a\xe2\x81\xa6"
					  "b\xc2\x85"
					  "c\xef\xbf\xbf"
					  "d")),
	    STR("abcd"));
}

static void a_segment_stays_a_segment(void)
{
	static const struct {
		struct str in, want;
	} cases[] = {
		{ STR_INIT("ICIT-2569-00012"), STR_INIT("ICIT-2569-00012") },
		{ STR_INIT("a/b?c#d&e=f%g+h i"),
		    STR_INIT("a%2Fb%3Fc%23d%26e%3Df%25g%2Bh%20i") },
		{ STR_INIT("ก\"'<>"), STR_INIT("%E0%B8%81%22%27%3C%3E") },
		{ STR_INIT("javascript:x"), STR_INIT("javascript%3Ax") },
		{ STR_INIT("\\\\host"), STR_INIT("%5C%5Chost") },
		{ STR_INIT("a\0b\n"), STR_INIT("a%00b%0A") },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		T_TEXT(written(html_url_path_str, cases[i].in), cases[i].want);
		T_TEXT(written(html_url_query_str, cases[i].in), cases[i].want);
	}
	T_TEXT(written(html_url_path_str, STR("")), STR("%EF%BF%BD"));
	T_TEXT(written(html_url_path_str, STR(".")), STR("%EF%BF%BD"));
	T_TEXT(written(html_url_path_str, STR("..")), STR("%EF%BF%BD"));
	T_TEXT(written(html_url_query_str, STR("..")), STR(".."));
	T_TEXT(written(html_url_query_str, STR("")), STR(""));
}

static void only_paths_of_this_site_are_local(void)
{
	static const char *const good[] = { "/", "/requests?q=%20&p=2#x",
		"/a/b;c=1,2/@x:y" };
	static const struct str bad[] = { STR_INIT(""), STR_INIT("requests"),
		STR_INIT("//evil.example"), STR_INIT("/\\evil.example"),
		STR_INIT("/a b"), STR_INIT("/a\"b"), STR_INIT("/a\nb"),
		STR_INIT("/\tb"), STR_INIT("/ก"),
		STR_INIT("javascript:alert(1)"),
		STR_INIT("https://evil.example/"), STR_INIT("/a\0b") };
	struct url u;

	for (size_t i = 0; i < COUNT(good); i++) {
		T_CHECK(url_local_parse(str_of(good[i]), &u), "good %zu", i);
		T_TEXT(u.s, str_of(good[i]));
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		T_CHECK(!url_local_parse(bad[i], &u), "bad %zu", i);
}

static void abort_on_foreign_path(void)
{
	url_local(STR("//evil.example"));
}

static void abort_on_missing_argument(void)
{
	url_path(arena, "/a/{}", 0, NULL);
}

static void abort_on_argument_too_many(void)
{
	url_path(arena, "/a", 1, &STR("x"));
}

static void a_wrong_path_in_the_program_aborts(void)
{
	T_CHECK(t_aborts(abort_on_foreign_path), "url_local");
	T_CHECK(t_aborts(abort_on_missing_argument), "url_path");
	T_CHECK(t_aborts(abort_on_argument_too_many), "url_path");
}

static void paths_are_filled(void)
{
	struct str args[] = { STR("ICIT-1"), STR("a/b") };
	struct str empty[] = { STR(""), STR("evil.example") };

	T_TEXT(url_path(arena, "/requests/{}/files/{}", 2, args).s,
	    STR("/requests/ICIT-1/files/a%2Fb"));
	T_TEXT(url_path(arena, "/language/{}?to={}", 2, args).s,
	    STR("/language/ICIT-1?to=a%2Fb"));
	T_TEXT(url_path(arena, "/{}/{}", 2, empty).s,
	    STR("/%EF%BF%BD/evil.example"));
	T_TEXT(url_path(arena, "/x?a={}&b={}", 2, empty).s,
	    STR("/x?a=&b=evil.example"));
}

static void links_that_leave_are_http(void)
{
	static const struct str bad[] = { STR_INIT("javascript:alert(1)"),
		STR_INIT("JaVaScRiPt:x"), STR_INIT("data:text/html,x"),
		STR_INIT("https:evil"), STR_INIT("https://"),
		STR_INIT("https:///x"), STR_INIT(" https://a.example"),
		STR_INIT("https://a.example@b.example/"),
		STR_INIT("https://a.example/\"x"),
		STR_INIT("https://a.example/\n"), STR_INIT("ftp://a.example"),
		STR_INIT("https://\0a"), STR_INIT("HTTPS://a.example\\b") };
	struct url u;

	T_CHECK(url_https(STR("https://www.example.ac.th:8443/a?b=c@d"), &u),
	    "https");
	T_CHECK(url_https(STR("http://127.0.0.1:8081"), &u), "http");
	for (size_t i = 0; i < COUNT(bad); i++)
		T_CHECK(!url_https(bad[i], &u), "bad %zu", i);
}

static void mail_links_hold_one_address(void)
{
	struct url u;

	T_CHECK(url_mailto(arena, STR("a.b@example.ac.th"), &u), "plain");
	T_TEXT(u.s, STR("mailto:a.b@example.ac.th"));
	T_CHECK(url_mailto(arena, STR("a?cc=x@example.ac.th"), &u), "odd");
	T_TEXT(u.s, STR("mailto:a%3Fcc%3Dx@example.ac.th"));
	T_CHECK(!url_mailto(arena, STR("example.ac.th"), &u), "no @");
	T_CHECK(!url_mailto(arena, STR("@example.ac.th"), &u), "no user");
}

static void lines_become_breaks(void)
{
	T_TEXT(html_lines(arena, STR("ก<b>\r\nข\rค\n")).s,
	    STR("ก&lt;b&gt;<br>\nข<br>\nค<br>\n"));
	T_TEXT(html_lines(arena, STR("")).s, STR(""));
	/* The longest of all texts of its length. */
	T_TEXT(html_lines(arena, STR("\"\"")).s, STR("&quot;&quot;"));
}

static void abort_on_quote(void)
{
	url_local(STR("/a?b='"));
}

static void pages_stand_in_pages(void)
{
	struct buf b = buf_new(arena, 4096), outer = buf_new(arena, 4096);

	T_CHECK(t_aborts(abort_on_quote), "url_local takes no quote");
	html_text(&b, STR("<"));
	html_text(&b, (int64_t)-12);
	html_url(&b, url_local(STR("/a?b=c&d=e")));
	html_text(&outer, html_from_buf(&b));
	T_TEXT(buf_view(&outer), STR("&lt;-12/a?b=c&amp;d=e"));
}

int main(void)
{
	arena = arena_new();
	T_RUN(text_and_attributes_are_escaped);
	T_RUN(thai_stays_as_it_is);
	T_RUN(broken_utf8_is_replaced_byte_by_byte);
	T_RUN(marks_that_turn_text_around_go);
	T_RUN(a_segment_stays_a_segment);
	T_RUN(only_paths_of_this_site_are_local);
	T_RUN(a_wrong_path_in_the_program_aborts);
	T_RUN(paths_are_filled);
	T_RUN(links_that_leave_are_http);
	T_RUN(mail_links_hold_one_address);
	T_RUN(lines_become_breaks);
	T_RUN(pages_stand_in_pages);
	arena_free(arena);
	return T_PLAN();
}
