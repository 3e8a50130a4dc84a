/* record.h - no record, no data: what leaves the gate stands in its log of
 * evidence first, on disk. The table of deliveries, which the desk and holders
 * of keys look into, is brought up to the log behind the answers, some tens of
 * milliseconds later, and at the start.
 *
 * When the log fails, nothing is handed out any more and the process ends, to
 * open it anew. A gate that cannot open its log serves, answers 503 for data,
 * and tries again. */
#ifndef GATE_RECORD_H
#define GATE_RECORD_H

#include "core/deliveries.h"
#include "gate/app.h"

/* The log, and the thread that follows it. What the log lacks in the table is
 * there when this returns, if the store is well. Goes on when the log cannot be
 * opened; *ret is NULL only when there can be no thread. */
void recorder_start(struct gate *, struct recorder **ret);
/* Signs what is there; nobody may be recording. Accepts NULL. */
void recorder_stop(struct recorder *);
/* The log has failed: the process has to end. */
bool recorder_failed(struct recorder *);
/* There is a log. */
bool recorder_ready(struct recorder *);

/* Each gives the id and comes back when it is on disk. ERR_BUSY when it is not
 * recorded: then nothing may be given. */
MUST_CHECK enum err record_intent(
    struct ctx *, struct gate *, struct delivery *);
MUST_CHECK enum err record_whole(struct ctx *, struct gate *, struct delivery *,
    int64_t rows, int64_t bytes, struct str sha256);
/* The intent of a look by `key`, unless he has had his number of them within the
 * hour: ERR_RATE. One after another, so that none is had beyond it. */
MUST_CHECK enum err record_look(struct ctx *, struct gate *, struct delivery *);
/* What became of an intent. */
MUST_CHECK enum err record_result(struct ctx *, struct gate *, struct str id,
    bool whole, int64_t rows, int64_t bytes, int64_t bad_texts,
    struct str sha256);

/* The delivery from the table, which is brought up to the log before.
 * ERR_NOT_FOUND. */
MUST_CHECK enum err record_find(
    struct ctx *, struct gate *, struct str id, struct delivered *ret);
/* Its receipt: leaves, proofs and a signed checkpoint, into the object. */
MUST_CHECK enum err record_receipt(
    struct ctx *, struct gate *, const struct delivered *, json_t *object);

#endif
