/* Several requests decided on one page: what waits for the reader to endorse, to
 * decide or to release. Each is a command of its own, with its own result. */
#include "desk/page_many.h"

#include "base/str.h"
#include "core/office_settings.h"
#include "core/policy.h"
#include "core/signing.h"
#include "desk/form_command.h"
#include "desk/page_case_sign.h"
#include "desk/page_list.h"
#include "desk/pages.h"
#include "sql/sql.h"
#include "templates/desk_many.h"

enum { MANY = 50, MAX_PHRASES = 60 };

/* One that the reader could decide now. */
struct one {
	struct case_file f;
	enum command command;
	const struct standing *as; /* whom the reader stands in for, or NULL */
	struct str unit;           /* of the requester, in words */
	struct str *advisers;      /* names, by the opinions */
	enum signing_needs needs;
};
struct many {
	struct visit *v;
	struct list_words words;
	LIST(struct one) ones;
	LIST(struct str) offices, phrases;
	LIST(struct many_result) results;
	enum signing_needs needs; /* of the page as a whole */
	bool refused;             /* what was typed is shown again */
};

static struct str text(const struct many *m, enum msg msg)
{
	return msg_text(m->v->cx.lang, msg);
}

static bool which(struct many *m, const struct case_file *f,
    const struct facts *facts, enum command *ret)
{
	static const enum command all[] = { COMMAND_decide, COMMAND_check,
		COMMAND_consent };
	uint32_t bits =
	    policy_allowed(&m->v->cx, facts, f, &m->v->actor.person);
	for (size_t i = 0; i < COUNT(all); i++)
		if (bits & COMMAND_BIT(all[i])) {
			*ret = all[i];
			return true;
		}
	return false;
}

static enum err name_advisers(struct many *m, struct one *o)
{
	struct ctx *cx = &m->v->cx;
	o->advisers = ARENA_ARRAY(cx->arena, struct str, o->f.opinions.n + 1);
	for (size_t i = 0; i < o->f.opinions.n; i++) {
		struct person p;
		struct fault before = cx->fault;
		o->advisers[i] = o->f.opinions.v[i].by;
		enum err e = person_by_email(cx, o->advisers[i], &p);
		if (e && e != ERR_NOT_FOUND)
			return e;
		cx->fault = before;
		if (!e)
			o->advisers[i] = p.name;
	}
	return OK;
}

/* A clerk prepared the answer: it is read where it can be read. */
static bool has_proposal(
    const struct many *m, const struct case_file *f, const struct facts *facts)
{
	size_t cursor = 0;
	const struct run *r;
	while ((r = case_open_run(f, &cursor)) != NULL)
		if (r->proposal != NULL &&
		    policy_holds(facts, f, r, &m->v->actor.person))
			return true;
	return false;
}

static enum err read_one(struct many *m, struct str no)
{
	struct ctx *cx = &m->v->cx;
	struct facts facts;
	struct one o = { 0 };
	enum err e = cases_get(cx, no, &o.f);
	if (!e)
		e = cases_facts(cx, &o.f, &facts);
	if (e || !which(m, &o.f, &facts, &o.command))
		return e;
	/* Records bring an owner's paper on the request's own page. */
	if (o.command == COMMAND_consent && o.f.state != STATE_consent)
		return OK;
	if (o.command == COMMAND_consent && has_proposal(m, &o.f, &facts))
		return OK;
	e = policy_as(cx, &facts, &o.f, &m->v->actor.person, o.command, &o.as);
	if (!e)
		e = name_advisers(m, &o);
	if (e)
		return e;
	o.unit = list_unit(&m->words, cx->lang, o.f.unit);
	o.needs = signing_needs(cx, &m->v->actor, &o.f, o.command);
	if (o.needs > m->needs)
		m->needs = o.needs;
	LIST_ADD(cx->arena, &m->ones, o);
	for (size_t i = 0; i < m->offices.n; i++)
		if (str_eq(m->offices.v[i], o.f.office))
			return OK;
	LIST_ADD(cx->arena, &m->offices, o.f.office);
	return OK;
}

