/* sweep.h - removes what has ended from the people store: sessions, tokens,
 * links, kept answers. Never an event, a request, or anything that proves. */
#ifndef CORE_SWEEP_H
#define CORE_SWEEP_H

#include "base/ctx.h"

/* Write transaction. */
MUST_CHECK enum err people_sweep(struct ctx *);

#endif
