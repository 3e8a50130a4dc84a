/* Requests through the API: made, changed, read, moved by commands. */
#include "base/str.h"
#include "core/cases.h"
#include "core/clock.h"
#include "core/reminder.h"
#include "core/way.h"
#include "desk/app.h"
#include "desk/page_list.h"
#include "desk/prepare.h"
#include "sql/sql.h"

/* The request as the caller now sees it, within the transaction that changed
 * or read it. */
static enum err as_seen(
    struct visit *v, const struct case_file *f, json_t **ret)
{
	struct facts facts;
	enum err e = cases_facts(&v->cx, f, &facts);
	return e ? e : case_json(&v->cx, v->app->site, &facts, f, ret);
}

static void set_etag(struct visit *v, const json_t *request)
{
	response_header(v->rs, STR("ETag"),
	    str_fmt(v->cx.arena, "\"%lld\"",
		(long long)json_int(request, "version", 0)));
}

enum err api_request(struct visit *v)
{
	struct case_file f;
	json_t *o;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_get(&v->cx, visit_arg(v, 0), &f);
	if (!e)
		e = as_seen(v, &f, &o);
	store_end(&v->cx);
	if (e)
		return e;
	set_etag(v, o);
	return visit_json(v, 200, o);
}

static enum err add_request(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct case_file f;
	(void)arg;
	struct new_case nc = { .office = json_text(v->body, "office"),
		.procedure = json_text(v->body, "procedure"),
		.answers = json_value(v->body, "answers"),
		.submit = json_flag(v->body, "submit"),
		.on_behalf = json_value(v->body, "on_behalf") };
	*ret_status = 201;
	enum err e = cases_create(&v->cx, &nc, &f);
	return e ? e : as_seen(v, &f, ret);
}

static void check_keys(struct visit *v, const char *const *known, size_t n)
{
	const char *key;
	json_t *value;
	json_object_foreach(v->body, key, value)
	{
		if (kind_find(str_of(key), known, n) < 0)
			field_wrong(
			    &v->cx, str_of(key), MSG_field_unknown, STR(""));
	}
}

static void check_new(struct visit *v)
{
	static const char *const known[] = { "office", "procedure", "answers",
		"submit", "on_behalf" };
	check_keys(v, known, COUNT(known));
	if (json_text(v->body, "office").n == 0)
		field_wrong(&v->cx, STR("office"), MSG_field_required, STR(""));
	const json_t *submit = json_value(v->body, "submit");
	if (submit != NULL && !json_is_boolean(submit))
		field_wrong(&v->cx, STR("submit"), MSG_field_bad_flag, STR(""));
	const json_t *answers = json_value(v->body, "answers");
	if (answers != NULL && !json_is_object(answers))
		field_wrong(
		    &v->cx, STR("answers"), MSG_field_not_object, STR(""));
	const json_t *behalf = json_value(v->body, "on_behalf");
	if (behalf != NULL && !json_is_object(behalf))
		field_wrong(
		    &v->cx, STR("on_behalf"), MSG_field_not_object, STR(""));
}

enum err api_request_add(struct visit *v)
{
	enum err e =
	    cases_may_create(&v->cx, json_value(v->body, "on_behalf") != NULL);
	if (e)
		return e;
	check_new(v);
	e = fields_end(&v->cx);
	return e ? e : visit_act(v, add_request, NULL);
}

static enum err change_request(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct case_file f;
	(void)arg;
	(void)ret_status;
	enum err e = cases_redraft(&v->cx, visit_arg(v, 0),
	    json_value(v->body, "answers"), visit_if_match(v), &f);
	if (e)
		return e;
	/* Asked last, as all of 422 is; nothing is kept when it fails. */
	static const char *const known[] = { "answers" };
	check_keys(v, known, COUNT(known));
	e = fields_end(&v->cx);
	return e ? e : as_seen(v, &f, ret);
}

enum err api_request_change(struct visit *v)
{
	return visit_act(v, change_request, NULL);
}

static enum err run_command(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct case_file f;
	(void)ret_status;
	enum err e = cases_command(&v->cx, arg, &f);
	return e ? e : as_seen(v, &f, ret);
}

enum err api_command(struct visit *v)
{
	struct case_command cc = { .no = visit_arg(v, 0), .body = v->body };
	int c = kind_find(visit_arg(v, 1), command_names, COMMANDS);
	if (c < 0)
		return fail1(&v->cx, ERR_NOT_FOUND, MSG_error_no_such_command,
		    visit_arg(v, 1));
	cc.command = (enum command)c;
	cc.if_match = visit_if_match(v);
	enum err e = OK;
	bool answered = false;
	const json_t *built;
	if (!e && cc.command == COMMAND_prepare)
		e = visit_replay(v, &answered);
	if (!e && !answered && cc.command == COMMAND_prepare)
		e = prepare_artefact(v, &cc, &built);
	return e || answered ? e : visit_act(v, run_command, &cc);
}

