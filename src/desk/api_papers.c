/* Papers by the API: made, signed, scanned back, verified; and their texts. */
#include "base/str.h"
#include "base/time.h"
#include "core/idempotency.h"
#include "core/office_settings.h"
#include "desk/papers_out.h"
#include "sql/sql.h"

static json_t *papered_json(struct arena *a, const struct papered *p)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "how", p->how);
	json_put_text(o, "file", p->file);
	json_put_text(o, "sha256", p->sha256);
	json_put_text_or_null(o, "copy_sha256", p->copy);
	json_put_text_or_null(o, "code", p->code);
	json_put_text_or_null(o, "name", p->name);
	json_put_text_or_null(o, "position", p->position);
	json_put_text(o, "by", p->by);
	json_put_text(o, "at", time_iso(a, p->at));
	json_put_int(o, "version", p->version);
	return o;
}

static enum err paper_json(struct visit *v, const struct case_file *f,
    const struct facts *facts, enum papers kind, json_t *all)
{
	struct papers_text text = { 0 };
	enum err e =
	    papers_text_get(&v->cx, f->office, kind, PAPERS_NEWEST, &text);
	if (e)
		return e;
	struct arena *a = v->cx.arena;
	json_t *o = json_new_object(a), *list = json_new_array(a);
	struct str url = str_fmt(a, "%.*s/api/v1/requests/%.*s/papers/%s",
	    STR_ARG(v->app->site->desk_url), STR_ARG(f->no),
	    papers_names[kind]);
	json_put_text(o, "paper", str_of(papers_names[kind]));
	json_put_text(o, "name",
	    msg_code(a, v->cx.lang, STR("paper."), str_of(papers_names[kind])));
	json_put_text(o, "pdf", str_cat(a, url, STR(".pdf")));
	json_put_text(o, "docx", str_cat(a, url, STR(".docx")));
	json_put_flag(o, "may_sign",
	    !v->actor.read_only && papers_room(f) &&
		papers_may_sign(facts, f, &v->actor.person, kind));
	for (size_t i = 0; i < f->papers.n; i++)
		if (str_eq(f->papers.v[i].kind, str_of(papers_names[kind])))
			json_add(list, papered_json(a, &f->papers.v[i]));
	json_put_int(o, "text_version", text.version);
	json_put(o, "signed", list);
	json_add(all, o);
	return OK;
}

enum err api_papers(struct visit *v)
{
	struct case_file f = { 0 };
	struct facts facts = { 0 };
	json_t *list = json_new_array(v->cx.arena);
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_get(&v->cx, visit_arg(v, 0), &f);
	if (!e)
		e = cases_facts(&v->cx, &f, &facts);
	for (enum papers k = 0; !e && k < PAPERS_OF_CASES; k++)
		if (papers_there(&f, k))
			e = paper_json(v, &f, &facts, k, list);
	store_end(&v->cx);
	if (e)
		return e;
	json_t *o = json_new_object(v->cx.arena);
	json_put_int(o, "version", f.version);
	json_put(o, "papers", list);
	return visit_json(v, 200, o);
}

enum err api_paper(struct visit *v)
{
	return papers_send(v, visit_arg(v, 0), visit_arg(v, 1));
}

enum err api_paper_copy(struct visit *v)
{
	return papers_copy_send(v, visit_arg(v, 0), visit_arg(v, 1));
}

enum err api_register_paper(struct visit *v)
{
	return papers_send_register(
	    v, visit_arg(v, 0), visit_arg(v, 1), visit_arg(v, 2));
}

enum err api_procedure_paper(struct visit *v)
{
	return papers_send_procedure(v, visit_arg(v, 0), visit_arg(v, 1));
}

static json_t *last_json(struct arena *a, const struct papers_signing *s)
{
	REQUIRE(s->after.papers.n > 0);
	json_t *o = papered_json(a, &s->after.papers.v[s->after.papers.n - 1]);
	json_put_int(o, "version", s->after.version);
	return o;
}

static enum err sign(struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct papers_signing *s = arg;
	enum err e = papers_sign_end(v, s);
	*ret_status = 201;
	if (!e)
		*ret = last_json(v->cx.arena, s);
	return e;
}

enum { NO_VERSION = -2 }; /* of a text: never matches */

enum err api_paper_sign(struct visit *v)
{
	struct papers_signing s;
	enum papers kind = PAPERS;
	bool answered = false;
	struct papers_seen seen = { .version = visit_if_match(v),
		.text = PAPERS_NEWEST };
	const json_t *text = json_value(v->body, "text_version");
	if (text != NULL)
		seen.text =
		    json_is_integer(text) && json_integer_value(text) >= 0
			? json_integer_value(text)
			: NO_VERSION;
	enum err e = visit_replay(v, &answered);
	if (!e && !answered)
		e = papers_kind(v, visit_arg(v, 1), &kind);
	if (!e && !answered)
		e = papers_sign_begin(v, visit_arg(v, 0), kind, &seen, &s);
	return e || answered ? e : visit_act(v, sign, &s);
}

