#include "html/html.h"

#include <string.h>

#include "base/str.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* The name of a character that cannot stand as it is; "" drops it, NULL keeps
 * it. */
static const char *entity(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\n':
	case '\t':
		return NULL;
	default:
		return c < ' ' || c == 0x7f ? "" : NULL;
	}
}

static bool unwanted(uint32_t c)
{
	return (c >= 0x80 && c <= 0x9f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || (c >= 0xfdd0 && c <= 0xfdef) ||
	       (c & 0xfffe) == 0xfffe;
}

/* Writes the next character of *s, and goes over it. */
static void escape_one(struct buf *b, struct str *s, const char *line_end)
{
	unsigned char first = (unsigned char)s->p[0];
	struct str before = *s;
	uint32_t c;

	if (first < 0x80) {
		const char *name = entity(first);

		/* A lone CR is a line end too; one before LF is not. */
		if (first == '\r' && (s->n == 1 || s->p[1] != '\n'))
			name = line_end;
		else if (first == '\n')
			name = line_end;
		if (name)
			buf_bytes(b, name, strlen(name));
		else
			buf_char(b, (char)first);
		*s = str_from(*s, 1);
		return;
	}
	if (!str_take_utf8(s, &c)) {
		buf_str(b, STR(REPLACEMENT));
		*s = str_from(*s, 1);
		return;
	}
	if (!unwanted(c))
		buf_str(b, str_upto(before, before.n - s->n));
}

static bool ordinary(unsigned char c)
{
	return c >= ' ' && c < 0x7f && !strchr("&<>\"'", c);
}

static void escape(struct buf *b, struct str s, const char *line_end)
{
	while (s.n) {
		size_t n = 0;

		while (n < s.n && ordinary((unsigned char)s.p[n]))
			n++;
		buf_bytes(b, s.p, n);
		s = str_from(s, n);
		if (s.n)
			escape_one(b, &s, line_end);
	}
}

void html_text_str(struct buf *b, struct str s)
{
	escape(b, s, "\n");
}

void html_text_i64(struct buf *b, int64_t v)
{
	buf_i64(b, v);
}

void html_text_html(struct buf *b, struct html h)
{
	buf_str(b, h.s);
}

/* One table for text and attributes: the two quotes cost a few bytes in text,
 * and what was escaped for one place is never wrong in the other. */
void html_attr_str(struct buf *b, struct str s)
{
	escape(b, s, "\n");
}

void html_attr_i64(struct buf *b, int64_t v)
{
	buf_i64(b, v);
}

void html_url_url(struct buf *b, struct url u)
{
	escape(b, u.s, "");
}

/* Everything but the unreserved characters of RFC 3986 §2.3. */
static void percent(struct buf *b, struct str s)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || (c && strchr("-._~", c))) {
			buf_char(b, (char)c);
			continue;
		}
		buf_char(b, '%');
		buf_char(b, digits[c >> 4]);
		buf_char(b, digits[c & 15]);
	}
}

void html_url_path_str(struct buf *b, struct str s)
{
	/* "/a/../b" is "/b" to a browser however its dots are written, and
	 * "/" with an empty segment is the begin of "//host". */
	if (s.n == 0 || str_eq(s, STR(".")) || str_eq(s, STR("..")))
		s = STR(REPLACEMENT);
	percent(b, s);
}

void html_url_path_i64(struct buf *b, int64_t v)
{
	buf_i64(b, v);
}

void html_url_query_str(struct buf *b, struct str s)
{
	percent(b, s);
}

void html_url_query_i64(struct buf *b, int64_t v)
{
	buf_i64(b, v);
}

/* The characters of RFC 3986 and no other. */
static bool url_chars(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c >= 0x7f || strchr("\"'\\<>^`{|}", c))
			return false;
	}
	return true;
}

bool url_local_parse(struct str path, struct url *ret)
{
	if (path.n == 0 || path.p[0] != '/' || !url_chars(path) ||
	    (path.n > 1 && path.p[1] == '/'))
		return false;
	*ret = (struct url){ path };
	return true;
}

struct url url_local(struct str path)
{
	struct url u = { 0 };
	bool ok = url_local_parse(path, &u);

	REQUIRE(ok);
	return u;
}

struct url url_path(
    struct arena *a, const char *pathfmt, size_t n, const struct str *args)
{
	struct str rest = str_of(pathfmt);
	bool query = false;
	size_t used = 0, max = rest.n;

	/* A byte becomes three at the most, and nothing a replacement. */
	for (size_t i = 0; i < n; i++)
		max += 3 * args[i].n + 3 * strlen(REPLACEMENT);
	struct buf b = buf_new(a, max);
	while (rest.n) {
		if (!str_take(&rest, STR("{}"))) {
			query = query || rest.p[0] == '?' || rest.p[0] == '#';
			buf_char(&b, rest.p[0]);
			rest = str_from(rest, 1);
			continue;
		}
		REQUIRE(used < n);
		if (query)
			html_url_query_str(&b, args[used++]);
		else
			html_url_path_str(&b, args[used++]);
	}
	REQUIRE(used == n);
	REQUIRE(buf_ok(&b));
	return url_local(buf_view(&b));
}

bool url_https(struct str s, struct url *ret)
{
	struct str rest = s;
	size_t host = 0;

	if (!str_take(&rest, STR("https://")) &&
	    !str_take(&rest, STR("http://")))
		return false;
	while (host < rest.n && !strchr("/?#", rest.p[host])) {
		if (rest.p[host] == '@')
			return false;
		host++;
	}
	if (host == 0 || !url_chars(s))
		return false;
	*ret = (struct url){ s };
	return true;
}

bool url_mailto(struct arena *a, struct str address, struct url *ret)
{
	struct buf b = buf_new(a, 1024);
	struct str user, host;

	if (!str_cut(address, '@', &user, &host) || user.n == 0 ||
	    host.n == 0 || address.n > 254 || !str_utf8(address))
		return false;
	buf_str(&b, STR("mailto:"));
	percent(&b, user);
	buf_char(&b, '@');
	percent(&b, host);
	*ret = (struct url){ buf_view(&b) };
	return buf_ok(&b);
}

bool url_is_set(struct url u)
{
	return u.s.n != 0;
}

struct html html_lines(struct arena *a, struct str s)
{
	/* No character grows more than sixfold. */
	struct buf b = buf_new(a, s.n * 6);

	escape(&b, s, "<br>\n");
	return (struct html){ buf_view(&b) };
}

struct html html_from_buf(const struct buf *b)
{
	return (struct html){ buf_view(b) };
}

struct str html_msg1(struct arena *a, enum lang lang, enum msg m, struct str x)
{
	return msg_fill(a, lang, m, &x, 1);
}

struct str html_msg2(
    struct arena *a, enum lang lang, enum msg m, struct str x, struct str y)
{
	return msg_fill(a, lang, m, (const struct str[]){ x, y }, 2);
}
