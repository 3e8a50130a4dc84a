#include "sheet/unzip.h"

#include <isa-l.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define PIECE ((size_t)64 << 10)

enum {
	END_BYTES = 22,
	LOCATOR_BYTES = 20,
	END64_BYTES = 56,
	ENTRY_BYTES = 46,
	LOCAL_BYTES = 30,
	MOST_DIRECTORY = 4 << 20,
	MOST_NAME = 256,
	FLAG_ENCRYPTED = 1,
	FLAG_STRONG = 1 << 6,
	FLAG_HIDDEN = 1 << 13,
	FLAG_LATER = 1 << 3, /* sizes follow the bytes */
	RATIO_FROM = 16 << 20,
};

struct unzip {
	struct work *w;
	struct unzip_part *v;
	size_t n;
	/* The part in hand. */
	const struct unzip_part *part;
	uint64_t at, made;
	uint32_t crc;
	unsigned char *piece;
	struct inflate_state *inflate;
};

static uint16_t u16(const unsigned char *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t u32(const unsigned char *p)
{
	return (uint32_t)u16(p) | (uint32_t)u16(p + 2) << 16;
}

static uint64_t u64(const unsigned char *p)
{
	return (uint64_t)u32(p) | (uint64_t)u32(p + 4) << 32;
}

static bool is_at(const unsigned char *p, const char *signature)
{
	return memcmp(p, signature, 4) == 0;
}

/* Where the directory is. */
struct directory {
	uint64_t offset, bytes, n, end;
};

/* The Zip64 record, when the short one has no room for the numbers. */
static enum err read_end64(
    struct work *w, uint64_t end, struct directory *d, bool *ret)
{
	unsigned char locator[LOCATOR_BYTES], record[END64_BYTES];

	*ret = false;
	if (end < LOCATOR_BYTES + END64_BYTES)
		return OK;
	enum err e = read_at(w, end - LOCATOR_BYTES, locator, LOCATOR_BYTES);
	if (e || !is_at(locator, "PK\6\7"))
		return e;
	uint64_t at = u64(locator + 8);
	if (u32(locator + 4) != 0 || u32(locator + 16) > 1 ||
	    at != end - LOCATOR_BYTES - END64_BYTES)
		return refuse(w, SHEET_zip_damaged, STR(""));
	e = read_at(w, at, record, END64_BYTES);
	if (e)
		return e;
	if (!is_at(record, "PK\6\6") || u32(record + 16) != 0 ||
	    u32(record + 20) != 0 || u64(record + 24) != u64(record + 32))
		return refuse(w, SHEET_zip_damaged, STR(""));
	*d = (struct directory){ .n = u64(record + 32),
		.bytes = u64(record + 40),
		.offset = u64(record + 48),
		.end = at };
	*ret = true;
	return OK;
}

/* The record at the archive's end; its comment must reach the file's end. */
static enum err find_directory(struct work *w, struct directory *ret)
{
	size_t n =
	    w->size < 65535 + END_BYTES ? (size_t)w->size : 65535 + END_BYTES;
	unsigned char *tail = arena_room(w->cx->arena, n);
	bool is64;

	enum err e = read_at(w, w->size - n, tail, n);
	if (e)
		return e;
	for (size_t i = n; i >= END_BYTES; i--) {
		const unsigned char *p = tail + i - END_BYTES;
		if (!is_at(p, "PK\5\6") || u16(p + 20) != n - i)
			continue;
		uint64_t end = w->size - n + i - END_BYTES;
		*ret = (struct directory){ .n = u16(p + 10),
			.bytes = u32(p + 12),
			.offset = u32(p + 16),
			.end = end };
		if (u16(p + 4) != 0 || u16(p + 6) != 0 ||
		    u16(p + 8) != u16(p + 10))
			return refuse(w, SHEET_zip_damaged, STR(""));
		e = read_end64(w, end, ret, &is64);
		if (!e && !is64 &&
		    (ret->n == 0xffff || ret->offset == 0xffffffff))
			return refuse(w, SHEET_zip_damaged, STR(""));
		return e;
	}
	return refuse(w, SHEET_truncated, STR(""));
}

/* Sizes and place of an entry from its Zip64 field, in that order and only
 * those that the entry has no room for. */
static bool take_field64(
    struct unzip_part *p, const unsigned char *extra, size_t n)
{
	while (n >= 4) {
		size_t size = u16(extra + 2);
		const unsigned char *v = extra + 4;
		if (size > n - 4)
			return false;
		if (u16(extra) == 1) {
			uint64_t *wanted[] = { &p->plain, &p->packed,
				&p->start };
			for (size_t i = 0; i < COUNT(wanted); i++) {
				if (*wanted[i] != 0xffffffff)
					continue;
				if (size < 8)
					return false;
				*wanted[i] = u64(v);
				v += 8;
				size -= 8;
			}
			return true;
		}
		extra += 4 + size;
		n -= 4 + size;
	}
	return p->plain != 0xffffffff && p->packed != 0xffffffff &&
	       p->start != 0xffffffff;
}

/* A name that could lead out of a folder, or be read in two ways. */
static bool is_bad_name(struct str s)
{
	if (s.n == 0 || s.n > MOST_NAME || s.p[0] == '/' || !str_utf8(s))
		return true;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\\' || s.p[i] == ':' ||
		    (unsigned char)s.p[i] < ' ')
			return true;
	while (s.n > 0) {
		struct str step;
		(void)str_cut(s, '/', &step, &s);
		if (str_eq(step, STR("..")) || str_eq(step, STR(".")))
			return true;
	}
	return false;
}

