/* evidence_work.h - what the targets of the evidence stand on: a key that is the
 * same in each run, so that inputs can hold notes and receipts of it, and one
 * byte of a text changed. */
#ifndef TESTS_FUZZ_EVIDENCE_WORK_H
#define TESTS_FUZZ_EVIDENCE_WORK_H

#include "evidence/note.h"
#include "fuzz.h"

const struct note_signer *evidence_signer(void);
const struct note_keys *evidence_keys(void); /* the signer's alone */
/* The same text but for the byte at `at` (modulo its length). */
struct str changed_at(struct arena *, struct str, size_t at, unsigned char by);

#endif
