/* replier.h - the thread of the courier that reads the mailbox of replies (imap.h),
 * one mail at a time, and gives each to core/replies.h. */
#ifndef COURIER_REPLIER_H
#define COURIER_REPLIER_H

#include "core/site.h"

struct replier;
struct replier *replier_start(const struct site *, struct store *people);
/* Breaks off what is under way, and waits. */
void replier_stop(struct replier *); /* accepts NULL */

/* "imaps://host user INBOX": what is remembered of it belongs to it. */
struct str replier_mailbox(struct arena *, const struct site_replies *);
/* How often it looks. */
int64_t replier_every_ms(const struct site_replies *);

#endif
