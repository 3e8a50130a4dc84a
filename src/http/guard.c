#include "http/guard.h"

#include <string.h>

#include "base/str.h"

enum {
	PATH_BYTES = 2048,
	QUERY_BYTES = 8192,
	QUERY_PAIRS = 200,
	METHOD_BYTES = 20,
	LENGTH_DIGITS = 18,
};

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

int guard_bytes(struct str fresh, char before)
{
	for (size_t i = 0; i < fresh.n; i++) {
		char c = fresh.p[i];
		if ((before == '\r') != (c == '\n'))
			return 400;
		if (is_control(c) && c != '\t' && c != '\r' && c != '\n')
			return 400;
		before = c;
	}
	return 0;
}

/* RFC 9110 5.6.2. */
static bool is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!is_letter(c) && !is_digit(c) &&
		    (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c)))
			return false;
	}
	return s.n > 0;
}

static int guard_line(const struct head *h)
{
	if (h->method.n == 0 || h->method.n > METHOD_BYTES)
		return 400;
	for (size_t i = 0; i < h->method.n; i++) {
		char c = h->method.p[i];
		if ((c < 'A' || c > 'Z') && c != '-')
			return 400;
	}
	if (h->target.n == 0)
		return 400;
	for (size_t i = 0; i < h->target.n; i++) {
		char c = h->target.p[i];
		if (c <= ' ' || c >= 0x7f)
			return 400;
	}
	struct str v = h->version;
	if (str_eq(v, STR("HTTP/1.1")) || str_eq(v, STR("HTTP/1.0")))
		return 0;
	bool version = v.n == 8 && str_starts(v, STR("HTTP/")) &&
	               is_digit(v.p[5]) && v.p[6] == '.' && is_digit(v.p[7]);
	return version ? 505 : 400;
}

/* "content_length" for "content-length": some servers in front take one for
 * the other. */
static bool disguised(struct str name)
{
	static const struct str framing[] = {
		STR_INIT("content-length"),
		STR_INIT("transfer-encoding"),
	};
	if (str_index(name, '_') == name.n)
		return false;
	for (size_t f = 0; f < COUNT(framing); f++) {
		size_t same = 0;
		while (same < name.n && name.n == framing[f].n &&
		       ((name.p[same] | 0x20) == framing[f].p[same] ||
			   (name.p[same] == '_' && framing[f].p[same] == '-')))
			same++;
		if (same == name.n)
			return true;
	}
	return false;
}

static int guard_fields(const struct head *h)
{
	static const struct str once[] = {
		STR_INIT("Host"),
		STR_INIT("Content-Length"),
		STR_INIT("Content-Type"),
		STR_INIT("Authorization"),
		STR_INIT("Origin"),
		STR_INIT("Expect"),
	};
	if (h->n_fields > HEAD_FIELDS)
		return 431;
	for (size_t i = 0; i < h->n_fields; i++) {
		const struct pair *f = &h->field[i];
		if (!f->value.p || !is_token(f->name) || disguised(f->name))
			return 400;
		if (!str_utf8(f->value))
			return 400;
		for (size_t j = 0; j < f->value.n; j++) {
			char c = f->value.p[j];
			if (is_control(c) && c != '\t')
				return 400;
		}
	}
	for (size_t i = 0; i < COUNT(once); i++) {
		if (head_count(h, once[i]) > 1)
			return 400;
	}
	return 0;
}

/* uri-host [":" port] of RFC 9110 4.2, and not empty. */
static bool is_host(struct str s)
{
	size_t i = 0;
	if (s.n > 0 && s.p[0] == '[') {
		size_t end = str_index(s, ']');
		for (i = 1; i < end; i++) {
			if (!is_digit(s.p[i]) && !is_letter(s.p[i]) &&
			    s.p[i] != ':' && s.p[i] != '.')
				return false;
		}
		if (end == s.n || end < 3)
			return false;
		i = end + 1;
	} else {
		while (i < s.n && (is_letter(s.p[i]) || is_digit(s.p[i]) ||
				      strchr("-._~", s.p[i])))
			i++;
		if (i == 0)
			return false;
	}
	if (i == s.n)
		return true;
	if (s.p[i] != ':' || s.n - i > 6)
		return false;
	for (i++; i < s.n; i++) {
		if (!is_digit(s.p[i]))
			return false;
	}
	return true;
}

