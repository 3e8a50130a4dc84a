/* post.h - the thread of the courier that mails: notices become mails (letter.h),
 * mails go to the server (smtp.h), one address at a time. A server that hangs
 * keeps nothing else from being done. */
#ifndef COURIER_POST_H
#define COURIER_POST_H

#include "core/site.h"

struct post;
/* `name` is this courier's, in leases; all must live as long. */
struct post *post_start(
    const struct site *, struct store *people, struct str name);
/* Breaks off what is under way, gives back what was taken, and waits. */
void post_stop(struct post *); /* accepts NULL */

#endif
