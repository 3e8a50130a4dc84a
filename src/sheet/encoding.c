#include "sheet/encoding.h"

#include <string.h>

#include "base/str.h"

#define PIECE ((size_t)256 << 10)

/* CP874 above 7F, 0: not defined. 80–9F as Microsoft has them; from A1 on Thai
 * stands as in Unicode, 0xE00 higher by 0x60 less. */
static uint32_t cp874_of(unsigned char c)
{
	static const uint16_t marks[32] = { [0x00] = 0x20ac,
		[0x05] = 0x2026,
		[0x11] = 0x2018,
		[0x12] = 0x2019,
		[0x13] = 0x201c,
		[0x14] = 0x201d,
		[0x15] = 0x2022,
		[0x16] = 0x2013,
		[0x17] = 0x2014 };

	if (c < 0x80)
		return c;
	if (c < 0xa0)
		return marks[c - 0x80];
	if (c == 0xa0)
		return 0xa0;
	if (c <= 0xda || (c >= 0xdf && c <= 0xfb))
		return 0xe00 + (uint32_t)c - 0xa0;
	return 0;
}

/* Vowels and tones that stand on a letter. */
static bool cp874_mark(unsigned char c)
{
	return c == 0xd1 || (c >= 0xd4 && c <= 0xda) ||
	       (c >= 0xe7 && c <= 0xee);
}

/* What the bytes of a text are, counted. */
struct census {
	uint64_t at;      /* of the byte in hand */
	uint64_t wide[2]; /* 00 and 0E (Thai) at even and odd places */
	uint64_t nul[2];  /* at even and odd places */
	uint64_t high;    /* from 80 on */
	uint64_t undefined, orphan; /* in CP874: no letter; a mark on none */
	uint64_t latin;             /* a single high byte between a–z */
	uint64_t bad, thai;         /* in UTF-8: not of it; letters of Thai */
	uint64_t first_bad;
	unsigned char last, before_last;
	/* Of the UTF-8 letter in hand. */
	unsigned need, lead;
	unsigned char low, top;
};

static bool is_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void utf8_bad(struct census *s)
{
	if (s->bad++ == 0)
		s->first_bad = s->at;
	s->need = 0;
}

/* Table 3-7 of the Unicode Standard, byte by byte. */
static void utf8_count(struct census *s, unsigned char c)
{
	if (s->need > 0 && c >= s->low && c <= s->top) {
		s->low = 0x80;
		s->top = 0xbf;
		s->thai += --s->need == 0 && s->lead == 0xe0;
		return;
	}
	if (s->need > 0)
		utf8_bad(s);
	if (c < 0x80)
		return;
	s->lead = c;
	s->low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	s->top = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	if (c >= 0xc2 && c <= 0xdf)
		s->need = 1;
	else if (c >= 0xe0 && c <= 0xef)
		s->need = 2;
	else if (c >= 0xf0 && c <= 0xf4)
		s->need = 3;
	else
		utf8_bad(s);
}

static void count(struct census *s, unsigned char c)
{
	utf8_count(s, c);
	s->nul[s->at % 2] += c == 0;
	s->wide[s->at % 2] += c == 0 || c == 0x0e;
	if (c >= 0x80) {
		s->high++;
		s->undefined += cp874_of(c) == 0;
		s->orphan += cp874_mark(c) && s->last < 0xa1;
	}
	s->latin +=
	    s->last >= 0x80 && is_letter(c) && is_letter(s->before_last);
	s->before_last = s->last;
	s->last = c;
	s->at++;
}

static bool has_zero(uint64_t v)
{
	return ((v - 0x0101010101010101) & ~v & 0x8080808080808080) != 0;
}

/* Eight bytes at a time where they are plain ASCII, without 00 and 0E. */
static void count_all(struct census *s, const unsigned char *p, size_t n)
{
	const uint64_t tops = 0x8080808080808080, thai = 0x0e0e0e0e0e0e0e0e;

	while (n > 0) {
		uint64_t v;
		if (n >= 8 && s->need == 0 && s->last < 0x80) {
			memcpy(&v, p, 8);
			if ((v & tops) == 0 && !has_zero(v) &&
			    !has_zero(v ^ thai)) {
				s->before_last = p[6];
				s->last = p[7];
				s->at += 8;
				p += 8;
				n -= 8;
				continue;
			}
		}
		count(s, *p++);
		n--;
	}
}

/* Bytes at the end that begin a letter of UTF-8 and do not end it. */
static size_t cut_letter(const unsigned char *p, size_t n)
{
	for (size_t back = 1; back <= 3 && back <= n; back++) {
		unsigned char c = p[n - back];
		size_t length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
		if (c < 0x80)
			return 0;
		if (c >= 0xc0)
			return length > back ? back : 0;
	}
	return 0;
}

