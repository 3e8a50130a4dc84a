#include "desk/brought.h"

#include "base/read_as.h"
#include "base/str.h"
#include "base/thai.h"
#include "base/time.h"
#include "core/attachment.h"
#include "core/brought.h"
#include "core/disposal.h"
#include "core/line.h"
#include "core/look.h"
#include "core/policy.h"
#include "desk/code_lists.h"
#include "desk/files.h"
#include "http/client.h"
#include "sql/sql.h"

#define MAX_ANSWER ((size_t)8 << 20)
#define LOOK_MS (60 * 1000)
enum { PURPOSE_CHARS = 500 };

static bool works_on(const struct case_work *w)
{
	const struct person *p = &w->v->actor.person;
	size_t cursor = 0;
	const struct run *r;
	for (size_t i = 0; i < w->f.officers.n; i++)
		if (str_eq_nocase(w->f.officers.v[i], p->email))
			return true;
	if (str_eq_nocase(w->f.prepared_by, p->email))
		return true;
	while ((r = case_open_run(&w->f, &cursor)) != NULL)
		if ((r->kind == STAGE_preparing || r->kind == STAGE_delivery) &&
		    policy_holds(&w->facts, &w->f, r, p))
			return true;
	return false;
}

bool brought_may_send(const struct case_work *w)
{
	struct str me = w->v->actor.person.email;
	if (w->v->actor.read_only || w->f.state == STATE_closed)
		return false;
	return case_is_own(&w->f, me) || str_eq_nocase(w->f.entered_by, me) ||
	       works_on(w);
}

bool brought_may_open(const struct case_work *w, const struct inbound *in)
{
	struct str me = w->v->actor.person.email;
	bool entered =
	    str_eq_nocase(in->actor, me) && str_eq_nocase(w->f.entered_by, me);
	return entered || case_is_own(&w->f, me) || works_on(w);
}

enum err brought_needed(const struct case_work *w)
{
	return w->f.state == STATE_closed
	           ? fail(&w->v->cx, ERR_CONFLICT, MSG_error_table_closed)
	           : OK;
}

enum err brought_read_list(
    const struct case_work *w, const struct inbound **ret, size_t *ret_n)
{
	struct visit *v = w->v;
	enum err e = store_read(&v->cx, v->app->shared);
	if (!e)
		e = inbound_list(&v->cx, w->f.no, ret, ret_n);
	store_end(&v->cx);
	return e;
}

static enum err not_yours(struct visit *v, enum msg act)
{
	return fail1(
	    &v->cx, ERR_DENIED, MSG_error_not_yours, msg_text(v->cx.lang, act));
}

static enum err no_such(struct visit *v)
{
	v->cx.fault = (struct fault){ 0 };
	return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
}

enum err brought_find(
    const struct case_work *w, struct str id, struct inbound *ret)
{
	struct visit *v = w->v;
	enum err e = store_read(&v->cx, v->app->shared);
	if (!e)
		e = inbound_get(&v->cx, id, ret);
	store_end(&v->cx);
	if (e == ERR_NOT_FOUND || (!e && !str_eq(ret->request, w->f.no)))
		return no_such(v);
	if (!e && !brought_may_open(w, ret))
		return not_yours(v, MSG_act_open_table);
	return e;
}

enum err brought_begin(struct visit *v, struct str no, struct str id,
    struct case_work *ret_w, struct inbound *ret)
{
	enum err e = case_read(v, no, ret_w);
	return e ? e : brought_find(ret_w, id, ret);
}

/* A day on which it goes: after today, and not for ever. */
static void check_day(struct visit *v, struct str day)
{
	struct date d, today = date_of_ms(v->cx.now);
	struct str field = STR("destroy_on");
	if (day.n == 0)
		return;
	if (!date_parse_iso(day, &d))
		field_wrong(&v->cx, field, MSG_field_bad_date, day);
	else if (date_cmp(d, today) <= 0)
		field_wrong(&v->cx, field, MSG_field_in_past, STR(""));
	else if (date_cmp(d, date_add(today, DISPOSAL_MAX_DAYS)) > 0)
		field_wrong(&v->cx, field, MSG_field_too_late, STR(""));
}

