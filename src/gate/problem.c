/* What failed: problem details (RFC 9457) for programs, a page for people. On
 * the public side no name of a table, host or file goes out: a fault's detail
 * is for the log, and its message comes from the catalogue. */
#include "base/log.h"
#include "base/str.h"
#include "gate/app.h"
#include "gate/pages.h"
#include "templates/gate_problem.h"

const struct known_problem gate_problems[] = {
#define PROBLEM(err, message) { ERR_##err, MSG_##message },
#include "gate/problems.def"
#undef PROBLEM
};
const size_t n_gate_problems = COUNT(gate_problems);

struct str problem_code(enum msg msg)
{
	struct str key = msg_key(msg);
	if (!str_take(&key, STR("error.")))
		str_take(&key, STR("field."));
	return key;
}

static json_t *fields_json(const struct ctx *cx)
{
	json_t *list = json_new_array(cx->arena);
	for (const struct field_error *f = cx->fault.fields; f; f = f->next) {
		json_t *o = json_object();
		json_put_text(o, "field", f->field);
		json_put_text(o, "code", problem_code(f->msg));
		json_put_text(o, "message",
		    msg_fill(cx->arena, cx->lang, f->msg, &f->arg, 1));
		if (f->hint.n > 0)
			json_put_text(o, "hint", f->hint);
		json_array_append_new(list, o);
	}
	return list;
}

static void answer_json(struct gate_visit *v, int status)
{
	struct ctx *cx = &v->cx;
	struct str code = fault_code(cx);
	json_t *o = json_new_object(cx->arena);
	json_put_text(
	    o, "type", str_fmt(cx->arena, "/help/errors#%.*s", STR_ARG(code)));
	json_put_text(o, "title", fault_text(cx));
	json_put_int(o, "status", status);
	json_put_text(o, "detail", fault_text(cx));
	json_put_text(o, "code", code);
	if (cx->fault.fields != NULL)
		json_put(o, "errors", fields_json(cx));
	response_set(v->rs, status, STR("application/problem+json"),
	    json_compact(cx->arena, o));
}

static void answer_page(struct gate_visit *v, int status)
{
	struct ctx *cx = &v->cx;
	struct problem_page p = { .text = fault_text(cx),
		.code = fault_code(cx) };
	struct str *fields =
	    ARENA_ARRAY(cx->arena, struct str, cx->fault.n_fields + 1);
	for (const struct field_error *f = cx->fault.fields; f; f = f->next)
		fields[p.n_fields++] = str_fmt(cx->arena, "%.*s: %.*s",
		    STR_ARG(f->field),
		    STR_ARG(msg_fill(cx->arena, cx->lang, f->msg, &f->arg, 1)));
	p.fields = fields;
	struct view view = gate_view(
	    v, msg_text(cx->lang, MSG_gate_problem_title), (struct url){ 0 });
	struct buf o = gate_page_buf(v);
	page_gate_problem(&o, &view, &p);
	gate_page_send(v, status, &o);
}

void gate_problem(struct gate_visit *v, enum err e, int status)
{
	struct ctx *cx = &v->cx;
	if (cx->fault.err != e)
		(void)fail_detail(cx, e, "no words");
	if (status >= 500)
		LOG("error", "gate.failed", { "code", fault_code(cx) },
		    { "detail", cx->fault.detail });
	/* A line each: browsers read the first challenge of a line alone. */
	if (e == ERR_UNAUTHENTICATED) {
		response_header(v->rs, STR("WWW-Authenticate"),
		    STR("Basic realm=\"pratu\", charset=\"UTF-8\""));
		response_header(v->rs, STR("WWW-Authenticate"),
		    STR("Bearer realm=\"pratu\""));
	}
	if (e == ERR_BUSY)
		response_header(v->rs, STR("Retry-After"), STR("2"));
	if (accepts_page(v->rq))
		answer_page(v, status);
	else
		answer_json(v, status);
}