/* Whether all of it is UTF-8 without NUL, as most files are: then there is nothing
 * to count. */
static enum err is_utf8(struct work *w, bool *ret)
{
	struct arena_mark mark = arena_mark(w->cx->arena);
	unsigned char *piece = arena_room(w->cx->arena, PIECE);
	size_t left = 0;
	bool well = true;
	enum err e = OK;

	for (uint64_t at = 0; !e && well && at < w->size;) {
		uint64_t rest = w->size - at;
		size_t n = rest < PIECE - left ? (size_t)rest : PIECE - left;
		e = read_at(w, at, piece + left, n);
		at += n;
		n += left;
		left = at < w->size ? cut_letter(piece, n) : 0;
		struct str s = str_n((const char *)piece, n - left);
		well = !e && str_utf8(s) && str_index(s, '\0') == s.n;
		memmove(piece, piece + s.n, left);
	}
	arena_rewind(w->cx->arena, mark);
	*ret = well;
	return e;
}

static enum err take_census(struct work *w, struct census *ret)
{
	struct census s = { 0 };
	struct arena_mark mark = arena_mark(w->cx->arena);
	unsigned char *piece = arena_room(w->cx->arena, PIECE);

	while (s.at < w->size) {
		uint64_t left = w->size - s.at;
		size_t n = left < PIECE ? (size_t)left : PIECE;
		enum err e = read_at(w, s.at, piece, n);
		if (e)
			return e;
		count_all(&s, piece, n);
	}
	if (s.need > 0)
		utf8_bad(&s);
	arena_rewind(w->cx->arena, mark);
	*ret = s;
	return OK;
}

/* The line of a byte, from 1. */
static enum err line_of(struct work *w, uint64_t at, uint32_t *ret)
{
	uint32_t line = 1;
	unsigned char piece[4096];

	for (uint64_t from = 0; from < at;) {
		uint64_t left = at - from;
		size_t n = left < sizeof piece ? (size_t)left : sizeof piece;
		enum err e = read_at(w, from, piece, n);
		if (e)
			return e;
		for (size_t i = 0; i < n; i++)
			line += piece[i] == '\n';
		from += n;
	}
	*ret = line;
	return OK;
}

static enum err refuse_line(
    struct work *w, enum sheet_trouble t, const struct census *s)
{
	uint32_t line;

	enum err e = line_of(w, s->first_bad, &line);
	if (e)
		return e;
	return refuse_at(w, t, line, 0, STR(""));
}

/* Without a mark UTF-16 shows by the upper halves of its letters, which are those
 * of Latin and Thai nearly always, and none of the lower ones is NUL. */
static bool is_utf16(
    const struct census *s, uint64_t size, enum sheet_encoding *ret)
{
	uint64_t most = size / 2 - size / 20;
	bool little = s->nul[0] == 0 && s->wide[1] >= most;
	bool big = s->nul[1] == 0 && s->wide[0] >= most;

	if (size % 2 != 0 || (!little && !big))
		return false;
	*ret = little ? SHEET_UTF16LE : SHEET_UTF16BE;
	return true;
}

static enum err guess(
    struct work *w, const struct census *s, enum sheet_encoding *ret)
{
	if (s->nul[0] + s->nul[1] > 0)
		return is_utf16(s, w->size, ret)
		           ? OK
		           : refuse(w, SHEET_binary, STR(""));
	if (s->bad == 0) {
		*ret = SHEET_UTF8;
		return OK;
	}
	/* Each Thai letter in UTF-8 would be an accident of CP874. */
	if (s->thai > s->bad)
		return refuse_line(w, SHEET_utf8_damaged, s);
	/* Latin-1 has no letter at some places, puts single high bytes between
	 * Latin ones, and marks where nothing can carry them. */
	if (s->undefined > 0 || (s->orphan + s->latin) * 8 > s->high)
		return refuse_line(w, SHEET_encoding, s);
	*ret = SHEET_CP874;
	return OK;
}

static enum err check_wanted(
    struct work *w, enum sheet_encoding wanted, const struct census *s)
{
	if (wanted == SHEET_UTF8 && s->bad > 0)
		return refuse_line(w, SHEET_utf8_damaged, s);
	if (wanted == SHEET_CP874 && s->undefined > 0)
		return refuse(w, SHEET_encoding, STR(""));
	if ((wanted == SHEET_UTF8 || wanted == SHEET_CP874) &&
	    s->nul[0] + s->nul[1] > 0)
		return refuse(w, SHEET_binary, STR(""));
	return OK;
}

