#include <string.h>

#include "base/str.h"
#include "http/http.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool url_decode(
    struct arena *a, struct str s, bool plus_is_space, struct str *ret)
{
	if (s.n == 0) {
		*ret = STR("");
		return true;
	}
	char *to = arena_alloc(a, s.n);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '+' && plus_is_space)
			c = ' ';
		if (c == '%') {
			int high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
			int low = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;
			if (high < 0 || low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		}
		to[n++] = c;
	}
	*ret = str_n(to, n);
	return true;
}

/* RFC 3986 2.3. */
static bool unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

static struct str encode(struct arena *a, struct str s, struct str also)
{
	static const char hex[] = "0123456789ABCDEF";
	char *to = arena_array(a, s.n + 1, 3);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (unreserved(s.p[i]) || str_index(also, s.p[i]) < also.n) {
			to[n++] = s.p[i];
			continue;
		}
		if (c == ' ' && also.n > 0) {
			to[n++] = '+';
			continue;
		}
		to[n++] = '%';
		to[n++] = hex[c >> 4];
		to[n++] = hex[c & 15];
	}
	return str_n(to, n);
}

struct str url_encode(struct arena *a, struct str s)
{
	return encode(a, s, STR(""));
}

struct str url_encode_query(struct arena *a, struct str s)
{
	return encode(a, s, STR("!$'()*,:@/?"));
}
