/* event.h - the one chain of events of an installation: append-only, gap-free
 * numbers, each hash over every column and the hash before it. The head row is
 * the one lock of the store: who writes an event holds it, so all commands have
 * one order on both stores. */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include "base/ctx.h"
#include "base/json.h"

enum event_type {
#define EVENT(name) EVENT_##name,
#include "core/events.def"
#undef EVENT
	EVENTS
};
extern const char *const event_names[EVENTS];

struct event {
	int64_t seq;     /* in the installation, from 1; 0 until appended */
	int64_t version; /* in the request, from 1 */
	int64_t at;      /* UTC ms */
	enum event_type type;
	struct str request, actor; /* number; e-mail, or "link" or "system" */
	const json_t *data;
	struct str payload, prev, hash; /* as stored; hashes in hex */
};

struct events {
	struct event *v;
	size_t n;
};

/* Takes the head row; every command does so first. Write transaction. */
MUST_CHECK enum err chain_lock(struct ctx *);
/* Appends `n` events in order; fills seq, payload, prev and hash. ERR_TOO_LARGE when
 * one could not be read again. */
MUST_CHECK enum err events_append(struct ctx *, struct event *, size_t n);
/* All events of a request, oldest first. ERR_BROKEN when one is not what was
 * written: its hash is held against its content. */
MUST_CHECK enum err events_load(
    struct ctx *, struct str request, struct events *ret);
/* Rounds of disposal_round.h are no requests, and not among these. */
/* Requests that have events after `seq`, without repeats, from the next
 * EVENTS_PAGE events; *ret_last is the number of the last of these, or `seq` when
 * there are none. */
#define EVENTS_PAGE 2000
MUST_CHECK enum err events_since(struct ctx *, int64_t seq, struct str **ret,
    size_t *ret_n, int64_t *ret_last);
/* Requests whose first event came after `seq`, oldest first, at most
 * EVENTS_PAGE; *ret_last as above. */
MUST_CHECK enum err requests_since(struct ctx *, int64_t seq, struct str **ret,
    size_t *ret_n, int64_t *ret_last);
MUST_CHECK enum err chain_head(
    struct ctx *, int64_t *ret_seq, struct str *ret_hash);
/* The hash of event `seq`; absent when there is none. */
MUST_CHECK enum err chain_hash_at(
    struct ctx *, int64_t seq, struct str *ret_hash);

/* Re-derives the chain from the first event. Each thing that does not hold goes
 * to `report`; *ret_bad counts them, *ret_events the events read. Works beside a
 * running desk (one read transaction) and in constant memory. */
struct chain_fault {
	int64_t seq;
	/* "hash" "prev" "gap" "version" "type" "payload" "form" "count" "head" */
	struct str what;
};
MUST_CHECK enum err chain_verify(struct ctx *,
    void (*report)(void *, const struct chain_fault *), void *arg,
    int64_t *ret_events, int64_t *ret_bad);

#endif
