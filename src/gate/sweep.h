/* sweep.h - files that were sent in and that nothing uses go after seven days,
 * and what was never wholly received after one; each is in the log, and its row
 * stays in the store. */
#ifndef GATE_SWEEP_H
#define GATE_SWEEP_H

#include "gate/app.h"

/* Called often; does something every ten seconds. Opens its own transaction. */
void gate_sweep(struct ctx *, struct gate *);

#endif
