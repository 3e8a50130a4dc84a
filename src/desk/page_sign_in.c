/* Signing in and out. */
#include "desk/page_sign_in.h"

#include "base/str.h"
#include "desk/pages.h"
#include "templates/desk_sign_in.h"

/* What was typed, and what came of it. */
struct attempt {
	struct str email, to, problem;
	bool thai; /* letters of the other keyboard stood in it */
	int status;
};

/* A path of the desk, or the beginning. */
static struct str to_of(struct str to)
{
	struct url u;
	return url_local_parse(to, &u) && !str_starts(to, STR("/sign-"))
	           ? to
	           : STR("/");
}

static bool has_thai(struct str s)
{
	uint32_t c;
	while (str_take_utf8(&s, &c))
		if (c >= 0x0e01 && c <= 0x0e5b)
			return true;
	return false;
}

static struct str text(const struct visit *v, enum msg m)
{
	return msg_text(v->cx.lang, m);
}

static enum err show(struct visit *v, const struct attempt *a)
{
	struct view view = page_view(v, text(v, MSG_pages_sign_in_title));
	struct ui_pair hidden = { STR("to"), a->to };
	struct ui_problem problem = { STR("email"), a->problem };
	struct sign_in_page page = { .problems = &problem,
		.n_problems = a->problem.n > 0,
		.form = { .action = url_local(STR("/sign-in")),
		    .hidden = &hidden,
		    .n_hidden = 1 },
		.fields = { { .name = STR("email"),
				.label = text(v, MSG_pages_sign_in_email),
				.error = a->problem,
				.value = a->email,
				.input = UI_EMAIL,
				.width = UI_HALF,
				.autocomplete = STR("username") },
		    { .name = STR("password"),
			.label = text(v, MSG_pages_sign_in_password),
			.hint = text(v, a->thai ? MSG_pages_sign_in_thai
						: MSG_pages_sign_in_layout),
			.input = UI_PASSWORD,
			.width = UI_HALF,
			.autocomplete = STR("current-password") } },
		.demo = view.environment.n > 0 };
	view.wrong = page.n_problems > 0;
	struct buf o = page_buf(v);
	page_desk_sign_in(&o, &view, &page);
	return page_send(v, a->status, &o);
}

enum err page_sign_in(struct visit *v)
{
	struct attempt a = { .to = to_of(visit_query(v, "to")), .status = 200 };
	if (v->cx.actor != NULL)
		return visit_go(v, a.to);
	return show(v, &a);
}

enum err page_sign_in_send(struct visit *v)
{
	struct str secret, password = visit_form(v, "password");
	struct attempt a = { .email = str_trim(visit_form(v, "email")),
		.to = to_of(visit_form(v, "to")),
		.status = 422 };
	enum err e = sign_in(&v->cx, v->app->people, a.email, password,
	    address_text(v->cx.arena, v->rq->peer), &secret);
	if (e == ERR_UNAUTHENTICATED || e == ERR_RATE) {
		a.problem = fault_text(&v->cx);
		a.thai = has_thai(a.email) || has_thai(password);
		a.status = e == ERR_RATE ? err_status(e) : a.status;
		return show(v, &a);
	}
	if (e)
		return e;
	session_set_cookie(v, secret);
	return visit_go(v, a.to);
}

static enum err end_session(struct visit *v, void *arg)
{
	(void)arg;
	return sign_out(&v->cx, &v->actor);
}

/* Whose session has ended already is out. */
enum err page_sign_out(struct visit *v)
{
	enum err e = v->cx.actor ? visit_change(v, end_session, NULL) : OK;
	if (e)
		return e;
	session_clear_cookie(v);
	return visit_go(v, STR("/"));
}
