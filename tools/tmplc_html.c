#include "tmplc_html.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool name_char(char c)
{
	return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
	       c == ':' || c == '.';
}

static bool one_of(const char *s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(s, list[i]) == 0)
			return true;
	return false;
}

/* Appends in lower case; false when there is no room. */
static bool push(char *to, size_t size, char c)
{
	size_t n = strlen(to);

	if (n + 1 >= size)
		return false;
	to[n] = (char)tolower((unsigned char)c);
	to[n + 1] = '\0';
	return true;
}

static enum kind kind_of(const char *attr)
{
	static const char *const urls[] = { "action", "background", "cite",
		"data", "formaction", "href", "icon", "longdesc", "manifest",
		"ping", "poster", "src", "xlink:href" };
	static const char *const literal[] = { "http-equiv", "imagesrcset",
		"is", "nonce", "sizes", "srcset", "xmlns" };

	if (one_of(attr, urls, COUNT(urls)))
		return KIND_URL;
	if (one_of(attr, literal, COUNT(literal)))
		return KIND_LITERAL;
	return KIND_PLAIN;
}

static const char *end_tag_name(struct spot *s)
{
	/* Elements that change how what is in them is read, or that load
	 * what the policy of the site forbids. */
	static const char *const barred[] = { "animate", "applet", "base",
		"embed", "foreignobject", "frame", "frameset", "iframe",
		"listing", "math", "noembed", "noframes", "noscript", "object",
		"plaintext", "set", "style", "template", "xmp" };

	if (one_of(s->tag, barred, COUNT(barred)))
		return "this element is not used in templates";
	s->place = AT_TIGHT;
	return NULL;
}

static const char *end_attr_name(struct spot *s)
{
	if (strncmp(s->attr, "on", 2) == 0)
		return "event attributes are not used: static/app.js listens";
	if (strcmp(s->attr, "style") == 0)
		return "style attributes are not used: give it a class";
	if (strcmp(s->attr, "srcdoc") == 0)
		return "srcdoc is not used";
	s->kind = kind_of(s->attr);
	s->place = AT_TIGHT;
	return NULL;
}

static const char *end_tag(struct spot *s)
{
	bool pre = strcmp(s->tag, "pre") == 0;

	s->place = AT_TEXT;
	if (s->closing) {
		if (pre && s->pre-- == 0)
			return "</pre> without <pre>";
		return NULL;
	}
	if (pre)
		s->pre++;
	if (strcmp(s->tag, "script") == 0)
		s->place = AT_RAW;
	else if (!strcmp(s->tag, "title") || !strcmp(s->tag, "textarea"))
		s->place = AT_RCDATA;
	return NULL;
}

static const char *begin_tag(struct spot *s, const char *rest)
{
	s->closing = rest[1] == '/';
	s->tag[0] = '\0';
	if (letter(rest[s->closing ? 2 : 1])) {
		s->place = AT_TAG_NAME;
		return NULL;
	}
	if (strncasecmp(rest, "<!doctype", 9) == 0) {
		s->place = AT_DECL;
		return NULL;
	}
	if (rest[1] == '!')
		return "comments are written {# … #}: an HTML comment "
		       "goes to every reader";
	return "a '<' that begins no tag is written &lt;";
}

/* In script, title and textarea only their own end tag ends them. */
static const char *step_element(struct spot *s, const char *rest)
{
	size_t n = strlen(s->tag);

	if (*rest == '<' && rest[1] == '/' &&
	    strncasecmp(rest + 2, s->tag, n) == 0 && !name_char(rest[2 + n]))
		return begin_tag(s, rest);
	if (s->place == AT_RAW)
		return blank(*rest) ? NULL
		                    : "scripts are not written in pages: "
		                      "put it into static/app.js";
	if (*rest == '<')
		return "a '<' that begins no tag is written &lt;";
	return NULL;
}

static const char *step_tag(struct spot *s, char c)
{
	if (c == '>')
		return end_tag(s);
	if (s->place == AT_SLASH)
		return "in a tag > must follow /";
	if (blank(c)) {
		s->place = AT_GAP;
		return NULL;
	}
	if (c == '/') {
		s->place = AT_SLASH;
		return NULL;
	}
	if (s->place == AT_TIGHT)
		return "a blank must stand before the next attribute";
	if (s->closing)
		return "an end tag takes no attributes";
	if (!name_char(c))
		return "an attribute's name cannot begin with this";
	s->place = AT_NAME;
	s->attr[0] = '\0';
	push(s->attr, sizeof(s->attr), c);
	return NULL;
}

static const char *step_tag_name(struct spot *s, char c)
{
	const char *wrong;

	if (c == '/' && s->closing && s->tag[0] == '\0')
		return NULL;
	if (name_char(c))
		return push(s->tag, sizeof(s->tag), c)
		           ? NULL
		           : "the element's name is too long";
	wrong = end_tag_name(s);
	return wrong ? wrong : step_tag(s, c);
}

