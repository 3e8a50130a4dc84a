/* ledger.h - a log as the one process that writes it has it. What was appended is
 * on disk when ledger_append returns: many threads that append at once share one
 * sync. A write or a sync that failed ends the log for this process: what then
 * stands on the disk is known only to who opens it anew. */
#ifndef EVIDENCE_LEDGER_H
#define EVIDENCE_LEDGER_H

#include "evidence/merkle.h"
#include "evidence/note.h"

struct ledger;

struct ledger_options {
	struct str folder; /* of all logs: gate/evidence; made when missing */
	const struct note_signer *signer; /* these live as long as the log */
	const struct note_keys *keys;     /* the signer's, and older ones */
	size_t segment_bytes;             /* 0: SEGMENT_BYTES */
};
struct ledger_opened {
	uint64_t leaves;
	size_t torn; /* bytes at the end that were never promised: cut off */
	bool cut_note;
	bool made;    /* a new log */
	bool rebuilt; /* the hashes, from the leaves */
};

/* Goes on with the first log of the folder that no other process holds, or
 * begins one. ERR_BROKEN when that log is not what was written: it has to be
 * looked at, and set aside. */
MUST_CHECK enum err ledger_open(struct ctx *, const struct ledger_options *,
    struct ledger **ret, struct ledger_opened *ret_opened);
/* Nobody may be appending. Accepts NULL. Signs nothing. */
void ledger_close(struct ledger *);

struct str ledger_id(const struct ledger *);
struct str ledger_folder(const struct ledger *);
uint64_t ledger_leaves(struct ledger *); /* durable */
/* No leaf will be taken any more: the process has to end. */
bool ledger_failed(struct ledger *);

/* Of 1 to LEAF_MAX_BYTES. ERR_BUSY when there is no room on the disk, ERR_BROKEN
 * when the log has failed. */
MUST_CHECK enum err ledger_append(
    struct ctx *, struct ledger *, struct str leaf, uint64_t *ret_index);
/* Until there are more than `known` leaves, `ms` at the most. */
void ledger_wait(struct ledger *, uint64_t known, int ms);

/* Signs what is there, unless nothing came since the last time. *ret is the
 * newest checkpoint's size; may be NULL. */
MUST_CHECK enum err ledger_sign(struct ctx *, struct ledger *, uint64_t *ret);
/* The newest checkpoint's note; absent: none yet. */
struct str ledger_note(struct arena *, struct ledger *);
/* Makes the next segment ready when this one is half full, so that no answer has
 * to wait for it. */
MUST_CHECK enum err ledger_tend(struct ctx *, struct ledger *);

const struct merkle_nodes *ledger_nodes(const struct ledger *);

#endif
