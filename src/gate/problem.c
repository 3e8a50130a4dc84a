/* Problem details (RFC 9457). On the public side no name of a table, host or
 * file goes out: a fault's detail is for the log, and its message comes from
 * the catalogue. */
#include "base/problem.h"
#include "base/log.h"
#include "base/str.h"
#include "gate/app.h"

void gate_problem(struct gate_visit *v, enum err e, struct str instance)
{
	struct ctx *cx = &v->cx;
	int status = err_status(e);
	json_t *o = problem_json(cx, e);
	if (status >= 500)
		LOG("error", "gate.failed", { "code", fault_code(cx) },
		    { "detail", cx->fault.detail });
	if (instance.n > 0)
		json_put_text(o, "instance", instance);
	if (e == ERR_UNAUTHENTICATED)
		response_header(v->rs, STR("WWW-Authenticate"),
		    STR("Bearer realm=\"pratu\", Basic realm=\"pratu\""));
	if (e == ERR_BUSY)
		response_header(v->rs, STR("Retry-After"), STR("2"));
	response_set(v->rs, status, STR("application/problem+json"),
	    json_compact(cx->arena, o));
}