static enum err read_state(struct many *m, enum state state)
{
	const struct case_line *lines;
	size_t n;
	struct str next;
	struct case_filter q = {
		.mine = true, .state = str_of(state_names[state]), .limit = MANY
	};
	enum err e = cases_list(&m->v->cx, &q, &lines, &n, &next);
	for (size_t i = 0; i < n && !e; i++)
		e = read_one(m, lines[i].no);
	return e;
}

static enum err read_phrases(struct many *m)
{
	struct office_settings s;
	enum err e = OK;
	for (size_t i = 0; i < m->offices.n && !e; i++) {
		e = office_settings_get(&m->v->cx, m->offices.v[i], &s);
		for (size_t k = 0; !e && k < s.n_phrases; k++)
			if (m->phrases.n < MAX_PHRASES)
				LIST_ADD(
				    m->v->cx.arena, &m->phrases, s.phrases[k]);
	}
	return e;
}

static enum err read_many(struct many *m)
{
	struct ctx *cx = &m->v->cx;
	m->ones.n = m->offices.n = m->phrases.n = 0;
	m->needs = SIGNING_OPEN;
	enum err e = store_read(cx, m->v->app->people);
	if (!e)
		e = list_words(cx, &m->words);
	if (!e)
		e = read_state(m, STATE_consent);
	if (!e)
		e = read_state(m, STATE_decision);
	if (!e)
		e = read_state(m, STATE_release);
	if (!e)
		e = read_phrases(m);
	store_end(cx);
	return e;
}

static bool is_chosen(const struct many *m, struct str no)
{
	struct pairs form = m->v->rq->form;
	for (size_t i = 0; i < form.n; i++)
		if (str_eq(form.v[i].name, STR("no")) &&
		    str_eq(form.v[i].value, no))
			return true;
	return false;
}

/* "พิจารณา · คณะ… · HRIS", and for whom, where not by his own right. */
static struct str line_of(const struct many *m, const struct one *o)
{
	struct arena *a = m->v->cx.arena;
	enum lang lang = m->v->cx.lang;
	struct str line = str_fmt(a, "%.*s · %.*s",
	    STR_ARG(msg_code(
		a, lang, STR("command."), str_of(command_names[o->command]))),
	    STR_ARG(o->unit));
	for (size_t k = 0; k < o->f.systems.n; k++)
		line = str_fmt(a, "%.*s%s%.*s", STR_ARG(line), k ? " " : " · ",
		    STR_ARG(o->f.systems.v[k].code));
	if (o->as == NULL)
		return line;
	return str_fmt(a, "%.*s · %.*s %.*s", STR_ARG(line),
	    STR_ARG(msg_code(a, lang, STR("acting."), o->as->kind)),
	    STR_ARG(o->as->giver.name));
}

/* "ความเห็นของ…: เห็นควรอนุมัติ – เหตุผล", a line each. */
static struct str opinion_lines(const struct many *m, const struct one *o)
{
	struct arena *a = m->v->cx.arena;
	enum lang lang = m->v->cx.lang;
	struct str all = STR("");
	for (size_t i = 0; i < o->f.opinions.n; i++) {
		const struct opinion *p = &o->f.opinions.v[i];
		struct str who = o->advisers[i];
		if (p->asked_by.n == 0)
			continue;
		all = str_fmt(a, "%.*s%s%.*s: %.*s – %.*s", STR_ARG(all),
		    all.n ? "\n" : "",
		    STR_ARG(msg_fill(a, lang, MSG_consult_opinion_of, &who, 1)),
		    STR_ARG(msg_code(a, lang, STR("opinion."), p->outcome)),
		    STR_ARG(p->text));
	}
	return all;
}

static void put_rows(struct many *m, struct many_page *page)
{
	struct arena *a = m->v->cx.arena;
	struct many_row *v = ARENA_ARRAY(a, struct many_row, m->ones.n + 1);
	for (size_t i = 0; i < m->ones.n; i++) {
		const struct one *o = &m->ones.v[i];
		struct str opinions = opinion_lines(m, o);
		v[i] = (struct many_row){ .no = o->f.no,
			.opinions = html_lines(a, opinions),
			.has_opinions = opinions.n > 0,
			.title = case_title(&o->f),
			.line = line_of(m, o),
			.purpose = json_text(o->f.answers, "purpose"),
			.version = str_fmt(a, "%lld", (long long)o->f.version),
			.digest = json_text(o->f.artefact, "digest"),
			.url = url_path(a, "/requests/{}", 1, &o->f.no),
			.chosen = m->refused && is_chosen(m, o->f.no) };
	}
	page->rows = v;
	page->n_rows = m->ones.n;
}

