#include "gate/views.h"

#include "base/str.h"
#include "core/source_list.h"
#include "gate/spec.h"
#include "sql/sql.h"

#define MAX_DONE ((size_t)1000)

enum err views_reader(struct ctx *cx, const struct views_at *at,
    struct str name, struct source *ret)
{
	struct listed_source listed;
	enum err e = store_read(cx, at->shared);
	if (!e)
		e = source_list_get(cx, name, &listed);
	store_end(cx);
	if (!e)
		e = source_parse(cx, listed.dsn, ret);
	return e ? e : source_secret_read(cx, at->gate_dir, name, &ret->secret);
}

enum err views_of(struct ctx *cx, const struct views_at *at,
    const struct view_maker *m, struct views **ret)
{
	struct source maker;
	enum err e = source_parse(cx, m->dsn, &maker);
	if (!e)
		e = source_secret_read(cx, at->gate_dir,
		    view_secret_name(cx->arena, m->source), &maker.secret);
	return e ? e : views_open(cx, &maker, m->mark, ret);
}

/* One granted view, and what was last done with it. */
struct wish {
	struct connection c;
	struct view_act last;
	struct view_order order;
	enum { WISH_OPEN, WISH_SHUT, WISH_GONE } wish;
};

struct settling {
	struct ctx *cx;
	const struct views_at *at;
	const struct view_maker *maker;
	bool look;
	struct views *views;
	struct source reader;
	bool has_reader;
	struct wish *wishes;
	size_t n_wishes;
	const struct view_standing *standing;
	size_t n_standing;
	struct views_report *report;
};

static void tell(
    struct settling *s, struct str id, const char *act, struct str why)
{
	if (s->report->n < MAX_DONE)
		s->report->v[s->report->n++] = (struct view_done){
			.source = s->maker->source,
			.id = id,
			.act = str_of(act),
			.why = why,
		};
}

/* After the source has done it: a row that could not be written is written in
 * the next round, for what stands is looked at anew. Nothing is told twice. */
static enum err note(
    struct settling *s, struct wish *w, const char *act, struct str why)
{
	struct ctx *cx = s->cx;
	bool known =
	    str_eq(w->last.act, str_of(act)) && str_eq(w->last.why, why);
	if (!known || (s->look && why.n > 0))
		tell(s, w->c.id, act, why);
	if (known)
		return OK;
	enum err e = store_write(cx, s->at->shared);
	if (!e)
		e = view_act_add(cx, w->c.id, str_of(act), why);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	if (!e)
		w->last = (struct view_act){ str_of(act), why, cx->now };
	return e;
}

static void wish_of(struct settling *s, const struct connection *c)
{
	struct str state = connection_state(c, s->cx->now);
	struct wish *w = &s->wishes[s->n_wishes++];
	*w = (struct wish){ .c = *c, .wish = WISH_GONE };
	if (str_eq(state, STR("active")))
		w->wish = s->cx->now < c->starts ? WISH_SHUT : WISH_OPEN;
	else if (str_eq(state, STR("suspended")) && s->cx->now < c->expires)
		w->wish = WISH_SHUT;
	w->order = (struct view_order){ .id = c->id,
		.name = view_name(c->part),
		.sql = json_text(c->spec, "sql"),
		.columns =
		    spec_columns(s->cx->arena, json_list(c->spec, "columns")),
		.until = c->expires };
}

static enum err read_wishes(struct settling *s)
{
	struct ctx *cx = s->cx;
	const struct connection *all = NULL;
	size_t n = 0;
	enum err e = store_read(cx, s->at->shared);
	if (!e)
		e = view_connections(cx, &all, &n);
	s->wishes = ARENA_ARRAY(cx->arena, struct wish, n + 1);
	for (size_t i = 0; i < n && !e; i++) {
		if (!str_eq(json_text(all[i].spec, "source"), s->maker->source))
			continue;
		wish_of(s, &all[i]);
		e = view_act_last(
		    cx, all[i].id, &s->wishes[s->n_wishes - 1].last);
	}
	store_end(cx);
	return e;
}

static const struct view_standing *standing_of(
    const struct settling *s, struct str id)
{
	for (size_t i = 0; i < s->n_standing; i++)
		if (str_eq(s->standing[i].id, id))
			return &s->standing[i];
	return NULL;
}

static bool is_wished(const struct settling *s, struct str id)
{
	for (size_t i = 0; i < s->n_wishes; i++)
		if (str_eq(s->wishes[i].c.id, id))
			return true;
	return false;
}

