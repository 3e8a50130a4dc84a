/* dispose.h - the destruction of files with data, as the courier orders it
 * (core/disposal.h). */
#ifndef GATE_DISPOSE_H
#define GATE_DISPOSE_H

#include "gate/app.h"

/* By the thread that looks. Opens transactions of its own. */
void gate_dispose(struct ctx *, struct gate *);

#endif
