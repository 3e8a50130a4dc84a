/* inbound.h - what became of tables that were sent in, as the gate says it in the
 * shared store (core/inbound.h), made events of their requests (core/brought.h),
 * with notices to whoever sent one that cannot be used; and the corrected copies
 * that a gate handed over (core/given_back.h). */
#ifndef COURIER_INBOUND_H
#define COURIER_INBOUND_H

#include "base/ctx.h"

struct store;

/* Where the looking goes on: what cannot be told keeps nothing else from it. */
struct inbound_page {
	char after[64]; /* an upload's id, or a delivery's */
};
/* Opens transactions of its own. */
MUST_CHECK enum err courier_inbound(struct ctx *, struct store *people,
    struct store *shared, struct inbound_page *);
MUST_CHECK enum err courier_given_back(struct ctx *, struct store *people,
    struct store *shared, struct inbound_page *);

#endif
