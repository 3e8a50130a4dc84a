/* cases.h - requests in the store: each call is one piece of a transaction that
 * the caller opened (cx->db) and commits. Writing calls take the chain first,
 * read the request, ask decide(), append its events and replace the request's
 * projections, so that all of it is there or none. */
#ifndef CORE_CASES_H
#define CORE_CASES_H

#include "core/facts.h"

struct new_case {
	struct str office, procedure; /* empty procedure: the office's own */
	const json_t *answers;        /* may be NULL */
	bool submit;                  /* false keeps a draft */
	const json_t *on_behalf; /* {name,email,unit}, for records; or NULL */
	struct str copied_from;  /* number of an older request; may be empty */
};

/* OK when cx->actor may make requests at all, for himself or (records) for
 * somebody else; ERR_DENIED. Asks no store. */
MUST_CHECK enum err cases_may_create(struct ctx *, bool on_behalf);
/* By cx->actor. ERR_DENIED, ERR_INVALID. */
MUST_CHECK enum err cases_create(
    struct ctx *, const struct new_case *, struct case_file *ret);
/* A new draft of the actor with the answers of a request that he may see and
 * that is his own or of his unit; both name each other. ERR_DENIED. */
MUST_CHECK enum err cases_copy(
    struct ctx *, struct str no, struct case_file *ret);
bool cases_may_copy(const struct case_file *, const struct person *);
/* ERR_STALE unless it is the request's version, or 0. */
MUST_CHECK enum err cases_match(
    struct ctx *, const struct case_file *, int64_t if_match);
/* Changes a draft's answers; ERR_CONFLICT once it is sent. `if_match` is a
 * version, or 0 for any: ERR_STALE. Answers that are no object are
 * ERR_INVALID. */
MUST_CHECK enum err cases_redraft(struct ctx *, struct str no,
    const json_t *answers, int64_t if_match, struct case_file *ret);

struct case_command {
	struct str no;
	enum command command;
	const json_t *body;     /* an object */
	int64_t if_match;       /* 0: any */
	const json_t *artefact; /* prepare: what the gate built */
	bool unseen; /* an administrator revokes what he may not see */
};
/* ERR_NOT_FOUND to whoever may not see it; then, in this order, ERR_DENIED,
 * ERR_CONFLICT, ERR_STALE, ERR_INVALID. */
MUST_CHECK enum err cases_command(
    struct ctx *, const struct case_command *, struct case_file *ret);
/* The same up to the decision, in a read transaction: for prepare, whose work
 * is done before. *ret_form is the checked body. */
MUST_CHECK enum err cases_precheck(struct ctx *, const struct case_command *,
    struct case_file *ret, json_t **ret_form);

/* A file of the request, kept already (attachment.h). Whoever sees the request
 * may attach until it is closed; the records office later too. */
MUST_CHECK enum err cases_attach(struct ctx *, struct str no,
    const struct attached *, struct case_file *ret);
/* OK when the actor may attach a file now. */
MUST_CHECK enum err cases_may_attach(struct ctx *, struct str no);

/* Reads one that cx->actor may see. */
MUST_CHECK enum err cases_get(
    struct ctx *, struct str no, struct case_file *ret);
/* The next event of the file, now and by the actor. */
struct event cases_event(
    struct ctx *, const struct case_file *, enum event_type, json_t *data);
/* Appends an event that was decided elsewhere, and brings all that follows from
 * it; the caller has the chain. */
MUST_CHECK enum err cases_take(struct ctx *, const struct facts *,
    const struct case_file *before, struct event *, struct case_file *ret);
/* Without asking who reads: for publishing, projections, notices. */
MUST_CHECK enum err cases_load(
    struct ctx *, struct str no, struct case_file *ret);
MUST_CHECK enum err cases_facts(
    struct ctx *, const struct case_file *, struct facts *ret);

struct case_filter {
	struct str state, office, system, q;
	bool mine; /* only what waits for the actor */
	struct str cursor;
	int64_t limit; /* 1–200; 0: 50 */
};
struct case_line {
	struct str no, office, procedure, state, outcome, title, requester,
	    unit, due, systems;
	struct str stage; /* with `mine`: that waits for the actor */
	int64_t version, received, updated, waiting_since;
};
/* Those the actor may see, newest change first (or, with `mine`, the earliest
 * day due first). `q` is searched for as it stands, in number, title, people,
 * unit, systems and answers. *ret_next is empty at the end. */
MUST_CHECK enum err cases_list(struct ctx *, const struct case_filter *,
    const struct case_line **ret, size_t *ret_n, struct str *ret_next);
/* How many wait for the actor. */
MUST_CHECK enum err cases_waiting_count(struct ctx *, int64_t *ret);
/* The same by the state of the request. */
MUST_CHECK enum err cases_waiting_states(struct ctx *, int64_t ret[STATES]);
/* And by the role in which the actor, or for whom he stands in, holds it: one
 * that waits for two of his roles counts for both. */
MUST_CHECK enum err cases_waiting_roles(struct ctx *, int64_t ret[ROLES]);

/* The request as the actor sees it (contract.md §3). */
struct site;
MUST_CHECK enum err case_json(struct ctx *, const struct site *,
    const struct facts *, const struct case_file *, json_t **ret);
MUST_CHECK enum err case_events_json(struct ctx *, struct str no, json_t **ret);

/* Projections. */
MUST_CHECK enum err projection_write(
    struct ctx *, const struct facts *, const struct case_file *);
/* For every request: whether what stands in the store is what its events say.
 * `report` gets the numbers of those that differ. With `write`, replaces. */
MUST_CHECK enum err projection_rebuild(struct ctx *, bool write,
    void (*report)(void *, struct str no), void *arg, int64_t *ret_cases,
    int64_t *ret_bad);
/* The same after a migration, with one request whose events are not what was
 * written keeping no other: `report` gets the numbers of those, and nothing is
 * made of them. */
MUST_CHECK enum err projection_mend(struct ctx *,
    void (*report)(void *, struct str no), void *arg, int64_t *ret_broken);
/* Whether a migration asks for it, until all is as the events say. */
MUST_CHECK enum err projection_needed(struct ctx *, bool *ret);

/* Notices of what an event changed, into the outbox. */
MUST_CHECK enum err notices_write(struct ctx *, const struct facts *,
    const struct case_file *before, const struct case_file *after,
    const struct event *);

#endif
