/* Accepting and rating by the link in the mail, without signing in (N-31). To
 * open the link changes nothing; what is sent from it takes the link in the
 * transaction of the command, so that it holds once. */
#include "desk/page_accept.h"

#include "base/str.h"
#include "base/time.h"
#include "core/link.h"
#include "core/policy.h"
#include "core/told.h"
#include "desk/form_command.h"
#include "desk/page_case.h"
#include "sql/sql.h"
#include "templates/desk_accept.h"
#include "templates/desk_accepted.h"

/* The bearer of the link, who need not be in the table of persons. */
static void become(struct visit *v, const struct link *link)
{
	struct str csrf = v->cx.actor ? v->actor.csrf : STR("");
	struct person p = { .email = link->email,
		.name = link->email,
		.lang = v->cx.lang,
		.active = true };
	v->actor = (struct actor){ .person = p, .csrf = csrf };
	v->cx.actor = &v->actor;
}

/* A link whose request was answered by another way has ended too. */
static enum err read_case(struct visit *v, const struct link *link,
    struct case_file *f, struct facts *facts)
{
	struct person p;
	enum err e = cases_load(&v->cx, link->request, f);
	if (!e)
		e = cases_facts(&v->cx, f, facts);
	if (e)
		return e;
	struct fault before = v->cx.fault;
	if (person_by_email(&v->cx, link->email, &p) == OK)
		v->actor.person = p;
	else
		v->cx.fault = before;
	e = policy_may(&v->cx, facts, f, &v->actor.person, COMMAND_accept);
	return e == ERR_CONFLICT
	           ? fail(&v->cx, ERR_GONE, MSG_error_link_answered)
	           : e;
}

static struct str delivered_text(struct visit *v, const struct case_file *f)
{
	struct buf b = buf_new(v->cx.arena, 65536);
	for (size_t i = 0; i < f->connections.n; i++) {
		const struct granted *g = &f->connections.v[i];
		if (str_eq(g->state, STR("active")))
			buf_fmt(&b, "%s%.*s · %.*s", b.n ? "\n" : "",
			    STR_ARG(g->part),
			    STR_ARG(msg_code(v->cx.arena, v->cx.lang,
				STR("outlet."), g->outlet)));
	}
	for (size_t i = 0; i < f->documents.n; i++) {
		const struct handed *h = &f->documents.v[i];
		if (str_eq(h->state, STR("given")) ||
		    str_eq(h->state, STR("destroyed")))
			buf_fmt(&b, "%s%.*s · %.*s", b.n ? "\n" : "",
			    STR_ARG(h->name),
			    STR_ARG(case_size(v->cx.arena, h->bytes)));
	}
	return buf_view(&b);
}

static struct str lines_of(struct arena *a, const json_t *texts)
{
	struct buf b = buf_new(a, 65536);
	for (size_t i = 0; i < json_array_size(texts); i++)
		buf_fmt(&b, "%s%.*s", i ? "\n" : "",
		    STR_ARG(json_as_text(json_array_get(texts, i))));
	return buf_view(&b);
}

