/* hook_delivery.h - what a hook is told, on its way: one row, with its last
 * answer. Of one request the next waits for the one before. */
#ifndef CORE_HOOK_DELIVERY_H
#define CORE_HOOK_DELIVERY_H

#include "core/hooks.h"

enum hook_state {
	HOOK_WAITING, /* or being sent */
	HOOK_SENT,
	HOOK_FAILED, /* given up */
	HOOK_STATES
};
extern const char *const hook_state_names[HOOK_STATES];

struct hook_delivery {
	int64_t id;
	struct str hook;
	struct str queue;   /* the request; empty: it waits for nothing */
	struct str message; /* its id for the other end, the same each time */
	struct str body;    /* JSON; "link" is a path */
	enum hook_state state;
	int64_t attempts, first, until;
	int64_t status;    /* of HTTP; 0: no answer */
	struct str answer; /* one line */
	int64_t ms, made, at;
};

/* Written by hooks_write() and these two: a test, and one more of what was sent
 * before. Write transactions. */
MUST_CHECK enum err hook_tell(
    struct ctx *, const struct hook_delivery *, int64_t *ret_id);
MUST_CHECK enum err hook_test(struct ctx *, struct str hook, int64_t *ret_id);
MUST_CHECK enum err hook_again(
    struct ctx *, struct str hook, int64_t id, int64_t *ret_id);

/* Newest first, HOOK_LISTED at the most. */
MUST_CHECK enum err hook_deliveries(struct ctx *, struct str hook,
    const struct hook_delivery **ret, size_t *ret_n);
json_t *hook_delivery_json(struct arena *, const struct hook_delivery *);

/* Hooks that are to be told something now. */
MUST_CHECK enum err hooks_due(
    struct ctx *, const struct hook **ret, size_t *ret_n);
/* Takes up to `max` of one hook, each the first of its queue, for `lease_ms`.
 * Write transaction, as all that follow. */
MUST_CHECK enum err hook_claim(struct ctx *, struct str hook, struct str owner,
    int64_t lease_ms, int64_t max, const struct hook_delivery **ret,
    size_t *ret_n);
/* An attempt begins. ERR_CONFLICT when the lease is over or another's. */
MUST_CHECK enum err hook_start(struct ctx *, const struct hook_delivery *,
    struct str owner, int64_t lease_ms);
/* It ended: state, status, answer, ms, and until when it is to wait. */
MUST_CHECK enum err hook_end(
    struct ctx *, const struct hook_delivery *, struct str owner);
MUST_CHECK enum err hooks_release(struct ctx *, struct str owner);
/* The other end is no more: the hook is switched off. */
MUST_CHECK enum err hook_gone(struct ctx *, struct str hook);
/* What is older than HOOK_KEPT_DAYS. */
MUST_CHECK enum err hooks_sweep(struct ctx *);

#endif