/* Each has a day: what was sent to a draft that is never sent goes as well. */
static struct str day_of(struct visit *v, struct str said)
{
	struct date today = date_of_ms(v->cx.now);
	return said.n > 0
	           ? said
	           : date_iso(v->cx.arena, date_add(today, BROUGHT_DAYS));
}

/* Nobody need say twice what the request says already. */
static struct str purpose_of(const struct case_work *w, struct str said)
{
	if (said.n > 0)
		return said;
	return line_head(json_text(w->f.answers, "purpose"), PURPOSE_CHARS);
}

static enum err check_new(
    const struct case_work *w, const json_t *body, struct inbound_new *ret)
{
	struct visit *v = w->v;
	struct str name = json_text(body, "name"), shown = STR("");
	struct inbound before;
	struct inbound_new n = { .request = w->f.no,
		.actor = v->actor.person.email,
		.purpose = thai_normal(v->cx.arena, json_text(body, "purpose")),
		.destroy_on = json_text(body, "destroy_on"),
		.replaces = json_text(body, "replaces") };
	if (name.n == 0 || !attachment_name(v->cx.arena, name, &shown))
		field_wrong(&v->cx, STR("name"), MSG_field_required, STR(""));
	if (str_chars(n.purpose) > PURPOSE_CHARS)
		field_wrong(
		    &v->cx, STR("purpose"), MSG_field_too_long, STR("500"));
	check_day(v, n.destroy_on);
	enum err e = fields_end(&v->cx);
	if (!e && n.replaces.n > 0)
		e = brought_find(w, n.replaces, &before);
	if (e == ERR_NOT_FOUND || e == ERR_DENIED) {
		v->cx.fault = (struct fault){ 0 };
		field_wrong(&v->cx, STR("replaces"), MSG_field_no_such_file,
		    n.replaces);
		e = fields_end(&v->cx);
	}
	n.name = shown;
	n.purpose = purpose_of(w, n.purpose);
	n.destroy_on = day_of(v, n.destroy_on);
	*ret = n;
	return e;
}

enum err brought_ticket(const struct case_work *w, const json_t *body,
    struct str *ret_id, struct str *ret_url)
{
	struct visit *v = w->v;
	struct inbound_new n;
	struct inbound in = { 0 };
	if (!brought_may_send(w))
		return not_yours(v, MSG_act_send_table);
	enum err e = check_new(w, body, &n);
	if (e)
		return e;
	e = files_ticket_begin(v, w->f.no);
	if (!e)
		e = inbound_new(&v->cx, &n, &in);
	e = files_ticket_end(v, e, in.upload, ret_url);
	if (!e)
		*ret_id = in.upload;
	return e;
}

enum err brought_choose(
    const struct case_work *w, const struct inbound *in, const json_t *choice)
{
	struct visit *v = w->v;
	if (v->actor.read_only)
		return fail(&v->cx, ERR_DENIED, MSG_error_read_only_token);
	enum err e = code_lists_choice(w, in, choice);
	if (!e)
		e = store_write(&v->cx, v->app->shared);
	if (!e)
		e = inbound_choose(&v->cx, in->upload, choice);
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	if (e == ERR_CONFLICT)
		return fail(&v->cx, ERR_CONFLICT, MSG_error_table_not_here);
	return e;
}

/* What the gate refused, in the words of the desk. */
static enum err refused(struct visit *v, const struct answer *a)
{
	json_t *problem;
	struct ctx *cx = &v->cx;
	if (a->status == 429)
		return fail1(cx, ERR_RATE, MSG_error_look_rate,
		    str_fmt(cx->arena, "%d", LOOKS_PER_HOUR));
	if (a->status == 409)
		return fail(cx, ERR_CONFLICT, MSG_error_table_not_read);
	if (a->status == 404 || a->status == 410)
		return fail(cx, ERR_GONE, MSG_error_gone);
	if (json_parse(cx, a->body, MAX_ANSWER, &problem))
		problem = NULL;
	if (a->status == 503 &&
	    str_eq(json_text(problem, "code"), STR("uploads-shut")))
		return fail(cx, ERR_BUSY, MSG_error_uploads_shut);
	if (a->status != 422 || problem == NULL)
		return fail_detail(
		    cx, ERR_BUSY, "the gate answered %d", a->status);
	field_wrong(cx, STR("key"), MSG_field_no_such_column, STR(""));
	return fields_end(cx);
}

