/* dispose.h - what is due to be destroyed, ordered of the gate, and what it says
 * of it, made an event (core/disposal.h). */
#ifndef COURIER_DISPOSE_H
#define COURIER_DISPOSE_H

#include "base/ctx.h"

struct store;
struct disposal_page;

/* Opens transactions of its own. `page` is where the looking for what was sent
 * in goes on; all zero in the beginning. */
MUST_CHECK enum err courier_dispose(struct ctx *, struct store *people,
    struct store *shared, struct disposal_page *page);

#endif
