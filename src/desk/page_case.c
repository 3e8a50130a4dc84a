/* The page of one request: read, shown, and moved by the commands that are
 * posted from it. */
#include "desk/page_case.h"

#include "base/str.h"
#include "base/time.h"
#include "core/answers.h"
#include "core/disposal.h"
#include "core/policy.h"
#include "desk/files.h"
#include "desk/form_answers.h"
#include "desk/form_command.h"
#include "desk/lists_people.h"
#include "desk/page_case_brought.h"
#include "desk/page_case_sign.h"
#include "sql/sql.h"
#include "templates/desk_case.h"

/* Reads who is behind an e-mail, once. */
struct naming {
	struct ctx *cx;
	LIST(struct person) known;
};

static enum err name_one(struct naming *n, struct str email)
{
	struct person p;
	struct fault before = n->cx->fault;
	if (!str_has(email, STR("@")) ||
	    facts_person(n->known.v, n->known.n, email) != NULL)
		return OK;
	enum err e = person_by_email(n->cx, email, &p);
	if (e == OK)
		LIST_ADD(n->cx->arena, &n->known, p);
	if (e != ERR_NOT_FOUND)
		return e;
	n->cx->fault = before;
	return OK;
}

static enum err name_all(struct case_work *w)
{
	struct naming n = { .cx = &w->v->cx };
	const struct case_file *f = &w->f;
	enum err e = name_one(&n, f->requester);
	if (!e)
		e = name_one(&n, f->entered_by);
	for (size_t i = 0; i < f->holders.n && !e; i++)
		e = name_one(&n, f->holders.v[i]);
	for (size_t i = 0; i < f->officers.n && !e; i++)
		e = name_one(&n, f->officers.v[i]);
	for (size_t i = 0; i < f->handovers.n && !e; i++)
		e = name_one(&n, f->handovers.v[i].to);
	for (size_t i = 0; i < f->consultations.n && !e; i++)
		e = name_one(&n, f->consultations.v[i].to);
	for (size_t i = 0; i < w->events.n && !e; i++) {
		const struct event *ev = &w->events.v[i];
		e = name_one(&n, ev->actor);
		if (!e)
			e = name_one(
			    &n, json_text(json_member(ev->data, "acting_for"),
				    "email"));
	}
	w->known = n.known.v;
	w->n_known = n.known.n;
	return e;
}

static enum err wait_of(
    struct case_work *w, const struct run *r, struct case_wait *ret)
{
	*ret = (struct case_wait){ .role = case_role(w, r->role),
		.unit = r->unit.n ? case_unit(w, r->unit) : STR(""),
		.since = r->since };
	return policy_holders(
	    &w->v->cx, &w->facts, &w->f, r, &ret->people, &ret->n_people);
}

/* The requester, as one who is asked; with his telephone when he is known. */
static struct case_wait requester_wait(struct case_work *w)
{
	struct person *p = ARENA_NEW(w->v->cx.arena, struct person);
	const struct person *known =
	    facts_person(w->known, w->n_known, w->f.requester);
	*p = (struct person){ .email = w->f.requester,
		.name = w->f.requester_name };
	if (known != NULL)
		*p = *known;
	int64_t since = w->f.state == STATE_waiting && w->f.pauses.n > 0
	                    ? w->f.pauses.v[w->f.pauses.n - 1].from
	                    : w->f.created;
	return (struct case_wait){ .role = case_role(w, ROLE_requester),
		.unit = case_unit(w, w->f.unit),
		.since = since,
		.people = p,
		.n_people = 1 };
}

static enum err find_waits(struct case_work *w)
{
	struct case_wait *v =
	    ARENA_ARRAY(w->v->cx.arena, struct case_wait, w->f.runs.n + 1);
	size_t cursor = 0;
	const struct run *r;
	w->waits = v;
	if (w->f.state == STATE_closed)
		return OK;
	if (w->f.state == STATE_waiting || w->f.state == STATE_draft) {
		v[w->n_waits++] = requester_wait(w);
		return OK;
	}
	while ((r = case_open_run(&w->f, &cursor)) != NULL) {
		enum err e = wait_of(w, r, &v[w->n_waits]);
		if (e)
			return e;
		w->n_waits++;
	}
	return OK;
}

