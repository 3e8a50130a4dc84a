/* codes.h - officers of a system are told of its lists of codes that gates could
 * not read (core/code_told.h). */
#ifndef COURIER_CODES_H
#define COURIER_CODES_H

#include "base/ctx.h"

struct store;

/* Opens transactions of its own. */
MUST_CHECK enum err courier_codes(
    struct ctx *, struct store *people, struct store *shared);

#endif
