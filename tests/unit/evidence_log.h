/* evidence_log.h - logs of evidence for tests: small segments, leaves that a
 * gate could have written, in a scratch folder. */
#ifndef TESTS_UNIT_EVIDENCE_LOG_H
#define TESTS_UNIT_EVIDENCE_LOG_H

#include "evidence/ledger.h"
#include "evidence/receipt.h"
#include "evidence/record.h"
#include "evidence/segment.h"
#include "evidence/trail.h"
#include "evidence/verify.h"
#include "scratch.h"

#define LOG_SEGMENT ((size_t)128 << 10)

struct log_keys {
	struct note_signer signer;
	struct note_keys keys;
	struct str folder; /* of all logs */
	struct str secret, public;
};
struct log_keys log_keys(struct ctx *, struct str folder);

/* Ends the test program when it cannot. */
struct ledger *log_open(
    struct ctx *, const struct log_keys *, struct ledger_opened *);
enum err log_try(struct ctx *, const struct log_keys *, struct ledger **ret,
    struct ledger_opened *);
struct str log_leaf(struct arena *, uint64_t number);
void log_add(struct ctx *, struct ledger *, uint64_t number);

/* The one log of the folder. */
struct str log_folder(struct ctx *, const struct log_keys *);
const char *log_file(struct ctx *, const struct log_keys *, const char *name);
struct evidence_found log_verify(struct ctx *, const struct log_keys *);

/* Of one leaf; signed if need be. */
struct str log_receipt(struct ctx *, struct ledger *, uint64_t index);
/* What does not hold; -1: no receipt at all. */
int64_t receipt_bad(
    struct ctx *, const struct log_keys *, struct str text, bool *ret_found);

struct str read_file(struct arena *, const char *path);
void write_file(struct str path, struct str text);

#endif
