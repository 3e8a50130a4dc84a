/* verify.h - a log held against itself and against what was signed of it: every
 * leaf is read and hashed anew, in constant memory. Beside the log's writer and
 * without one; nothing is changed. */
#ifndef EVIDENCE_VERIFY_H
#define EVIDENCE_VERIFY_H

#include "evidence/note.h"

enum evidence_fault {
#define FAULT(name) EVIDENCE_##name,
#include "evidence/faults.def"
#undef FAULT
	EVIDENCE_FAULTS
};
extern const char *const evidence_faults[EVIDENCE_FAULTS];

struct evidence_report {
	void (*fault)(void *arg, enum evidence_fault, uint64_t leaf);
	void *arg;
};
struct evidence_found {
	uint64_t leaves, checkpoints, bad;
	uint64_t signed_leaves; /* by the newest checkpoint */
	size_t torn;            /* bytes at the end that were never promised */
	/* The root over `signed_leaves`, for what else was signed. */
	struct sha256 root;
};

/* The log in that folder. ERR_NOT_FOUND when there is none, ERR_BROKEN when it
 * cannot be read at all. */
MUST_CHECK enum err evidence_verify(struct ctx *, struct str folder,
    const struct note_keys *, const struct evidence_report *,
    struct evidence_found *ret);

/* The logs below a folder: their names, sorted. */
MUST_CHECK enum err evidence_logs(
    struct ctx *, struct str folder, struct str **ret, size_t *ret_n);
/* The logs of which a gate left a checkpoint in `shared`, to be handed on. */
MUST_CHECK enum err evidence_handed_on(
    struct ctx *, struct str shared, struct str **ret, size_t *ret_n);
/* Whether a note is among the log's checkpoints, byte for byte. */
MUST_CHECK enum err evidence_has_note(
    struct ctx *, struct str folder, struct str note, bool *ret);

#endif
