/* Opinions on a request: asked for, given, and beside what is decided. */
#include "base/str.h"
#include "base/time.h"
#include "core/consult.h"
#include "core/flags.h"
#include "core/policy_talk.h"
#include "desk/page_case.h"

static struct arena *arena_of(const struct case_form *f)
{
	return f->w->v->cx.arena;
}

static struct str advice_words(
    const struct case_work *w, const struct opinion *o)
{
	return msg_code(
	    w->v->cx.arena, w->v->cx.lang, STR("opinion."), o->outcome);
}

void case_put_opinions(const struct case_work *w, struct case_page *page)
{
	struct arena *a = w->v->cx.arena;
	const struct case_file *f = &w->f;
	struct ui_entry *v = ARENA_ARRAY(a, struct ui_entry, f->opinions.n + 1);
	for (size_t i = 0; i < f->opinions.n; i++) {
		const struct opinion *o = &f->opinions.v[f->opinions.n - 1 - i];
		bool bad = str_eq(o->outcome, STR("hold")) ||
		           str_eq(o->outcome, STR("disagree"));
		bool good = str_eq(o->outcome, STR("agree"));
		v[i] = (struct ui_entry){ .tone = bad    ? UI_BAD
			                          : good ? UI_GOOD
			                                 : UI_INFO,
			.title = advice_words(w, o),
			.who = case_who(w, o->by, o->acting_for),
			.when = case_when(w, o->at),
			.when_iso = time_iso(a, o->at),
			.body = html_lines(a, o->text) };
	}
	page->opinions = v;
	page->n_opinions = f->opinions.n;
}

static void add_waited(const struct case_work *w, struct rows_of *r)
{
	struct str names = STR("");
	for (size_t i = 0; i < w->f.consultations.n; i++) {
		const struct consultation *c = &w->f.consultations.v[i];
		if (!consult_is_open(&w->f, c))
			continue;
		names = str_fmt(r->arena, "%.*s%s%.*s", STR_ARG(names),
		    names.n ? "\n" : "",
		    STR_ARG(case_say2(w, MSG_consult_waits_since,
			case_person(w, c->to), case_when(w, c->at))));
	}
	if (names.n > 0)
		row_lines(r, case_say(w, MSG_consult_waits_for), names);
}

void case_opinion_rows(const struct case_work *w, struct rows_of *r)
{
	add_waited(w, r);
	for (size_t i = 0; i < w->f.opinions.n; i++) {
		const struct opinion *o = &w->f.opinions.v[i];
		/* The officer's own stand with what he guards. */
		if (o->asked_by.n == 0)
			continue;
		row_lines(r,
		    case_say1(w, MSG_consult_opinion_of,
			case_who(w, o->by, o->acting_for)),
		    str_fmt(r->arena, "%.*s\n%.*s", STR_ARG(advice_words(w, o)),
			STR_ARG(o->text)));
	}
}

void form_opinions(struct case_form *f)
{
	struct rows_of r = { .arena = arena_of(f) };
	case_opinion_rows(f->w, &r);
	for (size_t i = 0; i < r.list.n; i++)
		LIST_ADD(arena_of(f), &f->rows, r.list.v[i]);
}

/* What he was asked; first, since somebody waits for it. */
static void ask_answer(struct case_form *f, const struct consultation *c)
{
	f->intro =
	    case_say1(f->w, MSG_consult_asked_intro, case_person(f->w, c->by));
	if (c->text.n > 0)
		LIST_ADD(arena_of(f), &f->rows,
		    (struct ui_row){
			.label = case_say(f->w, MSG_consult_asked_text),
			.rich = html_lines(arena_of(f), c->text) });
	form_codes(f, UI_RADIOS, "outcome", MSG_consult_advice, MSG_NONE,
	    "opinion.", "agree disagree advised", STR(""));
	form_area(f, "text", MSG_consult_reason, MSG_NONE, STR(""));
	form_button(f, UI_PRIMARY, case_say(f->w, MSG_consult_send), NULL, NULL,
	    MSG_NONE);
}

