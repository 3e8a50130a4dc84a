/* What the viewer may do now: one thing first, the rest folded. */
#include "base/str.h"
#include "core/consult.h"
#include "core/engine.h"
#include "desk/page_case.h"

static void (*const asks[COMMANDS])(struct case_form *) = {
#define COMMAND(name) [COMMAND_##name] = case_ask_##name,
#include "core/commands.def"
#undef COMMAND
};

/* What moves the request on, in the order in which one of them is the thing to
 * do. */
static const enum command first[] = { COMMAND_reply, COMMAND_submit,
	COMMAND_accept, COMMAND_consent, COMMAND_propose, COMMAND_receive,
	COMMAND_decide, COMMAND_check, COMMAND_deliver, COMMAND_prepare,
	COMMAND_assign, COMMAND_opine };

static bool endorsement_missing(const struct case_work *w)
{
	struct str *units;
	return engine_owners_missing(w->v->cx.arena, &w->facts, &w->f, &units) >
	       0;
}

static enum command primary_of(const struct case_work *w)
{
	bool own = case_is_own(&w->f, w->v->actor.person.email);
	if (w->f.letter_due && case_may(w, COMMAND_letter))
		return COMMAND_letter;
	if (own && w->f.proposed_due.n > 0 && case_may(w, COMMAND_extend))
		return COMMAND_extend;
	/* Nothing is received without its systems and endorsements. */
	if (case_may(w, COMMAND_receive) && w->f.systems.n == 0)
		return COMMAND_classify;
	if (case_may(w, COMMAND_receive) && endorsement_missing(w))
		return COMMAND_return;
	for (size_t i = 0; i < COUNT(first); i++) {
		/* The head may assign anew, but that is not what waits. */
		if (first[i] == COMMAND_assign &&
		    w->f.state != STATE_assignment)
			continue;
		/* Nobody waits for what was not asked. */
		if (first[i] == COMMAND_opine &&
		    consult_open_to(&w->f, w->v->actor.person.email) == NULL)
			continue;
		if (case_may(w, first[i]))
			return first[i];
	}
	return COMMANDS;
}

/* What lacks an endorsement is mended by its paper, or goes back (N-36). */
static enum command instead_of(const struct case_work *w, enum command chosen)
{
	bool records = person_holds(
	    &w->v->actor.person, ROLE_records, w->f.office, STR(""));
	if (chosen != COMMAND_consent || !records ||
	    !case_may(w, COMMAND_return) || !endorsement_missing(w))
		return COMMANDS;
	return COMMAND_return;
}

/* What is done at the stage, in the procedure's words. */
static struct str stage_intro(const struct case_work *w, enum command c)
{
	size_t cursor = 0;
	const struct run *r;
	while ((r = case_open_run(&w->f, &cursor)) != NULL) {
		const struct stage *s =
		    procedure_stage(w->facts.procedure, r->stage);
		if (s != NULL &&
		    (stage_commands[s->kind] & COMMAND_BIT(c)) != 0)
			return text2_in(s->does, w->v->cx.lang);
	}
	return STR("");
}

static struct case_action action_of(
    const struct case_work *w, enum command c, bool is_first)
{
	struct case_form f = case_form_new(w, c);
	asks[c](&f);
	if (f.intro.n == 0 && is_first)
		f.intro = stage_intro(w, c);
	struct case_action a = case_form_end(&f);
	if (is_first)
		return a;
	/* One button of a page is the one to press. */
	struct ui_button *b = f.buttons.v;
	for (size_t i = 0; i < f.buttons.n; i++)
		if (b[i].kind == UI_PRIMARY)
			b[i].kind = UI_SECONDARY;
	return a;
}

static bool on_page(const struct case_action *a, struct str name)
{
	for (size_t i = 0; i < a->n_fields; i++)
		if (str_eq(a->fields[i].name, name))
			return true;
	for (size_t i = 0; i < a->n_more; i++)
		if (str_eq(a->more[i].name, name))
			return true;
	return false;
}

/* What is wrong with something that the page does not ask leads nowhere. */
static void unlink_problems(
    const struct case_work *w, const struct case_action *a)
{
	for (size_t i = 0; i < w->n_problems; i++) {
		struct ui_problem *p = &w->problems[i];
		if (p->field.n == 0 || on_page(a, p->field))
			continue;
		struct str name = p->field;
		str_take(&name,
		    str_fmt(w->v->cx.arena, "%s.", command_names[a->command]));
		p->text = str_fmt(w->v->cx.arena, "%.*s: %.*s", STR_ARG(name),
		    STR_ARG(p->text));
		p->field = STR("");
	}
}

void case_put_actions(const struct case_work *w, struct case_page *page)
{
	struct arena *a = w->v->cx.arena;
	enum command chosen = primary_of(w);
	struct case_action *others =
	    ARENA_ARRAY(a, struct case_action, COMMANDS);
	if (chosen != COMMANDS) {
		struct case_action *one = ARENA_NEW(a, struct case_action);
		*one = action_of(w, chosen, true);
		page->primary = one;
		page->systems_shown = one->checklist && w->f.systems.n > 0;
	}
	enum command instead = instead_of(w, chosen);
	if (instead != COMMANDS) {
		struct case_action *one = ARENA_NEW(a, struct case_action);
		*one = action_of(w, instead, false);
		page->instead = one;
	}
	for (enum command c = 0; c < COMMANDS; c++)
		if (c != chosen && c != instead && case_may(w, c))
			others[page->n_others++] = action_of(w, c, false);
	page->others = others;
	for (size_t i = 0; i < page->n_others; i++)
		if (others[i].command == w->given)
			unlink_problems(w, &others[i]);
	if (page->primary != NULL && chosen == w->given)
		unlink_problems(w, page->primary);
	if (page->instead != NULL && instead == w->given)
		unlink_problems(w, page->instead);
}
