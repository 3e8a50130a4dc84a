/* trail.h - a log's folder as it is read, beside its writer and without one:
 *
 *	lock           held by the one process that writes
 *	NNNNNNNN.seg   the leaves (segment.h)
 *	hashes         all nodes of the tree in 32 bytes each (merkle.h)
 *	checkpoints    signed notes (note.h)
 *
 * Only the segments and the checkpoints are evidence; `hashes` can be derived
 * from them, and is held against them. */
#ifndef EVIDENCE_TRAIL_H
#define EVIDENCE_TRAIL_H

#include "evidence/merkle.h"
#include "evidence/segment.h"

struct trail {
	int folder;
	int hashes; /* -1: missing */
	struct str id, origin;
	uint64_t segments; /* as far as they were seen */
	/* Where it reads. */
	struct segment segment;
	struct leaves at;
	struct merkle_nodes nodes;
};

#define EVIDENCE_ORIGIN "pratu.gate"
/* In shared/, with the log's id behind: its newest checkpoint, for who sends it
 * out of the house. */
#define EVIDENCE_HANDED_ON "checkpoint."
/* What the folder of a log may be called. */
bool trail_is_id(struct str name);

/* Goes with the arena. ERR_NOT_FOUND when there is no such folder. */
MUST_CHECK enum err trail_open(
    struct ctx *, struct str folder, struct trail **ret);
/* So that trail_next gives the leaf of that index first; it must be durable. */
MUST_CHECK enum err trail_seek(struct ctx *, struct trail *, uint64_t index);
/* The next leaf, a view until the next call. ERR_NOT_FOUND at the end. */
MUST_CHECK enum err trail_next(
    struct ctx *, struct trail *, struct str *ret_leaf);
/* The newest checkpoint; absent when there is none. */
MUST_CHECK enum err trail_note(
    struct ctx *, const struct trail *, struct str *ret);

#endif
