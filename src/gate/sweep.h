/* sweep.h - files that were sent in and that nothing uses go after seven days,
 * what was never wholly received after one, and what no row knows (its gate fell,
 * or another file came by the same ticket) after an hour; each is in the log, and
 * its row stays in the store. */
#ifndef GATE_SWEEP_H
#define GATE_SWEEP_H

#include "gate/app.h"

/* A thread that looks every ten seconds; for what no row knows when it begins and
 * every hour. */
struct sweeper;
struct sweeper *sweeper_begin(struct gate *);
void sweeper_end(struct sweeper *);

#endif
