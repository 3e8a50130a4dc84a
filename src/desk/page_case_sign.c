/* Signing on a page: who signs as what, and the password where it is due. */
#include "desk/page_case_sign.h"
#include "base/str.h"
#include "core/delegation.h"
#include "core/policy.h"
#include "core/signing.h"
#include "desk/page_case.h"
#include "sql/sql.h"

struct str sign_words(struct arena *a, enum lang lang, const struct person *by,
    const struct standing *as)
{
	if (as == NULL)
		return str_fmt(
		    a, "%.*s\n%.*s", STR_ARG(by->name), STR_ARG(by->position));
	const struct str args[] = { by->name, by->position,
		msg_code(a, lang, STR("acting."), as->kind),
		as->giver.position };
	return msg_fill(a, lang, MSG_sign_as_acting, args, COUNT(args));
}

/* As the next try of this form will find it. */
static enum signing_needs needs(const struct case_form *f)
{
	struct actor later = f->w->v->actor;
	later.confirmed = false;
	return signing_needs(&f->w->v->cx, &later, &f->w->f, f->command);
}

void case_sign(struct case_form *f)
{
	struct ctx *cx = &f->w->v->cx;
	const struct standing *as = NULL;
	const struct person *me = &f->w->v->actor.person;
	struct fault before = cx->fault;
	if (policy_as(cx, &f->w->facts, &f->w->f, me, f->command, &as))
		cx->fault = before;
	struct ui_row row = { .label = case_say(f->w, MSG_sign_as),
		.rich = html_lines(
		    cx->arena, sign_words(cx->arena, cx->lang, me, as)) };
	LIST_ADD(cx->arena, &f->rows, row);
	enum signing_needs n = needs(f);
	if (n == SIGNING_OPEN)
		return;
	struct ui_field *field = form_text(f, "password", MSG_sign_password,
	    n == SIGNING_SENSITIVE ? MSG_sign_sensitive : MSG_sign_again,
	    STR(""));
	field->value = STR("");
	field->input = UI_PASSWORD;
	field->width = UI_HALF;
	field->autocomplete = STR("current-password");
}

enum err sign_confirm(struct visit *v, struct str password)
{
	struct fault before = v->cx.fault;
	if (password.n == 0) {
		field_wrong(
		    &v->cx, STR("password"), MSG_field_required, STR(""));
		return fields_end(&v->cx);
	}
	enum err e = sign_in_again(&v->cx, v->app->people, &v->actor, password,
	    address_text(v->cx.arena, v->rq->peer));
	if (e != ERR_UNAUTHENTICATED)
		return e;
	v->cx.fault = before;
	field_wrong(&v->cx, STR("password"), MSG_field_wrong_password, STR(""));
	return fields_end(&v->cx);
}

enum err case_confirm(struct visit *v, struct str no, enum command c)
{
	struct case_file f;
	struct facts facts;
	enum signing_needs n = SIGNING_OPEN;
	struct fault before = v->cx.fault;
	if (!command_signs(c))
		return OK;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_get(&v->cx, no, &f);
	if (!e)
		e = cases_facts(&v->cx, &f, &facts);
	if (!e)
		e = policy_may(&v->cx, &facts, &f, &v->actor.person, c);
	if (!e)
		n = signing_needs(&v->cx, &v->actor, &f, c);
	store_end(&v->cx);
	/* Whoever may not give it is told so by the command itself. */
	v->cx.fault = before;
	if (e || n == SIGNING_OPEN)
		return OK;
	return sign_confirm(
	    v, visit_form(v,
		   str_cstr(v->cx.arena,
		       str_fmt(v->cx.arena, "%s.password", command_names[c]))));
}