static const struct consultation *asked_of(const struct case_work *w)
{
	const struct person *me = &w->v->actor.person;
	const struct consultation *c = consult_open_to(&w->f, me->email);
	for (size_t i = 0; c == NULL && i < me->n_stands; i++)
		c = consult_open_to(&w->f, me->stands[i].giver.email);
	for (size_t i = 0; c == NULL && i < w->facts.n_stand_ins; i++)
		if (w->facts.stand_ins[i].here &&
		    str_eq_nocase(w->facts.stand_ins[i].taker.email, me->email))
			c = consult_open_to(&w->f, w->facts.stand_ins[i].giver);
	return c;
}

void case_ask_opine(struct case_form *f)
{
	struct ctx *cx = &f->w->v->cx;
	const struct case_work *w = f->w;
	const struct consultation *c = asked_of(w);
	if (c != NULL &&
	    !policy_guards(&w->facts, &w->f, &w->v->actor.person)) {
		ask_answer(f, c);
		return;
	}
	unsigned flags = flags_for_dpo(flags_of(&w->facts, &w->f));
	f->intro = case_say1(
	    w, MSG_talk_opine_intro, flags_words(cx->arena, cx->lang, flags));
	form_codes(f, UI_RADIOS, "outcome", MSG_talk_opinion, MSG_NONE,
	    "opinion.", w->f.held ? "lifted advised" : "advised hold", STR(""));
	form_area(f, "text", MSG_talk_opinion_text, MSG_NONE, STR(""));
	form_button(f, UI_SECONDARY, f->title, NULL, NULL, MSG_NONE);
}

static enum role role_asking(const struct case_work *w)
{
	size_t cursor = 0;
	const struct run *r;
	while ((r = case_open_run(&w->f, &cursor)) != NULL)
		if (stage_commands[r->kind] & COMMAND_BIT(COMMAND_consult))
			return r->role;
	return ROLE_director;
}

enum err case_find_advisers(struct case_work *w)
{
	struct ctx *cx = &w->v->cx;
	const enum role roles[] = { ROLE_executive, ROLE_director,
		role_asking(w) };
	LIST(struct person) found = { 0 };
	for (size_t i = 0; i < COUNT(roles); i++) {
		const struct person *v;
		size_t n;
		enum err e = person_list_role(
		    cx, roles[i], w->f.office, STR(""), &v, &n);
		if (e)
			return e;
		for (size_t k = 0; k < n; k++)
			if (consult_may_advise(&w->f, roles[i], &v[k]) &&
			    v[k].id != w->v->actor.person.id &&
			    facts_person(found.v, found.n, v[k].email) == NULL)
				LIST_ADD(cx->arena, &found, v[k]);
	}
	w->advisers = found.v;
	w->n_advisers = found.n;
	return OK;
}

void case_ask_consult(struct case_form *f)
{
	const struct case_work *w = f->w;
	size_t n = 0;
	struct ui_choice *v =
	    ARENA_ARRAY(arena_of(f), struct ui_choice, w->n_advisers + 1);
	for (size_t i = 0; i < w->n_advisers; i++) {
		const struct person *p = &w->advisers[i];
		bool th = w->v->cx.lang == LANG_TH || p->name_en.n == 0;
		v[n++] = (struct ui_choice){ .value = p->email,
			.label = th ? p->name : p->name_en,
			.hint = p->position,
			.chosen = w->n_advisers == 1 };
	}
	f->intro = case_say(w, MSG_consult_intro);
	form_choices(
	    f, UI_RADIOS, "to", MSG_consult_to, MSG_consult_to_hint, v, n);
	form_area(f, "text", MSG_consult_text, MSG_NONE, STR(""))->optional =
	    true;
	form_button(f, UI_SECONDARY, f->title, NULL, NULL, MSG_NONE);
}
