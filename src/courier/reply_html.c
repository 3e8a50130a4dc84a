#include "courier/reply_html.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"

enum { MAX_NAME = 16, MAX_QUOTES = 20, MAX_ENTITY = 10 };

struct words {
	struct buf out;
	int quotes; /* blockquotes that are open */
	bool begun; /* something stands in this line */
	bool blank; /* a blank is owed */
};

static void end_line(struct words *w)
{
	if (w->begun)
		buf_char(&w->out, '\n');
	w->begun = w->blank = false;
}

static void begin_line(struct words *w)
{
	for (int i = 0; i < w->quotes && !w->begun; i++)
		buf_str(&w->out, STR("> "));
	w->begun = true;
}

static void put(struct words *w, struct str letter)
{
	if (w->blank && w->begun)
		buf_char(&w->out, ' ');
	w->blank = false;
	begin_line(w);
	buf_str(&w->out, letter);
}

static void put_code(struct words *w, uint32_t c)
{
	char p[4];
	size_t n = 0;
	if (c < 0x80) {
		p[n++] = (char)c;
	} else if (c < 0x800) {
		p[n++] = (char)(0xc0 | c >> 6);
		p[n++] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		p[n++] = (char)(0xe0 | c >> 12);
		p[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		p[n++] = (char)(0x80 | (c & 0x3f));
	} else {
		p[n++] = (char)(0xf0 | c >> 18);
		p[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		p[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		p[n++] = (char)(0x80 | (c & 0x3f));
	}
	put(w, str_n(p, n));
}

static bool number_of(struct str s, uint32_t *ret)
{
	bool hex = str_take_char(&s, 'x') || str_take_char(&s, 'X');
	uint32_t v = 0;
	if (s.n == 0 || s.n > 7)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		uint32_t d = c >= '0' && c <= '9' ? (uint32_t)(c - '0') : 99;
		if (hex && c >= 'a' && c <= 'f')
			d = (uint32_t)(c - 'a' + 10);
		if (hex && c >= 'A' && c <= 'F')
			d = (uint32_t)(c - 'A' + 10);
		if (d >= (hex ? 16U : 10U))
			return false;
		v = v * (hex ? 16 : 10) + d;
	}
	*ret = v;
	return v >= 0x20 && v < 0x110000 && (v < 0xd800 || v > 0xdfff);
}

/* Behind '&'. What is none stands for itself. */
static void put_entity(struct words *w, struct str *s)
{
	static const struct {
		struct str name, text;
	} known[] = { { STR_INIT("amp"), STR_INIT("&") },
		{ STR_INIT("lt"), STR_INIT("<") },
		{ STR_INIT("gt"), STR_INIT(">") },
		{ STR_INIT("quot"), STR_INIT("\"") },
		{ STR_INIT("apos"), STR_INIT("'") } };
	size_t end =
	    str_index(str_upto(*s, s->n < MAX_ENTITY ? s->n : MAX_ENTITY), ';');
	struct str name = str_upto(*s, end);
	uint32_t c;
	if (end == s->n || end == MAX_ENTITY) {
		put(w, STR("&"));
		return;
	}
	*s = str_from(*s, end + 1);
	if (str_eq(name, STR("nbsp"))) {
		w->blank = true;
		return;
	}
	for (size_t i = 0; i < COUNT(known); i++)
		if (str_eq(known[i].name, name)) {
			put(w, known[i].text);
			return;
		}
	if (str_take_char(&name, '#') && number_of(name, &c))
		put_code(w, c);
	else
		put(w, STR("?"));
}

struct tag {
	char name[MAX_NAME];
	bool closes;
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Behind '<', up to the '>' that is not between quotes. */
static struct tag take_tag(struct str *s)
{
	struct tag t = { .closes = str_take_char(s, '/') };
	size_t i = 0, n = 0;
	char quote = 0;
	for (; i < s->n && n < MAX_NAME - 1; i++) {
		char c = lower(s->p[i]);
		if ((c < 'a' || c > 'z') && (c < '0' || c > '9'))
			break;
		t.name[n++] = c;
	}
	for (; i < s->n && (quote || s->p[i] != '>'); i++) {
		char c = s->p[i];
		if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? 0 : c;
	}
	*s = str_from(*s, i < s->n ? i + 1 : s->n);
	return t;
}

static bool is_one_of(const char *name, const char *const *of, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, of[i]) == 0)
			return true;
	return false;
}

/* To the end tag, or the end of all. */
static void skip_to_end(struct str *s, const char *name)
{
	size_t n = strlen(name);
	for (size_t i = 0; i + n + 2 <= s->n; i++) {
		if (s->p[i] != '<' || s->p[i + 1] != '/' ||
		    !str_eq_nocase(str_n(s->p + i + 2, n), str_of(name)))
			continue;
		*s = str_from(*s, i + 2 + n);
		size_t end = str_index(*s, '>');
		*s = str_from(*s, end < s->n ? end + 1 : s->n);
		return;
	}
	*s = str_from(*s, s->n);
}

static void on_tag(struct words *w, struct str *s)
{
	static const char *const unread[] = { "script", "style", "head",
		"title", "noscript", "template", "svg", "object", "iframe",
		"textarea", "select" };
	static const char *const blocks[] = { "p", "div", "br", "tr", "li",
		"ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
		"pre", "blockquote", "section", "article", "header", "footer" };
	struct tag t = take_tag(s);
	if (!t.closes && is_one_of(t.name, unread, COUNT(unread))) {
		skip_to_end(s, t.name);
		return;
	}
	if (is_one_of(t.name, blocks, COUNT(blocks)))
		end_line(w);
	if (strcmp(t.name, "td") == 0 || strcmp(t.name, "th") == 0)
		w->blank = true;
	if (strcmp(t.name, "blockquote") != 0)
		return;
	if (!t.closes && w->quotes < MAX_QUOTES)
		w->quotes++;
	if (t.closes && w->quotes > 0)
		w->quotes--;
}

static bool take_comment(struct str *s)
{
	if (!str_take(s, STR("!--")))
		return false;
	for (size_t i = 0; i + 3 <= s->n; i++)
		if (memcmp(s->p + i, "-->", 3) == 0) {
			*s = str_from(*s, i + 3);
			return true;
		}
	*s = str_from(*s, s->n);
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

static bool begins_tag(struct str s)
{
	char c = s.n ? lower(s.p[0]) : 0;
	return c == '/' || c == '!' || c == '?' || (c >= 'a' && c <= 'z');
}

struct str reply_html_text(struct arena *a, struct str s, size_t max_bytes)
{
	struct words w = { .out = buf_new(a, max_bytes) };
	while (s.n > 0 && buf_ok(&w.out)) {
		struct str c = str_upto(s, 1);
		s = str_from(s, 1);
		if (is_blank(c.p[0]))
			w.blank = true;
		else if (c.p[0] == '&')
			put_entity(&w, &s);
		else if (c.p[0] != '<' || !begins_tag(s))
			put(&w, c);
		else if (!take_comment(&s))
			on_tag(&w, &s);
	}
	return buf_view(&w.out);
}