static void find_allowed(struct case_work *w)
{
	struct ctx *cx = &w->v->cx;
	const struct person *p = &w->v->actor.person;
	struct fault before = cx->fault;
	w->inside = person_in_office(p, w->f.office);
	w->allowed =
	    w->v->actor.read_only ? 0 : policy_allowed(cx, &w->facts, &w->f, p);
	w->may_attach = cases_may_attach(cx, w->f.no) == OK;
	cx->fault = before;
}

static enum err read_in_transaction(struct case_work *w, struct str no)
{
	struct ctx *cx = &w->v->cx;
	enum err e = cases_get(cx, no, &w->f);
	if (!e)
		e = cases_facts(cx, &w->f, &w->facts);
	if (!e)
		e = events_load(cx, no, &w->events);
	if (!e)
		e = office_settings_get(cx, w->f.office, &w->settings);
	if (!e)
		e = disposal_keeping(cx, &w->keeping);
	if (!e)
		e = name_all(w);
	if (!e)
		e = find_waits(w);
	if (!e)
		e = mail_list(
		    cx, &w->f, &w->v->actor.person, &w->mails, &w->n_mails);
	return e;
}

enum err case_read(struct visit *v, struct str no, struct case_work *ret)
{
	struct case_work w = { .v = v, .given = COMMANDS };
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = read_in_transaction(&w, no);
	if (!e)
		find_allowed(&w);
	if (!e && case_may(&w, COMMAND_consult))
		e = case_find_advisers(&w);
	if (!e && case_may(&w, COMMAND_delegate))
		e = case_find_takers(&w);
	store_end(&v->cx);
	if (e)
		return e;
	w.clock = clock_read(&w.facts, &w.f, v->cx.now);
	w.overdue = clock_overdue(&w.facts, &w.clock, v->cx.now);
	*ret = w;
	return OK;
}

static enum err show(
    struct case_work *w, int status, const struct ui_notice *notice)
{
	struct visit *v = w->v;
	struct case_page page = { .back = url_local(STR("/requests")),
		.number = w->f.no,
		.title = case_title(&w->f),
		.state = case_state(w),
		.tone = case_tone(&w->f),
		.notice = notice,
		.problems = w->problems,
		.n_problems = w->n_problems };
	if (page.title.n == 0)
		page.title = w->f.no;
	if (w->overdue > 0)
		page.overdue =
		    case_say1(w, MSG_thing_overdue, case_number(w, w->overdue));
	case_put_conflict(w, &page);
	case_put_way(w, &page);
	case_put_record(w, &page);
	case_put_made(w, &page);
	case_put_kept(w, &page);
	case_put_mails(w, &page);
	case_put_talk(w, &page);
	case_put_events(w, &page);
	case_put_actions(w, &page);
	enum err e = case_put_brought(w, &page);
	if (e)
		return e;
	struct view view =
	    page_view(v, str_fmt(v->cx.arena, "%.*s %.*s", STR_ARG(w->f.no),
			     STR_ARG(page.title)));
	view.wide = true;
	view.wrong = w->n_problems > 0;
	struct buf o = page_buf(v);
	page_desk_case(&o, &view, &page);
	return page_send(v, status, &o);
}

/* What the reader has just done, once he is back: told by his own event. */
static const struct ui_notice *done_notice(const struct case_work *w)
{
	struct str name = visit_query(w->v, "done");
	for (size_t i = w->events.n; name.n > 0 && i-- > 0;) {
		const struct event *ev = &w->events.v[i];
		if (!str_eq_nocase(ev->actor, w->v->actor.person.email) ||
		    !str_eq(json_text(ev->data, "command"), name))
			continue;
		struct ui_notice *n =
		    ARENA_NEW(w->v->cx.arena, struct ui_notice);
		if (ev->type == EVENT_submitted) {
			*n = (struct ui_notice){ .tone = UI_GOOD,
				.title = case_say1(w, MSG_case_sent, w->f.no),
				.text = case_say1(
				    w, MSG_case_sent_text, case_state(w)) };
			return n;
		}
		*n = (struct ui_notice){ .tone = UI_GOOD,
			.title = case_say(w, MSG_case_done),
			.text = str_fmt(w->v->cx.arena, "%.*s · %.*s",
			    STR_ARG(case_event_title(w, ev)),
			    STR_ARG(case_when(w, ev->at))) };
		return n;
	}
	return NULL;
}