static enum err scan(struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct papers_signing *s = arg;
	enum err e = papers_scan_end(v, s);
	*ret_status = 201;
	if (!e)
		*ret = last_json(v->cx.arena, s);
	return e;
}

enum err api_paper_scan(struct visit *v)
{
	struct papers_signing s;
	enum papers kind = PAPERS;
	bool answered = false;
	if (v->rq->n_files != 1) {
		field_wrong(&v->cx, STR("file"), MSG_field_one_file, STR(""));
		return fields_end(&v->cx);
	}
	v->digest = idempotency_digest(
	    v->cx.arena, v->rq->method, v->rq->target, v->rq->files[0].bytes);
	enum err e = visit_replay(v, &answered);
	if (!e && !answered)
		e = papers_kind(v, visit_arg(v, 1), &kind);
	if (!e && !answered)
		e = papers_scan_begin(
		    v, visit_arg(v, 0), kind, &v->rq->files[0], &s);
	return e || answered ? e : visit_act(v, scan, &s);
}

/* No row of the request: what stands on the paper anyway. */
enum err api_verify(struct visit *v)
{
	struct papered p = { 0 };
	struct str request = STR("");
	struct arena *a = v->cx.arena;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = papers_verify(&v->cx, visit_arg(v, 0), &request, &p);
	store_end(&v->cx);
	if (e)
		return e;
	json_t *o = json_new_object(a);
	json_put_text(o, "request", request);
	json_put_text(o, "paper", p.kind);
	json_put_text(o, "name", p.name);
	json_put_text(o, "position", p.position);
	json_put_text(o, "at", time_iso(a, p.at));
	json_put_text(o, "sha256", p.sha256);
	json_put_text_or_null(o, "copy_sha256", p.copy);
	return visit_json(v, 200, o);
}

static json_t *text_json(struct arena *a, const struct papers_text *t)
{
	json_t *o = json_new_object(a);
	json_put_int(o, "version", t->version);
	json_put_text(o, "digest", t->digest);
	json_put_text_or_null(o, "by", t->by);
	json_put_text_or_null(o, "at", t->at ? time_iso(a, t->at) : STR(""));
	return o;
}

static bool may_read(const struct visit *v, struct str office)
{
	return person_in_office(&v->actor.person, office) ||
	       office_settings_may(&v->actor.person, office);
}

enum err api_paper_text(struct visit *v)
{
	struct str office = visit_arg(v, 0);
	struct arena *a = v->cx.arena;
	const struct papers_text *list = NULL;
	struct papers_text now = { 0 };
	int64_t version = PAPERS_NEWEST;
	enum papers kind = PAPERS;
	size_t n = 0;
	if (!may_read(v, office))
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	str_i64(visit_query(v, "version"), &version);
	enum err e = papers_kind(v, visit_arg(v, 1), &kind);
	if (e)
		return e;
	e = store_read(&v->cx, v->app->people);
	if (!e)
		e = papers_text_get(&v->cx, office, kind, version, &now);
	if (!e)
		e = papers_text_list(&v->cx, office, kind, &list, &n);
	store_end(&v->cx);
	if (e)
		return e;
	json_t *o = text_json(a, &now), *all = json_new_array(a);
	json_put_text(o, "office", office);
	json_put_text(o, "paper", str_of(papers_names[kind]));
	json_put_text(o, "text", now.text);
	for (size_t i = 0; i < n; i++)
		json_add(all, text_json(a, &list[i]));
	json_put(o, "versions", all);
	return visit_json(v, 200, o);
}

struct putting {
	enum papers kind;
	struct str text;
};

static enum err put(struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct putting *p = arg;
	struct papers_text now;
	int64_t version;
	struct str office = visit_arg(v, 0);
	enum err e =
	    papers_text_put(&v->cx, office, p->kind, p->text, &version);
	if (!e)
		e = papers_text_get(&v->cx, office, p->kind, version, &now);
	if (e)
		return e;
	*ret_status = 201;
	*ret = text_json(v->cx.arena, &now);
	json_put_text(*ret, "office", office);
	json_put_text(*ret, "paper", str_of(papers_names[p->kind]));
	return OK;
}

enum err api_paper_text_add(struct visit *v)
{
	struct putting p = { .text = json_text(v->body, "text") };
	if (!office_settings_may(&v->actor.person, visit_arg(v, 0)))
		return fail(&v->cx, ERR_DENIED, MSG_error_not_office_settings);
	enum err e = papers_kind(v, visit_arg(v, 1), &p.kind);
	if (!e)
		e = papers_text_check(v, p.kind, p.text);
	return e ? e : visit_act(v, put, &p);
}

enum err api_paper_preview(struct visit *v)
{
	enum papers kind = PAPERS;
	struct str pdf = STR("");
	if (!may_read(v, visit_arg(v, 0)))
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	enum err e = papers_kind(v, visit_arg(v, 1), &kind);
	if (!e)
		e = papers_preview(
		    v, visit_arg(v, 0), kind, json_text(v->body, "text"), &pdf);
	if (!e)
		response_set(v->rs, 200, STR("application/pdf"), pdf);
	return e;
}
