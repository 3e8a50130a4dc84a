#include "core/handover.h"

#include "base/str.h"
#include "base/time.h"
#include "core/command_body.h"
#include "core/decide.h"
#include "core/policy.h"

bool handover_holds(const struct handover *h, struct str day)
{
	return h->ended == 0 && str_cmp(h->from, day) <= 0 &&
	       (h->until.n == 0 || str_cmp(day, h->until) <= 0);
}

const struct handover *handover_of(const struct case_file *f, struct str giver)
{
	for (size_t i = f->handovers.n; i-- > 0;) {
		const struct handover *h = &f->handovers.v[i];
		if (h->ended == 0 && str_eq_nocase(h->by, giver))
			return h;
	}
	return NULL;
}

void handover_take(struct case_file *f, const struct event *e)
{
	struct handover new = { .by = e->actor,
		.to = json_text(e->data, "to"),
		.from = json_text(e->data, "from"),
		.until = json_text(e->data, "until"),
		.kind = json_text(e->data, "kind"),
		.order_no = json_text(e->data, "order_no"),
		.note = json_text(json_value(e->data, "form"), "note"),
		.stages = json_list(e->data, "stages"),
		.at = e->at };
	for (size_t i = 0; i < f->handovers.n; i++) {
		struct handover *h = &f->handovers.v[i];
		if (h->ended == 0 && str_eq_nocase(h->by, e->actor))
			h->ended = e->at;
	}
	/* To himself: he takes it back. */
	if (!str_eq_nocase(new.to, e->actor))
		LIST_ADD(f->arena, &f->handovers, new);
}

bool handover_covers(const struct handover *h, const struct run *r)
{
	for (size_t i = 0; i < json_array_size(h->stages); i++) {
		const json_t *s = json_array_get(h->stages, i);
		struct str unit = json_text(s, "unit");
		if (str_eq(json_text(s, "stage"), r->stage) &&
		    (unit.n == 0 || str_eq(unit, r->unit)))
			return true;
	}
	return false;
}

/* Nobody else answers for the requester, nor for those who have no office. */
static bool is_handed_on(const struct stage *s)
{
	return s->who != WHO_requester && s->who != WHO_anywhere;
}

bool handover_ever(const struct facts *facts, const struct case_file *f,
    const struct person *giver)
{
	const struct procedure *p = facts->procedure;
	for (size_t i = 0; i < p->n_stages; i++)
		if (is_handed_on(&p->stages[i]) &&
		    policy_holds_stage(facts, f, &p->stages[i], giver))
			return true;
	return false;
}

/* The next open stage that he holds by himself and that can be handed on. */
static const struct run *next_held(const struct facts *facts,
    const struct case_file *f, const struct person *giver, size_t *cursor)
{
	const struct run *r;
	while ((r = case_open_run(f, cursor)) != NULL) {
		const struct stage *s =
		    procedure_stage(facts->procedure, r->stage);
		if (s != NULL && is_handed_on(s) &&
		    policy_holds(facts, f, r, giver))
			return r;
	}
	return NULL;
}

bool handover_now(const struct facts *facts, const struct case_file *f,
    const struct person *giver)
{
	size_t cursor = 0;
	return next_held(facts, f, giver, &cursor) != NULL;
}

/* The command that ends a stage. */
static enum command command_of(enum stage_kind kind)
{
	static const enum command by_kind[STAGES] = { [STAGE_consent] =
							  COMMAND_consent,
		[STAGE_intake] = COMMAND_receive,
		[STAGE_decision] = COMMAND_decide,
		[STAGE_assignment] = COMMAND_assign,
		[STAGE_preparing] = COMMAND_prepare,
		[STAGE_release] = COMMAND_check,
		[STAGE_delivery] = COMMAND_deliver,
		[STAGE_acceptance] = COMMAND_accept };
	return by_kind[kind];
}

