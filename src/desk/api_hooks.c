/* Hooks through the API: administrators alone. */
#include "base/str.h"
#include "desk/hooks.h"
#include "sql/sql.h"

struct hook_reach hooks_reach(const struct visit *v)
{
	const struct site_hooks *h = &v->app->site->hooks;
	struct hook_reach reach;
	REQUIRE(hook_reach_parse(h->allow, h->ports, &reach));
	return reach;
}

enum err hooks_do_add(struct visit *v, void *arg)
{
	struct hook_act *act = arg;
	struct hook_reach reach = hooks_reach(v);
	struct sha256 key;
	enum err e = hooks_key(&v->cx, v->app->site->people_dir, &key);
	return e ? e
	         : hook_add(&v->cx, &reach, &key, &act->wish, &act->hook,
		       &act->secret);
}

enum err hooks_do_change(struct visit *v, void *arg)
{
	struct hook_act *act = arg;
	struct hook_reach reach = hooks_reach(v);
	return hook_change(&v->cx, &reach, act->id, &act->wish, &act->hook);
}

enum err hooks_do_secret(struct visit *v, void *arg)
{
	struct hook_act *act = arg;
	struct sha256 key;
	enum err e = hooks_key(&v->cx, v->app->site->people_dir, &key);
	return e ? e
	         : hook_new_secret(
		       &v->cx, &key, act->id, &act->hook, &act->secret);
}

enum err hooks_do_remove(struct visit *v, void *arg)
{
	const struct hook_act *act = arg;
	return hook_remove(&v->cx, act->id);
}

enum err hooks_do_test(struct visit *v, void *arg)
{
	struct hook_act *act = arg;
	return hook_test(&v->cx, act->id, &act->delivery);
}

enum err hooks_do_again(struct visit *v, void *arg)
{
	struct hook_act *act = arg;
	return hook_again(&v->cx, act->id, act->delivery, &act->delivery);
}

enum err api_hooks(struct visit *v)
{
	const struct hook *list = NULL;
	size_t n = 0;
	enum err e = visit_administers(v);
	if (!e)
		e = store_read(&v->cx, v->app->people);
	if (!e)
		e = hooks_list(&v->cx, &list, &n);
	store_end(&v->cx);
	if (e)
		return e;
	struct hook_reach reach = hooks_reach(v);
	json_t *o = json_new_object(v->cx.arena),
	       *all = json_new_array(v->cx.arena);
	for (size_t i = 0; i < n; i++)
		json_add(all, hook_json(v->cx.arena, &list[i], v->cx.now));
	json_put(o, "hooks", all);
	json_put_flag(o, "enabled", reach.n_ports > 0);
	return visit_json(v, 200, o);
}

enum err api_hook(struct visit *v)
{
	struct hook h;
	enum err e = visit_administers(v);
	if (!e)
		e = store_read(&v->cx, v->app->people);
	if (!e)
		e = hook_get(&v->cx, visit_arg(v, 0), &h);
	store_end(&v->cx);
	return e ? e
	         : visit_json(v, 200, hook_json(v->cx.arena, &h, v->cx.now));
}

static struct hook_act act_of(const struct visit *v)
{
	return (
	    struct hook_act){ .id = v->rq->n_args ? visit_arg(v, 0) : STR(""),
		.wish = { .url = json_text(v->body, "url"),
		    .description = json_text(v->body, "description"),
		    .events = json_value(v->body, "events"),
		    .active = json_value(v->body, "active") } };
}

static void put_hook(struct visit *v, const struct hook_act *act, json_t **ret)
{
	*ret = hook_json(v->cx.arena, &act->hook, v->cx.now);
	if (act->secret.n > 0)
		json_put_text(*ret, "secret", act->secret);
}

static enum err run_add(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	enum err e = hooks_do_add(v, arg);
	if (e)
		return e;
	*ret_status = 201;
	put_hook(v, arg, ret);
	return OK;
}

enum err api_hook_add(struct visit *v)
{
	struct hook_act act = act_of(v);
	enum err e = visit_administers(v);
	visit_seal(v);
	return e ? e : visit_act(v, run_add, &act);
}

enum err api_hook_change(struct visit *v)
{
	struct hook_act act = act_of(v);
	enum err e = visit_administers(v);
	if (!e)
		e = visit_change(v, hooks_do_change, &act);
	return e ? e
	         : visit_json(
		       v, 200, hook_json(v->cx.arena, &act.hook, v->cx.now));
}

enum err api_hook_remove(struct visit *v)
{
	struct hook_act act = { .id = visit_arg(v, 0) };
	enum err e = visit_administers(v);
	if (!e)
		e = visit_change(v, hooks_do_remove, &act);
	if (!e)
		response_set(v->rs, 204, STR(""), STR(""));
	return e;
}

static enum err run_secret(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	enum err e = hooks_do_secret(v, arg);
	if (e)
		return e;
	*ret_status = 201;
	put_hook(v, arg, ret);
	return OK;
}

enum err api_hook_secret(struct visit *v)
{
	struct hook_act act = { .id = visit_arg(v, 0) };
	enum err e = visit_administers(v);
	visit_seal(v);
	return e ? e : visit_act(v, run_secret, &act);
}

static enum err run_tell(
    struct visit *v, void *arg, change_fn *tell, int *ret_status, json_t **ret)
{
	struct hook_act *act = arg;
	enum err e = tell(v, act);
	if (e)
		return e;
	*ret_status = 202;
	*ret = json_new_object(v->cx.arena);
	json_put_int(*ret, "delivery", act->delivery);
	return OK;
}

static enum err run_test(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	return run_tell(v, arg, hooks_do_test, ret_status, ret);
}

static enum err run_again(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	return run_tell(v, arg, hooks_do_again, ret_status, ret);
}

enum err api_hook_test(struct visit *v)
{
	struct hook_act act = { .id = visit_arg(v, 0) };
	enum err e = visit_administers(v);
	return e ? e : visit_act(v, run_test, &act);
}

enum err api_hook_again(struct visit *v)
{
	struct hook_act act = { .id = visit_arg(v, 0) };
	enum err e = visit_administers(v);
	if (!e && !str_i64(visit_arg(v, 1), &act.delivery))
		e = fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	return e ? e : visit_act(v, run_again, &act);
}

enum err api_hook_deliveries(struct visit *v)
{
	struct hook h;
	const struct hook_delivery *d = NULL;
	size_t n = 0;
	enum err e = visit_administers(v);
	if (!e)
		e = store_read(&v->cx, v->app->people);
	if (!e)
		e = hook_get(&v->cx, visit_arg(v, 0), &h);
	if (!e)
		e = hook_deliveries(&v->cx, h.id, &d, &n);
	store_end(&v->cx);
	if (e)
		return e;
	json_t *o = json_new_object(v->cx.arena),
	       *all = json_new_array(v->cx.arena);
	for (size_t i = 0; i < n; i++)
		json_add(all, hook_delivery_json(v->cx.arena, &d[i]));
	json_put(o, "deliveries", all);
	return visit_json(v, 200, o);
}