static void put_fields(struct many *m, struct many_page *page)
{
	struct arena *a = m->v->cx.arena;
	struct str said = m->refused ? visit_form(m->v, "phrase") : STR("");
	struct str note = m->refused ? visit_form(m->v, "note") : STR("");
	struct ui_choice *c =
	    ARENA_ARRAY(a, struct ui_choice, m->phrases.n + 1);
	c[0] = (struct ui_choice){ .label = text(m, MSG_many_phrase_none) };
	for (size_t i = 0; i < m->phrases.n; i++)
		c[i + 1] = (struct ui_choice){ .value = m->phrases.v[i],
			.label = m->phrases.v[i],
			.chosen = str_eq(said, m->phrases.v[i]) };
	if (m->phrases.n > 0)
		page->fields[page->n_fields++] =
		    (struct ui_field){ .kind = UI_SELECT,
			    .name = STR("phrase"),
			    .label = text(m, MSG_many_phrase),
			    .choices = c,
			    .n_choices = m->phrases.n + 1 };
	page->fields[page->n_fields++] = (struct ui_field){ .kind = UI_LINES,
		.name = STR("note"),
		.label = text(m, MSG_many_note),
		.hint = text(m, MSG_many_note_hint),
		.value = form_unix(a, note),
		.rows = 3 };
	if (m->needs != SIGNING_OPEN)
		page->fields[page->n_fields++] =
		    (struct ui_field){ .name = STR("password"),
			    .label = text(m, MSG_sign_password),
			    .hint = text(m, m->needs == SIGNING_SENSITIVE
						? MSG_sign_sensitive
						: MSG_sign_again),
			    .input = UI_PASSWORD,
			    .width = UI_HALF,
			    .autocomplete = STR("current-password") };
}

static enum err show(struct many *m, struct many_page *page, int status)
{
	struct visit *v = m->v;
	/* The next press is another act: what is sensitive asks again, and no
	 * reason is carried over to what is chosen next. */
	v->actor.confirmed = false;
	m->refused = page->n_problems > 0;
	enum err e = read_many(m);
	if (e)
		return e;
	page->results = m->results.v;
	page->n_results = m->results.n;
	put_rows(m, page);
	put_fields(m, page);
	for (size_t i = 0; i < page->n_fields; i++)
		for (size_t k = 0; k < page->n_problems; k++)
			if (str_eq(
				page->fields[i].name, page->problems[k].field))
				page->fields[i].error = page->problems[k].text;
	page->signer_lines = html_lines(v->cx.arena,
	    sign_words(v->cx.arena, v->cx.lang, &v->actor.person, NULL));
	page->form = (struct ui_form){ .action = url_local(STR("/decide")) };
	page->buttons[0] = (struct ui_button){ .kind = UI_PRIMARY,
		.label = text(m, MSG_many_yes),
		.name = STR("outcome"),
		.value = STR("yes") };
	page->buttons[1] = (struct ui_button){ .kind = UI_DANGER,
		.label = text(m, MSG_many_no),
		.name = STR("outcome"),
		.value = STR("no"),
		.confirm = text(m, MSG_many_sure) };
	struct view view = page_view(v, text(m, MSG_many_title));
	view.wrong = page->n_problems > 0;
	struct buf o = page_buf(v);
	page_desk_many(&o, &view, page);
	return page_send(v, status, &o);
}