bool handover_may_take(const struct facts *facts, const struct case_file *f,
    const struct person *giver, const struct person *taker)
{
	size_t cursor = 0;
	const struct run *r;
	if (!taker->active || case_is_own(f, taker->email) ||
	    str_eq_nocase(taker->email, giver->email))
		return false;
	while ((r = next_held(facts, f, giver, &cursor)) != NULL) {
		bool fits =
		    r->role == ROLE_owner
			? person_holds(taker, ROLE_owner, STR(""), r->unit)
			: person_in_office(taker, f->office);
		if (!fits ||
		    policy_apart(facts, f, taker->email, command_of(r->kind)))
			return false;
	}
	return true;
}

static bool fits(const struct case_file *f, const struct held_role *r,
    const struct person *taker)
{
	if (role_sees[r->role] == 'u')
		return person_holds(taker, ROLE_owner, STR(""), r->unit);
	return role_sees[r->role] == 'o' && str_eq(r->office, f->office) &&
	       person_in_office(taker, f->office);
}

bool handover_lends(struct arena *a, const struct case_file *f,
    const struct person *giver, const struct person *taker, struct person *ret)
{
	struct held_role *v =
	    ARENA_ARRAY(a, struct held_role, giver->n_roles + 1);
	*ret = *giver;
	ret->roles = v;
	ret->n_roles = 0;
	ret->absent = true;
	ret->by_role = !person_in_office(taker, f->office);
	for (size_t i = 0; i < giver->n_roles; i++)
		if (fits(f, &giver->roles[i], taker))
			v[ret->n_roles++] = giver->roles[i];
	return ret->n_roles > 0 || !ret->by_role;
}

static enum err add_stand_in(struct ctx *cx, const struct case_file *f,
    const struct handover *h, struct stand_in *v, size_t *n)
{
	struct person giver, taker, lent;
	struct fault before = cx->fault;
	enum err e = person_by_email(cx, h->by, &giver);
	if (!e)
		e = person_by_email(cx, h->to, &taker);
	if (e == ERR_NOT_FOUND) {
		cx->fault = before;
		return OK;
	}
	if (e || !giver.active || !taker.active ||
	    !handover_lends(cx->arena, f, &giver, &taker, &lent))
		return e;
	struct standing *s = ARENA_NEW(cx->arena, struct standing);
	*s = (struct standing){ .id = STR("request"),
		.kind = h->kind,
		.order_no = h->order_no,
		.until = h->until,
		.giver = lent };
	taker.stands = s;
	taker.n_stands = 1;
	v[(*n)++] = (struct stand_in){
		.giver = giver.email, .taker = taker, .here = true
	};
	return OK;
}

enum err handover_facts(
    struct ctx *cx, const struct case_file *f, struct facts *facts)
{
	struct str day = date_iso(cx->arena, date_of_ms(cx->now));
	struct stand_in *v = ARENA_ARRAY(cx->arena, struct stand_in,
	    facts->n_stand_ins + f->handovers.n + 1);
	size_t n = 0;
	enum err e = OK;
	if (f->handovers.n == 0)
		return OK;
	for (; n < facts->n_stand_ins; n++)
		v[n] = facts->stand_ins[n];
	for (size_t i = 0; i < f->handovers.n && !e; i++)
		if (handover_holds(&f->handovers.v[i], day))
			e = add_stand_in(cx, f, &f->handovers.v[i], v, &n);
	facts->stand_ins = v;
	facts->n_stand_ins = n;
	return e;
}

json_t *handovers_json(struct arena *a, const struct case_file *f)
{
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < f->handovers.n; i++) {
		const struct handover *h = &f->handovers.v[i];
		json_t *o = json_object();
		json_put_text(o, "by", h->by);
		json_put_text(o, "to", h->to);
		json_put_text(o, "from", h->from);
		json_put_text_or_null(o, "until", h->until);
		json_put_text(o, "kind", h->kind);
		json_put_text_or_null(o, "order_no", h->order_no);
		json_put_text_or_null(o, "note", h->note);
		json_put_text(o, "at", time_iso(a, h->at));
		json_put_text_or_null(
		    o, "ended", h->ended ? time_iso(a, h->ended) : STR(""));
		json_array_append_new(list, o);
	}
	return list;
}

