/* Stand-ins: who acts for whom while he is away. */
#include "base/str.h"
#include "base/time.h"
#include "core/delegation.h"
#include "desk/app.h"
#include "sql/sql.h"

static json_t *who(struct str name, struct str email)
{
	json_t *o = json_object();
	json_put_text(o, "name", name);
	json_put_text(o, "email", email);
	return o;
}

static json_t *delegation_json(struct arena *a, const struct delegation *d)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "id", d->id);
	json_object_set_new(o, "person", who(d->giver_name, d->giver));
	json_object_set_new(o, "to", who(d->taker_name, d->taker));
	json_put_text(o, "office", d->office);
	json_put_text(o, "kind", d->kind);
	json_put_text(o, "order_no", d->order_no);
	json_put_text(o, "from", d->starts);
	json_put_text(o, "until", d->until);
	json_put_text(o, "made", time_iso(a, d->made));
	json_put_text(o, "made_by", d->made_by);
	json_put_flag(o, "may_end", d->may_end);
	return o;
}

enum err api_delegations(struct visit *v)
{
	const struct delegation *list = NULL;
	size_t n = 0;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = delegation_list(&v->cx, &list, &n);
	store_end(&v->cx);
	if (e)
		return e;
	json_t *o = json_new_object(v->cx.arena),
	       *all = json_new_array(v->cx.arena);
	for (size_t i = 0; i < n; i++)
		json_add(all, delegation_json(v->cx.arena, &list[i]));
	json_put(o, "delegations", all);
	return visit_json(v, 200, o);
}

static enum err add(struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct delegation d;
	(void)arg;
	const struct new_delegation nd = { .giver =
					       json_text(v->body, "person"),
		.to = json_text(v->body, "to"),
		.office = json_text(v->body, "office"),
		.from = json_text(v->body, "from"),
		.until = json_text(v->body, "until"),
		.order_no = json_text(v->body, "order_no"),
		.kind = json_text(v->body, "kind") };
	enum err e = delegation_add(&v->cx, &nd, &d);
	if (e)
		return e;
	*ret_status = 201;
	*ret = delegation_json(v->cx.arena, &d);
	return OK;
}

enum err api_delegation_add(struct visit *v)
{
	return visit_act(v, add, NULL);
}

static enum err take_back(struct visit *v, void *arg)
{
	(void)arg;
	return delegation_end(&v->cx, visit_arg(v, 0));
}

enum err api_delegation_end(struct visit *v)
{
	enum err e = visit_change(v, take_back, NULL);
	if (!e)
		response_set(v->rs, 204, STR(""), STR(""));
	return e;
}
