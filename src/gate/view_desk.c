/* What the desk asks of views: whether one could be made, and its password. */
#include "base/crypt.h"
#include "base/log.h"
#include "base/str.h"
#include "core/site.h"
#include "gate/order.h"
#include "gate/views.h"
#include "source/query.h"
#include "sql/sql.h"

#define OUTLETS STR("outlets")

static struct views_at at_of(const struct gate_visit *v)
{
	return (struct views_at){ .shared = v->gate->shared,
		.gate_dir = v->gate->options->site->gate_dir };
}

static enum err find_maker(struct gate_visit *v, struct str source,
    struct view_maker *ret, bool *ret_found)
{
	enum err e = store_read(&v->cx, v->gate->shared);
	if (!e)
		e = view_maker_find(&v->cx, source, ret, ret_found);
	store_end(&v->cx);
	return e;
}

/* The whole is made in the source and undone, so that what cannot be done there
 * is known before anybody agrees to it. */
static enum err try_it(struct gate_visit *v, const struct view_maker *maker,
    const struct source *reader, const struct approved *ap)
{
	struct ctx *cx = &v->cx;
	struct views_at at = at_of(v);
	struct view_order order = { .id = random_id(cx->arena, 12),
		.name = STR("data"),
		.sql = ap->sql,
		.columns = ap->columns,
		.until = cx->now };
	const struct view_reach *reach = NULL;
	struct views *views;
	size_t n = 0;
	enum err e = views_of(cx, &at, maker, &views);
	if (!e)
		e = view_try(cx, views, reader, &order, &reach, &n);
	if (e == ERR_CONFLICT) {
		struct str why = fault_text(cx);
		field_wrong(cx, OUTLETS, MSG_field_view_cannot, why);
		return fields_end(cx);
	}
	for (size_t i = 0; i < n && !e; i++)
		field_wrong(cx, OUTLETS, MSG_field_view_reach,
		    str_fmt(cx->arena, "%.*s (%.*s)", STR_ARG(reach[i].what),
			STR_ARG(reach[i].remedy)));
	return e ? e : fields_end(cx);
}

enum err view_possible(struct gate_visit *v, struct str source,
    const struct source *reader, const struct approved *ap)
{
	struct view_maker maker;
	bool found = false;
	if (reader->kind != SOURCE_POSTGRESQL) {
		field_wrong(&v->cx, OUTLETS, MSG_field_view_kind, source);
		return fields_end(&v->cx);
	}
	enum err e = find_maker(v, source, &maker, &found);
	if (e)
		return e;
	if (!found) {
		field_wrong(&v->cx, OUTLETS, MSG_field_view_maker, source);
		return fields_end(&v->cx);
	}
	return try_it(v, &maker, reader, ap);
}

static enum err find_view(struct gate_visit *v, struct str id,
    struct connection *ret, struct view_maker *ret_maker)
{
	bool found = false;
	enum err e = store_read(&v->cx, v->gate->shared);
	if (!e)
		e = connection_get(&v->cx, id, ret);
	store_end(&v->cx);
	if (!e && !str_eq(ret->outlet, STR("view")))
		e = fail_detail(&v->cx, ERR_NOT_FOUND, "not a view");
	if (!e)
		e = find_maker(
		    v, json_text(ret->spec, "source"), ret_maker, &found);
	if (!e && !found)
		e = fail_detail(&v->cx, ERR_BUSY, "no view maker");
	return e;
}

static bool is_live(const struct connection *c, int64_t now)
{
	struct str state = connection_state(c, now);
	return str_eq(state, STR("active")) || str_eq(state, STR("suspended"));
}

static enum err set_password(struct gate_visit *v, const struct connection *c,
    const struct view_maker *maker, struct str secret)
{
	struct views_at at = at_of(v);
	struct views *views;
	enum err e = views_of(&v->cx, &at, maker, &views);
	if (!e)
		e = view_password(&v->cx, views, c->id, secret);
	/* None is left where there is no role. */
	return e == ERR_NOT_FOUND && secret.n == 0 ? OK : e;
}

static enum err note(
    struct gate_visit *v, const struct connection *c, struct str act)
{
	LOG("info", "gate.view", { "source", json_text(c->spec, "source") },
	    { "connection", c->id }, { "act", act });
	enum err e = store_write(&v->cx, v->gate->shared);
	if (!e)
		e = view_act_add(&v->cx, c->id, act, STR(""));
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	return e;
}

/* {connection, secret}: the desk made the secret, shows it once and keeps its
 * hash; an empty one takes the password away. */
enum err desk_view_password(struct gate_visit *v)
{
	struct connection c;
	struct view_maker maker;
	json_t *order;
	enum err e = order_read(v, &order);
	if (e)
		return e;
	struct str secret = json_text(order, "secret");
	struct str act = secret.n > 0 ? STR("password") : STR("unset");
	e = find_view(v, json_text(order, "connection"), &c, &maker);
	if (!e && secret.n > 0 && !is_live(&c, v->cx.now))
		e = fail(&v->cx, ERR_CONFLICT, MSG_error_connection_ended);
	if (!e)
		e = set_password(v, &c, &maker, secret);
	if (!e)
		e = note(v, &c, act);
	return e ? e : gate_json(v, 200, json_new_object(v->cx.arena));
}