static const struct ui_notice *disposed_notice(const struct case_work *w)
{
	struct ui_notice *n = ARENA_NEW(w->v->cx.arena, struct ui_notice);
	struct str when = date_short(
	    w->v->cx.arena, w->v->cx.lang, date_of_ms(w->f.disposed.at));
	*n = (struct ui_notice){ .tone = UI_WAIT,
		.title = case_say(w, MSG_keeping_disposed_title),
		.text = case_say2(
		    w, MSG_keeping_disposed_text, when, w->f.disposed.round) };
	return n;
}

enum err page_case(struct visit *v)
{
	struct case_work w;
	enum err e = case_read(v, visit_arg(v, 0), &w);
	if (e)
		return e;
	return show(
	    &w, 200, w.f.disposed.at ? disposed_notice(&w) : done_notice(&w));
}

/* The form of a command stands on the page of its request. */
enum err page_command_form(struct visit *v)
{
	struct str args[] = { visit_arg(v, 0), visit_arg(v, 1) };
	if (kind_find(args[1], command_names, COMMANDS) < 0)
		return fail1(
		    &v->cx, ERR_NOT_FOUND, MSG_error_no_such_command, args[1]);
	return visit_go(v,
	    url_path(v->cx.arena, "/requests/{}#do-{}", COUNT(args), args).s);
}

/* What the fault says, at the fields of the form. An answer is called as the
 * procedure's form calls it. */
void case_take_problems(
    struct case_work *w, enum command c, const struct fault *fault)
{
	struct arena *a = w->v->cx.arena;
	struct ui_problem *v =
	    ARENA_ARRAY(a, struct ui_problem, fault->n_fields + 1);
	for (const struct field_error *f = fault->fields; f; f = f->next) {
		struct str why = msg_fill(a, w->v->cx.lang, f->msg, &f->arg, 1);
		const struct field *answer =
		    c == COMMAND_reply
			? procedure_field(w->facts.procedure, f->field)
			: NULL;
		if (answer != NULL)
			why = str_fmt(a, "%.*s: %.*s",
			    STR_ARG(form_label(a, answer, w->v->cx.lang)),
			    STR_ARG(why));
		v[w->n_problems++] = (struct ui_problem){
			.field = answer ? f->field : form_name(a, c, f->field),
			.text = why
		};
	}
	w->problems = v;
}

struct ui_notice *case_refusal(
    const struct case_work *w, enum err e, struct str text)
{
	struct ui_notice *n = ARENA_NEW(w->v->cx.arena, struct ui_notice);
	struct str since = case_since(w, w->seen_version);
	*n = (struct ui_notice){ .tone = UI_WAIT,
		.title = case_say(
		    w, e == ERR_STALE ? MSG_case_stale : MSG_case_conflict),
		.text =
		    e == ERR_STALE ? case_say(w, MSG_case_stale_text) : text };
	if (since.n > 0)
		n->body = html_lines(w->v->cx.arena, since);
	return n;
}

/* Refused: the page again, with what was typed and what is wrong. Whoever may
 * not give the command at all gets the page that says so. */
static enum err refused(
    struct visit *v, struct str no, enum command c, int64_t version, enum err e)
{
	struct fault fault = v->cx.fault;
	struct str text = fault_text(&v->cx);
	struct case_work w;
	if (e != ERR_INVALID && e != ERR_STALE && e != ERR_CONFLICT)
		return e;
	enum err failed = case_read(v, no, &w);
	if (failed)
		return failed;
	w.given = c;
	w.seen_version = version;
	case_take_problems(&w, c, &fault);
	v->cx.fault = fault;
	const struct ui_notice *notice =
	    e == ERR_INVALID ? NULL : case_refusal(&w, e, text);
	if (e == ERR_INVALID && w.n_problems == 0) {
		struct ui_problem *one =
		    ARENA_NEW(v->cx.arena, struct ui_problem);
		*one = (struct ui_problem){ .text = text };
		w.problems = one;
		w.n_problems = 1;
	}
	return show(&w, err_status(e), notice);
}

struct giving {
	struct case_command cc;
	struct case_file f;
};

static enum err give(struct visit *v, void *arg)
{
	struct giving *g = arg;
	return cases_command(&v->cx, &g->cc, &g->f);
}

int64_t case_seen_version(const struct visit *v)
{
	int64_t version;
	return str_i64(visit_form(v, "version"), &version) && version > 0
	           ? version
	           : 0;
}

/* Only what was changed is sent: an answer that stands as it was would undo
 * what the office has put right since. */
