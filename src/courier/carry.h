/* carry.h - carries out a round of the yearly list: removes the files of its
 * requests from the folders below people/ (core/disposal_carry.h). */
#ifndef COURIER_CARRY_H
#define COURIER_CARRY_H

#include "core/site.h"

struct store;

/* One turn; opens transactions of its own. *skip: how many lines could not be
 * ended lately, 0 in the beginning. */
MUST_CHECK enum err courier_carry(
    struct ctx *, const struct site *, struct store *people, size_t *skip);

#endif
