/* Hooks as pages: the list with a form for one more, and each with its deliveries.
 * Administrators alone; the same acts as /api/v1/hooks. */
#include "base/str.h"
#include "base/time.h"
#include "core/event.h"
#include "desk/hooks.h"
#include "desk/page_tables.h"
#include "sql/sql.h"

enum { LIST_COLUMNS = 3, LOG_COLUMNS = 5, MAX_FIELDS = 4 };

static struct str say(const struct visit *v, enum msg m)
{
	return msg_text(v->cx.lang, m);
}

static void put_notice(struct visit *v, struct tables_page *page,
    enum ui_tone tone, struct str title, struct str text)
{
	struct ui_notice *n = ARENA_NEW(v->cx.arena, struct ui_notice);
	*n = (struct ui_notice){ .tone = tone, .title = title, .text = text };
	page->notice = n;
}

/* Shown on this page alone, and never again. */
static void put_secret(
    struct visit *v, struct tables_page *page, struct str secret)
{
	put_notice(v, page, UI_GOOD,
	    msg_fill(v->cx.arena, v->cx.lang, MSG_hooks_secret_is, &secret, 1),
	    say(v, MSG_hooks_secret_once));
}

static bool was_ticked(const struct visit *v, struct str event)
{
	for (size_t i = 0; i < v->rq->form.n; i++)
		if (str_eq(v->rq->form.v[i].name, STR("events")) &&
		    str_eq(v->rq->form.v[i].value, event))
			return true;
	return false;
}

static struct str event_words(const struct visit *v, struct str event)
{
	return msg_code(v->cx.arena, v->cx.lang, STR("hooks.event."), event);
}

/* All that can be told of, and "everything" first. */
static struct ui_field events_field(struct visit *v, const struct hook *h)
{
	struct ui_field f =
	    tables_field(v, "events", MSG_hooks_events, MSG_NONE);
	struct ui_choice *c =
	    ARENA_ARRAY(v->cx.arena, struct ui_choice, EVENTS + 1);
	size_t n = 0;
	c[n++] = (struct ui_choice){ .value = STR("*"),
		.label = say(v, MSG_hooks_event_all) };
	for (size_t i = 0; i < EVENTS; i++)
		if (i != EVENT_drafted && i != EVENT_round)
			c[n++] = (struct ui_choice){
				.value = str_of(event_names[i]),
				.label = event_words(v, str_of(event_names[i]))
			};
	for (size_t i = 0; i < n; i++)
		c[i].chosen = h == NULL ? was_ticked(v, c[i].value)
		              : i == 0  ? str_eq(h->events, STR("*"))
		              : str_eq(h->events, STR("*"))
		                  ? false
		                  : hook_wants(h, c[i].value);
	f.kind = UI_CHECKS;
	f.choices = c;
	f.n_choices = n;
	return f;
}

static void hook_form(struct visit *v, struct tables_page *page,
    const struct hook *h, bool sent, enum msg title, struct url action)
{
	struct ui_field *f =
	    ARENA_ARRAY(v->cx.arena, struct ui_field, MAX_FIELDS);
	struct ui_choice *on = ARENA_NEW(v->cx.arena, struct ui_choice);
	size_t n = 0;
	f[n] = tables_field(v, "description", MSG_hooks_description, MSG_NONE);
	f[n++].max_chars = 200;
	f[n] = tables_field(v, "url", MSG_hooks_url, MSG_hooks_url_hint);
	f[n++].input = UI_CODE;
	f[n++] = events_field(v, sent ? NULL : h);
	if (h != NULL) {
		if (!sent) {
			f[0].value = h->description;
			f[1].value = h->url;
		}
		*on = (struct ui_choice){ .value = STR("yes"),
			.label = say(v, MSG_hooks_active),
			.chosen =
			    sent ? visit_form(v, "active").n > 0 : h->active };
		f[n] = tables_field(v, "active", MSG_hooks_state, MSG_NONE);
		f[n].kind = UI_CHECKS;
		f[n].choices = on;
		f[n++].n_choices = 1;
	}
	tables_form(v, page, title, MSG_NONE, action, f, n);
}

