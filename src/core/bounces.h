/* bounces.h - a server far away says that a mail of ours did not arrive. */
#ifndef CORE_BOUNCES_H
#define CORE_BOUNCES_H

#include "core/replies.h"

/* Of the mail `notice`: those of the failures that are addresses of it become
 * failed envelopes, with the server's words; whoever holds the request is told,
 * once for each address that does not work. *ret_any: there was one. The chain
 * is taken; write transaction. */
MUST_CHECK enum err bounces_take(
    struct ctx *, int64_t notice, const struct incoming *, bool *ret_any);

#endif
