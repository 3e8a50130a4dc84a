/* A segment of a log, as it is opened. First a line of changes, each "place" or
 * "place/byte"; then either a whole file, which begins with the word of its head,
 * or leaves, one a line, groups divided by empty lines, of which a file is made.
 * What an opened file yields stands in a group whose CRC, taken bit by bit here,
 * is right; without changes it is what was written, in that order. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evidence/segment.h"
#include "fuzz.h"

enum { MAX_FILE = 8 * 1024, MAX_LEAVES = 400 };

/* A folder for the one file, gone with the process. */
static char folder_name[] = "/tmp/pratu-fuzz-segment-XXXXXX";

static void remove_folder(void)
{
	rmdir(folder_name);
}

static int folder(void)
{
	static int fd = -1;
	if (fd >= 0)
		return fd;
	REQUIRE(mkdtemp(folder_name) && atexit(remove_folder) == 0);
	fd = open(folder_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	REQUIRE(fd >= 0);
	return fd;
}

static uint32_t number_at(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

/* CRC-32C as it is written down: Castagnoli's polynomial, turned round; with no
 * ones before and after. */
static uint32_t plain_crc(uint32_t crc, const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return crc;
}

/* Whether the group at `at` is whole. */
static bool whole(const unsigned char *p, size_t n, size_t at, size_t *ret_n)
{
	if (n - at < GROUP_HEAD_BYTES)
		return false;
	size_t body = number_at(p + at);
	if (body == 0 || body > n - at - GROUP_HEAD_BYTES)
		return false;
	uint32_t crc = plain_crc(0, p + at, 4);
	*ret_n = GROUP_HEAD_BYTES + body;
	return plain_crc(crc, p + at + 8, body + 8) == number_at(p + at + 4);
}

/* Whether the leaf lies in one of the groups that stand there whole, one behind
 * the other from the begin. */
static void check_leaf(const struct segment *s, struct str leaf)
{
	size_t from = (size_t)((const unsigned char *)leaf.p - s->p), n = 0;
	size_t at = SEGMENT_HEAD_BYTES;
	REQUIRE(leaf.n > 0 && leaf.n <= LEAF_MAX_BYTES && from < s->n &&
		leaf.n <= s->n - from);
	while (at < from && whole(s->p, s->n, at, &n) && at + n <= from)
		at += n;
	REQUIRE(whole(s->p, s->n, at, &n));
	REQUIRE(from >= at + GROUP_HEAD_BYTES + 4);
	REQUIRE(from + leaf.n <= at + n);
	REQUIRE(number_at(s->p + from - 4) == leaf.n);
}

/* How many leaves came; the first `max` are kept. */
static size_t read_all(
    const struct segment *s, struct str *leaves, size_t max, enum rest *ret)
{
	struct leaves l = leaves_of(s);
	struct str one;
	size_t n = 0, left;
	enum step step;
	while ((step = leaves_next(s, &l, &one)) == STEP_LEAF) {
		check_leaf(s, one);
		if (n < max)
			leaves[n] = one;
		n++;
		REQUIRE(l.next == s->head.first + n);
	}
	*ret = segment_rest(s, &l, &left);
	REQUIRE(left <= s->n && (*ret == REST_ZERO) == (left == 0));
	REQUIRE(step != STEP_BAD || *ret != REST_ZERO);
	return n;
}

/* As a file, mapped; and as bytes of which ASan sees the end. */
static bool open_it(struct ctx *cx, struct str file, struct segment *ret)
{
	const char *name = str_cstr(cx->arena, segment_name(cx->arena, 0));
	struct segment s;
	int fd = openat(folder(), name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	REQUIRE(fd >= 0 && write(fd, file.p, file.n) == (ssize_t)file.n);
	close(fd);
	enum err e = segment_map(cx, folder(), 0, &s);
	unlinkat(folder(), name, 0);
	REQUIRE(e == OK || e == ERR_BROKEN);
	if (e) {
		fuzz_failed(cx, e);
		return false;
	}
	REQUIRE(s.n == file.n && s.head.bytes == file.n &&
		memcmp(s.p, file.p, file.n) == 0);
	*ret = s;
	ret->p = (const unsigned char *)file.p;
	segment_unmap(&s);
	return true;
}

struct made {
	unsigned char *p;
	size_t at, n_leaves;
	struct str leaf[MAX_LEAVES];
};

static void end_group(struct made *m, struct group *g, size_t before)
{
	if (g->n > GROUP_HEAD_BYTES) {
		group_end(g, before);
		m->at += g->n;
	}
	group_begin(g, m->p + m->at, MAX_FILE - m->at);
}

/* The file that a log would have written. */
static struct made *make(struct arena *a, struct str in)
{
	struct made *m = ARENA_NEW(a, struct made);
	struct segment_head head = { .id = "fuzz", .bytes = MAX_FILE };
	struct group g;
	size_t before = 0;
	m->p = arena_alloc(a, MAX_FILE);
	memset(m->p, 0, MAX_FILE);
	segment_head_write(&head, m->p);
	m->at = SEGMENT_HEAD_BYTES;
	group_begin(&g, m->p + m->at, MAX_FILE - m->at);
	while (in.n > 0 && m->n_leaves < MAX_LEAVES) {
		struct str line = fuzz_line(&in);
		if (line.n == 0) {
			end_group(m, &g, before);
			before = m->n_leaves;
			if (m->at + GROUP_HEAD_BYTES >= MAX_FILE)
				break;
		} else if (line.n > LEAF_MAX_BYTES || !group_add(&g, line)) {
			break;
		} else {
			m->leaf[m->n_leaves++] = line;
		}
	}
	if (g.n > GROUP_HEAD_BYTES)
		group_end(&g, before);
	return m;
}

/* The first place that is another now; n when none is. */
static size_t change(unsigned char *p, size_t n, struct str changes)
{
	size_t first = n;
	struct str one, place, byte;
	for (bool more = changes.n > 0; more;) {
		int64_t at, by = 1;
		more = str_cut(changes, ' ', &one, &changes);
		(void)str_cut(one, '/', &place, &byte);
		if (!str_i64(place, &at) || at < 0 || (uint64_t)at >= n ||
		    (byte.n > 0 && !str_i64(byte, &by)))
			continue;
		p[at] = (unsigned char)(p[at] ^ by);
		if ((by & 0xff) != 0 && (size_t)at < first)
			first = (size_t)at;
	}
	return first;
}

static void check_made(struct ctx *cx, struct str changes, struct str in)
{
	struct made *m = make(cx->arena, in);
	struct str *got = ARENA_ARRAY(cx->arena, struct str, MAX_LEAVES);
	struct str file = str_n((const char *)m->p, MAX_FILE);
	struct segment s;
	enum rest rest;
	REQUIRE(open_it(cx, file, &s));
	REQUIRE(read_all(&s, got, MAX_LEAVES, &rest) == m->n_leaves &&
		rest == REST_ZERO);
	for (size_t i = 0; i < m->n_leaves; i++)
		REQUIRE(str_eq(got[i], m->leaf[i]));
	size_t first = change(m->p, MAX_FILE, changes);
	if (first == MAX_FILE || !open_it(cx, file, &s))
		return;
	/* What stands before the change is there as it was. */
	size_t n = read_all(&s, got, MAX_LEAVES, &rest);
	for (size_t i = 0; i < n && i < m->n_leaves; i++)
		REQUIRE((size_t)(got[i].p - file.p) >= first ||
			str_eq(got[i], m->leaf[i]));
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct str changes = fuzz_line(&in);
	struct segment s;
	enum rest rest;
	if (!str_starts(in, STR("pratu evidence"))) {
		check_made(cx, changes, in);
		return;
	}
	unsigned char *p = arena_alloc(cx->arena, in.n);
	memcpy(p, in.p, in.n);
	change(p, in.n, changes);
	if (open_it(cx, str_n((const char *)p, in.n), &s))
		(void)read_all(&s, NULL, 0, &rest);
}
