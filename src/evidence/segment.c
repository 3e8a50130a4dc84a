#include "evidence/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <isa-l.h>

#include "base/str.h"

#define MAGIC "pratu evidence 1"

static void put32(unsigned char *p, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(n >> 8 * i);
}

static void put64(unsigned char *p, uint64_t n)
{
	for (int i = 0; i < 8; i++)
		p[i] = (unsigned char)(n >> 8 * i);
}

static uint32_t get32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static uint64_t get64(const unsigned char *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
}

/* ISA-L takes a pointer that it does not write through. */
static uint32_t crc(uint32_t before, const unsigned char *p, size_t n)
{
	return crc32_iscsi((unsigned char *)(uintptr_t)p, (int)n, before);
}

void segment_head_write(
    const struct segment_head *h, unsigned char ret[SEGMENT_HEAD_BYTES])
{
	memset(ret, 0, SEGMENT_HEAD_BYTES);
	memcpy(ret, MAGIC, 16);
	memcpy(ret + 16, h->id, LOG_ID_BYTES);
	put64(ret + 32, h->number);
	put64(ret + 40, h->first);
	put32(ret + 48, h->bytes);
	put32(ret + 60, crc(0, ret, 60));
}

bool segment_head_read(
    const unsigned char p[SEGMENT_HEAD_BYTES], struct segment_head *ret)
{
	if (memcmp(p, MAGIC, 16) != 0 || get32(p + 60) != crc(0, p, 60))
		return false;
	memcpy(ret->id, p + 16, LOG_ID_BYTES);
	ret->number = get64(p + 32);
	ret->first = get64(p + 40);
	ret->bytes = get32(p + 48);
	return true;
}

void group_begin(struct group *g, unsigned char *room, size_t max)
{
	g->p = room;
	g->max = max < GROUP_MAX_BYTES ? max : GROUP_MAX_BYTES;
	g->n = GROUP_HEAD_BYTES;
}

bool group_add(struct group *g, struct str leaf)
{
	REQUIRE(leaf.n > 0 && leaf.n <= LEAF_MAX_BYTES);
	if (g->n + 4 + leaf.n + 7 > g->max)
		return false;
	put32(g->p + g->n, (uint32_t)leaf.n);
	memcpy(g->p + g->n + 4, leaf.p, leaf.n);
	g->n += 4 + leaf.n;
	return true;
}

static uint32_t group_crc(const unsigned char *p, size_t n)
{
	return crc(crc(0, p, 4), p + 8, n - 8);
}

void group_end(struct group *g, uint64_t first)
{
	while (g->n % 8)
		g->p[g->n++] = 0;
	put32(g->p, (uint32_t)(g->n - GROUP_HEAD_BYTES));
	put64(g->p + 8, first);
	put32(g->p + 4, group_crc(g->p, g->n));
}

struct str segment_name(struct arena *a, uint64_t number)
{
	return str_fmt(a, "%08llu.seg", (unsigned long long)number);
}

static enum err map_failed(struct ctx *cx, struct str name, const char *why)
{
	return fail_detail(cx, ERR_BROKEN, "%.*s: %s", STR_ARG(name), why);
}

enum err segment_map(
    struct ctx *cx, int folder, uint64_t number, struct segment *ret)
{
	struct str name = segment_name(cx->arena, number);
	struct segment s = { 0 };
	struct stat st;
	int fd =
	    openat(folder, str_cstr(cx->arena, name), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? fail_detail(cx, ERR_NOT_FOUND,
					     "%.*s: missing", STR_ARG(name))
		                       : map_failed(cx, name, strerror(errno));
	void *p = MAP_FAILED;
	if (fstat(fd, &st) == 0 && st.st_size >= SEGMENT_HEAD_BYTES &&
	    st.st_size <= (off_t)1 << 30)
		p = mmap(
		    NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return map_failed(cx, name, "no segment");
	s.p = p;
	s.n = (size_t)st.st_size;
	if (!segment_head_read(s.p, &s.head) || s.head.bytes != s.n ||
	    s.head.number != number) {
		segment_unmap(&s);
		return map_failed(cx, name, "its head is not what was written");
	}
	*ret = s;
	return OK;
}

void segment_unmap(struct segment *s)
{
	if (s->p)
		munmap((void *)(uintptr_t)s->p, s->n);
	*s = (struct segment){ 0 };
}

struct leaves leaves_of(const struct segment *s)
{
	return (
	    struct leaves){ .at = SEGMENT_HEAD_BYTES, .next = s->head.first };
}

/* Whether a whole group stands there; its length with the head. */
static bool group_at(const struct segment *s, size_t at, size_t *ret_n)
{
	if (s->n - at < GROUP_HEAD_BYTES)
		return false;
	const unsigned char *p = s->p + at;
	size_t n = (size_t)get32(p) + GROUP_HEAD_BYTES;
	if (n % 8 || n <= GROUP_HEAD_BYTES || n > GROUP_MAX_BYTES ||
	    n > s->n - at || get32(p + 4) != group_crc(p, n))
		return false;
	*ret_n = n;
	return true;
}

static bool group_is_next(const struct segment *s, struct leaves *l)
{
	size_t n;
	if (!group_at(s, l->at, &n) || get64(s->p + l->at + 8) != l->next)
		return false;
	l->in = l->at + GROUP_HEAD_BYTES;
	l->at += n;
	return true;
}

/* The next leaf of the group in hand; absent at its end. A leaf that does not
 * fit its group is STEP_BAD: its CRC is right, so someone made it so. */
static enum step leaf_in_group(
    const struct segment *s, struct leaves *l, struct str *ret)
{
	size_t left = l->at - l->in, n = left >= 4 ? get32(s->p + l->in) : 0;
	if (n == 0)
		return left < 8 ? STEP_END : STEP_BAD;
	if (n > LEAF_MAX_BYTES || n > left - 4)
		return STEP_BAD;
	*ret = str_n((const char *)s->p + l->in + 4, n);
	l->in += 4 + n;
	l->next++;
	return STEP_LEAF;
}

enum step leaves_next(
    const struct segment *s, struct leaves *l, struct str *ret)
{
	if (l->in) {
		enum step step = leaf_in_group(s, l, ret);
		if (step != STEP_END)
			return step;
		l->in = 0;
	}
	if (s->n - l->at < GROUP_HEAD_BYTES || get32(s->p + l->at) == 0)
		return STEP_END;
	if (!group_is_next(s, l))
		return STEP_BAD;
	enum step step = leaf_in_group(s, l, ret);
	return step == STEP_END ? STEP_BAD : step;
}

/* Groups begin at multiples of 8, so only these can hide one. */
static bool group_behind(const struct segment *s, const struct leaves *l)
{
	size_t n;
	for (size_t at = l->at + 8; at + GROUP_HEAD_BYTES <= s->n; at += 8)
		if (get32(s->p + at) != 0 && get64(s->p + at + 8) > l->next &&
		    group_at(s, at, &n))
			return true;
	return false;
}

enum rest segment_rest(
    const struct segment *s, const struct leaves *l, size_t *ret_bytes)
{
	size_t end = s->n;
	while (end > l->at && s->p[end - 1] == 0)
		end--;
	*ret_bytes = end - l->at;
	if (end == l->at)
		return REST_ZERO;
	/* One group was on its way at the most. */
	return l->in || *ret_bytes > GROUP_MAX_BYTES || group_behind(s, l)
	           ? REST_BAD
	           : REST_TORN;
}