enum err api_way(struct visit *v)
{
	struct case_file f;
	struct facts facts;
	struct way way;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_get(&v->cx, visit_arg(v, 0), &f);
	if (!e)
		e = cases_facts(&v->cx, &f, &facts);
	if (!e)
		e = way_read(&v->cx, &facts, &f, &way);
	store_end(&v->cx);
	return e ? e : visit_json(v, 200, way_json(&v->cx, &way));
}

static enum err copy_request(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct case_file f;
	(void)arg;
	*ret_status = 201;
	enum err e = cases_copy(&v->cx, visit_arg(v, 0), &f);
	if (e)
		return e;
	check_keys(v, NULL, 0);
	e = fields_end(&v->cx);
	return e ? e : as_seen(v, &f, ret);
}

enum err api_copy(struct visit *v)
{
	return visit_act(v, copy_request, NULL);
}

enum err api_events(struct visit *v)
{
	json_t *o;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = case_events_json(&v->cx, visit_arg(v, 0), &o);
	store_end(&v->cx);
	return e ? e : visit_json(v, 200, o);
}

enum err api_clock(struct visit *v)
{
	struct case_file f;
	struct facts facts;
	const struct reminder_line *told = NULL;
	size_t n_told = 0;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_get(&v->cx, visit_arg(v, 0), &f);
	if (!e)
		e = cases_facts(&v->cx, &f, &facts);
	if (!e)
		e = reminders_of(&v->cx, &facts, &f, &told, &n_told);
	store_end(&v->cx);
	if (e)
		return e;
	json_t *o =
	    clock_whole_json(v->cx.arena, &facts, &f, v->cx.now, v->cx.lang);
	/* The data protection officer's hold: nothing is given, days count. */
	json_put_flag(o, "held", f.held);
	json_put(o, "reminders", reminders_json(v->cx.arena, told, n_told));
	return visit_json(v, 200, o);
}

static json_t *line_json(
    struct arena *a, const struct list_words *w, const struct case_line *l)
{
	json_t *o = json_new_object(a);
	json_t *systems = json_new_array(a);
	struct str left = l->systems, one;
	for (bool more = l->systems.n > 0; more;) {
		more = str_cut(left, ' ', &one, &left);
		json_add_text(systems, one);
	}
	json_put_text(o, "no", l->no);
	json_put_text(o, "office", l->office);
	json_put_text(o, "procedure", l->procedure);
	json_put_text(o, "state", l->state);
	json_put_text_or_null(o, "outcome", l->outcome);
	json_put_text(o, "title", l->title);
	json_put_text(o, "unit", l->unit);
	json_put(o, "systems", systems);
	json_put_text_or_null(o, "due", l->due);
	json_put_flag(o, "due_unconfirmed", list_unconfirmed(w, l));
	json_put_int(o, "version", l->version);
	json_put_text(o, "updated", time_iso(a, l->updated));
	return o;
}

static json_t *counts_json(
    struct arena *a, const int64_t *counts, const char *const *names, size_t n)
{
	json_t *o = json_new_object(a);
	for (size_t i = 0; i < n; i++)
		if (counts[i] > 0)
			json_put_int(o, names[i], counts[i]);
	return o;
}

/* How many wait for the caller, by state and by role. */
static enum err read_waits(struct visit *v, json_t **ret)
{
	int64_t states[STATES], roles[ROLES];
	struct arena *a = v->cx.arena;
	enum err e = cases_waiting_states(&v->cx, states);
	if (!e)
		e = cases_waiting_roles(&v->cx, roles);
	if (e)
		return e;
	*ret = json_new_object(a);
	json_put(*ret, "states", counts_json(a, states, state_names, STATES));
	json_put(*ret, "roles", counts_json(a, roles, role_names, ROLES));
	return OK;
}

enum err api_requests(struct visit *v)
{
	json_t *waits = NULL;
	const struct case_line *list = NULL;
	struct list_words words = { 0 };
	size_t n = 0;
	struct str next = { 0 };
	struct case_filter q = { .state = visit_query(v, "state"),
		.office = visit_query(v, "office"),
		.system = visit_query(v, "system"),
		.q = visit_query(v, "q"),
		.mine = str_eq(visit_query(v, "waiting"), STR("me")),
		.cursor = visit_query(v, "cursor") };
	struct str limit = visit_query(v, "limit");
	/* 0 stands for none given; whoever writes it means no number of rows. */
	if (limit.n > 0 && (!str_i64(limit, &q.limit) || q.limit == 0))
		q.limit = -1;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_list(&v->cx, &q, &list, &n, &next);
	if (!e)
		e = list_words(&v->cx, &words);
	if (!e && q.mine && q.cursor.n == 0)
		e = read_waits(v, &waits);
	store_end(&v->cx);
	if (e)
		return e;
	json_t *o = json_new_object(v->cx.arena),
	       *all = json_new_array(v->cx.arena);
	for (size_t i = 0; i < n; i++)
		json_add(all, line_json(v->cx.arena, &words, &list[i]));
	json_put(o, "requests", all);
	json_put_text_or_null(o, "next", next);
	if (waits != NULL)
		json_put(o, "waits", waits);
	return visit_json(v, 200, o);
}
