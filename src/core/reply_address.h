/* reply_address.h - where an answer to a mail goes: the mailbox's address with a
 * tag for that one notice, "desk+412-k2f…@example.ac.th". The tag is an HMAC of
 * the notice's number under a key of the store, so it need not be kept, and
 * nobody makes one for another notice. Letters are lower case and tell nothing
 * by theirs: servers on the way may change them. */
#ifndef CORE_REPLY_ADDRESS_H
#define CORE_REPLY_ADDRESS_H

#include "base/ctx.h"

/* Absent until there is one. */
MUST_CHECK enum err reply_key_find(struct ctx *, struct str *ret);
/* Makes it when there is none. Write transaction. */
MUST_CHECK enum err reply_key_make(struct ctx *);

struct str reply_address(
    struct arena *, struct str key, struct str mailbox, int64_t notice);
enum reply_tag {
	REPLY_TAG_NONE, /* the address has none, or is not the mailbox's */
	REPLY_TAG_BAD,  /* it has one that we did not make */
	REPLY_TAG_GOOD,
};
enum reply_tag reply_address_read(struct arena *, struct str key,
    struct str mailbox, struct str address, int64_t *ret_notice);

#endif