enum err page_many(struct visit *v)
{
	struct many m = { .v = v };
	struct many_page page = { 0 };
	return show(&m, &page, 200);
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

static const char *outcome_of(enum command c, bool yes)
{
	if (c == COMMAND_decide)
		return yes ? "approved" : "rejected";
	if (c == COMMAND_check)
		return yes ? "released" : "returned";
	return yes ? "endorsed" : "declined";
}

static struct str posted(const struct many *m, const char *what, struct str no)
{
	return pairs_get(m->v->rq->form,
	    str_fmt(m->v->cx.arena, "%s.%.*s", what, STR_ARG(no)));
}

/* Why it was not done; a wrong field's sentence says more. */
static struct str why(struct ctx *cx)
{
	const struct field_error *f = cx->fault.fields;
	if (f == NULL)
		return fault_text(cx);
	return msg_fill(cx->arena, cx->lang, f->msg, &f->arg, 1);
}

static void give_one(struct many *m, const struct one *o, bool yes)
{
	struct visit *v = m->v;
	struct arena *a = v->cx.arena;
	struct fault before = v->cx.fault;
	json_t *body = json_new_object(a);
	struct str note = str_trim(form_unix(a, visit_form(v, "note")));
	struct giving g = {
		.cc = { .no = o->f.no, .command = o->command, .body = body }
	};
	struct many_result r = { .tone = UI_GOOD,
		.no = o->f.no,
		.title = case_title(&o->f),
		.text = text(m, MSG_many_done),
		.url = url_path(a, "/requests/{}", 1, &o->f.no) };
	if (note.n == 0)
		note = visit_form(v, "phrase");
	json_put_text(body, "outcome", str_of(outcome_of(o->command, yes)));
	if (note.n > 0)
		json_put_text(body, "note", note);
	if (o->command == COMMAND_check)
		json_put_text(body, "digest", posted(m, "digest", o->f.no));
	if (!str_i64(posted(m, "version", o->f.no), &g.cc.if_match))
		g.cc.if_match = -1;
	if (visit_change(v, give, &g)) {
		r.tone = UI_BAD;
		r.text = why(&v->cx);
		v->cx.fault = before;
	}
	LIST_ADD(a, &m->results, r);
}

static void wrong(
    struct many_page *page, struct arena *a, const char *field, struct str said)
{
	struct ui_problem *p = ARENA_NEW(a, struct ui_problem);
	*p = (struct ui_problem){ .field = str_of(field), .text = said };
	page->problems = p;
	page->n_problems = 1;
}

static void give_chosen(struct many *m, bool yes)
{
	for (size_t i = 0; i < m->ones.n; i++)
		if (is_chosen(m, m->ones.v[i].f.no))
			give_one(m, &m->ones.v[i], yes);
}

/* Chosen, and decided by somebody since: told, not passed over. */
static void tell_gone(struct many *m)
{
	struct pairs form = m->v->rq->form;
	for (size_t i = 0; i < form.n; i++) {
		bool known = !str_eq(form.v[i].name, STR("no"));
		for (size_t k = 0; k < m->results.n && !known; k++)
			known = str_eq(m->results.v[k].no, form.v[i].value);
		if (known)
			continue;
		struct many_result r = { .tone = UI_BAD,
			.no = form.v[i].value,
			.text = text(m, MSG_case_conflict),
			.url = url_path(m->v->cx.arena, "/requests/{}", 1,
			    &form.v[i].value) };
		LIST_ADD(m->v->cx.arena, &m->results, r);
	}
}

static size_t count_chosen(const struct many *m)
{
	size_t n = 0;
	for (size_t i = 0; i < m->v->rq->form.n; i++)
		n += str_eq(m->v->rq->form.v[i].name, STR("no"));
	return n;
}

/* Only what was chosen is signed. */
static enum err confirm(struct many *m)
{
	bool needed = false;
	for (size_t i = 0; i < m->ones.n; i++)
		needed |= m->ones.v[i].needs != SIGNING_OPEN &&
		          is_chosen(m, m->ones.v[i].f.no);
	return needed ? sign_confirm(m->v, visit_form(m->v, "password")) : OK;
}

enum err page_many_send(struct visit *v)
{
	struct many m = { .v = v };
	struct many_page page = { 0 };
	struct str outcome = visit_form(v, "outcome");
	if (count_chosen(&m) == 0 || count_chosen(&m) > 3 * MANY) {
		wrong(&page, v->cx.arena, "no", text(&m, MSG_many_none_chosen));
		return show(&m, &page, 422);
	}
	enum err e = read_many(&m);
	if (!e)
		e = confirm(&m);
	if (e == ERR_INVALID) {
		wrong(&page, v->cx.arena, "password", why(&v->cx));
		v->cx.fault = (struct fault){ 0 };
		return show(&m, &page, 422);
	}
	if (e)
		return e;
	give_chosen(&m, str_eq(outcome, STR("yes")));
	tell_gone(&m);
	return show(&m, &page, 200);
}
