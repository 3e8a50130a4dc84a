#include "core/propose.h"

#include "base/str.h"
#include "base/time.h"
#include "core/decide.h"

static bool clerk_of(const struct person *p, struct str unit)
{
	for (size_t i = 0; i < p->n_roles; i++)
		if (p->roles[i].role == ROLE_owner && p->roles[i].clerk &&
		    str_eq(p->roles[i].unit, unit))
			return true;
	return false;
}

bool propose_is_clerk(const struct run *r, const struct person *p)
{
	return r->kind == STAGE_consent && r->role == ROLE_owner &&
	       r->unit.n > 0 && clerk_of(p, r->unit);
}

bool propose_ever(const struct case_file *f, const struct person *p)
{
	for (size_t i = 0; i < f->runs.n; i++)
		if (propose_is_clerk(&f->runs.v[i], p))
			return true;
	return false;
}

bool propose_now(const struct case_file *f, const struct person *p)
{
	size_t cursor = 0;
	const struct run *r;
	if (f->state == STATE_waiting || f->state == STATE_closed)
		return false;
	while ((r = case_open_run(f, &cursor)) != NULL)
		if (propose_is_clerk(r, p))
			return true;
	return false;
}

bool propose_by(const struct run *r, struct str email)
{
	const struct proposal *p = r->proposal;
	return p != NULL &&
	       (str_eq_nocase(p->by, email) ||
		   str_eq_nocase(json_text(p->acting_for, "email"), email));
}

/* Whether the unit answered; what ended without it stays the unit's own. */
static bool was_signed(const struct run *r)
{
	return r->until != 0 && r->outcome.n > 0 &&
	       !str_eq(r->outcome, STR("skipped"));
}

bool propose_shown(const struct run *r, const struct person *p)
{
	return was_signed(r) || person_holds(p, ROLE_owner, STR(""), r->unit);
}

/* The one that was open then, of all that were opened for the unit. */
static const struct run *run_at(
    const struct case_file *f, const json_t *named, int64_t at)
{
	for (size_t i = f->runs.n; i-- > 0;)
		if (f->runs.v[i].since <= at &&
		    str_eq(f->runs.v[i].stage, json_text(named, "stage")) &&
		    str_eq(f->runs.v[i].unit, json_text(named, "unit")))
			return &f->runs.v[i];
	return NULL;
}

bool propose_event_shown(
    const struct case_file *f, const struct event *e, const struct person *p)
{
	const json_t *list = json_list(e->data, "proposes");
	if (e->type != EVENT_proposed)
		return true;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const struct run *r = run_at(f, json_array_get(list, i), e->at);
		if (r != NULL && propose_shown(r, p))
			return true;
	}
	return false;
}

void propose_take(struct case_file *f, const struct event *e)
{
	const json_t *form = json_value(e->data, "form");
	const json_t *list = json_list(e->data, "proposes");
	struct proposal *p = ARENA_NEW(f->arena, struct proposal);
	*p = (struct proposal){ .by = e->actor,
		.outcome = json_text(form, "outcome"),
		.note = json_text(form, "note"),
		.conditions = json_text(form, "conditions"),
		.refused = json_list(form, "columns_refused"),
		.acting_for = json_value(e->data, "acting_for"),
		.at = e->at };
	for (size_t k = 0; k < f->runs.n; k++) {
		struct run *r = &f->runs.v[k];
		for (size_t i = 0; i < json_array_size(list); i++) {
			const json_t *named = json_array_get(list, i);
			if (r->until == 0 &&
			    str_eq(r->stage, json_text(named, "stage")) &&
			    str_eq(r->unit, json_text(named, "unit")))
				r->proposal = p;
		}
	}
}

json_t *proposal_json(struct arena *a, const struct proposal *p)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "by", p->by);
	json_put_text(o, "at", time_iso(a, p->at));
	json_put_text(o, "outcome", p->outcome);
	json_put_text_or_null(o, "note", p->note);
	json_put_text_or_null(o, "conditions", p->conditions);
	json_put(
	    o, "columns_refused", p->refused ? p->refused : json_new_array(a));
	if (p->acting_for != NULL)
		json_put(o, "acting_for", p->acting_for);
	else
		json_put_text_or_null(o, "acting_for", STR(""));
	return o;
}

static bool as_proposed(const struct proposal *p, const json_t *form)
{
	const json_t *refused = json_list(form, "columns_refused");
	bool same = p->refused == NULL
	                ? refused == NULL
	                : refused != NULL && json_equal(p->refused, refused);
	return same && str_eq(p->outcome, json_text(form, "outcome")) &&
	       str_eq(p->note, json_text(form, "note")) &&
	       str_eq(p->conditions, json_text(form, "conditions"));
}

void propose_note(struct decision *d, const struct run *const *runs, size_t n)
{
	json_t *list = json_new_array(d->cx->arena);
	for (size_t i = 0; i < n; i++) {
		const struct proposal *p = runs[i]->proposal;
		if (p == NULL)
			continue;
		json_t *o = proposal_json(d->cx->arena, p);
		json_put_text(o, "stage", runs[i]->stage);
		json_put_text(o, "unit", runs[i]->unit);
		json_put_flag(o, "as_proposed", as_proposed(p, d->form));
		json_add(list, o);
	}
	if (json_array_size(list) > 0)
		json_put(d->data, "proposals", list);
}

static bool is_named(struct str named, struct str s)
{
	return named.n == 0 || str_eq(named, s);
}

enum err decide_propose(struct decision *d)
{
	json_t *list = json_new_array(d->cx->arena);
	struct str unit = json_text(d->form, "unit");
	struct person alone = person_alone(decision_holder(d));
	size_t cursor = 0;
	const struct run *r;
	d->type = EVENT_proposed;
	decision_consent_form(d);
	while ((r = case_open_run(d->f, &cursor)) != NULL) {
		if (!propose_is_clerk(r, &alone) || !is_named(unit, r->unit) ||
		    !is_named(json_text(d->form, "stage"), r->stage))
			continue;
		json_t *o = json_object();
		json_put_text(o, "stage", r->stage);
		json_put_text(o, "unit", r->unit);
		json_array_append_new(list, o);
	}
	if (json_array_size(list) == 0)
		field_wrong(d->cx, STR("unit"), MSG_field_bad_choice, unit);
	json_put(d->data, "proposes", list);
	return fields_end(d->cx);
}
