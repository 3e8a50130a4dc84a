/* reply_folder.h - how far a mailbox was read. First all new numbers (UIDs) are
 * noted, then each mail is fetched and taken by itself, in one transaction with
 * its number's end: whenever a courier dies, the mail is still noted, or it is
 * taken. Several couriers may read one mailbox: who commits first has it. */
#ifndef CORE_REPLY_FOLDER_H
#define CORE_REPLY_FOLDER_H

#include "base/ctx.h"

struct reply_folder {
	struct str mailbox; /* "imaps://host user folder" */
	int64_t uidvalidity, last_uid;
	int64_t old_end; /* those below were there before us: */
	int64_t since;   /* unread ones only, or since then (UTC ms; 0) */
	int64_t at;      /* when it was last read */
};
/* As of before when the mailbox is as it was, else from its beginning; does not
 * write. `uid_next` is the number that the next mail will have. */
MUST_CHECK enum err reply_folder_find(struct ctx *, struct str mailbox,
    int64_t uidvalidity, int64_t uid_next, struct reply_folder *ret);
/* Notes these numbers, and that all is known up to `last_uid`. Write
 * transaction. */
MUST_CHECK enum err reply_folder_note(struct ctx *, struct reply_folder *,
    const int64_t *uids, size_t n, int64_t last_uid);

struct reply_due {
	struct str mailbox;
	int64_t uidvalidity, uid, attempts;
};
/* Oldest first. */
MUST_CHECK enum err reply_due_list(struct ctx *, const struct reply_folder *,
    int64_t max, const struct reply_due **ret, size_t *ret_n);
/* An attempt begins; a mail that ends every courier is given up one day. Write
 * transaction, as the next one. */
#define REPLY_MAX_ATTEMPTS 5
MUST_CHECK enum err reply_due_start(
    struct ctx *, const struct reply_due *, int64_t until);
/* It was no fault of the mail: the attempt does not count. Write transaction. */
MUST_CHECK enum err reply_due_back(
    struct ctx *, const struct reply_due *, int64_t until);
/* *ret_ours: nobody has ended it before. */
MUST_CHECK enum err reply_due_end(
    struct ctx *, const struct reply_due *, bool *ret_ours);

#endif
