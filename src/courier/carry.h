/* carry.h - carries out a round of the yearly list: removes the files of its
 * requests from the folders below people/ (core/disposal_carry.h). */
#ifndef COURIER_CARRY_H
#define COURIER_CARRY_H

#include "core/site.h"

struct store;

/* Where it is; all 0 in the beginning. Rounds are gone through in a circle: one
 * that is stuck keeps no other, nor does one of its lines. */
struct carrying {
	char passed[128]; /* id of the round that was gone through last */
	size_t skip; /* lines of the one after it that could not be ended */
};

/* One turn; opens transactions of its own. */
MUST_CHECK enum err courier_carry(
    struct ctx *, const struct site *, struct store *people, struct carrying *);

#endif
