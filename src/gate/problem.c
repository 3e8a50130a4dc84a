/* Problem details (RFC 9457). On the public side no name of a table, host or
 * file goes out: a fault's detail is for the log, and its message comes from
 * the catalogue. */
#include "base/log.h"
#include "base/str.h"
#include "gate/app.h"

static struct str code_of(enum msg msg, struct str prefix)
{
	struct str key = msg_key(msg);
	str_take(&key, prefix);
	return key;
}

static json_t *fields_json(const struct ctx *cx)
{
	json_t *list = json_new_array(cx->arena);
	for (const struct field_error *f = cx->fault.fields; f; f = f->next) {
		json_t *o = json_object();
		json_put_text(o, "field", f->field);
		json_put_text(o, "code", code_of(f->msg, STR("field.")));
		json_put_text(o, "message",
		    msg_fill(cx->arena, cx->lang, f->msg, &f->arg, 1));
		json_array_append_new(list, o);
	}
	return list;
}

void gate_problem(struct gate_visit *v, enum err e, struct str instance)
{
	struct ctx *cx = &v->cx;
	int status = err_status(e);
	if (cx->fault.err != e)
		(void)fail_detail(cx, e, "no words");
	struct str code = code_of(cx->fault.msg, STR("error."));
	if (status >= 500)
		LOG("error", "gate.failed", { "code", code },
		    { "detail", cx->fault.detail });
	json_t *o = json_new_object(cx->arena);
	json_put_text(
	    o, "type", str_fmt(cx->arena, "/help/errors#%.*s", STR_ARG(code)));
	json_put_text(o, "title", fault_text(cx));
	json_put_int(o, "status", status);
	json_put_text(o, "detail", fault_text(cx));
	json_put_text(o, "code", code);
	if (instance.n > 0)
		json_put_text(o, "instance", instance);
	if (cx->fault.fields != NULL)
		json_put(o, "errors", fields_json(cx));
	if (e == ERR_UNAUTHENTICATED)
		response_header(v->rs, STR("WWW-Authenticate"),
		    STR("Bearer realm=\"pratu\", Basic realm=\"pratu\""));
	if (e == ERR_BUSY)
		response_header(v->rs, STR("Retry-After"), STR("2"));
	response_set(v->rs, status, STR("application/problem+json"),
	    json_compact(cx->arena, o));
}
