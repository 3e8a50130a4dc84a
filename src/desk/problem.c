/* The answer to what failed: RFC 9457 problem details for programs, a page for
 * people. The detail of a fault is for the log alone. */
#include "base/problem.h"
#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "desk/app.h"
#include "desk/pages.h"
#include "sql/sql.h"

static void answer_json(
    struct ctx *cx, enum err e, int status, struct response *rs)
{
	json_t *o = problem_json(cx, e);
	json_put_int(o, "status", status);
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
		    { "code", fault_code(&v->cx) },
		    { "detail", v->cx.fault.detail });
	if (e == ERR_UNAUTHENTICATED && v->route->door == DOOR_api)
		response_header(v->rs, STR("WWW-Authenticate"),
		    STR("Bearer realm=\"pratu\""));
	if (e == ERR_BUSY)
		response_header(v->rs, STR("Retry-After"), STR("1"));
	if (v->route->door == DOOR_page)
		page_problem(v, status);
	else
		answer_json(&v->cx, e, status, v->rs);
}

static enum err err_of_status(int status)
{
	for (enum err e = OK + 1; e < ERRS; e++)
		if (err_status(e) == status)
			return e;
	return ERR_SYNTAX;
}

/* No route was found, or the request was refused before one was. */
void problem_refused(
    struct app *app, int status, struct request *rq, struct response *rs)
{
	static const struct desk_route api = { .door = DOOR_api },
				       page = { .door = DOOR_page };
	bool program = rq->path.n == 0 || str_starts(rq->path, STR("/api/"));
	struct visit v = { .app = app,
		.route = program ? &api : &page,
		.rq = rq,
		.rs = rs,
		.cx = ctx_new(rq->arena, time_now_ms(), visit_lang(rq)) };
	/* The page keeps its frame for who is signed in; whoever is not, or
	 * whose session cannot be read, is shown the same without it. */
	if (!program && session_find(&v))
		v.cx.actor = NULL;
	store_end(&v.cx);
	enum err e = err_of_status(status);
	(void)fail_detail(&v.cx, e, "refused");
	if (program)
		answer_json(&v.cx, e, status, rs);
	else
		page_problem(&v, status);
}