static enum err check_part(struct work *w, const struct unzip_part *p)
{
	if (is_bad_name(p->name))
		return refuse(w, SHEET_zip_name, STR(""));
	if (p->flags & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_HIDDEN))
		return refuse(w, SHEET_zip_encrypted, p->name);
	if (p->method != 0 && p->method != 8)
		return refuse(w, SHEET_zip_method, p->name);
	if (p->plain > w->limits.plain_bytes ||
	    (p->plain > RATIO_FROM && p->plain / w->limits.ratio > p->packed))
		return refuse(w, SHEET_zip_bomb, p->name);
	if (p->method == 0 && p->plain != p->packed)
		return refuse(w, SHEET_zip_damaged, p->name);
	return OK;
}

/* One entry of the directory at *p, which moves behind it. */
static enum err take_entry(struct unzip *z, const unsigned char **at,
    const unsigned char *end, struct unzip_part *part)
{
	const unsigned char *p = *at;
	struct work *w = z->w;

	if (end - p < ENTRY_BYTES || !is_at(p, "PK\1\2"))
		return refuse(w, SHEET_zip_damaged, STR(""));
	size_t name = u16(p + 28), extra = u16(p + 30), comment = u16(p + 32);
	if ((size_t)(end - p) < ENTRY_BYTES + name + extra + comment)
		return refuse(w, SHEET_zip_damaged, STR(""));
	*part = (struct unzip_part){
		.name = str_n((const char *)p + ENTRY_BYTES, name),
		.flags = u16(p + 8),
		.method = u16(p + 10),
		.crc = u32(p + 16),
		.packed = u32(p + 20),
		.plain = u32(p + 24),
		.start = u32(p + 42),
	};
	if (u16(p + 34) != 0 ||
	    !take_field64(part, p + ENTRY_BYTES + name, extra))
		return refuse(w, SHEET_zip_damaged, STR(""));
	*at = p + ENTRY_BYTES + name + extra + comment;
	return check_part(w, part);
}

/* The local header must agree: some programs believe it, and not the
 * directory. */
static enum err check_local(struct work *w, struct unzip_part *p, uint64_t end)
{
	unsigned char h[LOCAL_BYTES + MOST_NAME];

	if (p->start > end || end - p->start < LOCAL_BYTES + p->name.n)
		return refuse(w, SHEET_zip_damaged, p->name);
	enum err e = read_at(w, p->start, h, LOCAL_BYTES + p->name.n);
	if (e)
		return e;
	bool later = p->flags & FLAG_LATER;
	uint32_t packed = u32(h + 18), plain = u32(h + 22);
	bool sizes = (packed == p->packed || packed == 0xffffffff) &&
	             (plain == p->plain || plain == 0xffffffff) &&
	             u32(h + 14) == p->crc;
	if (!is_at(h, "PK\3\4") || u16(h + 26) != p->name.n ||
	    memcmp(h + LOCAL_BYTES, p->name.p, p->name.n) != 0 ||
	    u16(h + 8) != p->method || (u16(h + 6) & FLAG_ENCRYPTED) != 0 ||
	    (!later && !sizes))
		return refuse(w, SHEET_zip_damaged, p->name);
	p->offset = p->start + LOCAL_BYTES + p->name.n + u16(h + 28);
	if (p->offset > end || p->packed > end - p->offset)
		return refuse(w, SHEET_zip_damaged, p->name);
	return OK;
}

static int by_start(const void *a, const void *b)
{
	uint64_t x = ((const struct unzip_part *)a)->start;
	uint64_t y = ((const struct unzip_part *)b)->start;
	return (x > y) - (x < y);
}

static int by_name(const void *a, const void *b)
{
	struct str x = ((const struct unzip_part *)a)->name;
	struct str y = ((const struct unzip_part *)b)->name;
	if (str_eq_nocase(x, y))
		return 0;
	size_t n = x.n < y.n ? x.n : y.n;
	int order = strncasecmp(x.p, y.p, n);
	return order ? order : (x.n > y.n) - (x.n < y.n);
}

