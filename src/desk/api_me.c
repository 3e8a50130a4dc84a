/* The caller himself, and what the desk offers. */
#include "base/str.h"
#include "base/time.h"
#include "core/delegation.h"
#include "core/procedure.h"
#include "desk/app.h"
#include "sql/sql.h"

static json_t *roles_json(struct arena *a, const struct person *p)
{
	json_t *roles = json_new_array(a);
	for (size_t i = 0; i < p->n_roles; i++) {
		json_t *r = json_object();
		json_put_text(r, "role", str_of(role_names[p->roles[i].role]));
		json_put_text(r, "office", p->roles[i].office);
		json_put_text(r, "unit", p->roles[i].unit);
		if (p->roles[i].clerk)
			json_put_flag(r, "clerk", true);
		json_array_append_new(roles, r);
	}
	return roles;
}

/* Where he has any role, his own or lent. */
static json_t *offices_json(struct arena *a, const struct person *p)
{
	json_t *offices = json_new_array(a);
	for (size_t i = 0; i < p->n_roles; i++) {
		struct str office = p->roles[i].office;
		bool known = office.n == 0;
		for (size_t k = 0; k < json_array_size(offices) && !known; k++)
			known = str_eq(
			    json_as_text(json_array_get(offices, k)), office);
		if (!known)
			json_add_text(offices, office);
	}
	return offices;
}

static json_t *standings_json(struct arena *a, const struct person *p)
{
	json_t *all = json_new_array(a);
	for (size_t i = 0; i < p->n_stands; i++) {
		const struct standing *s = &p->stands[i];
		json_t *o = json_new_object(a), *who = json_new_object(a);
		json_put_text(who, "name", s->giver.name);
		json_put_text(who, "email", s->giver.email);
		json_put(o, "person", who);
		json_put_text(o, "office", s->office);
		json_put_text(o, "kind", s->kind);
		json_put_text(o, "order_no", s->order_no);
		json_put_text(o, "until", s->until);
		json_put(o, "roles", roles_json(a, &s->giver));
		json_add(all, o);
	}
	return all;
}

enum err api_me(struct visit *v)
{
	struct arena *a = v->cx.arena;
	const struct person *p = &v->actor.person;
	struct person alone = person_alone(p);
	json_t *o = json_new_object(a);
	json_put_text(o, "name", p->name);
	json_put_text(o, "name_en", p->name_en);
	json_put_text(o, "email", p->email);
	json_put_text(o, "unit", p->unit);
	json_put_text(o, "position", p->position);
	json_put(o, "roles", roles_json(a, &alone));
	json_put(o, "offices", offices_json(a, p));
	json_put(o, "acting_for", standings_json(a, p));
	json_put_flag(o, "read_only", v->actor.read_only);
	return visit_json(v, 200, o);
}

static json_t *token_json(struct arena *a, const struct token_info *t)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "id", t->id);
	json_put_text(o, "name", t->name);
	json_put_flag(o, "read_only", t->read_only);
	json_put_text(o, "created", time_iso(a, t->created));
	json_put_text(o, "expires", time_iso(a, t->expires));
	return o;
}

enum err api_tokens(struct visit *v)
{
	const struct token_info *list = NULL;
	size_t n = 0;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = token_list(&v->cx, v->actor.person.id, &list, &n);
	store_end(&v->cx);
	if (e)
		return e;
	json_t *o = json_new_object(v->cx.arena),
	       *tokens = json_new_array(v->cx.arena);
	for (size_t i = 0; i < n; i++)
		json_add(tokens, token_json(v->cx.arena, &list[i]));
	json_put(o, "tokens", tokens);
	return visit_json(v, 200, o);
}

static enum err add_token(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct token_info t;
	struct str secret;
	(void)arg;
	if (v->actor.read_only)
		return fail(&v->cx, ERR_DENIED, MSG_error_read_only_token);
	enum err e = token_add(&v->cx, v->actor.person.id,
	    json_text(v->body, "name"), json_flag(v->body, "read_only"),
	    json_int(v->body, "days", 90), &secret, &t);
	if (e)
		return e;
	*ret_status = 201;
	*ret = token_json(v->cx.arena, &t);
	json_put_text(*ret, "token", secret);
	return OK;
}

enum err api_token_add(struct visit *v)
{
	visit_seal(v);
	return visit_act(v, add_token, NULL);
}

static enum err remove_token(struct visit *v, void *arg)
{
	(void)arg;
	if (v->actor.read_only)
		return fail(&v->cx, ERR_DENIED, MSG_error_read_only_token);
	return token_remove(&v->cx, v->actor.person.id, visit_arg(v, 0));
}

enum err api_token_remove(struct visit *v)
{
	enum err e = visit_change(v, remove_token, NULL);
	if (!e)
		response_set(v->rs, 204, STR(""), STR(""));
	return e;
}

enum err api_procedures(struct visit *v)
{
	const struct procedure **list = NULL;
	size_t n = 0;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = procedure_list(&v->cx, &list, &n);
	store_end(&v->cx);
	if (e)
		return e;
	json_t *o = json_new_object(v->cx.arena),
	       *all = json_new_array(v->cx.arena);
	for (size_t i = 0; i < n; i++) {
		json_t *p = json_object();
		json_put_text(p, "code", list[i]->code);
		json_put_text(p, "revision", list[i]->revision);
		json_put_text(p, "office", list[i]->office);
		json_put_text(p, "title_th", list[i]->title.th);
		json_put_text(p, "title_en", list[i]->title.en);
		json_put_text(
		    p, "effective", date_iso(v->cx.arena, list[i]->effective));
		json_array_append_new(all, p);
	}
	json_put(o, "procedures", all);
	return visit_json(v, 200, o);
}

enum err api_procedure(struct visit *v)
{
	const struct procedure *p;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = procedure_get(
		    &v->cx, visit_arg(v, 0), visit_query(v, "revision"), &p);
	store_end(&v->cx);
	return e ? e : visit_json(v, 200, procedure_json(v->cx.arena, p));
}
