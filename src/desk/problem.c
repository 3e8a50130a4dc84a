/* The answer to what failed: RFC 9457 problem details for programs, a page for
 * people. The detail of a fault is for the log alone. */
#include "base/log.h"
#include "base/str.h"
#include "desk/app.h"
#include "desk/pages.h"

struct str problem_code(const struct ctx *cx)
{
	struct str key = msg_key(cx->fault.msg);
	str_take(&key, STR("error."));
	return key;
}

static struct str field_code(const struct field_error *f)
{
	struct str key = msg_key(f->msg);
	str_take(&key, STR("field."));
	return key;
}

static json_t *fields_json(const struct ctx *cx)
{
	json_t *list = json_new_array(cx->arena);
	for (const struct field_error *f = cx->fault.fields; f; f = f->next) {
		json_t *o = json_object();
		json_put_text(o, "field", f->field);
		json_put_text(o, "code", field_code(f));
		json_put_text(o, "message",
		    msg_fill(cx->arena, cx->lang, f->msg, &f->arg, 1));
		json_array_append_new(list, o);
	}
	return list;
}

static void answer_json(const struct ctx *cx, int status, struct response *rs)
{
	json_t *o = json_new_object(cx->arena);
	struct str code = problem_code(cx);
	json_put_text(
	    o, "type", str_fmt(cx->arena, "/help/errors#%.*s", STR_ARG(code)));
	json_put_text(o, "title", fault_text(cx));
	json_put_int(o, "status", status);
	json_put_text(o, "detail", fault_text(cx));
	json_put_text(o, "code", code);
	if (cx->fault.fields != NULL)
		json_put(o, "errors", fields_json(cx));
	response_set(rs, status, STR("application/problem+json"),
	    json_compact(cx->arena, o));
}

void problem_answer(struct visit *v, enum err e)
{
	int status = err_status(e);
	/* A failure without words of its own has the general ones. */
	if (v->cx.fault.err != e)
		(void)fail_detail(&v->cx, e, "no words");
	if (status >= 500)
		LOG("error", "desk.failed", { "route", str_of(v->route->path) },
		    { "code", problem_code(&v->cx) },
		    { "detail", v->cx.fault.detail });
	if (e == ERR_UNAUTHENTICATED && v->route->door == DOOR_api)
		response_header(v->rs, STR("WWW-Authenticate"),
		    STR("Bearer realm=\"pratu\""));
	if (e == ERR_BUSY)
		response_header(v->rs, STR("Retry-After"), STR("1"));
	if (v->route->door == DOOR_page)
		page_problem(v, status);
	else
		answer_json(&v->cx, status, v->rs);
}

static enum err err_of_status(int status)
{
	for (enum err e = OK + 1; e < ERRS; e++)
		if (err_status(e) == status)
			return e;
	return ERR_SYNTAX;
}

void problem_refused(
    struct app *app, int status, struct request *rq, struct response *rs)
{
	enum lang lang = LANG_TH;
	(void)lang_parse(request_header(rq, STR("Accept-Language")), &lang);
	struct ctx cx = ctx_new(rq->arena, 0, lang);
	bool api = str_starts(rq->path, STR("/api/"));
	(void)fail_detail(&cx, err_of_status(status), "refused");
	if (api || rq->path.n == 0)
		answer_json(&cx, status, rs);
	else
		page_refused(app, &cx, status, rq, rs);
}
