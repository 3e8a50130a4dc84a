/* given_back.h - corrected copies of tables that were sent in, as a gate handed
 * them over, until an event of their requests tells of it (core/brought.h). Made
 * of the log of evidence in the same transaction as their deliveries
 * (deliveries.h), so none is lost when a gate falls after its record, and none is
 * told of that has no record. Transactions on the shared store. */
#ifndef CORE_GIVEN_BACK_H
#define CORE_GIVEN_BACK_H

#include "core/deliveries.h"

struct given_back {
	struct str delivery, log;
	struct str request, upload, name;
	struct str sha256; /* of what was sent in */
	struct str to;     /* e-mail */
	struct str digest; /* of the copy, hex */
	int64_t leaf, at, bytes;
	int64_t reading; /* version of core/inbound.h, of which it was made */
};

enum { GIVEN_BACK_UNTOLD = 100 };

/* For the gate: nothing to do for a delivery of no reading; twice is once. */
MUST_CHECK enum err given_back_note(struct ctx *, const struct delivery *);
/* At most GIVEN_BACK_UNTOLD, by the delivery's id after `after`. */
MUST_CHECK enum err given_back_untold(struct ctx *, struct str after,
    const struct given_back **ret, size_t *ret_n);
MUST_CHECK enum err given_back_told(struct ctx *, struct str delivery);

#endif