/* What is lent of it, now or later: for "my work" of who takes it. */
static json_t *stages_of(const struct decision *d, const struct person *taker)
{
	const struct procedure *p = d->facts->procedure;
	struct person alone = person_alone(d->by), lent;
	json_t *list = json_new_array(d->cx->arena);
	if (!handover_lends(d->cx->arena, d->f, &alone, taker, &lent))
		return list;
	for (size_t i = 0; i < p->n_stages; i++) {
		const struct stage *s = &p->stages[i];
		bool units = s->who == WHO_owner_unit;
		if (!is_handed_on(s) ||
		    !policy_holds_stage(d->facts, d->f, s, &lent))
			continue;
		for (size_t k = 0; k < (units ? lent.n_roles : 1); k++) {
			const struct held_role *r = &lent.roles[k];
			if (units && (r->role != ROLE_owner || r->clerk))
				continue;
			json_t *o = json_object();
			json_put_text(o, "stage", s->id);
			json_put_text(o, "unit", units ? r->unit : STR(""));
			json_array_append_new(list, o);
		}
	}
	return list;
}

static void take_days(struct decision *d)
{
	struct str today = date_iso(d->cx->arena, date_of_ms(d->cx->now));
	struct str from = json_text(d->form, "from");
	struct str until = json_text(d->form, "until");
	if (from.n == 0)
		from = today;
	if (str_cmp(from, today) < 0)
		field_wrong(d->cx, STR("from"), MSG_field_in_past, STR(""));
	if (until.n > 0 && str_cmp(until, from) < 0)
		field_wrong(
		    d->cx, STR("until"), MSG_field_before_from, STR(""));
	json_put_text(d->data, "from", from);
	json_put_text(d->data, "until", until);
}

static enum err take_back(struct decision *d)
{
	const struct handover *h = handover_of(d->f, d->by->email);
	if (h == NULL)
		return fail(d->cx, ERR_CONFLICT, MSG_error_not_handed);
	json_put_text(d->data, "to", str_lower(d->cx->arena, d->by->email));
	json_put_text(d->data, "from_hands", h->to);
	return OK;
}

enum err decide_delegate(struct decision *d)
{
	struct str to =
	    str_lower(d->cx->arena, str_trim(json_text(d->form, "to")));
	struct str kind = json_text(d->form, "kind");
	struct person alone = person_alone(d->by);
	const struct person *p =
	    facts_person(d->facts->named, d->facts->n_named, to);
	d->type = EVENT_delegated;
	if (str_eq_nocase(to, d->by->email))
		return take_back(d);
	if (!handover_now(d->facts, d->f, &alone))
		return fail2(d->cx, ERR_CONFLICT, MSG_error_not_in_this_state,
		    msg_code(d->cx->arena, d->cx->lang, STR("command."),
			STR("delegate")),
		    msg_code(d->cx->arena, d->cx->lang, STR("state."),
			str_of(state_names[d->f->state])));
	body_needs(d->cx, d->form, "to");
	if (to.n > 0 &&
	    (p == NULL || !handover_may_take(d->facts, d->f, &alone, p)))
		field_wrong(d->cx, STR("to"), MSG_field_no_taker, to);
	take_days(d);
	enum err e = fields_end(d->cx);
	if (e)
		return e;
	const struct handover *before = handover_of(d->f, d->by->email);
	json_put_text(d->data, "to", to);
	if (before != NULL)
		json_put_text(d->data, "from_hands", before->to);
	json_put_text(d->data, "kind", kind.n > 0 ? kind : STR("delegated"));
	json_put_text(d->data, "order_no", json_text(d->form, "order_no"));
	json_put(d->data, "stages", stages_of(d, p));
	return OK;
}
