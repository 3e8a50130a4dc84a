#include "desk/code_lists.h"

#include "base/log.h"
#include "base/str.h"
#include "http/client.h"
#include "sql/sql.h"

/* The gate takes five seconds for the query's shape, and for its rows. */
enum { LOOK_MS = 30000, OFFERED_MOST = 200 };
#define MAX_ANSWER ((size_t)65536)

enum err code_lists_begin(struct visit *v, struct str code, struct system *ret)
{
	struct ctx *cx = &v->cx;
	const struct system *all = NULL, *s = NULL;
	size_t n = 0;
	enum err e = store_read(cx, v->app->people);
	if (!e)
		e = system_list(cx, STR(""), &all, &n);
	store_end(cx);
	if (e)
		return e;
	s = system_find(all, n, code);
	if (s == NULL)
		return fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (!code_list_may(&v->actor.person, s))
		return fail1(cx, ERR_DENIED, MSG_error_not_yours,
		    msg_text(cx->lang, MSG_act_code_lists));
	*ret = *s;
	return OK;
}

static enum err read_sources(struct visit *v, struct str system,
    const struct listed_source **ret, size_t *ret_n)
{
	const struct listed_source *all;
	size_t n, k = 0;
	enum err e = source_list(&v->cx, &all, &n);
	if (e)
		return e;
	struct listed_source *own =
	    ARENA_ARRAY(v->cx.arena, struct listed_source, n + 1);
	for (size_t i = 0; i < n; i++)
		if (str_eq(all[i].system, system))
			own[k++] = all[i];
	*ret = own;
	*ret_n = k;
	return OK;
}

enum err code_lists_read(struct visit *v, struct str system,
    const struct code_list **ret, size_t *ret_n,
    const struct listed_source **ret_sources, size_t *ret_n_sources)
{
	enum err e = store_read(&v->cx, v->app->shared);
	if (!e)
		e = code_list_of(&v->cx, system, true, ret, ret_n);
	if (!e)
		e = read_sources(v, system, ret_sources, ret_n_sources);
	store_end(&v->cx);
	return e;
}

struct str code_trouble_text(const struct visit *v, enum code_trouble t)
{
	return t == CODES_FINE
	           ? STR("")
	           : msg_code(v->cx.arena, v->cx.lang, STR("codes.trouble-"),
			 str_of(code_trouble_names[t]));
}

static enum err check_source(
    struct visit *v, const struct system *s, struct str name)
{
	struct listed_source found;
	enum err e = store_read(&v->cx, v->app->shared);
	if (!e)
		e = source_list_get(&v->cx, name, &found);
	store_end(&v->cx);
	if (e && e != ERR_NOT_FOUND)
		return e;
	if (e || !str_eq(found.system, s->code)) {
		v->cx.fault = (struct fault){ 0 };
		field_wrong(&v->cx, STR("source"), MSG_field_bad_choice, name);
	}
	return OK;
}

static enum err query_wrong(struct visit *v, struct str why)
{
	field_wrong(&v->cx, STR("sql"), MSG_field_query, why);
	return fields_end(&v->cx);
}

/* What the source's database, or its guard, said of the query. */
static enum err refused(struct visit *v, const struct answer *a)
{
	json_t *problem;
	if (a->status != 422 ||
	    json_parse(&v->cx, a->body, MAX_ANSWER, &problem))
		return fail_detail(
		    &v->cx, ERR_BUSY, "the gate answered %d", a->status);
	const json_t *errors = json_list(problem, "errors");
	return query_wrong(
	    v, json_array_size(errors) > 0
		   ? json_text(json_array_get(errors, 0), "message")
		   : json_text(problem, "detail"));
}

static enum err look(struct visit *v, struct code_list *l)
{
	struct answer a;
	json_t *found, *order = json_new_object(v->cx.arena);
	json_put_text(order, "source", l->source);
	json_put_text(order, "sql", l->query);
	json_put_text(order, "lang", lang_code(v->cx.lang));
	enum err e = http_call(&v->cx, v->app->site->gate_socket, STR("POST"),
	    STR("/code-list"), json_compact(v->cx.arena, order), MAX_ANSWER,
	    LOOK_MS, &a);
	if (e)
		return e;
	if (a.status != 200)
		return refused(v, &a);
	e = json_parse(&v->cx, a.body, MAX_ANSWER, &found);
	if (e)
		return e;
	l->codes = json_int(found, "codes", 0);
	struct str trouble = json_text(found, "trouble");
	return trouble.n == 0
	           ? OK
	           : query_wrong(v, msg_code(v->cx.arena, v->cx.lang,
					STR("codes.trouble-"), trouble));
}

