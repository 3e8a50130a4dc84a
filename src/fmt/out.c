#include "fmt/out.h"

void out_flush(struct out *o)
{
	if (o->n == 0)
		return;
	if (!o->failed && !o->sink.write(o->sink.arg, o->p, o->n))
		o->failed = true;
	if (!o->failed)
		o->bytes += o->n;
	o->n = 0;
}

void out_slow(struct out *o, const void *p, size_t n)
{
	const char *c = p;

	while (n > 0) {
		size_t room = OUT_BYTES - o->n;
		size_t k = n < room ? n : room;

		memcpy(o->p + o->n, c, k);
		o->n += k;
		c += k;
		n -= k;
		if (o->n == OUT_BYTES)
			out_flush(o);
	}
}

void out_uint(struct out *o, uint64_t v)
{
	char d[20];
	size_t at = sizeof(d);

	do {
		d[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	out_bytes(o, d + at, sizeof(d) - at);
}

void out_hex4(struct out *o, unsigned v)
{
	static const char hex[] = "0123456789ABCDEF";
	char d[4] = { hex[v >> 12 & 15], hex[v >> 8 & 15], hex[v >> 4 & 15],
		hex[v & 15] };

	out_bytes(o, d, sizeof(d));
}

void out_base64(struct out *o, struct str s)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)s.p;

	for (size_t left = s.n; left > 0; p += 3) {
		size_t k = left < 3 ? left : 3;
		uint32_t v = (uint32_t)p[0] << 16 |
		             (k > 1 ? (uint32_t)p[1] << 8 : 0) |
		             (k > 2 ? p[2] : 0);
		char d[4] = { set[v >> 18], set[v >> 12 & 63],
			k > 1 ? set[v >> 6 & 63] : '=',
			k > 2 ? set[v & 63] : '=' };

		out_bytes(o, d, sizeof(d));
		left -= k;
	}
}

size_t out_plain(struct str s, const bool special[256])
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0;

	/* Four looks and one question. */
	while (s.n - i >= 4 && !(special[p[i]] | special[p[i + 1]] |
				   special[p[i + 2]] | special[p[i + 3]]))
		i += 4;
	while (i < s.n && !special[p[i]])
		i++;
	return i;
}

void out_escaped(struct out *o, struct str s, const bool special[256],
    size_t (*put)(struct out *, const unsigned char *p, size_t n))
{
	for (;;) {
		size_t n = out_plain(s, special);

		out_bytes(o, s.p, n);
		if (n == s.n)
			return;
		s = (struct str){ .p = s.p + n, .n = s.n - n };
		n = put(o, (const unsigned char *)s.p, s.n);
		s = (struct str){ .p = s.p + n, .n = s.n - n };
	}
}

static size_t put_markup(struct out *o, const unsigned char *p, size_t n)
{
	(void)n;
	switch (*p) {
	case '&':
		OUT_LIT(o, "&amp;");
		break;
	case '<':
		OUT_LIT(o, "&lt;");
		break;
	case '>':
		OUT_LIT(o, "&gt;");
		break;
	case '"':
		OUT_LIT(o, "&#34;");
		break;
	default: /* a bare return would be read as a line feed */
		OUT_LIT(o, "&#13;");
		break;
	}
	return 1;
}

static const bool markup[256] = {
	['&'] = true, ['<'] = true, ['>'] = true, ['"'] = true, ['\r'] = true
};

void out_markup(struct out *o, struct str s)
{
	out_escaped(o, s, markup, put_markup);
}

bool xml_legal(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	for (size_t i = 0; i < s.n; i++) {
		if (p[i] < 0x20 && p[i] != '\t' && p[i] != '\n' && p[i] != '\r')
			return false;
		if (p[i] == 0xef && s.n - i > 2 && p[i + 1] == 0xbf &&
		    p[i + 2] >= 0xbe)
			return false;
	}
	return true;
}
