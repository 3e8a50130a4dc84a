/* Handing one request to somebody of the office or unit, and taking it back. */
#include "desk/page_case_handover.h"

#include "base/str.h"
#include "core/delegation.h"
#include "core/handover.h"

static struct arena *arena_of(const struct case_form *f)
{
	return f->w->v->cx.arena;
}

struct str handover_days(
    const struct case_work *w, struct str from, struct str until)
{
	struct str day = case_day(w, from);
	if (until.n == 0)
		return case_say1(w, MSG_handover_days_open, day);
	return case_say2(w, MSG_handover_days, day, case_day(w, until));
}

void case_handover_rows(const struct case_work *w, struct rows_of *r)
{
	enum lang lang = w->v->cx.lang;
	for (size_t i = 0; i < w->f.handovers.n; i++) {
		const struct handover *h = &w->f.handovers.v[i];
		if (h->ended != 0 || w->f.state == STATE_closed)
			continue;
		row_text(r, case_say(w, MSG_handover_who),
		    case_say2(w, MSG_handover_line,
			delegation_words(r->arena, lang, case_person(w, h->to),
			    h->kind, case_person(w, h->by)),
			handover_days(w, h->from, h->until)));
	}
}

/* All of the office, whatever they are there; or those of the owner units. */
static enum err add_role(struct case_work *w, enum role role, struct str office,
    struct str unit, struct person *v, size_t max, size_t *n)
{
	const struct person *all;
	size_t n_all;
	struct person me = person_alone(&w->v->actor.person);
	enum err e =
	    person_list_role(&w->v->cx, role, office, unit, &all, &n_all);
	for (size_t i = 0; i < n_all && !e && *n < max; i++)
		if (facts_person(v, *n, all[i].email) == NULL &&
		    handover_may_take(&w->facts, &w->f, &me, &all[i]))
			v[(*n)++] = all[i];
	return e;
}

enum err case_find_takers(struct case_work *w)
{
	enum { MOST = 200 };
	struct person *v = ARENA_ARRAY(w->v->cx.arena, struct person, MOST);
	const struct person *me = &w->v->actor.person;
	struct person alone = person_alone(me);
	enum err e = OK;
	w->takers = v;
	/* Nothing in hand: it can only be taken back. */
	if (!handover_now(&w->facts, &w->f, &alone))
		return OK;
	for (enum role r = 0; r < ROLES && !e; r++)
		if (role_sees[r] == 'o')
			e = add_role(
			    w, r, w->f.office, STR(""), v, MOST, &w->n_takers);
	for (size_t i = 0; i < me->n_roles && !e; i++)
		if (me->roles[i].role == ROLE_owner)
			e = add_role(w, ROLE_owner, STR(""), me->roles[i].unit,
			    v, MOST, &w->n_takers);
	return e;
}

static struct ui_choice choice_of(
    const struct case_work *w, const struct person *p)
{
	bool th = w->v->cx.lang == LANG_TH || p->name_en.n == 0;
	return (struct ui_choice){ .value = p->email,
		.label = th ? p->name : p->name_en,
		.hint = p->position };
}

static void ask_days(struct case_form *f)
{
	form_day(f, "from", MSG_handover_from, MSG_handover_from_hint, STR(""))
	    ->optional = true;
	form_day(
	    f, "until", MSG_handover_until, MSG_handover_until_hint, STR(""))
	    ->optional = true;
	form_codes(f, UI_SELECT, "kind", MSG_handover_kind, MSG_NONE, "acting.",
	    "delegated acting", STR("delegated"));
	form_text(f, "order_no", MSG_handover_order, MSG_NONE, STR(""))
	    ->optional = true;
}

void case_ask_delegate(struct case_form *f)
{
	const struct case_work *w = f->w;
	const struct person *me = &w->v->actor.person;
	const struct handover *h = handover_of(&w->f, me->email);
	struct ui_choice *v =
	    ARENA_ARRAY(arena_of(f), struct ui_choice, w->n_takers + 2);
	size_t n = 0;
	if (h != NULL) {
		v[n++] = (struct ui_choice){ .value = me->email,
			.label = case_say(w, MSG_handover_take_back) };
		f->intro =
		    case_say1(w, MSG_handover_intro_now, case_person(w, h->to));
	} else {
		f->intro = case_say(w, MSG_handover_intro);
	}
	for (size_t i = 0; i < w->n_takers; i++)
		v[n++] = choice_of(w, &w->takers[i]);
	if (n == 0)
		f->intro = case_say(w, MSG_handover_nobody);
	form_choices(f, n > 8 ? UI_SELECT : UI_RADIOS, "to", MSG_handover_to,
	    MSG_NONE, v, n);
	form_area(f, "note", MSG_handover_note, MSG_NONE, STR(""))->optional =
	    true;
	ask_days(f);
	form_button(f, UI_SECONDARY, f->title, NULL, NULL, MSG_NONE);
}
