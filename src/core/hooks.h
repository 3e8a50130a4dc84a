/* hooks.h - other systems (e-Office) that are told of events. What a hook is told
 * is written in the transaction of its event, and the courier posts it
 * (courier/hook_post.c): who, what and where, never a word of a request. A hook's
 * secret is shown once, when it is made; it is kept sealed. */
#ifndef CORE_HOOKS_H
#define CORE_HOOKS_H

#include "base/crypt.h"
#include "base/ctx.h"
#include "base/json.h"
#include "core/hook_reach.h"

struct case_file;
struct event;

enum {
	HOOKS_MAX = 20,
	HOOK_LISTED = 100, /* deliveries shown */
	HOOK_KEPT_DAYS = 90,
	HOOK_OLD_SECRET_HOURS = 24,
};

struct hook {
	struct str id, url, description;
	struct str events; /* names of events with blanks between; "*": all */
	bool active;
	struct str off; /* "gone": the other end said so; or empty */
	struct str secret, old_secret; /* sealed; the old one may be empty */
	int64_t old_until;             /* the old one signs too until then */
	struct str made_by, changed_by;
	int64_t made, changed;
};

/* What an administrator asks for. Absent texts and NULL leave what is. */
struct hook_wish {
	struct str url, description;
	const json_t *events; /* array of names, ["*"] for all */
	const json_t *active; /* true, false */
};

/* The key of people/hooks.key, with which secrets are sealed; made when it is not
 * there. */
MUST_CHECK enum err hooks_key(
    struct ctx *, struct str people_dir, struct sha256 *ret);

/* All, oldest first. */
MUST_CHECK enum err hooks_list(
    struct ctx *, const struct hook **ret, size_t *ret_n);
MUST_CHECK enum err hook_get(struct ctx *, struct str id, struct hook *ret);
/* Write transactions, these five; by cx->actor. `key` seals; the secret is in
 * *ret_secret, "whsec_…", and nowhere else. */
MUST_CHECK enum err hook_add(struct ctx *, const struct hook_reach *,
    const struct sha256 *key, const struct hook_wish *, struct hook *ret,
    struct str *ret_secret);
MUST_CHECK enum err hook_change(struct ctx *, const struct hook_reach *,
    struct str id, const struct hook_wish *, struct hook *ret);
/* The one before signs too for a day. */
MUST_CHECK enum err hook_new_secret(struct ctx *, const struct sha256 *key,
    struct str id, struct hook *ret, struct str *ret_secret);
/* With all that it was told and is to be told. */
MUST_CHECK enum err hook_remove(struct ctx *, struct str id);

/* Whether the hook wants to know. */
bool hook_wants(const struct hook *, struct str event);

/* For every hook that wants it: one delivery. In the event's transaction. Nothing
 * of a draft, which is its writer's own. */
MUST_CHECK enum err hooks_write(
    struct ctx *, const struct case_file *after, const struct event *);

json_t *hook_json(struct arena *, const struct hook *, int64_t now);

#endif
