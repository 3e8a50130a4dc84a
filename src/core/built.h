/* built.h - documents that the gate built for a `prepare`, until it is known
 * whether that was taken. One that was refused afterwards, or never came, leaves
 * files that no event knows: they go as all others do (disposal.h), and the
 * request says so. */
#ifndef CORE_BUILT_H
#define CORE_BUILT_H

#include "core/disposal.h"

enum { BUILT_WAIT_MIN = 60 }; /* a `prepare` has long been answered by then */

/* By the gate, before the desk hears of the file. Write transaction on the shared
 * store; the same file again is as new. */
MUST_CHECK enum err built_note(struct ctx *, struct str request,
    struct str sha256, struct str name, int64_t bytes);
/* Those that have waited, oldest first, at most DISPOSALS_AT_ONCE. Shared
 * store. */
MUST_CHECK enum err built_old(struct ctx *, struct disposals *ret);
/* What an event of its request says of it since it was built, or another request
 * that has the same bytes; nothing, while the request's records are held. People
 * store, a read. */
enum built_is { BUILT_KNOWN, BUILT_STRAY, BUILT_HELD };
MUST_CHECK enum err built_look(
    struct ctx *, const struct disposal *, enum built_is *ret);
/* No need to look at it again; or not before it has waited once more. Write
 * transaction on the shared store. */
MUST_CHECK enum err built_forget(struct ctx *, const struct disposal *);
MUST_CHECK enum err built_put_off(struct ctx *, const struct disposal *);

#endif
