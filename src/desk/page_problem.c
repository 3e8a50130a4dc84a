/* The pages for what failed. */
#include "base/str.h"
#include "desk/pages.h"
#include "templates/desk_problem.h"

struct buf page_buf(struct visit *v)
{
	return buf_new(v->cx.arena, PAGE_MAX_BYTES);
}

enum err page_send(struct visit *v, int status, const struct buf *o)
{
	if (!buf_ok(o))
		return fail_detail(&v->cx, ERR_BROKEN, "a page over %zu bytes",
		    PAGE_MAX_BYTES);
	response_set(
	    v->rs, status, STR("text/html; charset=utf-8"), buf_view(o));
	return OK;
}

static struct problem_page problem_of(const struct ctx *cx)
{
	struct problem_page p = { .title =
				      msg_text(cx->lang, MSG_problem_title),
		.text = fault_text(cx),
		.back = url_local(STR("/")) };
	struct str key = msg_key(cx->fault.msg);
	struct ui_problem *fields =
	    ARENA_ARRAY(cx->arena, struct ui_problem, cx->fault.n_fields + 1);
	str_take(&key, STR("error."));
	p.code = key;
	for (const struct field_error *f = cx->fault.fields; f; f = f->next)
		fields[p.n_fields++] = (struct ui_problem){ .field = f->field,
			.text =
			    str_fmt(cx->arena, "%.*s: %.*s", STR_ARG(f->field),
				STR_ARG(msg_fill(cx->arena, cx->lang, f->msg,
				    &f->arg, 1))) };
	p.fields = fields;
	return p;
}

/* Back to where the reader was going, once he is signed in. */
static void to_sign_in(struct visit *v)
{
	struct str path =
	    str_eq(v->rq->method, STR("GET")) ? v->rq->target : STR("/");
	response_redirect(v->rs, str_fmt(v->cx.arena, "/sign-in?to=%.*s",
				     STR_ARG(url_encode(v->cx.arena, path))));
}

void page_problem(struct visit *v, int status)
{
	if (status == 401) {
		to_sign_in(v);
		return;
	}
	struct problem_page p = problem_of(&v->cx);
	struct view view = page_view(v, p.title);
	struct buf o = page_buf(v);
	page_desk_problem(&o, &view, &p);
	response_set(
	    v->rs, status, STR("text/html; charset=utf-8"), buf_view(&o));
}
