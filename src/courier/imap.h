/* imap.h - reading a mailbox (RFC 9051 by libcurl): what is new in it, how large,
 * one mail at a time. Nothing is ever deleted or moved. */
#ifndef COURIER_IMAP_H
#define COURIER_IMAP_H

#include <stdatomic.h>

#include "base/arena.h"
#include "core/site.h"

enum imap_end {
	IMAP_OK,
	IMAP_GONE, /* there is no such mail any more */
	IMAP_DOWN, /* cannot be reached, lets nobody in, or fell silent */
};

struct imap;
/* Both must live as long; once *stop is set, what is under way is broken off. */
struct imap *imap_open(const struct site_replies *, const atomic_bool *stop);
void imap_close(struct imap *); /* accepts NULL */
/* Of the last failure: libcurl's reason, the server's words. The arena's. */
struct str imap_words(const struct imap *, struct arena *);

struct imap_box {
	int64_t uidvalidity, uid_next;
};
/* Connects and signs in. */
enum imap_end imap_look(struct imap *, struct arena *, struct imap_box *ret);
/* Numbers from..to that are there; with `only_unread`, those that are unread, or
 * (since > 0) came since then, by days. */
enum { IMAP_WINDOW = 500 }; /* to - from */
enum imap_end imap_search(struct imap *, struct arena *,
    const struct imap_box *, int64_t from, int64_t to, bool only_unread,
    int64_t since, int64_t **ret, size_t *ret_n);
enum imap_end imap_size(struct imap *, struct arena *, const struct imap_box *,
    int64_t uid, int64_t *ret);
/* All of it, or its head. IMAP_DOWN when it is larger than max_bytes. */
enum imap_end imap_fetch(struct imap *, struct arena *, const struct imap_box *,
    int64_t uid, bool head_only, size_t max_bytes, struct str *ret);
enum imap_end imap_seen(
    struct imap *, struct arena *, const struct imap_box *, int64_t uid);

#endif
