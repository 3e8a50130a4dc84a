#include "base/problem.h"

#include "base/str.h"

static struct str field_code(const struct field_error *f)
{
	struct str key = msg_key(f->msg);
	if (!str_take(&key, STR("field.")))
		(void)str_take(&key, STR("error."));
	return key;
}

static json_t *fields_json(const struct ctx *cx)
{
	json_t *list = json_new_array(cx->arena);
	for (const struct field_error *f = cx->fault.fields; f; f = f->next) {
		json_t *o = json_new_object(cx->arena);
		json_put_text(o, "field", f->field);
		json_put_text(o, "code", field_code(f));
		json_put_text(o, "message",
		    msg_fill(cx->arena, cx->lang, f->msg, &f->arg, 1));
		json_add(list, o);
	}
	return list;
}

json_t *problem_json(struct ctx *cx, enum err e)
{
	json_t *o = json_new_object(cx->arena);
	if (cx->fault.err != e)
		(void)fail_detail(cx, e, "no words");
	struct str code = fault_code(cx);
	json_put_text(
	    o, "type", str_fmt(cx->arena, "/help/errors#%.*s", STR_ARG(code)));
	json_put_text(o, "title", fault_text(cx));
	json_put_int(o, "status", err_status(e));
	json_put_text(o, "detail", fault_text(cx));
	json_put_text(o, "code", code);
	if (cx->fault.fields != NULL)
		json_put(o, "errors", fields_json(cx));
	return o;
}