static enum err check_places(struct unzip *z, uint64_t end)
{
	qsort(z->v, z->n, sizeof *z->v, by_start);
	for (size_t i = 0; i < z->n; i++) {
		struct unzip_part *p = &z->v[i];
		enum err e = check_local(z->w, p, end);
		if (e)
			return e;
		if (i > 0 && p->start < p[-1].offset + p[-1].packed)
			return refuse(z->w, SHEET_zip_overlap, p->name);
	}
	qsort(z->v, z->n, sizeof *z->v, by_name);
	for (size_t i = 1; i < z->n; i++)
		if (by_name(&z->v[i - 1], &z->v[i]) == 0)
			return refuse(z->w, SHEET_zip_twice, z->v[i].name);
	return OK;
}

static enum err read_directory(struct unzip *z, const struct directory *d)
{
	struct work *w = z->w;

	if (d->n > w->limits.parts || d->bytes > MOST_DIRECTORY)
		return refuse(
		    w, SHEET_zip_parts, most_of(w, w->limits.parts, 1));
	if (d->offset > d->end || d->end - d->offset != d->bytes)
		return refuse(w, SHEET_zip_damaged, STR(""));
	unsigned char *all = arena_room(w->cx->arena, (size_t)d->bytes);
	const unsigned char *p = all, *end = all + d->bytes;
	enum err e = read_at(w, d->offset, all, (size_t)d->bytes);
	z->v = ARENA_ARRAY(w->cx->arena, struct unzip_part, (size_t)d->n + 1);
	for (; !e && z->n < d->n; z->n++)
		e = take_entry(z, &p, end, &z->v[z->n]);
	if (!e && p != end)
		e = refuse(w, SHEET_zip_damaged, STR(""));
	return e ? e : check_places(z, d->offset);
}

enum err unzip_open(struct work *w, struct unzip **ret)
{
	struct arena *a = w->cx->arena;
	struct unzip *z = ARENA_NEW(a, struct unzip);
	struct directory d = { 0 };

	z->w = w;
	z->piece = arena_room(a, PIECE);
	z->inflate = arena_room(a, sizeof *z->inflate);
	enum err e = find_directory(w, &d);
	if (!e)
		e = read_directory(z, &d);
	if (!e)
		*ret = z;
	return e;
}

const struct unzip_part *unzip_find(const struct unzip *z, struct str name)
{
	const struct unzip_part key = { .name = name };

	return name.n == 0 || z->n == 0
	           ? NULL
	           : bsearch(&key, z->v, z->n, sizeof *z->v, by_name);
}

const struct unzip_part *unzip_parts(const struct unzip *z, size_t *ret_n)
{
	*ret_n = z->n;
	return z->v;
}

void unzip_begin(struct unzip *z, const struct unzip_part *part)
{
	z->part = part;
	z->at = z->made = 0;
	z->crc = 0;
	isal_inflate_init(z->inflate);
	z->inflate->avail_in = 0;
}

static enum err damaged(struct unzip *z)
{
	return refuse(z->w, SHEET_zip_damaged, z->part->name);
}

static enum err feed(struct unzip *z)
{
	uint64_t left = z->part->packed - z->at;
	size_t n = left < PIECE ? (size_t)left : PIECE;

	enum err e = read_at(z->w, z->part->offset + z->at, z->piece, n);
	z->at += n;
	z->inflate->next_in = z->piece;
	z->inflate->avail_in = (uint32_t)n;
	return e;
}

/* As many bytes as there is room for, or up to the end of the stream. */
static enum err inflate_some(
    struct unzip *z, unsigned char *to, size_t max, size_t *ret_n)
{
	struct inflate_state *s = z->inflate;

	s->next_out = to;
	s->avail_out = (uint32_t)max;
	while (s->avail_out > 0 && s->block_state != ISAL_BLOCK_FINISH) {
		if (s->avail_in == 0 && z->at < z->part->packed) {
			enum err e = feed(z);
			if (e)
				return e;
		}
		uint32_t in = s->avail_in, out = s->avail_out;
		if (isal_inflate(s) != ISAL_DECOMP_OK)
			return damaged(z);
		/* Neither taken nor made: the stream was cut off. */
		if (s->avail_in == in && s->avail_out == out &&
		    s->block_state != ISAL_BLOCK_FINISH)
			return damaged(z);
	}
	*ret_n = max - s->avail_out;
	return OK;
}

enum err unzip_read(struct unzip *z, char *to, size_t max, size_t *ret_n)
{
	union {
		char *c;
		unsigned char *u;
	} out = { .c = to };
	size_t n = 0;
	enum err e = OK;

	if (max > PIECE)
		max = PIECE;
	if (z->part->method == 0) {
		uint64_t left = z->part->packed - z->at;
		n = left < max ? (size_t)left : max;
		e = read_at(z->w, z->part->offset + z->at, to, n);
		z->at += n;
	} else {
		e = inflate_some(z, out.u, max, &n);
	}
	if (e)
		return e;
	z->made += n;
	z->crc = crc32_gzip_refl(z->crc, out.u, n);
	if (z->made > z->part->plain ||
	    (n == 0 && (z->made != z->part->plain || z->crc != z->part->crc)))
		return damaged(z);
	*ret_n = n;
	return OK;
}

uint64_t unzip_place(const struct unzip *z)
{
	return z->at;
}
