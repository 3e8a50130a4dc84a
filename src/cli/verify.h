/* verify.h - what `pratu verify` looks into, one file each: the chain of events
 * and its signed heads, the gates' logs, receipts. Each says what does not hold
 * and counts it. */
#ifndef CLI_VERIFY_H
#define CLI_VERIFY_H

#include "cli/cli.h"
#include "core/site.h"
#include "evidence/note.h"

struct verify {
	struct cli *cli;
	int64_t bad;
	json_t *faults; /* the first 1,000 */
	json_t *logs;
	int64_t events, heads;
};

/* What does not hold of an event: its number and the code of chain.CODE. */
void verify_event(struct verify *, int64_t seq, struct str code);
/* One more thing that does not hold. `o` is the caller's, for the JSON. */
void verify_bad(struct verify *, json_t *o);

/* The signed heads, as they stand: read before the store is, or the newest would
 * be of events that the store does not show yet. Goes with the arena. */
MUST_CHECK enum err verify_heads_read(
    struct verify *, const struct site *, struct str *ret);
/* They against the chain. Read transaction on the people store. */
MUST_CHECK enum err verify_heads(
    struct verify *, const struct site *, struct str file);
/* A log, or every log below the folder. With `shared`, the newest checkpoint
 * that a gate left there has to be one of the log's. ERR_NOT_FOUND when there is
 * no such folder. */
MUST_CHECK enum err verify_logs(struct verify *, struct str folder,
    const struct note_keys *, struct str shared);
/* `folder`: of the logs at hand, or absent. */
MUST_CHECK enum err verify_receipt(struct verify *, struct str text,
    const struct note_keys *, struct str folder);

#endif
