/* segment.h - the leaves of a log on disk: files of one size, filled with zeros
 * before they are used, so that a sync has no lengths to write.
 *
 *	file   header (64 bytes), then groups, then zeros
 *	group  body length, CRC-32C of all else, index of its first leaf (16 bytes);
 *	       body: leaves, each after its length; zeros up to a multiple of 8
 *
 * All numbers are little-endian. A group is what one sync made durable: it is
 * there or not as a whole, and the next was only written after it was synced.
 * So what does not hold at the end, with nothing behind it, was never promised
 * to anybody ("torn"); anywhere else it is a fault. */
#ifndef EVIDENCE_SEGMENT_H
#define EVIDENCE_SEGMENT_H

#include "base/ctx.h"

enum {
	LOG_ID_BYTES = 16,
	SEGMENT_HEAD_BYTES = 64,
	GROUP_HEAD_BYTES = 16,
	GROUP_MAX_BYTES = 1 << 20,
	LEAF_MAX_BYTES = 60 * 1024,
};
#define SEGMENT_BYTES ((size_t)16 << 20)

struct segment_head {
	char id[LOG_ID_BYTES]; /* of the log */
	uint64_t number;       /* from 0 */
	uint64_t first;        /* index of its first leaf */
	uint32_t bytes;        /* of the file */
};
void segment_head_write(
    const struct segment_head *, unsigned char ret[SEGMENT_HEAD_BYTES]);
bool segment_head_read(
    const unsigned char[SEGMENT_HEAD_BYTES], struct segment_head *ret);

/* A group being made. `p` has room for head and body. */
struct group {
	unsigned char *p;
	size_t n, max; /* with its head */
};
/* `max` bytes with the head, GROUP_MAX_BYTES at the most. */
void group_begin(struct group *, unsigned char *room, size_t max);
/* False when it does not fit any more. */
bool group_add(struct group *, struct str leaf);
void group_end(struct group *, uint64_t first);

/* A segment in memory, read from its begin. */
struct segment {
	const unsigned char *p;
	size_t n;
	struct segment_head head;
};
MUST_CHECK enum err segment_map(
    struct ctx *, int folder, uint64_t number, struct segment *ret);
void segment_unmap(struct segment *); /* no harm when it is not mapped */
struct str segment_name(struct arena *, uint64_t number);

/* Leaf after leaf. A group's CRC is looked at when it is come to. */
struct leaves {
	size_t at;     /* of the next group */
	size_t in;     /* of the next leaf in the group before it; 0: none */
	uint64_t next; /* index of the next leaf */
};
enum step { STEP_LEAF, STEP_END, STEP_BAD };
struct leaves leaves_of(const struct segment *);
/* STEP_END at a group of length 0, or without room for one. STEP_BAD: `at` is
 * where it does not go on. */
enum step leaves_next(
    const struct segment *, struct leaves *, struct str *ret_leaf);
/* What stands from `at` on, where leaves_next did not find another group. */
enum rest { REST_ZERO, REST_TORN, REST_BAD };
enum rest segment_rest(
    const struct segment *, const struct leaves *, size_t *ret_bytes);

#endif