static void put_state(
    const struct visit *v, const struct hook *h, struct ui_cell *c)
{
	bool gone = str_eq(h->off, STR("gone"));
	c->badge = true;
	c->tone = h->active ? UI_GOOD : gone ? UI_BAD : UI_NEUTRAL;
	c->text = say(v, h->active ? MSG_hooks_on
			 : gone    ? MSG_hooks_gone
				   : MSG_hooks_off);
}

static enum err read_list(
    struct visit *v, const struct hook **ret, size_t *ret_n)
{
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = hooks_list(&v->cx, ret, ret_n);
	store_end(&v->cx);
	return e;
}

static enum err show_list(
    struct visit *v, int status, const struct fault *why, struct str secret)
{
	static const enum msg heads[LIST_COLUMNS] = { MSG_hooks_description,
		MSG_hooks_url, MSG_hooks_state };
	struct tables_page *page = ARENA_NEW(v->cx.arena, struct tables_page);
	const struct hook *list = NULL;
	size_t n = 0;
	struct hook_reach reach = hooks_reach(v);
	enum err e = read_list(v, &list, &n);
	if (e)
		return e;
	page->back = url_local(STR("/"));
	page->back_label = say(v, MSG_layout_back);
	page->title = say(v, MSG_hooks_title);
	page->intro = say(v, MSG_hooks_intro);
	if (reach.n_ports == 0)
		put_notice(v, page, UI_WAIT, say(v, MSG_hooks_not_enabled),
		    say(v, MSG_hooks_how_to_enable));
	if (secret.n > 0)
		put_secret(v, page, secret);
	tables_problems(v, page, why);
	struct ui_cell *c =
	    tables_add(v, page, page->title, heads, LIST_COLUMNS, n);
	page->tables[0].hide_caption = true;
	page->tables[0].empty = say(v, MSG_hooks_empty);
	for (size_t i = 0; i < n; i++, c += LIST_COLUMNS) {
		c[0].text = list[i].description;
		c[0].url = url_path(v->cx.arena, "/hooks/{}", 1, &list[i].id);
		c[1].text = list[i].url;
		c[1].code = true;
		put_state(v, &list[i], &c[2]);
	}
	hook_form(v, page, NULL, why->err != OK, MSG_hooks_add,
	    url_local(STR("/hooks")));
	return tables_send(v, page, status);
}

enum err page_hooks(struct visit *v)
{
	struct fault none = { 0 };
	enum err e = visit_administers(v);
	return e ? e : show_list(v, 200, &none, STR(""));
}

static struct hook_act act_of(struct visit *v)
{
	json_t *events = json_new_array(v->cx.arena);
	struct pairs form = v->rq->form;
	for (size_t i = 0; i < form.n; i++)
		if (str_eq(form.v[i].name, STR("events")))
			json_add_text(events, form.v[i].value);
	return (
	    struct hook_act){ .id = v->rq->n_args ? visit_arg(v, 0) : STR(""),
		.wish = {
		    .url = str_cat(v->cx.arena, STR(""), visit_form(v, "url")),
		    .description = str_cat(
			v->cx.arena, STR(""), visit_form(v, "description")),
		    .events = events } };
}

/* What was wrong is said in the form itself. */
static bool is_of_form(enum err e)
{
	return e == ERR_INVALID || e == ERR_CONFLICT;
}

enum err page_hook_add(struct visit *v)
{
	struct hook_act act = act_of(v);
	struct fault why = { 0 };
	enum err e = visit_administers(v);
	if (!e)
		e = visit_change(v, hooks_do_add, &act);
	if (!e) {
		/* The form is for the next one. */
		v->rq->form.n = 0;
		return show_list(v, 200, &why, act.secret);
	}
	if (!is_of_form(e))
		return e;
	why = v->cx.fault;
	v->cx.fault = (struct fault){ 0 };
	return show_list(v, e == ERR_INVALID ? 422 : 409, &why, STR(""));
}