static void tell_log(const struct code_list *l, struct str act)
{
	LOG("info", "desk.code_list", { "act", act }, { "list", l->id },
	    { "system", l->system }, { "source", l->source });
}

enum err code_lists_make(
    struct visit *v, const struct system *s, struct code_list *l)
{
	enum err e = actor_may_write(&v->cx);
	if (!e)
		e = check_source(v, s, l->source);
	if (!e)
		e = code_list_check(&v->cx, l);
	if (!e)
		e = look(v, l);
	if (e)
		return e;
	l->system = s->code;
	e = store_write(&v->cx, v->app->shared);
	if (!e)
		e = code_list_add(&v->cx, l);
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	if (!e)
		tell_log(l, STR("made"));
	return e;
}

enum err code_lists_end(struct visit *v, const struct system *s, struct str id)
{
	const struct code_list l = { .id = id, .system = s->code };
	enum err e = actor_may_write(&v->cx);
	if (!e)
		e = store_write(&v->cx, v->app->shared);
	if (!e)
		e = code_list_end(&v->cx, s->code, id);
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	if (!e)
		tell_log(&l, STR("ended"));
	return e;
}

/* What is offered, being put together. */
struct offered {
	struct code_list *v;
	size_t n;
};

static bool is_in(const struct code_list *v, size_t n, struct str id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].id, id))
			return true;
	return false;
}

static enum err add_system(
    const struct case_work *w, struct str system, struct offered *o)
{
	const struct code_list *l;
	size_t n;
	enum err e = code_list_of(&w->v->cx, system, false, &l, &n);
	for (size_t i = 0; !e && i < n && o->n < OFFERED_MOST; i++)
		if (!is_in(o->v, o->n, l[i].id))
			o->v[o->n++] = l[i];
	return e;
}

/* A draft's are those that its form names. */
static enum err add_systems(const struct case_work *w, struct offered *o)
{
	const json_t *named = json_list(w->f.answers, "systems");
	bool draft = w->f.state == STATE_draft;
	enum err e = OK;
	for (size_t i = 0; i < w->f.systems.n && !e; i++)
		e = add_system(w, w->f.systems.v[i].code, o);
	for (size_t i = 0; draft && i < json_array_size(named) && !e; i++)
		e = add_system(w, json_as_text(json_array_get(named, i)), o);
	return e;
}

static enum err add_chosen(
    const struct case_work *w, const struct inbound *in, struct offered *o)
{
	const json_t *list = json_list(in->choice, "columns");
	enum err e = OK;
	for (size_t i = 0; i < json_array_size(list) && !e; i++) {
		struct str id = json_text(json_array_get(list, i), "list");
		if (id.n == 0 || is_in(o->v, o->n, id) || o->n == OFFERED_MOST)
			continue;
		e = code_list_get(&w->v->cx, id, &o->v[o->n]);
		o->n += !e;
	}
	return e;
}

enum err code_lists_offered(const struct case_work *w, const struct inbound *in,
    const struct code_list **ret, size_t *ret_n)
{
	struct visit *v = w->v;
	struct offered o = { .v = ARENA_ARRAY(
				 v->cx.arena, struct code_list, OFFERED_MOST) };
	enum err e = store_read(&v->cx, v->app->shared);
	if (!e)
		e = add_systems(w, &o);
	if (!e && in != NULL)
		e = add_chosen(w, in, &o);
	store_end(&v->cx);
	*ret = o.v;
	*ret_n = o.n;
	return e;
}

enum err code_lists_choice(
    const struct case_work *w, const struct inbound *in, const json_t *choice)
{
	struct ctx *cx = &w->v->cx;
	const struct code_list *l;
	size_t n;
	const json_t *list = json_list(choice, "columns");
	enum err e = code_lists_offered(w, in, &l, &n);
	if (e)
		return e;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct str id = json_text(json_array_get(list, i), "list");
		if (id.n > 0 && !is_in(l, n, id))
			field_wrong(cx,
			    str_fmt(cx->arena, "columns[%zu].list", i),
			    MSG_field_bad_choice, id);
	}
	return fields_end(cx);
}
