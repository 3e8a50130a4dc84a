/* hook_post.h - the thread of the courier that tells other systems
 * (core/hooks.h), as docs/HOOKS.md says: signed, in the order of each request, to
 * addresses that may be reached and to no other, no redirect followed. */
#ifndef COURIER_HOOK_POST_H
#define COURIER_HOOK_POST_H

#include "core/site.h"

struct hook_post;
/* NULL when no hook may leave ([hooks] names no port). `name` is this courier's,
 * in leases; all must live as long. */
struct hook_post *hook_post_start(
    const struct site *, struct store *people, struct str name);
/* Breaks off what is under way, gives back what was taken, and waits. */
void hook_post_stop(struct hook_post *); /* accepts NULL */

#endif