static void put_delivery(
    struct visit *v, const struct hook_delivery *d, struct ui_cell *c)
{
	static const enum ui_tone tones[HOOK_STATES] = {
		[HOOK_WAITING] = UI_WAIT,
		[HOOK_SENT] = UI_GOOD,
		[HOOK_FAILED] = UI_BAD,
	};
	struct arena *a = v->cx.arena;
	enum lang lang = v->cx.lang;
	struct str attempts = str_fmt(a, "%lld", (long long)d->attempts),
		   ms = str_fmt(a, "%lld", (long long)d->ms);
	c[0].text = str_fmt(a, "%lld", (long long)d->id);
	c[0].sub = time_short(a, lang, d->made);
	c[1].text = d->queue.n ? d->queue : d->message;
	c[1].sub = d->queue.n ? d->message : STR("");
	c[2].text = msg_code(
	    a, lang, STR("hooks.state."), str_of(hook_state_names[d->state]));
	c[2].badge = true;
	c[2].tone = tones[d->state];
	c[2].sub = msg_fill(a, lang, MSG_hooks_attempts, &attempts, 1);
	c[3].text = d->at ? time_short(a, lang, d->at) : STR("–");
	c[3].sub = d->at ? msg_fill(a, lang, MSG_hooks_ms, &ms, 1) : STR("");
	c[4].text =
	    d->status ? str_fmt(a, "%lld", (long long)d->status) : STR("–");
	c[4].sub = d->answer;
}

static void again_form(struct visit *v, struct tables_page *page, struct str id,
    const struct hook_delivery *d, size_t n)
{
	struct ui_choice *c = ARENA_ARRAY(v->cx.arena, struct ui_choice, n + 1);
	struct ui_field *f = ARENA_NEW(v->cx.arena, struct ui_field);
	size_t k = 0;
	for (size_t i = 0; i < n; i++) {
		if (d[i].state == HOOK_WAITING)
			continue;
		c[k].value = str_fmt(v->cx.arena, "%lld", (long long)d[i].id);
		c[k].label = str_fmt(v->cx.arena, "%lld · %.*s",
		    (long long)d[i].id, STR_ARG(d[i].message));
		k++;
	}
	if (k == 0)
		return;
	*f = tables_field(v, "delivery", MSG_hooks_delivery, MSG_NONE);
	f->kind = UI_SELECT;
	f->choices = c;
	f->n_choices = k;
	tables_form(v, page, MSG_hooks_again, MSG_hooks_again_intro,
	    url_path(v->cx.arena, "/hooks/{}/again", 1, &id), f, 1);
}

static void put_forms(struct visit *v, struct tables_page *page,
    const struct hook *h, bool sent, const struct hook_delivery *d, size_t n)
{
	struct arena *a = v->cx.arena;
	tables_form(v, page, MSG_hooks_test, MSG_hooks_test_intro,
	    url_path(a, "/hooks/{}/test", 1, &h->id), NULL, 0);
	again_form(v, page, h->id, d, n);
	hook_form(v, page, h, sent, MSG_hooks_change,
	    url_path(a, "/hooks/{}", 1, &h->id));
	tables_form(v, page, MSG_hooks_new_secret, MSG_hooks_new_secret_intro,
	    url_path(a, "/hooks/{}/secret", 1, &h->id), NULL, 0);
	tables_form(v, page, MSG_hooks_remove, MSG_hooks_remove_intro,
	    url_path(a, "/hooks/{}/remove", 1, &h->id), NULL, 0)
	    ->button.kind = UI_DANGER;
}