static const char *step_attr_name(struct spot *s, char c)
{
	const char *wrong;

	if (name_char(c))
		return push(s->attr, sizeof(s->attr), c)
		           ? NULL
		           : "the attribute's name is too long";
	wrong = end_attr_name(s);
	if (wrong)
		return wrong;
	if (c != '=')
		return step_tag(s, c);
	s->place = AT_EQUALS;
	return NULL;
}

static const char *step_equals(struct spot *s, char c)
{
	s->part = PART_START;
	s->scheme[0] = '\0';
	if (c == '"' || c == '\'') {
		s->quote = c;
		s->place = AT_VALUE;
		return NULL;
	}
	if (!name_char(c) && c != '/' && c != '#' && c != '%')
		return "a value in quotes must follow =";
	if (s->kind == KIND_URL)
		return "the value of this attribute must stand in quotes";
	s->place = AT_BARE;
	return NULL;
}

static const char *scheme_end(struct spot *s)
{
	static const char *const opaque[] = { "mailto", "tel", "cid" };

	if (one_of(s->scheme, opaque, COUNT(opaque)))
		s->part = PART_OPAQUE;
	else if (!strcmp(s->scheme, "https") || !strcmp(s->scheme, "http"))
		s->part = PART_COLON;
	else
		return "only https:, http:, mailto:, tel: and cid: may be linked";
	s->scheme[0] = '\0';
	return NULL;
}

static const char *url_begin(struct spot *s, char c)
{
	static const char wrong[] = "a URL begins with /, ?, #, https:, "
				    "mailto: or with a struct url";

	if (s->part == PART_SCHEME && c == ':')
		return scheme_end(s);
	if (letter(c)) {
		s->part = PART_SCHEME;
		return push(s->scheme, sizeof(s->scheme), c) ? NULL : wrong;
	}
	if (s->part == PART_SCHEME)
		return wrong;
	if (c == '/')
		s->part = PART_SLASH;
	else if (c == '?' || c == '#')
		s->part = PART_QUERY;
	else
		return wrong;
	return NULL;
}

static const char *url_step(struct spot *s, char c)
{
	if (blank(c) || c == '\\')
		return "blanks and \\ cannot stand in a URL";
	switch (s->part) {
	case PART_START:
	case PART_SCHEME:
		return url_begin(s, c);
	case PART_COLON: /* `scheme` holds the slashes seen */
		if (c != '/' || strlen(s->scheme) > 1)
			return "// must follow the scheme";
		push(s->scheme, sizeof(s->scheme), '/');
		if (strlen(s->scheme) == 2)
			s->part = PART_HOST;
		return NULL;
	case PART_SLASH:
		if (c == '/')
			return "a URL that begins with // leaves the site";
		s->part = c == '?' || c == '#' ? PART_QUERY : PART_PATH;
		return NULL;
	case PART_HOST:
	case PART_PATH:
		if (c == '?' || c == '#')
			s->part = PART_QUERY;
		else if (c == '/')
			s->part = PART_PATH;
		return NULL;
	case PART_MIXED:
		return "the URL has begun in one branch and not in another";
	case PART_QUERY:
	case PART_OPAQUE:
		return NULL;
	}
	return NULL;
}

static const char *step_value(struct spot *s, char c)
{
	if (c == s->quote) {
		s->place = AT_TIGHT;
		return s->kind == KIND_URL &&
		               (s->part == PART_SCHEME || s->part == PART_COLON)
		           ? "a URL begins with /, ?, # or https:"
		           : NULL;
	}
	return s->kind == KIND_URL ? url_step(s, c) : NULL;
}

static const char *step_bare(struct spot *s, char c)
{
	if (blank(c) || c == '>') {
		s->place = AT_TIGHT;
		return step_tag(s, c);
	}
	return strchr("\"'<=`", c) ? "put the value in quotes" : NULL;
}

const char *spot_step(struct spot *s, const char *rest)
{
	switch (s->place) {
	case AT_TEXT:
		return *rest == '<' ? begin_tag(s, rest) : NULL;
	case AT_RCDATA:
	case AT_RAW:
		return step_element(s, rest);
	case AT_DECL:
		if (*rest == '>')
			s->place = AT_TEXT;
		return NULL;
	case AT_TAG_NAME:
		return step_tag_name(s, *rest);
	case AT_GAP:
	case AT_TIGHT:
	case AT_SLASH:
		return step_tag(s, *rest);
	case AT_NAME:
		return step_attr_name(s, *rest);
	case AT_EQUALS:
		return step_equals(s, *rest);
	case AT_VALUE:
		return step_value(s, *rest);
	case AT_BARE:
		return step_bare(s, *rest);
	}
	return NULL;
}

bool spot_drops(struct spot *s, char c)
{
	bool may = (s->place == AT_TEXT && s->pre == 0) || s->place == AT_GAP;
	bool drop = may && s->after_blank && blank(c);

	/* In text a space may be one of a sentence, so that only what follows
	 * a line end goes. */
	s->after_blank =
	    drop || c == '\n' ||
	    (blank(c) && (s->place == AT_GAP || s->place == AT_TIGHT));
	return drop;
}

