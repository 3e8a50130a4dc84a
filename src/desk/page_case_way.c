/* Where a request stands: who has it, until when, and its way as steps. */
#include "base/str.h"
#include "base/time.h"
#include "desk/page_case.h"
#include "templates/desk_case_people.h"

/* Who holds it, with telephone and e-mail. */
static struct html people_of(
    const struct case_work *w, const struct case_wait *wait)
{
	struct buf *b = ARENA_NEW(w->v->cx.arena, struct buf);
	struct view view = { .arena = w->v->cx.arena, .lang = w->v->cx.lang };
	*b = buf_new(w->v->cx.arena, 65536);
	page_case_people(b, &view, wait);
	return html_from_buf(b);
}

static void put_waits(const struct case_work *w, struct rows_of *r)
{
	for (size_t i = 0; i < w->n_waits; i++) {
		const struct case_wait *wait = &w->waits[i];
		struct ui_row row = { .label = case_say(w, MSG_case_who_has_it),
			.rich = people_of(w, wait) };
		LIST_ADD(r->arena, &r->list, row);
	}
	if (w->n_waits > 0)
		row_text(r, case_say(w, MSG_case_since),
		    case_when(w, w->waits[0].since));
	if (w->f.question.n > 0)
		row_lines(r, case_say(w, MSG_case_question), w->f.question);
}

static struct str clock_words(const struct case_work *w)
{
	const struct clock *c = &w->clock;
	struct arena *a = w->v->cx.arena;
	struct str used = case_say2(w, MSG_case_clock_used,
	    case_number(w, c->used), case_number(w, c->budget));
	if (c->paused)
		return str_fmt(a, "%.*s · %.*s", STR_ARG(used),
		    STR_ARG(case_say(w, MSG_case_clock_paused)));
	if (!date_is_set(c->due))
		return used;
	struct str due = date_short(a, w->v->cx.lang, c->due);
	return str_fmt(a, "%.*s · %.*s%s%.*s", STR_ARG(due), STR_ARG(used),
	    c->unconfirmed ? " · " : "",
	    STR_ARG(
		c->unconfirmed ? case_say(w, MSG_case_unconfirmed) : STR("")));
}

static void put_clock(const struct case_work *w, struct rows_of *r)
{
	if (date_is_set(w->clock.start))
		LIST_ADD(r->arena, &r->list,
		    (struct ui_row){ .label = case_say(w, MSG_case_due),
			.value = clock_words(w),
			.url = case_url(w, "/clock") });
	if (w->f.agreed_due.n > 0)
		row_text(r, case_say(w, MSG_case_agreed_due),
		    case_day(w, w->f.agreed_due));
	if (w->f.proposed_due.n > 0)
		row_text(r, case_say(w, MSG_case_proposed_due),
		    case_day(w, w->f.proposed_due));
	if (w->f.closed != 0)
		row_text(r, case_say(w, MSG_case_closed_at),
		    case_when(w, w->f.closed));
	if (w->f.letter_due)
		row_text(r, case_say(w, MSG_case_letter),
		    case_say(w, MSG_case_letter_due));
}

static void put_who(const struct case_work *w, struct rows_of *r)
{
	struct arena *a = w->v->cx.arena;
	row_text(r, case_role(w, ROLE_requester),
	    str_fmt(a, "%.*s · %.*s", STR_ARG(case_person(w, w->f.requester)),
		STR_ARG(case_unit(w, w->f.unit))));
	struct str links = STR("");
	for (size_t i = 0; i < w->f.copies.n; i++)
		links = str_fmt(a, "%.*s%s%.*s", STR_ARG(links), i ? ", " : "",
		    STR_ARG(w->f.copies.v[i]));
	row_some(r, case_say(w, MSG_draft_copies), links);
	if (w->f.copied_from.n > 0)
		LIST_ADD(a, &r->list,
		    (struct ui_row){
			.label = case_say(w, MSG_draft_copied_from),
			.value = w->f.copied_from,
			.url = url_path(
			    a, "/requests/{}", 1, &w->f.copied_from) });
	struct str others = STR("");
	for (size_t i = 0; i < w->f.holders.n; i++)
		others = str_fmt(a, "%.*s%s%.*s", STR_ARG(others),
		    i ? ", " : "", STR_ARG(case_person(w, w->f.holders.v[i])));
	row_some(r, case_say(w, MSG_talk_holders), others);
	if (w->f.entered_by.n > 0)
		row_text(r, case_say(w, MSG_case_entered_by),
		    case_person(w, w->f.entered_by));
	struct str names = STR("");
	for (size_t i = 0; i < w->f.officers.n; i++)
		names = str_fmt(a, "%.*s%s%.*s", STR_ARG(names), i ? ", " : "",
		    STR_ARG(case_person(w, w->f.officers.v[i])));
	row_some(r, case_role(w, ROLE_officer), names);
	if (w->f.service_type.n > 0)
		row_text(r, case_say(w, MSG_answer_service_type),
		    msg_code(
			a, w->v->cx.lang, STR("service."), w->f.service_type));
}

static bool is_skipped(const struct run *r)
{
	return r != NULL && str_eq(r->outcome, STR("skipped"));
}

/* The newest run of a stage, and whether one is open. What somebody answered
 * says more than what was passed over. */
static const struct run *last_run(
    const struct case_file *f, struct str stage, bool *ret_open)
{
	const struct run *last = NULL;
	*ret_open = false;
	for (size_t i = 0; i < f->runs.n; i++) {
		const struct run *r = &f->runs.v[i];
		if (!str_eq(r->stage, stage))
			continue;
		bool open = r->until == 0;
		if (last == NULL || open || last->until != 0)
			if (last == NULL || open || !is_skipped(r) ||
			    is_skipped(last))
				last = r;
		*ret_open |= open;
	}
	return last;
}

