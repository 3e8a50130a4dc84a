/* recorder.h - the gate's log and the thread that follows it; record.h is what
 * others use. */
#ifndef GATE_RECORDER_H
#define GATE_RECORDER_H

#include "gate/record.h"

struct ledger;

/* NULL: there is none. */
struct ledger *recorder_log(struct recorder *);
/* Of a log, by its id. */
struct str recorder_folder(struct arena *, const struct gate *, struct str log);
/* Brings the table up to the log; nothing to do, nothing done. */
MUST_CHECK enum err recorder_settle(struct ctx *, struct recorder *);

#endif