static enum err ask(struct visit *v, struct str target,
    const struct inbound *in, json_t *order, json_t **ret)
{
	struct answer a;
	if (in->state != INBOUND_read)
		return fail(&v->cx, ERR_CONFLICT, MSG_error_table_not_read);
	json_put_text(order, "upload", in->upload);
	json_put_text(order, "request", in->request);
	json_put_text(order, "by", v->actor.person.email);
	json_put_text(order, "lang", lang_code(v->cx.lang));
	enum err e = http_call(&v->cx, v->app->site->gate_socket, STR("POST"),
	    target, json_compact(v->cx.arena, order), MAX_ANSWER, LOOK_MS, &a);
	if (e)
		return e;
	if (a.status != 200)
		return refused(v, &a);
	return json_parse(&v->cx, a.body, MAX_ANSWER, ret);
}

enum err brought_look(struct visit *v, const struct inbound *in, json_t **ret)
{
	return ask(
	    v, STR("/table-look"), in, json_new_object(v->cx.arena), ret);
}

enum err brought_difference(struct visit *v, const struct inbound *in,
    const struct inbound *with, struct str key, json_t **ret)
{
	json_t *order = json_new_object(v->cx.arena);
	if (with->state != INBOUND_read)
		return fail(&v->cx, ERR_CONFLICT, MSG_error_table_not_read);
	if (key.n == 0) {
		field_wrong(&v->cx, STR("key"), MSG_field_required, STR(""));
		return fields_end(&v->cx);
	}
	json_put_text(order, "with", with->upload);
	json_put_text(order, "key", key);
	return ask(v, STR("/table-difference"), in, order, ret);
}

enum err brought_corrected(struct visit *v, const struct inbound *in)
{
	if (in->state != INBOUND_read)
		return fail(&v->cx, ERR_CONFLICT, MSG_error_table_not_read);
	/* What the gate hands over becomes an event. */
	enum err e = actor_may_write(&v->cx);
	return e ? e
	         : files_lead_with_ticket(
		       v, STR("/v1/c/"), STR("corrected"), in->upload);
}

static json_t *finding_json(const struct visit *v, const json_t *finding)
{
	struct arena *a = v->cx.arena;
	json_t *o = json_new_object(a);
	int64_t row = json_int(finding, "row", 0);
	int64_t column = json_int(finding, "column", 0);
	json_put_text(o, "code", json_text(finding, "code"));
	json_put_text_or_null(o, "place", cell_place(a, row, column));
	json_put_text(
	    o, "message_th", brought_finding_text(a, LANG_TH, finding));
	json_put_text(
	    o, "message_en", brought_finding_text(a, LANG_EN, finding));
	return o;
}

json_t *brought_json(const struct visit *v, const struct inbound *in)
{
	struct arena *a = v->cx.arena;
	json_t *o = json_new_object(a), *none = json_keep(a, json_null());
	json_put_text(o, "id", in->upload);
	json_put_text(o, "name", in->name);
	json_put_text(o, "kind", STR("table"));
	json_put_text(o, "by", in->actor);
	json_put_text_or_null(o, "purpose", in->purpose);
	json_put_text_or_null(o, "destroy_on", in->destroy_on);
	json_put_text_or_null(o, "replaces", in->replaces);
	json_put_text(o, "created", time_iso(a, in->created));
	json_put_text_or_null(
	    o, "received", in->received ? time_iso(a, in->received) : STR(""));
	json_put_int(o, "bytes", in->bytes);
	json_put_text_or_null(o, "sha256", in->sha256);
	json_put_text(o, "state", str_of(inbound_state_names[in->state]));
	json_put_int(o, "progress", in->progress);
	json_put(o, "choice", in->choice ? in->choice : none);
	json_put(
	    o, "found", json_object_size(in->found) > 0 ? in->found : none);
	json_put(
	    o, "finding", in->finding ? finding_json(v, in->finding) : none);
	return o;
}