static json_t *changed(
    struct visit *v, const struct case_file *f, json_t *posted)
{
	json_t *merged, *out = json_new_object(v->cx.arena);
	const char *key;
	json_t *value;
	struct fault before = v->cx.fault;
	if (answers_merge(&v->cx, f->answers, posted, &merged)) {
		v->cx.fault = before;
		return posted;
	}
	json_object_foreach(posted, key, value)
	{
		const json_t *now = json_object_get(merged, key);
		const json_t *then = json_object_get(f->answers, key);
		bool same = now == NULL ? then == NULL
		                        : then != NULL && json_equal(now, then);
		if (!same)
			json_put(out, key, value);
	}
	return out;
}

/* A reply may bring changed answers: those that its form showed. */
static enum err put_answers(struct visit *v, struct str no, json_t *body)
{
	struct case_file f;
	struct facts facts;
	if (visit_form(v, "asked").n == 0)
		return OK;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_get(&v->cx, no, &f);
	if (!e)
		e = cases_facts(&v->cx, &f, &facts);
	store_end(&v->cx);
	if (e)
		return e;
	json_t *answers = changed(v, &f, form_answers(v, facts.procedure));
	if (json_object_size(answers) > 0)
		json_put(body, "answers", answers);
	return OK;
}

enum err page_command(struct visit *v)
{
	struct str no = visit_arg(v, 0), name = visit_arg(v, 1);
	int c = kind_find(name, command_names, COMMANDS);
	if (c < 0)
		return fail1(
		    &v->cx, ERR_NOT_FOUND, MSG_error_no_such_command, name);
	json_t *body = form_command(v, (enum command)c);
	form_take_phrase(v, (enum command)c, body);
	struct giving g = { .cc = { .no = no,
				.command = (enum command)c,
				.body = body,
				.if_match = case_seen_version(v) } };
	enum err e = OK;
	if (g.cc.command == COMMAND_reply)
		e = put_answers(v, no, body);
	if (!e)
		e = case_confirm(v, no, g.cc.command);
	if (!e)
		e = visit_change(v, give, &g);
	if (e)
		return refused(v, no, g.cc.command, g.cc.if_match, e);
	return visit_go(v, url_path(v->cx.arena, "/requests/{}?done={}", 2,
			       (const struct str[]){ no, name })
			       .s);
}

enum err page_case_file(struct visit *v)
{
	return files_send(v, visit_arg(v, 0), visit_arg(v, 1));
}

enum err page_case_delivery(struct visit *v)
{
	return files_fetch_document(v, visit_arg(v, 0), visit_arg(v, 1));
}

static bool chosen(const struct visit *v)
{
	return v->rq->n_files == 1 && v->rq->files[0].bytes.n > 0;
}

/* What is wrong with a file that was to be attached, at its field. */
static enum err not_attached(struct visit *v, struct str no, enum err e)
{
	struct case_work w;
	struct ui_problem problem = { .field = STR("file"),
		.text = fault_text(&v->cx) };
	const struct field_error *f = v->cx.fault.fields;
	if (f != NULL) {
		problem.field = f->field;
		problem.text =
		    msg_fill(v->cx.arena, v->cx.lang, f->msg, &f->arg, 1);
	}
	const struct ui_notice *notice = lists_people_notice(v, no);
	if (notice != NULL)
		problem = (struct ui_problem){ .field = STR("lists_people"),
			.text = msg_text(v->cx.lang, MSG_brought_people_not) };
	struct fault fault = v->cx.fault;
	enum err failed = case_read(v, no, &w);
	if (failed)
		return failed;
	v->cx.fault = fault;
	w.problems = &problem;
	w.n_problems = 1;
	return show(&w, err_status(e), notice);
}

enum err page_case_attach(struct visit *v)
{
	struct str no = visit_arg(v, 0);
	enum err e = OK;
	if (!chosen(v)) {
		field_wrong(
		    &v->cx, STR("file"), MSG_case_no_file_chosen, STR(""));
		e = fields_end(&v->cx);
	}
	if (!e)
		e = files_may_add(v, no);
	if (!e)
		e = lists_people_answered(v, no);
	if (!e)
		e = files_add(v, no, &v->rq->files[0], true);
	if (!e)
		return visit_go(
		    v, url_path(v->cx.arena, "/requests/{}#files", 1, &no).s);
	if (e != ERR_INVALID && e != ERR_CONFLICT && e != ERR_TOO_LARGE)
		return e;
	return not_attached(v, no, e);
}
