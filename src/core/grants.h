/* grants.h - what was agreed, as the gate reads it: connections, their keys,
 * documents, tickets. The events are the truth (people store); publish brings
 * the shared store up to them, idempotently: after each command that grants or
 * ends something, at start, and every second. Keys live here alone, hashed. */
#ifndef CORE_GRANTS_H
#define CORE_GRANTS_H

#include "base/crypt.h"
#include "base/ctx.h"
#include "base/json.h"
#include "core/case_file.h"
#include "core/people.h"

struct store;

/* Brings connections and documents up to the newest event. Opens transactions
 * of its own; cx->db must be NULL. */
MUST_CHECK enum err grants_publish(
    struct ctx *, struct store *people, struct store *shared);

/* How long a gate may go by what it has read of a connection and its key. What
 * ends something is answered when that time has passed, so that from the answer
 * on nobody gets anything: grants_publish() waits when it has published the end
 * of something, whoever ends a key does so by grants_settle(). */
#define GRANTS_KNOWN_MS 200
void grants_settle(void);

/* A connection as it stands in the shared store. */
struct connection {
	struct str id, request, part, outlet, digest;
	struct str state; /* "active" "suspended" "revoked" "replaced" */
	int64_t starts, expires, seq;
	const json_t
	    *spec; /* source sql params columns key filterable formats networks
	                     * quota title purpose lawful_basis requester office
	                     * procedure retention_until contact conditions view */
};
/* ERR_NOT_FOUND. Transactions on the shared store from here on. */
MUST_CHECK enum err connection_get(
    struct ctx *, struct str id, struct connection *ret);
/* Of the requests given; or with n 0 all, by id (for the command line). */
MUST_CHECK enum err connection_list(struct ctx *, const struct str *requests,
    size_t n, const struct connection **ret, size_t *ret_n);
/* "active", "suspended", "revoked", "replaced", or "ended" by its day. */
struct str connection_state(const struct connection *, int64_t now);
/* As its reader calls it: at the gate, or in the database of a view. */
struct str connection_address(
    struct arena *, const struct connection *, struct str gate_url);
json_t *connection_json(struct arena *, const struct connection *,
    struct str gate_url, int64_t now);

#define MAX_KEYS 10

struct key {
	struct str id, connection, hint, holder;
	int64_t created, expires, revoked;
};
/* A new key for a connection that has not ended; shown once. Ends with it. */
MUST_CHECK enum err key_new(struct ctx *, const struct connection *,
    struct str holder, struct str *ret_secret, struct key *ret);
/* The key of a view is its role's one password: a new one ends those before it,
 * in the same transaction. `secret` is what the source took. */
MUST_CHECK enum err key_replace(struct ctx *, const struct connection *,
    struct str holder, struct str secret, struct key *ret);
MUST_CHECK enum err key_list(
    struct ctx *, struct str connection, const struct key **ret, size_t *ret_n);
MUST_CHECK enum err key_revoke(
    struct ctx *, struct str connection, struct str id);
/* The key with that hash, unless it was revoked; its end is the caller's to
 * look at, since a connection that has ended is told before. */
MUST_CHECK enum err key_find(
    struct ctx *, struct sha256 hash, struct key *ret, bool *ret_found);
/* Whether that key works still, for what takes long. */
MUST_CHECK enum err key_works(
    struct ctx *, struct str id, int64_t now, bool *ret);

struct document {
	struct str id, request, digest, part, name, form, sha256, state;
	int64_t bytes, expires;
};
MUST_CHECK enum err document_get(
    struct ctx *, struct str id, struct document *ret);

/* A file that a requester or officer sends to the gate. */
struct upload_file {
	struct str id, request, name, sha256, actor;
	int64_t bytes, created, received; /* received 0: not yet */
	int64_t swept;                    /* 0: not; else the file is gone */
	struct str kind;                  /* "", or "table" (core/inbound.h) */
	struct str file; /* where the gate keeps it; "": by its digest */
};
MUST_CHECK enum err upload_new(struct ctx *, struct str request,
    struct str name, struct str actor, struct upload_file *ret);
MUST_CHECK enum err upload_get(
    struct ctx *, struct str id, struct upload_file *ret);
/* Of a request, newest first. */
MUST_CHECK enum err upload_list(struct ctx *, struct str request,
    const struct upload_file **ret, size_t *ret_n);
MUST_CHECK enum err upload_received(
    struct ctx *, struct str id, struct str sha256, int64_t bytes);

/* A ticket: what the desk lets its bearer do at the gate for ten minutes.
 * purpose "document" (subject: document id), "upload" (upload id) or "look"
 * (core/look.h). */
struct ticket {
	struct str purpose, subject, holder;
	int64_t expires;
};
MUST_CHECK enum err ticket_new(struct ctx *, struct str purpose,
    struct str subject, struct str holder, struct str *ret_secret);
/* ERR_NOT_FOUND for none, ERR_GONE when it has ended. */
MUST_CHECK enum err ticket_find(
    struct ctx *, struct str purpose, struct str secret, struct ticket *ret);
/* Removes what ended; for the courier. */
MUST_CHECK enum err tickets_sweep(struct ctx *);

#endif
