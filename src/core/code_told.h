/* code_told.h - the officers of a system are told when a list of codes of theirs
 * (core/code_list.h) cannot be read: each, once a day at the most of each list,
 * however many tables wait for it. Transactions on the people store. */
#ifndef CORE_CODE_TOLD_H
#define CORE_CODE_TOLD_H

#include "core/code_list.h"

/* How long ago a gate may have tried: it does so every minute while a table waits,
 * and a list that nobody waits for any more is no news. */
enum { CODE_TOLD_LOOKED_MS = 15 * 60 * 1000 };

/* Whether they are to be told now. */
MUST_CHECK enum err code_told_due(
    struct ctx *, const struct code_list *, bool *ret);
/* Tells them, unless another courier has. Write transaction. */
MUST_CHECK enum err code_told(struct ctx *, const struct code_list *);

#endif
