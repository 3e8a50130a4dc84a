/* hooks.h - what the API and the page of hooks share. */
#ifndef DESK_HOOKS_H
#define DESK_HOOKS_H

#include "core/hook_delivery.h"
#include "desk/app.h"

/* What an administrator does to a hook, in one write transaction each; visit_act
 * or visit_change brings them into it. */
struct hook_act {
	struct hook_wish wish;
	struct str id;
	int64_t delivery; /* in: sent again; out: the new one */
	struct hook hook; /* after it */
	struct str secret;
};
enum err hooks_do_add(struct visit *, void *act);
enum err hooks_do_change(struct visit *, void *act);
enum err hooks_do_secret(struct visit *, void *act);
enum err hooks_do_remove(struct visit *, void *act);
enum err hooks_do_test(struct visit *, void *act);
enum err hooks_do_again(struct visit *, void *act);

struct hook_reach hooks_reach(const struct visit *);

#endif