static size_t index_of(const struct procedure *p, struct str stage)
{
	for (size_t i = 0; i < p->n_stages; i++)
		if (str_eq(p->stages[i].id, stage))
			return i;
	return p->n_stages;
}

/* Up to where the way has been gone: a late consent comes back to a stage that
 * was reached before. */
static size_t reached(const struct case_work *w)
{
	const struct procedure *p = w->facts.procedure;
	size_t cursor = 0, furthest = 0;
	const struct run *r = case_open_run(&w->f, &cursor);
	if (r != NULL && w->f.resume.n > 0) {
		struct str first, rest;
		str_cut(w->f.resume, ' ', &first, &rest);
		return index_of(p, first);
	}
	if (r != NULL)
		return index_of(p, r->stage);
	for (size_t i = 0; i < w->f.runs.n; i++) {
		size_t at = index_of(p, w->f.runs.v[i].stage);
		furthest = at > furthest ? at : furthest;
	}
	return furthest;
}

static bool stopped_here(const struct case_work *w, const struct run *r)
{
	bool bad = w->f.outcome == OUTCOME_declined ||
	           w->f.outcome == OUTCOME_rejected ||
	           w->f.outcome == OUTCOME_cannot ||
	           w->f.outcome == OUTCOME_withdrawn;
	return w->f.state == STATE_closed && bad && r != NULL &&
	       r->until == w->f.closed;
}

static struct str run_note(const struct case_work *w, const struct run *r)
{
	struct arena *a = w->v->cx.arena;
	if (r->until == 0)
		return case_say1(
		    w, MSG_case_step_since, case_when(w, r->since));
	struct str outcome =
	    r->outcome.n
		? msg_code(a, w->v->cx.lang, STR("stage-outcome."), r->outcome)
		: STR("");
	if (r->by.n == 0)
		return case_when(w, r->until);
	return str_fmt(a, "%.*s%s%.*s · %.*s", STR_ARG(outcome),
	    outcome.n ? " · " : "", STR_ARG(case_who(w, r->by, r->acting_for)),
	    STR_ARG(case_when(w, r->until)));
}

/* Why nobody was asked here. */
static struct str skip_note(const struct case_work *w, const struct run *r)
{
	struct arena *a = w->v->cx.arena;
	struct str why = msg_code(a, w->v->cx.lang, STR("skipped."), r->why);
	if (r->unit.n == 0)
		return why;
	return str_fmt(
	    a, "%.*s · %.*s", STR_ARG(case_unit(w, r->unit)), STR_ARG(why));
}

/* Answered side by side with what is still open. */
static bool in_this_step(const struct case_work *w, const struct run *r)
{
	size_t cursor = 0;
	const struct run *open = case_open_run(&w->f, &cursor);
	return open != NULL && r != NULL && r->until != 0 &&
	       r->since >= open->since && r->kind == open->kind;
}

static struct ui_step step_of(const struct case_work *w, size_t i, size_t at)
{
	const struct stage *s = &w->facts.procedure->stages[i];
	bool open;
	const struct run *r = last_run(&w->f, s->id, &open);
	struct ui_step step = { .label = text2_in(s->title, w->v->cx.lang) };
	bool closed = w->f.state == STATE_closed;
	if (open) {
		step.state = UI_NOW;
	} else if (stopped_here(w, r)) {
		step.state = UI_STOPPED;
	} else if (is_skipped(r) && (i <= at || closed)) {
		step.state = UI_SKIPPED;
	} else if (r != NULL && (i < at || closed || in_this_step(w, r))) {
		step.state = UI_DONE;
	} else if ((i < at && w->f.submitted != 0) || closed) {
		step.state = UI_SKIPPED;
	} else {
		step.state = UI_TODO;
		r = NULL;
	}
	if (r != NULL)
		step.note = is_skipped(r) ? skip_note(w, r) : run_note(w, r);
	if (s->budget_max > 0 && step.state == UI_TODO)
		step.note = case_say1(w, MSG_thing_working_days,
		    s->budget_min < s->budget_max && s->budget_min > 0
			? str_fmt(w->v->cx.arena, "%d–%d", s->budget_min,
			      s->budget_max)
			: case_number(w, s->budget_max));
	return step;
}

static void put_steps(const struct case_work *w, struct case_page *page)
{
	const struct procedure *p = w->facts.procedure;
	struct ui_step *v =
	    ARENA_ARRAY(w->v->cx.arena, struct ui_step, p->n_stages + 1);
	size_t at = reached(w);
	bool draft = w->f.state == STATE_draft;
	v[0] = (struct ui_step){ .state = draft ? UI_NOW : UI_DONE,
		.label = case_say(w, MSG_case_step_request),
		.note = case_when(w, draft ? w->f.created : w->f.submitted) };
	if (w->f.submitted == 0 && w->f.closed != 0)
		v[0].state = UI_STOPPED;
	for (size_t i = 0; i < p->n_stages; i++)
		v[i + 1] = step_of(w, i, draft ? 0 : at);
	page->steps = v;
	page->n_steps = p->n_stages + 1;
}

void case_put_way(const struct case_work *w, struct case_page *page)
{
	struct rows_of r = { .arena = w->v->cx.arena };
	put_waits(w, &r);
	case_flag_rows(w, &r);
	case_opinion_rows(w, &r);
	case_handover_rows(w, &r);
	put_clock(w, &r);
	put_who(w, &r);
	case_put_agreed(w, &r);
	page->now = r.list.v;
	page->n_now = r.list.n;
	put_steps(w, page);
}
