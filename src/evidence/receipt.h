/* receipt.h - what the holder of a key gets to keep: the leaves of a delivery as
 * they stand in the log, where, the proof that they are in the tree, and the
 * signed note over that tree. With the public key it can be checked for ever, by
 * anyone, without the log.
 *
 *	{"checkpoint": "…", "records": [{"index": 7, "leaf": "{…}",
 *	 "proof": ["base64 of a node", …]}, …], …}
 *
 * What else stands in it says the same for people, and must be the same. */
#ifndef EVIDENCE_RECEIPT_H
#define EVIDENCE_RECEIPT_H

#include "base/json.h"
#include "evidence/note.h"
#include "evidence/verify.h"

/* One or two leaves, by index, of the log in that folder into the object, under
 * a note of that log. ERR_STALE when the note does not cover them. */
MUST_CHECK enum err receipt_put(struct ctx *, struct str folder,
    struct str note, const uint64_t *index, size_t n, json_t *object);

/* Whether a receipt holds; *ret_bad counts what does not. With `folder`, the
 * folder of all logs, its leaves are looked for there too when the log is at
 * hand: *ret_found. ERR_SYNTAX when it is no receipt at all. */
MUST_CHECK enum err receipt_verify(struct ctx *, struct str text,
    const struct note_keys *, struct str folder, const struct evidence_report *,
    uint64_t *ret_bad, bool *ret_found);

#endif
