/* near.h - the known name that a mistyped one probably was. */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include "base/base.h"

/* The one of `names` with the fewest changed, added or lost letters; absent
 * when even that one differs in more than a third of its letters. */
struct str near_name(struct str, const char *const *names, size_t n);
/* The index of the one that is nearer than all others, as near as that; `n` when
 * there is none, or two are as near. */
size_t near_only(struct str, const struct str *names, size_t n);

#endif
