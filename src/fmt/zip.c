#include "fmt/zip.h"

#include <isa-l.h>

/* 1980-01-01 00:00, the first moment that the format knows. */
#define DOS_DATE 0x0021
#define FLAGS 0x0808 /* data descriptor, names in UTF-8 */
#define DEFLATE 8
#define NEED_PLAIN 20
#define NEED_ZIP64 45
#define MAX32 UINT32_C(0xffffffff)
#define MAX16 UINT32_C(0xffff)

struct zip {
	struct arena *arena;
	struct out *to;
	uint64_t base;
	struct zip_entry *first, **next, *now;
	size_t n;
	struct out in; /* the plain bytes of the entry */
	uint8_t packed[OUT_BYTES];
	uint8_t level[ISAL_DEF_LVL1_DEFAULT];
	struct isal_zstream deflate;
};

/* `n` may be more than eight: what follows is zero. */
static void put_le(struct out *o, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++, v >>= 8)
		out_char(o, (char)(v & 0xff));
}

static uint64_t offset_now(const struct zip *z)
{
	return z->base + z->to->bytes + z->to->n;
}

static bool pack(struct zip *z, const void *p, size_t n, bool last)
{
	struct isal_zstream *s = &z->deflate;

	/* The library reads only; its type forgot to say so. */
	union {
		const void *c;
		uint8_t *u;
	} in = { .c = p };
	s->next_in = in.u;
	s->avail_in = (uint32_t)n;
	s->end_of_stream = last;
	do {
		s->next_out = z->packed;
		s->avail_out = sizeof(z->packed);
		REQUIRE(isal_deflate(s) == COMP_OK);
		size_t got = sizeof(z->packed) - s->avail_out;

		out_bytes(z->to, z->packed, got);
		z->now->packed += got;
	} while (s->avail_in > 0 || s->avail_out == 0 ||
		 (last && s->internal_state.state != ZSTATE_END));
	return !z->to->failed;
}

static bool take(void *arg, const void *p, size_t n)
{
	struct zip *z = arg;

	z->now->crc = crc32_gzip_refl(z->now->crc, p, n);
	z->now->plain += n;
	return pack(z, p, n, false);
}

struct zip *zip_new(struct arena *a, struct out *to, uint64_t base)
{
	struct zip *z = ARENA_NEW(a, struct zip);

	z->arena = a;
	z->to = to;
	z->base = base;
	z->next = &z->first;
	z->in.sink = (struct sink){ .write = take, .arg = z };
	return z;
}

struct out *zip_out(struct zip *z)
{
	return &z->in;
}

uint64_t zip_plain(const struct zip *z)
{
	return z->now->plain + z->in.n;
}

void zip_begin(struct zip *z, struct str name)
{
	struct zip_entry *e = ARENA_NEW(z->arena, struct zip_entry);

	e->name = name;
	e->offset = offset_now(z);
	*z->next = e;
	z->next = &e->next;
	z->now = e;
	z->n++;
	put_le(z->to, 0x04034b50, 4);
	put_le(z->to, NEED_PLAIN, 2);
	put_le(z->to, FLAGS, 2);
	put_le(z->to, DEFLATE, 2);
	put_le(z->to, 0, 2);
	put_le(z->to, DOS_DATE, 2);
	put_le(z->to, 0, 12);
	put_le(z->to, name.n, 2);
	put_le(z->to, 0, 2);
	out_str(z->to, name);

	isal_deflate_init(&z->deflate);
	z->deflate.level = 1;
	z->deflate.level_buf = z->level;
	z->deflate.level_buf_size = sizeof(z->level);
}

void zip_end(struct zip *z)
{
	out_flush(&z->in);
	pack(z, NULL, 0, true);
	REQUIRE(z->now->plain < MAX32 && z->now->packed < MAX32);
	put_le(z->to, 0x08074b50, 4);
	put_le(z->to, z->now->crc, 4);
	put_le(z->to, z->now->packed, 4);
	put_le(z->to, z->now->plain, 4);
}

static void put_directory_entry(struct out *o, const struct zip_entry *e)
{
	bool far = e->offset >= MAX32;

	put_le(o, 0x02014b50, 4);
	put_le(o, far ? NEED_ZIP64 : NEED_PLAIN, 2);
	put_le(o, far ? NEED_ZIP64 : NEED_PLAIN, 2);
	put_le(o, FLAGS, 2);
	put_le(o, DEFLATE, 2);
	put_le(o, 0, 2);
	put_le(o, DOS_DATE, 2);
	put_le(o, e->crc, 4);
	put_le(o, e->packed, 4);
	put_le(o, e->plain, 4);
	put_le(o, e->name.n, 2);
	put_le(o, far ? 12 : 0, 2);
	put_le(o, 0, 10); /* comment, disk, attributes */
	put_le(o, far ? MAX32 : e->offset, 4);
	out_str(o, e->name);
	if (far) { /* clause 4.5.3 */
		put_le(o, 1, 2);
		put_le(o, 8, 2);
		put_le(o, e->offset, 8);
	}
}

/* Clauses 4.3.14 and 4.3.15. */
static void put_zip64_end(struct zip *z, uint64_t start, uint64_t end)
{
	put_le(z->to, 0x06064b50, 4);
	put_le(z->to, 44, 8);
	put_le(z->to, NEED_ZIP64, 2);
	put_le(z->to, NEED_ZIP64, 2);
	put_le(z->to, 0, 8); /* disks */
	put_le(z->to, z->n, 8);
	put_le(z->to, z->n, 8);
	put_le(z->to, end - start, 8);
	put_le(z->to, start, 8);
	put_le(z->to, 0x07064b50, 4);
	put_le(z->to, 0, 4);
	put_le(z->to, end, 8);
	put_le(z->to, 1, 4);
}

void zip_finish(struct zip *z)
{
	uint64_t start = offset_now(z);

	for (const struct zip_entry *e = z->first; e != NULL; e = e->next)
		put_directory_entry(z->to, e);

	uint64_t end = offset_now(z);
	bool big = start >= MAX32 || end - start >= MAX32 || z->n >= MAX16;

	if (big)
		put_zip64_end(z, start, end);
	put_le(z->to, 0x06054b50, 4);
	put_le(z->to, 0, 4);
	put_le(z->to, big ? MAX16 : z->n, 2);
	put_le(z->to, big ? MAX16 : z->n, 2);
	put_le(z->to, big ? MAX32 : end - start, 4);
	put_le(z->to, big ? MAX32 : start, 4);
	put_le(z->to, 0, 2);
}