static bool is_length(struct str s)
{
	if (s.n == 0 || s.n > LENGTH_DIGITS || (s.n > 1 && s.p[0] == '0'))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_digit(s.p[i]))
			return false;
	}
	return true;
}

int guard_head(const struct head *h)
{
	int status = guard_line(h);
	if (status)
		return status;
	status = guard_fields(h);
	if (status)
		return status;

	struct str host = head_field(h, STR("Host"));
	bool old = str_eq(h->version, STR("HTTP/1.0"));
	if (host.p ? !is_host(host) : !old)
		return 400;
	struct str length = head_field(h, STR("Content-Length"));
	if (length.p && !is_length(length))
		return 400;
	if (head_count(h, STR("Transfer-Encoding")) > 0)
		return length.p || old ? 400 : 411;
	return 0;
}

/* http://host/path: RFC 9112 3.2.2 wants it taken, and the host in it to rule.
 * Two different hosts are refused instead. */
static int drop_authority(const struct head *h, struct str *target)
{
	struct str rest = *target, host = head_field(h, STR("Host"));
	if (!str_take(&rest, STR("http://")) &&
	    !str_take(&rest, STR("https://")))
		return 400;
	size_t end = 0;
	while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?')
		end++;
	if (!host.p || !str_eq_nocase(str_upto(rest, end), host))
		return 400;
	if (end < rest.n && rest.p[end] == '?')
		return 400;
	*target = end < rest.n ? str_from(rest, end) : STR("/");
	return 0;
}

static bool path_bytes(struct str raw)
{
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];
		if (c == '\0' || strchr("\"<>\\^`{|}#", c))
			return false;
		if (c == '%' && i + 2 < raw.n && raw.p[i + 1] == '2' &&
		    (raw.p[i + 2] | 0x20) == 'f')
			return false;
	}
	return true;
}

static bool path_segments(struct str path)
{
	struct str rest = str_from(path, 1), one;
	while (rest.p) {
		bool more = str_cut(rest, '/', &one, &rest);
		if (str_eq(one, STR(".")) || str_eq(one, STR("..")))
			return false;
		if (one.n == 0 && more)
			return false;
	}
	return true;
}

static int guard_path(struct str raw, struct request *r)
{
	struct str path;

	if (!path_bytes(raw) || !url_decode(r->arena, raw, false, &path))
		return 400;
	if (path.n > PATH_BYTES)
		return 414;
	for (size_t i = 0; i < path.n; i++) {
		if (is_control(path.p[i]))
			return 400;
	}
	if (!str_utf8(path) || !path_segments(path))
		return 400;
	r->path = path;
	return 0;
}

/* Text of a parameter: UTF-8, and of the control bytes those that people type
 * into a field of several lines. */
static bool query_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (is_control(c) && c != '\t' && c != '\r' && c != '\n')
			return false;
	}
	return str_utf8(s);
}

static int guard_query(struct str raw, struct request *r)
{
	size_t n = 0, most = 1;

	if (raw.n > QUERY_BYTES)
		return 414;
	for (size_t i = 0; i < raw.n; i++) {
		if (strchr("\"<>#", raw.p[i]))
			return 400;
		most += raw.p[i] == '&';
	}
	if (raw.n == 0)
		return 0;
	if (most > QUERY_PAIRS)
		most = QUERY_PAIRS;
	struct pair *v = ARENA_ARRAY(r->arena, struct pair, most);
	while (raw.n > 0) {
		struct str one, name, value;
		str_cut(raw, '&', &one, &raw);
		if (one.n == 0)
			continue;
		if (n == QUERY_PAIRS)
			return 400;
		str_cut(one, '=', &name, &value);
		if (!url_decode(r->arena, name, true, &v[n].name) ||
		    !url_decode(r->arena, value, true, &v[n].value))
			return 400;
		if (!query_text(v[n].name) || !query_text(v[n].value))
			return 400;
		n++;
	}
	r->query = (struct pairs){ .v = v, .n = n };
	return 0;
}

int guard_target(const struct head *h, struct request *r)
{
	struct str target = h->target, path, query;

	if (str_eq(target, STR("*")) && str_eq(h->method, STR("OPTIONS"))) {
		r->path = target;
		return 0;
	}
	if (target.p[0] != '/') {
		int status = drop_authority(h, &target);
		if (status)
			return status;
	}
	str_cut(target, '?', &path, &query);
	int status = guard_path(path, r);
	return status ? status : guard_query(query, r);
}