const char *spot_settle(struct spot *s)
{
	switch (s->place) {
	case AT_TAG_NAME:
		return end_tag_name(s);
	case AT_NAME:
		return end_attr_name(s);
	case AT_BARE:
		s->place = AT_TIGHT;
		return NULL;
	case AT_EQUALS:
		return "a value in quotes must follow =";
	case AT_DECL:
	case AT_RAW:
		return "no command can stand here";
	case AT_TEXT:
	case AT_RCDATA:
	case AT_GAP:
	case AT_TIGHT:
	case AT_SLASH:
	case AT_VALUE:
		return NULL;
	}
	return NULL;
}

static const char *url_writer(struct spot *s, const char **wrong)
{
	switch (s->part) {
	case PART_START:
		s->part = PART_PATH;
		return "html_url";
	case PART_SLASH:
	case PART_PATH:
		s->part = PART_PATH;
		return "html_url_path";
	case PART_QUERY:
		return "html_url_query";
	case PART_SCHEME:
	case PART_COLON:
	case PART_HOST:
	case PART_OPAQUE:
		*wrong = "an expression may be a whole URL (struct url) or "
			 "stand in its path or query";
		return NULL;
	case PART_MIXED:
		*wrong = "the URL has begun in one branch and not in another";
		return NULL;
	}
	return NULL;
}

const char *spot_writer(struct spot *s, const char **wrong)
{
	*wrong = NULL;
	s->after_blank = false;
	switch (s->place) {
	case AT_TEXT:
		return "html_text";
	case AT_RCDATA:
		/* No struct html here: a tag would be shown, or would end
		 * the element. */
		return "html_attr";
	case AT_VALUE:
		if (s->kind == KIND_PLAIN)
			return "html_attr";
		if (s->kind == KIND_URL)
			return url_writer(s, wrong);
		break;
	case AT_EQUALS:
	case AT_BARE:
		*wrong = "put quotes around the attribute's value";
		return NULL;
	case AT_RAW:
	case AT_DECL:
	case AT_TAG_NAME:
	case AT_GAP:
	case AT_TIGHT:
	case AT_SLASH:
	case AT_NAME:
		break;
	}
	*wrong = "no expression can stand here";
	return NULL;
}

static bool in_value(const struct spot *s)
{
	return s->place == AT_VALUE;
}

bool spot_same(const struct spot *a, const struct spot *b)
{
	if (a->place != b->place || a->pre != b->pre)
		return false;
	if (a->place == AT_TEXT)
		return true;
	if (strcmp(a->tag, b->tag) != 0 || a->closing != b->closing)
		return false;
	if (!in_value(a))
		return true;
	return strcmp(a->attr, b->attr) == 0 && a->quote == b->quote &&
	       a->part == b->part && strcmp(a->scheme, b->scheme) == 0;
}

/* Path and query are escaped alike but for empty segments, so what may be
 * either is a query; what may be only the first / is that, so that no second
 * one can follow. */
static enum part join_parts(enum part a, enum part b)
{
	if (a == b)
		return a == PART_SCHEME || a == PART_COLON ? PART_MIXED : a;
	if (a > b)
		return join_parts(b, a);
	if (a == PART_SLASH && b == PART_PATH)
		return PART_SLASH;
	if (a == PART_PATH && b == PART_QUERY)
		return PART_QUERY;
	return PART_MIXED;
}

bool spot_join(struct spot *a, const struct spot *b)
{
	struct spot x = *a, y = *b;

	if (x.place == AT_GAP && y.place == AT_TIGHT)
		x.place = AT_TIGHT;
	else if (x.place == AT_TIGHT && y.place == AT_GAP)
		y.place = AT_TIGHT;
	if (in_value(&x) && in_value(&y) && x.kind == KIND_URL) {
		x.part = y.part = join_parts(x.part, y.part);
		x.scheme[0] = y.scheme[0] = '\0';
	}
	if (!spot_same(&x, &y))
		return false;
	x.after_blank = x.after_blank && y.after_blank;
	*a = x;
	return true;
}

const char *spot_name(const struct spot *s)
{
	static char name[96];

	switch (s->place) {
	case AT_TEXT:
		return s->pre ? "the text of <pre>" : "text";
	case AT_RCDATA:
	case AT_RAW:
		snprintf(name, sizeof(name), "the text of <%s>", s->tag);
		break;
	case AT_DECL:
		return "a declaration";
	case AT_TAG_NAME:
	case AT_GAP:
	case AT_TIGHT:
	case AT_SLASH:
		snprintf(name, sizeof(name), "tag <%s>", s->tag);
		break;
	case AT_NAME:
	case AT_EQUALS:
	case AT_VALUE:
	case AT_BARE:
		snprintf(name, sizeof(name), "attribute %s of <%s>", s->attr,
		    s->tag);
		break;
	}
	return name;
}
