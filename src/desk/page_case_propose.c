/* An owner unit's answer: its fields, what a clerk proposed, the clerk's own
 * form. */
#include "base/str.h"
#include "core/policy.h"
#include "core/propose.h"
#include "desk/page_case.h"

static struct arena *arena_of(const struct case_form *f)
{
	return f->w->v->cx.arena;
}

static struct str lines_of(struct arena *a, const json_t *list)
{
	struct str all = STR("");
	for (size_t i = 0; i < json_array_size(list); i++)
		all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all), i ? "\n" : "",
		    STR_ARG(json_as_text(json_array_get(list, i))));
	return all;
}

void form_consent(struct case_form *f, const struct proposal *p)
{
	const struct proposal none = { 0 };
	if (p == NULL)
		p = &none;
	form_area(f, "conditions", MSG_ask_conditions, MSG_ask_conditions_hint,
	    p->conditions)
	    ->optional = true;
	if (f->command == COMMAND_consent)
		form_phrases(f);
	form_area(f, "note", MSG_ask_note, MSG_propose_note_hint, p->note)
	    ->optional = true;
	form_area(f, "columns_refused", MSG_consent_ask_refused,
	    MSG_consent_ask_refused_hint, lines_of(arena_of(f), p->refused))
	    ->optional = true;
}

/* The first that he may sign; how many runs he answers at all. */
static const struct run *run_proposed(const struct case_work *w, size_t *ret_n)
{
	const struct person *me = &w->v->actor.person;
	const struct run *r, *found = NULL;
	size_t cursor = 0;
	*ret_n = 0;
	while ((r = case_open_run(&w->f, &cursor)) != NULL) {
		if (r->kind != STAGE_consent ||
		    !policy_holds(&w->facts, &w->f, r, me) ||
		    propose_by(r, me->email))
			continue;
		++*ret_n;
		if (found == NULL && r->proposal != NULL)
			found = r;
	}
	return found;
}

const struct proposal *form_proposal(struct case_form *f)
{
	const struct case_work *w = f->w;
	size_t n;
	const struct run *r = run_proposed(w, &n);
	if (r == NULL)
		return NULL;
	const struct proposal *p = r->proposal;
	if (n > 1) {
		form_hidden(f, "unit", r->unit);
		form_hidden(f, "stage", r->stage);
	}
	LIST_ADD(arena_of(f), &f->rows,
	    (struct ui_row){ .label = case_say(w, MSG_propose_by),
		.value = str_fmt(arena_of(f), "%.*s · %.*s · %.*s",
		    STR_ARG(msg_code(arena_of(f), w->v->cx.lang,
			STR("stage-outcome."), p->outcome)),
		    STR_ARG(case_who(w, p->by, p->acting_for)),
		    STR_ARG(case_when(w, p->at))) });
	return p;
}

/* His last proposal stands in the form, to be changed. */
static const struct proposal *own_last(const struct case_work *w)
{
	size_t cursor = 0;
	const struct run *r;
	while ((r = case_open_run(&w->f, &cursor)) != NULL)
		if (r->proposal != NULL &&
		    propose_is_clerk(r, &w->v->actor.person))
			return r->proposal;
	return NULL;
}

void case_ask_propose(struct case_form *f)
{
	const struct proposal *p = own_last(f->w);
	f->intro = case_say(f->w, MSG_propose_intro);
	form_request(f);
	form_flags(f);
	form_codes(f, UI_RADIOS, "outcome", MSG_propose_answer, MSG_NONE,
	    "stage-outcome.", "endorsed partial declined",
	    p ? p->outcome : STR(""));
	form_consent(f, p);
	form_button(f, UI_PRIMARY, case_say(f->w, MSG_propose_send), NULL, NULL,
	    MSG_NONE);
}