static enum err make(
    struct settling *s, struct wish *w, const struct view_standing *there)
{
	struct ctx *cx = s->cx;
	enum err e = there ? view_drop(cx, s->views, there) : OK;
	if (!e && !s->has_reader)
		e = views_reader(cx, s->at, s->maker->source, &s->reader);
	s->has_reader = s->has_reader || !e;
	if (!e)
		e = view_make(cx, s->views, &s->reader, &w->order);
	return e ? e : note(s, w, "made", STR(""));
}

/* Open only as long as the role reaches nothing else. */
static enum err open_or_hold(struct settling *s, struct wish *w, bool login)
{
	struct ctx *cx = s->cx;
	const struct view_reach *reach;
	size_t n;
	enum err e =
	    view_look(cx, s->views, w->c.id, w->order.name, &reach, &n);
	if (e)
		return e;
	if (n > 0) {
		e = view_shut(cx, s->views, w->c.id);
		return e ? e
		         : note(s, w, "held",
			       str_fmt(cx->arena, "%.*s: %.*s",
				   STR_ARG(reach[0].what),
				   STR_ARG(reach[0].remedy)));
	}
	if (!login)
		e = view_allow(cx, s->views, w->c.id);
	return e ? e : note(s, w, "opened", STR(""));
}

/* A co-applicant who was taken away keeps no way in. */
static enum err take_password(struct settling *s, const struct wish *w)
{
	struct ctx *cx = s->cx;
	bool orphaned = false;
	enum err e = store_read(cx, s->at->shared);
	if (!e)
		e = view_password_orphaned(cx, w->c.id, &orphaned);
	store_end(cx);
	if (e || !orphaned)
		return e;
	e = view_password(cx, s->views, w->c.id, STR(""));
	if (!e)
		e = store_write(cx, s->at->shared);
	if (!e)
		e = view_act_add(cx, w->c.id, STR("unset"), STR(""));
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	if (!e)
		tell(s, w->c.id, "unset", STR(""));
	return e;
}

static enum err settle_one(struct settling *s, struct wish *w)
{
	struct ctx *cx = s->cx;
	const struct view_standing *there = standing_of(s, w->c.id);
	bool login = there != NULL && there->login;
	enum err e = OK;
	if (w->wish == WISH_GONE) {
		if (there != NULL)
			e = view_drop(cx, s->views, there);
		return e ? e : note(s, w, "closed", STR(""));
	}
	bool whole =
	    there != NULL && there->role && there->schema && there->view;
	if (!whole) {
		login = false;
		e = make(s, w, there);
	} else if (there->until != w->order.until) {
		e = view_until(cx, s->views, w->c.id, w->order.until);
	}
	if (!e && whole)
		e = take_password(s, w);
	if (e)
		return e;
	if (w->wish == WISH_OPEN)
		return open_or_hold(s, w, login);
	if (!whole || login || there->sessions > 0)
		e = view_shut(cx, s->views, w->c.id);
	return e ? e : note(s, w, "shut", STR(""));
}

/* What one view cannot does not hold up the others. */
static enum err settle_wishes(struct settling *s)
{
	enum err e = OK;
	for (size_t i = 0; i < s->n_wishes && !e; i++) {
		e = settle_one(s, &s->wishes[i]);
		if (e == ERR_CONFLICT)
			e = note(s, &s->wishes[i], "failed",
			    str_dup(s->cx->arena, s->cx->fault.detail));
	}
	return e;
}

static enum err drop_orphans(struct settling *s)
{
	enum err e = OK;
	for (size_t i = 0; i < s->n_standing && !e; i++) {
		const struct view_standing *there = &s->standing[i];
		if (is_wished(s, there->id))
			continue;
		e = view_drop(s->cx, s->views, there);
		if (e && e != ERR_CONFLICT)
			return e;
		tell(s, there->id, e ? "failed" : "orphan",
		    e ? s->cx->fault.detail : STR(""));
		e = OK;
	}
	return e;
}

enum err views_settle(struct ctx *cx, const struct views_at *at,
    const struct view_maker *maker, bool look, struct views_report *ret)
{
	struct settling s = {
		.cx = cx, .at = at, .maker = maker, .look = look, .report = ret
	};
	*ret = (struct views_report){
		.v = ARENA_ARRAY(cx->arena, struct view_done, MAX_DONE),
	};
	enum err e = read_wishes(&s);
	if (e || (s.n_wishes == 0 && !look))
		return e;
	e = views_of(cx, at, maker, &s.views);
	if (!e)
		e = views_lock(cx, s.views);
	if (!e)
		e = views_list(cx, s.views, &s.standing, &s.n_standing);
	if (!e)
		e = settle_wishes(&s);
	return !e && look ? drop_orphans(&s) : e;
}
