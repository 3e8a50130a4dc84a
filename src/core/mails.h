/* mails.h - notices that leave as mail. A notice becomes one mail, kept as it was
 * sent, and one envelope for each address: each is sent, tried again or given up
 * by itself. An attempt is on record before it begins and after it ends, so that
 * one whose end nobody saw is known; the next is then marked. */
#ifndef CORE_MAILS_H
#define CORE_MAILS_H

#include "base/ctx.h"

enum envelope_state {
	ENVELOPE_WAITING, /* or being sent */
	ENVELOPE_SENT,
	ENVELOPE_FAILED, /* given up: it never arrived */
	ENVELOPE_STATES
};
extern const char *const envelope_state_names[ENVELOPE_STATES];

struct envelope {
	int64_t notice;
	struct str email;
	enum envelope_state state;
	int64_t attempts, unsure;
	struct str answer; /* what the server said last, one line */
	int64_t first;     /* when it was tried first; 0: never yet */
	int64_t until;     /* not tried again before */
	int64_t at;        /* when it was sent or given up; 0 */
};

struct mail {
	int64_t notice;
	struct str request; /* may be empty */
	struct str message_id;
	struct str sha256; /* of the filed copy, hex; empty: there is none */
	int64_t bytes, at;
	/* Of the notice; read, never written. */
	struct str kind, recipient, cc, subject;
	const struct envelope *envelopes;
	size_t n_envelopes;
};

/* The mail and its envelopes, each address once. Write transaction. */
MUST_CHECK enum err mail_add(struct ctx *, const struct mail *,
    const struct str *emails, size_t n_emails);

/* One that could never be made: nothing is filed (sha256 empty), every envelope
 * failed, and the request's page says so. Write transaction. */
MUST_CHECK enum err mail_add_failed(struct ctx *, const struct mail *,
    const struct str *emails, size_t n_emails, struct str why);

/* Whether an envelope is to be sent now; a read. */
MUST_CHECK enum err envelopes_due(struct ctx *, bool *ret);
/* Takes up to `max` of them, oldest first, for `lease_ms`. Write transaction. */
MUST_CHECK enum err envelopes_claim(struct ctx *, struct str owner,
    int64_t lease_ms, int64_t max, const struct envelope **ret, size_t *ret_n);
/* An attempt begins: it counts from here on, whatever becomes of it.
 * ERR_CONFLICT when the lease is over or another's. Write transactions, this and
 * the next three. */
MUST_CHECK enum err envelope_start(
    struct ctx *, const struct envelope *, struct str owner, int64_t lease_ms);
MUST_CHECK enum err envelope_sent(
    struct ctx *, const struct envelope *, struct str owner, struct str answer);
/* Tried again from `until`. `unsure`: it may have arrived all the same. */
MUST_CHECK enum err envelope_later(struct ctx *, const struct envelope *,
    struct str owner, struct str answer, int64_t until, bool unsure);
MUST_CHECK enum err envelope_failed(
    struct ctx *, const struct envelope *, struct str owner, struct str answer);
/* Given back without an attempt. */
MUST_CHECK enum err envelopes_release(struct ctx *, struct str owner);
/* Whether any envelope of the mail waits still. */
MUST_CHECK enum err mail_is_open(struct ctx *, int64_t notice, bool *ret);

/* How long until the next attempt: 10 s after the first, then twice as long each
 * time, 12 hours at the most. */
int64_t envelope_wait_ms(int64_t attempts);

/* Of a request, newest first, at most 200, as far as the person may read them:
 * who is of its office, or sees all requests, reads all; whoever else, those that
 * went to him. */
struct case_file;
struct person;
MUST_CHECK enum err mail_list(struct ctx *, const struct case_file *,
    const struct person *, const struct mail **ret, size_t *ret_n);
/* One of these: ERR_NOT_FOUND. */
MUST_CHECK enum err mail_get(struct ctx *, const struct case_file *,
    const struct person *, int64_t notice, struct mail *ret);
/* Below people/: each mail under its SHA-256, as attachments are. */
#define MAILS_FOLDER "mails"

#endif