static enum err show(struct visit *v, const struct case_file *f,
    const struct facts *facts, int status, const struct fault *fault)
{
	struct rows_of r = { .arena = v->cx.arena };
	struct case_work w = { .v = v,
		.f = *f,
		.facts = *facts,
		.given = fault ? COMMAND_accept : COMMANDS };
	if (fault != NULL)
		case_take_problems(&w, COMMAND_accept, fault);
	struct case_form form = case_form_new(&w, COMMAND_accept);
	case_ask_accept(&form);
	struct case_action action = case_form_end(&form);
	row_text(&r, case_say(&w, MSG_thing_request_no), f->no);
	w.known = &v->actor.person;
	w.n_known = 1;
	row_text(&r, case_say(&w, MSG_case_document_to),
	    case_person(&w, v->actor.person.email));
	row_text(&r, case_say(&w, MSG_accept_delivered_at),
	    case_when(&w, f->delivered));
	row_some(&r, case_say(&w, MSG_accept_delivered), delivered_text(v, f));
	row_some(&r, case_say(&w, MSG_thing_digest),
	    json_text(f->artefact, "digest"));
	row_some(&r, case_say(&w, MSG_sending_conditions),
	    lines_of(v->cx.arena, told_conditions(v->cx.arena, f)));
	row_some(&r, case_say(&w, MSG_sending_purpose),
	    json_text(f->answers, "purpose"));
	struct accept_page page = { .title = case_title(f),
		.problems = w.problems,
		.n_problems = w.n_problems,
		.rows = r.list.v,
		.n_rows = r.list.n,
		.form = { .action = url_path(
			      v->cx.arena, "/accept/{}", 1, &v->rq->args[0]) },
		.fields = action.fields,
		.n_fields = action.n_fields,
		.buttons = action.buttons,
		.n_buttons = action.n_buttons };
	/* The frame is that of nobody in particular. */
	struct str csrf = v->actor.csrf;
	v->cx.actor = NULL;
	struct view view = page_view(v, case_say(&w, MSG_accept_title));
	view.csrf = csrf;
	view.wrong = w.n_problems > 0;
	struct buf o = page_buf(v);
	page_desk_accept(&o, &view, &page);
	return page_send(v, status, &o);
}

/* The secret stands in the address: no page that is opened from here learns it. */
static void no_referrer(struct visit *v)
{
	response_header(v->rs, STR("Referrer-Policy"), STR("no-referrer"));
}

enum err page_accept(struct visit *v)
{
	struct link link;
	struct case_file f;
	struct facts facts;
	no_referrer(v);
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = link_find(
		    &v->cx, STR("acceptance"), visit_arg(v, 0), &link);
	if (!e)
		become(v, &link);
	if (!e)
		e = read_case(v, &link, &f, &facts);
	store_end(&v->cx);
	if (e)
		v->cx.actor = NULL;
	return e ? e : show(v, &f, &facts, 200, NULL);
}

struct accepting {
	struct link link;
	struct case_command cc;
	struct case_file before, after;
	struct facts facts;
	bool read;
};

static enum err accept(struct visit *v, void *arg)
{
	struct accepting *a = arg;
	enum err e =
	    link_find(&v->cx, STR("acceptance"), visit_arg(v, 0), &a->link);
	if (e)
		return e;
	become(v, &a->link);
	e = read_case(v, &a->link, &a->before, &a->facts);
	if (e)
		return e;
	a->read = true;
	a->cc.no = a->link.request;
	e = link_use(&v->cx, &a->link);
	return e ? e : cases_command(&v->cx, &a->cc, &a->after);
}

static enum err thank(struct visit *v, const struct accepting *a)
{
	bool refused = str_eq(json_text(a->cc.body, "outcome"), STR("refused"));
	struct accepted_page page = {
		.receipt = { .title = msg_text(
				 v->cx.lang, refused ? MSG_accept_refused
						     : MSG_accept_accepted),
		    .label = msg_text(v->cx.lang, MSG_thing_request_no),
		    .number = a->link.request },
		.text = msg_text(v->cx.lang,
		    refused ? MSG_accept_thanks_refused : MSG_accept_thanks),
	};
	v->cx.actor = NULL;
	struct view view = page_view(v, page.receipt.title);
	struct buf o = page_buf(v);
	page_desk_accepted(&o, &view, &page);
	return page_send(v, 200, &o);
}

enum err page_accept_send(struct visit *v)
{
	struct accepting *a = ARENA_NEW(v->cx.arena, struct accepting);
	a->cc = (struct case_command){ .command = COMMAND_accept,
		.body = form_command(v, COMMAND_accept) };
	no_referrer(v);
	enum err e = visit_change(v, accept, a);
	if (e == ERR_INVALID && a->read) {
		struct fault fault = v->cx.fault;
		return show(v, &a->before, &a->facts, 422, &fault);
	}
	if (e)
		v->cx.actor = NULL;
	return e ? e : thank(v, a);
}