static enum err read_hook(
    struct visit *v, struct hook *h, const struct hook_delivery **d, size_t *n)
{
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = hook_get(&v->cx, visit_arg(v, 0), h);
	if (!e)
		e = hook_deliveries(&v->cx, h->id, d, n);
	store_end(&v->cx);
	return e;
}

static enum err show_hook(
    struct visit *v, int status, const struct fault *why, struct str secret)
{
	static const enum msg heads[LOG_COLUMNS] = { MSG_hooks_delivery,
		MSG_hooks_request, MSG_hooks_state, MSG_hooks_last,
		MSG_hooks_answer };
	struct tables_page *page = ARENA_NEW(v->cx.arena, struct tables_page);
	const struct hook_delivery *d = NULL;
	struct hook h;
	size_t n = 0;
	enum err e = read_hook(v, &h, &d, &n);
	if (e)
		return e;
	page->back = url_local(STR("/hooks"));
	page->back_label = say(v, MSG_hooks_title);
	page->title = h.description;
	page->intro = h.url;
	if (!h.active)
		put_notice(v, page, UI_WAIT,
		    say(v, str_eq(h.off, STR("gone")) ? MSG_hooks_gone_long
						      : MSG_hooks_off_long),
		    STR(""));
	if (secret.n > 0)
		put_secret(v, page, secret);
	tables_problems(v, page, why);
	struct ui_cell *c =
	    tables_add(v, page, say(v, MSG_hooks_log), heads, LOG_COLUMNS, n);
	page->tables[0].empty = say(v, MSG_hooks_log_empty);
	for (size_t i = 0; i < n; i++, c += LOG_COLUMNS)
		put_delivery(v, &d[i], c);
	put_forms(v, page, &h, why->err != OK, d, n);
	return tables_send(v, page, status);
}

enum err page_hook(struct visit *v)
{
	struct fault none = { 0 };
	enum err e = visit_administers(v);
	return e ? e : show_hook(v, 200, &none, STR(""));
}

static enum err back_to(struct visit *v, struct str id)
{
	return visit_go(v, str_fmt(v->cx.arena, "/hooks/%.*s", STR_ARG(id)));
}

enum err page_hook_change(struct visit *v)
{
	struct hook_act act = act_of(v);
	act.wish.active =
	    json_keep(v->cx.arena, json_boolean(visit_form(v, "active").n > 0));
	enum err e = visit_administers(v);
	if (!e)
		e = visit_change(v, hooks_do_change, &act);
	if (!e)
		return back_to(v, act.id);
	if (!is_of_form(e))
		return e;
	struct fault why = v->cx.fault;
	v->cx.fault = (struct fault){ 0 };
	return show_hook(v, 422, &why, STR(""));
}

enum err page_hook_secret(struct visit *v)
{
	struct hook_act act = { .id = visit_arg(v, 0) };
	struct fault none = { 0 };
	enum err e = visit_administers(v);
	if (!e)
		e = visit_change(v, hooks_do_secret, &act);
	return e ? e : show_hook(v, 200, &none, act.secret);
}

enum err page_hook_test(struct visit *v)
{
	struct hook_act act = { .id = visit_arg(v, 0) };
	enum err e = visit_administers(v);
	if (!e)
		e = visit_change(v, hooks_do_test, &act);
	return e ? e : back_to(v, act.id);
}

enum err page_hook_again(struct visit *v)
{
	struct hook_act act = { .id = visit_arg(v, 0) };
	enum err e = visit_administers(v);
	if (!e && !str_i64(visit_form(v, "delivery"), &act.delivery))
		e = fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (!e)
		e = visit_change(v, hooks_do_again, &act);
	return e ? e : back_to(v, act.id);
}

enum err page_hook_remove(struct visit *v)
{
	struct hook_act act = { .id = visit_arg(v, 0) };
	enum err e = visit_administers(v);
	if (!e)
		e = visit_change(v, hooks_do_remove, &act);
	return e ? e : visit_go(v, STR("/hooks"));
}