enum err encoding_find(struct work *w, enum sheet_encoding wanted,
    enum sheet_encoding *ret, uint64_t *ret_start)
{
	unsigned char head[3] = { 0 };
	struct census s = { 0 };
	bool plain = false;

	enum err e =
	    read_at(w, 0, head, w->size < 3 ? (size_t)w->size : sizeof head);
	if (!e)
		e = is_utf8(w, &plain);
	if (!e && !plain)
		e = take_census(w, &s);
	if (e)
		return e;
	uint64_t start = 0;
	enum sheet_encoding found = wanted;
	if (memcmp(head, "\xef\xbb\xbf", 3) == 0) {
		start = 3;
		found = SHEET_UTF8;
	} else if (memcmp(head, "\xff\xfe", 2) == 0) {
		start = 2;
		found = SHEET_UTF16LE;
	} else if (memcmp(head, "\xfe\xff", 2) == 0) {
		start = 2;
		found = SHEET_UTF16BE;
	} else if (wanted == SHEET_GUESS) {
		e = guess(w, &s, &found);
	}
	if (!e)
		e = check_wanted(w, found, &s);
	if (e)
		return e;
	*ret = found;
	*ret_start = start;
	return OK;
}

size_t decoder_room(size_t n_bytes)
{
	return 3 * n_bytes + 16;
}

static char *put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
		return to;
	}
	if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*to++ = (char)(0xe0 | c >> 12);
		} else {
			*to++ = (char)(0xf0 | c >> 18);
			*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		}
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*to++ = (char)(0x80 | (c & 0x3f));
	return to;
}

static bool put_cp874(const unsigned char *p, size_t n, char *to, size_t *ret_n)
{
	char *end = to;

	for (size_t i = 0; i < n; i++) {
		uint32_t c = cp874_of(p[i]);
		if (c == 0)
			return false;
		end = put_utf8(end, c);
	}
	*ret_n = (size_t)(end - to);
	return true;
}

static uint32_t unit_of(const struct decoder *d, const unsigned char *p)
{
	return d->encoding == SHEET_UTF16LE ? (uint32_t)(p[0] | p[1] << 8)
	                                    : (uint32_t)(p[0] << 8 | p[1]);
}

/* One letter of UTF-16 at `p`: its bytes; 0 when it is cut, -1 when it is
 * none. */
static int utf16_letter(
    const struct decoder *d, const unsigned char *p, size_t n, uint32_t *ret)
{
	if (n < 2)
		return 0;
	uint32_t u = unit_of(d, p);
	*ret = u;
	if (u < 0xd800 || u > 0xdfff)
		return u == 0 ? -1 : 2;
	if (u > 0xdbff)
		return -1;
	if (n < 4)
		return 0;
	uint32_t low = unit_of(d, p + 2);
	if (low < 0xdc00 || low > 0xdfff)
		return -1;
	*ret = 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00);
	return 4;
}

static bool put_utf16(struct decoder *d, const unsigned char *p, size_t n,
    bool last, char *to, size_t *ret_n)
{
	char *end = to;
	uint32_t c = 0;

	while (n > 0) {
		/* A letter that was cut is finished from `left`. */
		while (d->n_left > 0 && d->n_left < 4 && n > 0 &&
		       utf16_letter(d, d->left, d->n_left, &c) == 0) {
			d->left[d->n_left++] = *p++;
			n--;
		}
		bool carried = d->n_left > 0;
		int used = carried ? utf16_letter(d, d->left, d->n_left, &c)
		                   : utf16_letter(d, p, n, &c);
		if (used < 0)
			return false;
		if (used == 0 && !carried) {
			memcpy(d->left, p, n);
			d->n_left = n;
			n = 0;
		}
		if (used == 0)
			break;
		end = put_utf8(end, c);
		if (carried) {
			d->n_left = 0;
		} else {
			p += used;
			n -= (size_t)used;
		}
	}
	*ret_n = (size_t)(end - to);
	return !last || d->n_left == 0;
}

bool decoder_put(struct decoder *d, const unsigned char *p, size_t n, bool last,
    char *to, size_t *ret_n)
{
	switch (d->encoding) {
	case SHEET_UTF16LE:
	case SHEET_UTF16BE:
		return put_utf16(d, p, n, last, to, ret_n);
	case SHEET_CP874:
		return put_cp874(p, n, to, ret_n);
	case SHEET_UTF8:
		memcpy(to, p, n);
		*ret_n = n;
		return true;
	case SHEET_GUESS:
	case SHEET_ENCODINGS:
		break;
	}
	return false;
}
