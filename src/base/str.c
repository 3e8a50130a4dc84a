#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct str str_of(const char *cstr)
{
	if (!cstr)
		return (struct str){ 0 };
	return str_n(cstr, strlen(cstr));
}

struct str str_n(const char *p, size_t n)
{
	return (struct str){ .p = p, .n = n };
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	}
	return true;
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;
	if (order)
		return order;
	return (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq(str_upto(s, prefix.n), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_from(s, s.n - suffix.n), suffix);
}

bool str_has(struct str s, struct str part)
{
	return part.n == 0 || (s.n && memmem(s.p, s.n, part.p, part.n));
}

size_t str_index(struct str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
	return at ? (size_t)(at - s.p) : s.n;
}

struct str str_from(struct str s, size_t start)
{
	if (start > s.n)
		start = s.n;
	return str_n(s.p ? s.p + start : NULL, s.n - start);
}

struct str str_upto(struct str s, size_t end)
{
	return str_n(s.p, end < s.n ? end : s.n);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	while (s.n && is_space(s.p[0]))
		s = str_from(s, 1);
	return s;
}

bool str_cut(struct str s, char c, struct str *head, struct str *tail)
{
	size_t at = str_index(s, c);
	bool found = at < s.n;
	*head = str_upto(s, at);
	*tail = found ? str_from(s, at + 1) : (struct str){ 0 };
	return found;
}

bool str_has_word(struct str words, struct str word)
{
	struct str one;
	for (bool more = words.n > 0; more;) {
		more = str_cut(words, ' ', &one, &words);
		if (str_eq(one, word))
			return true;
	}
	return false;
}

struct str str_dup(struct arena *a, struct str s)
{
	return str_cat(a, s, (struct str){ 0 });
}

const char *str_cstr(struct arena *a, struct str s)
{
	REQUIRE(s.n == 0 || !memchr(s.p, 0, s.n));
	char *p = arena_alloc(a, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

struct str str_fmt(struct arena *a, const char *fmt, ...)
{
	/* Most are short: they are made once, not measured first. */
	char brief[256];
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	int n = vsnprintf(brief, sizeof brief, fmt, args);
	va_end(args);
	REQUIRE(n >= 0);
	char *p = arena_room(a, (size_t)n + 1);
	if ((size_t)n < sizeof brief)
		memcpy(p, brief, (size_t)n + 1);
	else
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return str_n(p, (size_t)n);
}

struct str str_cat(struct arena *a, struct str x, struct str y)
{
	char *p = arena_alloc(a, x.n + y.n);
	if (x.n)
		memcpy(p, x.p, x.n);
	if (y.n)
		memcpy(p + x.n, y.p, y.n);
	return str_n(p, x.n + y.n);
}

struct str str_lower(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n);
	for (size_t i = 0; i < s.n; i++)
		p[i] = lower(s.p[i]);
	return str_n(p, s.n);
}

struct str str_hex(struct arena *a, const void *bytes, size_t n)
{
	const unsigned char *b = bytes;
	char *p = arena_array(a, n, 2);
	for (size_t i = 0; i < n; i++) {
		p[2 * i] = "0123456789abcdef"[b[i] >> 4];
		p[2 * i + 1] = "0123456789abcdef"[b[i] & 15];
	}
	return str_n(p, 2 * n);
}

static int hex_digit(char c)
{
	c = lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool str_unhex(struct arena *a, struct str s, struct str *ret)
{
	if (s.n % 2)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (hex_digit(s.p[i]) < 0)
			return false;
	}
	char *p = arena_alloc(a, s.n / 2);
	for (size_t i = 0; i < s.n / 2; i++)
		p[i] = (char)(hex_digit(s.p[2 * i]) << 4 |
			      hex_digit(s.p[2 * i + 1]));
	*ret = str_n(p, s.n / 2);
	return true;
}

bool str_i64(struct str s, int64_t *ret)
{
	bool minus = str_take_char(&s, '-');
	int64_t v = 0;
	if (s.n == 0)
		return false;
	/* Counts downwards: INT64_MIN has no positive counterpart. */
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c < '0' || c > '9' || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_sub_overflow(v, c - '0', &v))
			return false;
	}
	if (!minus && v == INT64_MIN)
		return false;
	*ret = minus ? v : -v;
	return true;
}

size_t str_chars(struct str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

bool str_take(struct str *cursor, struct str prefix)
{
	if (!str_starts(*cursor, prefix))
		return false;
	*cursor = str_from(*cursor, prefix.n);
	return true;
}

bool str_take_char(struct str *cursor, char c)
{
	if (cursor->n == 0 || cursor->p[0] != c)
		return false;
	*cursor = str_from(*cursor, 1);
	return true;
}

bool str_take_uint(struct str *cursor, size_t max_digits, int64_t *ret)
{
	size_t n = 0;
	while (n < cursor->n && cursor->p[n] >= '0' && cursor->p[n] <= '9')
		n++;
	if (n > max_digits || !str_i64(str_upto(*cursor, n), ret))
		return false;
	*cursor = str_from(*cursor, n);
	return true;
}

/* The Unicode Standard, table 3-7: the second byte's bounds depend on the
 * first, which keeps out overlong forms, surrogates and what is past 10FFFF. */
static size_t utf8_length(const unsigned char *b, size_t n)
{
	static const struct {
		unsigned char first, last, low, high, n;
	} rows[] = {
		{ 0x00, 0x7f, 0x00, 0x00, 1 },
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	size_t i = 0;
	if (b[0] < 0x80)
		return 1;
	while (i < COUNT(rows) && b[0] > rows[i].last)
		i++;
	if (i == COUNT(rows) || b[0] < rows[i].first || n < rows[i].n)
		return 0;
	if (rows[i].n > 1 && (b[1] < rows[i].low || b[1] > rows[i].high))
		return 0;
	for (size_t k = 2; k < rows[i].n; k++) {
		if ((b[k] & 0xc0) != 0x80)
			return 0;
	}
	return rows[i].n;
}

/* Eight bytes of ASCII at once, Thai (E0 A0..BF and one more) by a look each,
 * all else by the table: every text of a source comes through here. */
bool str_utf8(struct str s)
{
	const unsigned char *b = (const unsigned char *)s.p;
	size_t i = 0;
	while (i < s.n) {
		uint64_t word;
		while (s.n - i >= 3 && b[i] == 0xe0 &&
		       (b[i + 1] & 0xe0) == 0xa0 && (b[i + 2] & 0xc0) == 0x80)
			i += 3;
		if (s.n - i >= sizeof(word)) {
			memcpy(&word, b + i, sizeof(word));
			if ((word & UINT64_C(0x8080808080808080)) == 0) {
				i += sizeof(word);
				continue;
			}
		}
		size_t n = i < s.n ? utf8_length(b + i, s.n - i) : 0;
		if (n == 0)
			return i == s.n;
		i += n;
	}
	return true;
}

bool str_take_utf8(struct str *cursor, uint32_t *ret)
{
	static const unsigned char first_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	const unsigned char *b = (const unsigned char *)cursor->p;
	size_t n = cursor->n ? utf8_length(b, cursor->n) : 0;
	if (n == 0)
		return false;
	uint32_t c = b[0] & first_bits[n];
	for (size_t i = 1; i < n; i++)
		c = c << 6 | (b[i] & 0x3f);
	*ret = c;
	*cursor = str_from(*cursor, n);
	return true;
}
