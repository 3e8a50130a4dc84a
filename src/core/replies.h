/* replies.h - mail that came: answers to our mails, and what somebody wrote to
 * the mailbox by himself. An answer of somebody who takes part in the request
 * joins it as a message; whatever is not so sure is held until a person of the
 * records office looks at it. The sender's name is whatever he wrote: a mail
 * says something, and decides nothing. */
#ifndef CORE_REPLIES_H
#define CORE_REPLIES_H

#include "base/ctx.h"
#include "base/json.h"

enum reply_kind {
	REPLY_WRITTEN,
	REPLY_AUTOMATIC, /* a machine wrote it: nobody is told */
	REPLY_BOUNCE,    /* a server: our mail did not arrive */
	REPLY_KINDS
};
enum reply_state {
	REPLY_JOINED,   /* is a message of its request */
	REPLY_QUIET,    /* the same, without a word to anybody */
	REPLY_HELD,     /* waits for a person */
	REPLY_ATTACHED, /* was put to a request by one */
	REPLY_ASIDE,    /* belongs to none, as one said */
	REPLY_BOUNCED,  /* stands beside the mail that bounced */
	REPLY_STATES
};
/* Why it is held. */
enum reply_why {
	REPLY_CLEAR,
	REPLY_WHY_NONE,   /* it answers no mail of ours */
	REPLY_WHY_FORGED, /* its address has a tag that is none */
	REPLY_WHY_SENDER, /* the sender takes no part in the request */
	REPLY_WHY_CLOSED, /* the request is closed */
	REPLY_WHY_MANY,   /* too many of this sender in a day */
	REPLY_WHY_LARGE,  /* over the limit: it lies in the mailbox only */
	REPLY_WHY_PARTS,  /* more parts than anybody writes, or too deep */
	REPLY_WHY_BROKEN, /* could not be read */
	REPLY_WHY_BOUNCE, /* of a mail that is not ours */
	REPLY_WHYS
};
extern const char *const reply_kinds[REPLY_KINDS];
extern const char *const reply_states[REPLY_STATES];
extern const char *const reply_whys[REPLY_WHYS];

/* A file that came along: kept (attachment.h), or left out and why: "picture"
 * "empty" "large" "count" "name". */
struct reply_file {
	struct str name, type, sha256, left_out;
	int64_t bytes;
};

/* What a server says of one address. */
struct reply_failure {
	struct str email, answer;
};

/* A mail as the courier read it. */
struct incoming {
	struct str mailbox; /* where it lies, as in reply_folder */
	int64_t uidvalidity, uid;
	enum reply_kind kind;
	enum reply_why trouble; /* of the reading; else REPLY_CLEAR */
	struct str message_id, sender, sender_name, subject, body;
	const struct str *to; /* every address that it was sent to */
	size_t n_to;
	const struct str
	    *answers; /* ids of mails that it names, nearest first */
	size_t n_answers;
	const struct reply_file *files;
	size_t n_files;
	const struct reply_failure *failures;
	size_t n_failures;
	struct str sha256; /* of the whole, kept; empty when it is not */
	int64_t bytes;
	bool sealed; /* quotes a link that is a secret */
};

struct reply {
	int64_t id, bytes, at, acted;
	enum reply_kind kind;
	enum reply_state state;
	enum reply_why why;
	bool sealed;
	struct str request; /* or that it seems to be of; may be empty */
	struct str office;  /* of that request */
	struct str message_id, sender, sender_name, subject, body, sha256;
	const json_t *files; /* [{name,type,bytes,sha256,left_out}] */
	struct str acted_by, reason;
};

/* The words of a mail, and files, that stay; the rest is in the mail itself. */
#define REPLY_MAX_BODY_BYTES ((size_t)20 << 10)
#define REPLY_MAX_FILES 20
/* A day's mails of one sender to one request; what is more is held. */
#define REPLY_MAX_A_DAY 30

/* Takes it: *ret_known, when it was taken before. `address` is the mailbox's.
 * Takes the chain; write transaction. */
MUST_CHECK enum err reply_take(
    struct ctx *, struct str address, const struct incoming *, bool *ret_known);

/* Whether it answers a mail with a link of acceptance, or quotes one: it is not
 * filed, since whoever may read it must not answer for the requester. A read. */
MUST_CHECK enum err reply_is_sealed(
    struct ctx *, struct str address, const struct incoming *, bool *ret);

/* Newest first, before `before` (0: from the newest), at most `limit`, in that
 * state, as far as the actor may see them: what belongs to no request the
 * records offices, what does its office's records and its officers.
 * ERR_DENIED to whoever never may. */
MUST_CHECK enum err reply_list(struct ctx *, enum reply_state, int64_t before,
    int64_t limit, const struct reply **ret, size_t *ret_n);
/* How many are held that the actor may see. */
MUST_CHECK enum err reply_held(struct ctx *, int64_t *ret);
/* ERR_NOT_FOUND also to whoever may not see it. */
MUST_CHECK enum err reply_get(struct ctx *, int64_t id, struct reply *ret);
/* The mail itself for whoever may read it: as reply_get, and the office of its
 * request, auditors, the data protection officer and the sender. ERR_GONE for
 * one that is sealed or was never kept. */
MUST_CHECK enum err reply_get_mail(struct ctx *, int64_t id, struct reply *ret);

/* Puts one that is held to a request, as a message. By records of its office or
 * an officer of the request: ERR_DENIED; ERR_CONFLICT when it is not held.
 * Write transactions, this and the next. */
MUST_CHECK enum err reply_attach(
    struct ctx *, int64_t id, struct str request, struct reply *ret);
/* It belongs to none; a reason is needed. */
MUST_CHECK enum err reply_set_aside(
    struct ctx *, int64_t id, struct str reason, struct reply *ret);

bool reply_person_may(const struct ctx *); /* whether he ever may */
json_t *reply_json(struct arena *, const struct reply *);

/* The message of its request: keeps the files, writes the event. The chain is
 * taken; write transaction. */
struct facts;
struct case_file;
MUST_CHECK enum err reply_message(struct ctx *, const struct facts *,
    const struct case_file *, const struct reply *, bool by_hand);

#endif
