/* outbox.h - notices on their way out: written in the transaction of their cause,
 * so that one is never without the other; taken by a courier under a lease, so
 * that one is sent even when its courier dies (then perhaps twice, with the same
 * id). */
#ifndef CORE_OUTBOX_H
#define CORE_OUTBOX_H

#include "base/ctx.h"

enum notice_kind {
#define NOTICE(name) NOTICE_##name,
#include "core/outbox.def"
#undef NOTICE
	NOTICES
};
extern const char *const notice_names[NOTICES];

struct notice {
	int64_t id; /* grows with time */
	enum notice_kind kind;
	struct str request;   /* number, may be empty */
	struct str recipient; /* e-mail */
	struct str cc;        /* e-mails with ", " between; may be empty */
	struct str subject;   /* one line */
	struct str body;      /* lines; at most 64 KiB */
	struct str link;      /* path of the desk ("/requests/…") or empty */
	struct str files; /* ids of attachments, blanks between; may be empty */
	int64_t created;
	int64_t done;  /* when it was sent, or held (notice_choice.h); or 0 */
	int64_t tried; /* when it could not be made first; 0: it never failed */
	int64_t attempts; /* that failed */
};

/* id, created and done are given here. Line breaks and control marks in the
 * subject become blanks. ERR_INVALID for an e-mail that is none. *ret_id may be
 * NULL. Write transaction. */
MUST_CHECK enum err outbox_add(
    struct ctx *, const struct notice *, int64_t *ret_id);

/* Takes up to `max` notices that nobody holds, oldest first, for `lease_ms`.
 * `owner` names the courier and this round of it. Write transaction. */
MUST_CHECK enum err outbox_claim(struct ctx *, struct str owner,
    int64_t lease_ms, int64_t max, const struct notice **ret, size_t *ret_n);
/* Whether there is a notice to take; a read, so that looking costs nobody his
 * turn to write. */
MUST_CHECK enum err outbox_waiting(struct ctx *, bool *ret);
/* ERR_CONFLICT when the lease was lost to another. Write transaction. */
MUST_CHECK enum err outbox_done(struct ctx *, int64_t id, struct str owner);

/* It could not be made a mail: one attempt more, nothing if the lease was lost.
 * Write transaction. */
MUST_CHECK enum err outbox_failed(struct ctx *, int64_t id, struct str owner);

/* Newest first, those before `before` (0: from the newest), of one recipient or
 * with an empty one of all; `limit` 1 to 200. */
MUST_CHECK enum err outbox_list(struct ctx *, struct str recipient,
    int64_t before, int64_t limit, const struct notice **ret, size_t *ret_n);
/* ERR_NOT_FOUND. */
MUST_CHECK enum err outbox_get(struct ctx *, int64_t id, struct notice *ret);

#endif
