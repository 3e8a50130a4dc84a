#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

struct buf buf_new(struct arena *a, size_t max_bytes)
{
	return (struct buf){ .arena = a, .max = max_bytes };
}

/* Room for `n` more bytes; NULL once the limit has been passed. */
static char *room(struct buf *b, size_t n)
{
	if (b->overflow || n > b->max - b->n) {
		b->overflow = true;
		return NULL;
	}
	if (n > b->cap - b->n) {
		size_t cap = b->cap < 128 ? 256 : b->cap * 2;
		if (cap < b->n + n)
			cap = b->n + n;
		if (cap > b->max)
			cap = b->max;
		/* One more for the NUL that vsnprintf writes. */
		char *p = arena_alloc(b->arena, cap + 1);
		if (b->n)
			memcpy(p, b->p, b->n);
		b->p = p;
		b->cap = cap;
	}
	return b->p + b->n;
}

void buf_reserve(struct buf *b, size_t n_bytes)
{
	(void)room(b, n_bytes);
}

void buf_bytes(struct buf *b, const void *p, size_t n)
{
	char *to = n ? room(b, n) : NULL;
	if (!to)
		return;
	memcpy(to, p, n);
	b->n += n;
}

void buf_str(struct buf *b, struct str s)
{
	buf_bytes(b, s.p, s.n);
}

void buf_char(struct buf *b, char c)
{
	buf_bytes(b, &c, 1);
}

void buf_i64(struct buf *b, int64_t v)
{
	char digits[20];
	size_t at = sizeof digits;
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	do {
		digits[--at] = (char)('0' + u % 10);
		u /= 10;
	} while (u);
	if (v < 0)
		digits[--at] = '-';
	buf_bytes(b, digits + at, sizeof digits - at);
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	/* Mostly there is room; there is one byte more for the NUL. */
	size_t left = b->overflow || !b->cap ? 0 : b->cap - b->n + 1;
	int n = vsnprintf(left ? b->p + b->n : NULL, left, fmt, args);
	va_end(args);
	REQUIRE(n >= 0);
	bool fits = left && (size_t)n < left;
	char *to = n && !fits ? room(b, (size_t)n) : NULL;
	if (fits)
		b->n += (size_t)n;
	if (to) {
		vsnprintf(to, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

static void json_char(struct buf *b, unsigned char c)
{
	static const char names[0x20] = {
		['\b'] = 'b',
		['\t'] = 't',
		['\n'] = 'n',
		['\f'] = 'f',
		['\r'] = 'r',
	};
	if (c == '"' || c == '\\') {
		buf_char(b, '\\');
		buf_char(b, (char)c);
	} else if (names[c]) {
		buf_char(b, '\\');
		buf_char(b, names[c]);
	} else {
		buf_str(b, STR("\\u00"));
		buf_char(b, "01"[c >> 4]);
		buf_char(b, "0123456789abcdef"[c & 15]);
	}
}

void buf_json(struct buf *b, struct str s)
{
	buf_char(b, '"');
	const char *start = s.p; /* what stands between here and s.p is plain */
	while (s.n) {
		unsigned char c = (unsigned char)s.p[0];
		uint32_t ignored;
		if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
			s = str_from(s, 1);
			continue;
		}
		if (c >= 0x80 && str_take_utf8(&s, &ignored))
			continue;
		buf_bytes(b, start, (size_t)(s.p - start));
		if (c >= 0x80)
			buf_str(b, STR("\xef\xbf\xbd"));
		else
			json_char(b, c);
		s = str_from(s, 1);
		start = s.p;
	}
	if (start)
		buf_bytes(b, start, (size_t)(s.p - start));
	buf_char(b, '"');
}

bool buf_ok(const struct buf *b)
{
	return !b->overflow;
}

struct str buf_view(const struct buf *b)
{
	return str_n(b->p, b->n);
}
