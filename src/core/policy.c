#include "core/policy.h"

#include "base/str.h"
#include "core/delegation.h"
#include "core/engine.h"
#include "core/policy_talk.h"
#include "core/propose.h"

/* What one asked for oneself nobody else answers for. */
static bool is_own(const struct case_file *f, const struct person *p)
{
	return !p->absent && case_is_own(f, p->email);
}

static bool is_assigned(const struct case_file *f, const struct person *p)
{
	for (size_t i = 0; i < f->officers.n && !p->by_role; i++)
		if (str_eq_nocase(f->officers.v[i], p->email))
			return true;
	return false;
}

bool policy_reached(const struct case_file *f)
{
	if (f->entered_by.n > 0)
		return true;
	for (size_t i = 0; i < f->runs.n; i++)
		if (f->runs.v[i].kind != STAGE_consent ||
		    role_sees[f->runs.v[i].role] == 'o')
			return true;
	return false;
}

/* Whoever is or was asked beside the office and the owners. */
static struct str asked_viewer(struct arena *a, const struct run *r)
{
	if (r->person.n > 0)
		return str_fmt(
		    a, "person:%.*s", STR_ARG(str_lower(a, r->person)));
	if (str_eq(r->who, STR("requesting_unit")))
		return str_fmt(a, "owner:%.*s", STR_ARG(r->unit));
	return STR("");
}

size_t policy_viewers(
    const struct case_file *f, struct arena *a, struct str **ret)
{
	size_t max =
		   4 + f->holders.n + f->systems.n + f->runs.n + f->handovers.n,
	       n = 0;
	struct str *v = ARENA_ARRAY(a, struct str, max);
	v[n++] = str_fmt(a, "person:%.*s", STR_ARG(str_lower(a, f->requester)));
	for (size_t i = 0; i < f->holders.n; i++)
		v[n++] = str_fmt(
		    a, "person:%.*s", STR_ARG(str_lower(a, f->holders.v[i])));
	if (f->state != STATE_draft)
		v[n++] = STR("all");
	if (policy_reached(f))
		v[n++] = str_fmt(a, "office:%.*s", STR_ARG(f->office));
	for (size_t i = 0; f->submitted != 0 && i < f->systems.n; i++)
		v[n++] = str_fmt(
		    a, "owner:%.*s", STR_ARG(f->systems.v[i].owner_unit));
	for (size_t i = 0; i < f->runs.n; i++) {
		struct str asked = asked_viewer(a, &f->runs.v[i]);
		if (asked.n > 0)
			v[n++] = asked;
	}
	for (size_t i = 0; i < f->handovers.n; i++)
		v[n++] =
		    str_fmt(a, "person:%.*s", STR_ARG(f->handovers.v[i].to));
	*ret = v;
	return n;
}

static bool owns_a_system(const struct case_file *f, struct str unit)
{
	for (size_t i = 0; i < f->systems.n; i++)
		if (str_eq(f->systems.v[i].owner_unit, unit))
			return true;
	return false;
}

static bool unit_was_asked(const struct case_file *f, struct str unit)
{
	for (size_t i = 0; i < f->runs.n; i++)
		if (str_eq(f->runs.v[i].who, STR("requesting_unit")) &&
		    str_eq(f->runs.v[i].unit, unit))
			return true;
	return false;
}

static bool was_asked(const struct case_file *f, struct str email)
{
	for (size_t i = 0; i < f->handovers.n; i++)
		if (str_eq_nocase(f->handovers.v[i].to, email))
			return true;
	for (size_t i = 0; i < f->runs.n; i++)
		if (str_eq_nocase(f->runs.v[i].person, email))
			return true;
	return false;
}

static bool role_sees_it(const struct case_file *f, const struct held_role *r)
{
	switch (role_sees[r->role]) {
	case 'a':
		return f->state != STATE_draft;
	case 'o':
		return str_eq(r->office, f->office) && policy_reached(f);
	case 'u':
		return f->submitted != 0 && (owns_a_system(f, r->unit) ||
						unit_was_asked(f, r->unit));
	default:
		return false;
	}
}

bool policy_sees(const struct case_file *f, const struct person *p)
{
	if (case_is_own(f, p->email) || was_asked(f, p->email))
		return true;
	for (size_t i = 0; i < p->n_roles; i++)
		if (role_sees_it(f, &p->roles[i]))
			return true;
	return false;
}

static bool holds_in_division(
    const struct case_file *f, enum role role, const struct person *p)
{
	for (size_t i = 0; i < p->n_roles; i++)
		if (p->roles[i].role == role &&
		    str_eq(p->roles[i].office, f->office) &&
		    facts_in_charge(f, p->roles[i].unit))
			return true;
	return false;
}

static bool holds_as(const struct facts *facts, const struct case_file *f,
    const struct stage *s, struct str unit, const struct person *p)
{
	switch (s->who) {
	case WHO_office:
		return person_holds(p, s->role, f->office, STR(""));
	case WHO_owner_unit:
		return unit.n > 0 && person_signs(p, unit);
	case WHO_requesting_unit:
		return f->unit.n > 0 && person_signs(p, f->unit);
	case WHO_division:
		return holds_in_division(f, s->role, p);
	case WHO_assigned:
		return is_assigned(f, p);
	case WHO_system_officer:
		if (f->officers.n > 0)
			return is_assigned(f, p);
		return person_holds(p, s->role, f->office, STR("")) &&
		       facts_system_officer(facts, f, p->email);
	case WHO_requester:
		return is_own(f, p);
	case WHO_person:
		return !p->by_role && str_eq_nocase(p->email, s->person);
	case WHO_anywhere:
		return person_holds(p, s->role, STR(""), STR(""));
	case WHOS:
		break;
	}
	return false;
}

static const struct stage *stage_of(
    const struct facts *facts, const struct run *r)
{
	return procedure_stage(facts->procedure, r->stage);
}

/* For whom he stands in, one after another: everywhere, and then on this request
 * alone. NULL at the end. */
static const struct standing *stands_for(
    const struct facts *facts, const struct person *p, size_t *cursor)
{
	if (p->alone || p->absent)
		return NULL;
	if (*cursor < p->n_stands)
		return &p->stands[(*cursor)++];
	for (size_t i = *cursor - p->n_stands; i < facts->n_stand_ins; i++) {
		const struct stand_in *s = &facts->stand_ins[i];
		*cursor = p->n_stands + i + 1;
		if (s->here && str_eq_nocase(s->taker.email, p->email))
			return s->taker.stands;
	}
	return NULL;
}

bool policy_holds(const struct facts *facts, const struct case_file *f,
    const struct run *r, const struct person *p)
{
	const struct stage *s = stage_of(facts, r);
	const struct standing *as;
	struct person alone = person_alone(p);
	size_t cursor = 0;
	if (s == NULL)
		return false;
	if (holds_as(facts, f, s, r->unit, &alone))
		return true;
	while ((as = stands_for(facts, p, &cursor)) != NULL)
		if (holds_as(facts, f, s, r->unit, &as->giver))
			return true;
	return false;
}

static bool is_records(const struct case_file *f, const struct person *p)
{
	return person_holds(p, ROLE_records, f->office, STR(""));
}

bool policy_brings_paper(
    const struct case_file *f, const struct run *r, const struct person *p)
{
	return r->kind == STAGE_consent && r->role == ROLE_owner &&
	       is_records(f, p);
}

static bool is_head(const struct case_file *f, const struct person *p)
{
	for (size_t i = 0; i < p->n_roles; i++)
		if (p->roles[i].role == ROLE_head &&
		    str_eq(p->roles[i].office, f->office) &&
		    facts_in_charge(f, p->roles[i].unit))
			return true;
	return false;
}

static bool is_officer(const struct facts *facts, const struct case_file *f,
    const struct person *p)
{
	return is_assigned(f, p) ||
	       (f->officers.n == 0 &&
		   person_holds(p, ROLE_officer, f->office, STR("")) &&
		   facts_system_officer(facts, f, p->email));
}

/* Where the head assigns, any officer of the office may still be named. */
static bool may_become_officer(const struct facts *facts,
    const struct case_file *f, const struct person *p)
{
	const struct stage *s =
	    procedure_kind(facts->procedure, STAGE_preparing);
	if (f->officers.n > 0 || s == NULL || s->who != WHO_assigned)
		return is_officer(facts, f, p);
	return person_holds(p, s->role, f->office, STR(""));
}

bool policy_apart(const struct facts *facts, const struct case_file *f,
    struct str email, enum command c)
{
	const struct procedure *p = facts->procedure;
	/* Who may not answer for a unit does not prepare its answer. */
	if (c == COMMAND_propose)
		c = COMMAND_consent;
	for (size_t i = 0; i < p->n_aparts; i++) {
		const struct apart *rule = &p->aparts[i];
		if (rule->command != c)
			continue;
		if (rule->own ? case_is_own(f, email)
			      : case_acted(f, email, rule->other))
			return true;
	}
	return false;
}

static bool before_delivery(const struct case_file *f)
{
	return f->state != STATE_acceptance && f->state != STATE_closed &&
	       f->state != STATE_draft;
}

/* Anyone who acted for the provider may not accept what was provided. */
bool policy_acted_for_provider(const struct case_file *f, struct str email)
{
	static const enum command commands[] = { COMMAND_propose,
		COMMAND_consent, COMMAND_receive, COMMAND_decide,
		COMMAND_assign, COMMAND_prepare, COMMAND_check,
		COMMAND_deliver };
	for (size_t i = 0; i < COUNT(commands); i++)
		if (case_acted(f, email, commands[i]))
			return true;
	return false;
}

static bool accept_is_open(const struct facts *facts, const struct case_file *f)
{
	if (f->state == STATE_acceptance)
		return true;
	/* Where nobody must accept, the answer is offered, once. */
	return f->state == STATE_closed && f->outcome == OUTCOME_delivered &&
	       f->score == 0 &&
	       procedure_kind(facts->procedure, STAGE_acceptance) == NULL;
}

static bool has_live_delivery(const struct case_file *f)
{
	for (size_t i = 0; i < f->connections.n; i++)
		if (!str_eq(f->connections.v[i].state, STR("revoked")) &&
		    !str_eq(f->connections.v[i].state, STR("replaced")))
			return true;
	for (size_t i = 0; i < f->documents.n; i++)
		if (str_eq(f->documents.v[i].state, STR("given")) ||
		    /* Gone here; whoever fetched it has it still. */
		    str_eq(f->documents.v[i].state, STR("destroyed")))
			return true;
	return false;
}

static bool may_classify(const struct facts *facts, const struct case_file *f,
    const struct person *p, bool *ret_now)
{
	bool records = is_records(f, p), officer = is_officer(facts, f, p);
	*ret_now = (records && (f->state == STATE_intake ||
				   f->state == STATE_decision ||
				   f->state == STATE_consent)) ||
	           (officer && (f->state == STATE_preparing ||
				   f->state == STATE_release ||
				   f->state == STATE_delivery));
	return records || may_become_officer(facts, f, p);
}

static bool sees_from_inside(const struct case_file *f, const struct person *p)
{
	for (size_t i = 0; i < p->n_roles; i++)
		if (p->roles[i].role != ROLE_auditor &&
		    role_sees_it(f, &p->roles[i]))
			return true;
	return false;
}

static bool may_revoke(const struct facts *facts, const struct case_file *f,
    const struct person *p)
{
	if (is_own(f, p) || is_head(f, p) || may_become_officer(facts, f, p) ||
	    person_holds(p, ROLE_director, f->office, STR("")) ||
	    person_holds(p, ROLE_admin, STR(""), STR("")))
		return true;
	for (size_t i = 0; i < f->systems.n; i++)
		if (f->systems.v[i].owner_unit.n > 0 &&
		    person_signs(p, f->systems.v[i].owner_unit))
			return true;
	return false;
}

static bool may_recall(const struct facts *facts, const struct case_file *f,
    const struct person *p)
{
	return may_become_officer(facts, f, p) || is_head(f, p) ||
	       person_holds(p, ROLE_director, f->office, STR("")) ||
	       person_holds(p, ROLE_dpo, STR(""), STR(""));
}

/* The officer proposes while he prepares; the requester may agree to it. */
static bool extend_is_open(const struct facts *facts, const struct case_file *f,
    const struct person *p)
{
	if (f->state != STATE_preparing)
		return false;
	return is_officer(facts, f, p) ||
	       (is_own(f, p) && f->proposed_due.n > 0);
}

/* Whether `c` is a command that no stage hands out: who may give it ever, and
 * when. */
static bool free_command(const struct facts *facts, const struct case_file *f,
    const struct person *p, enum command c, struct free_rule *ret)
{
	bool own = is_own(f, p);
	bool entered = f->entered_by.n > 0 && is_records(f, p);
	struct free_rule r = { 0 };

	if (c == COMMAND_submit)
		r = (struct free_rule){ own || entered,
			f->state == STATE_draft };
	else if (c == COMMAND_reply)
		r = (struct free_rule){ own || entered,
			f->state == STATE_waiting };
	else if (c == COMMAND_withdraw)
		r = (struct free_rule){ own || is_records(f, p),
			before_delivery(f) || f->state == STATE_draft };
	else if (c == COMMAND_accept)
		r = (struct free_rule){ own && !policy_acted_for_provider(
						   f, p->email),
			accept_is_open(facts, f) };
	else if (c == COMMAND_letter)
		r = (struct free_rule){ is_records(f, p), f->submitted != 0 };
	else if (c == COMMAND_keep)
		r = (struct free_rule){ is_records(f, p) ||
					    person_holds(p, ROLE_director,
						f->office, STR("")),
			f->submitted != 0 };
	else if (c == COMMAND_recall)
		r = (struct free_rule){ may_recall(facts, f, p),
			has_live_delivery(f) };
	else if (c == COMMAND_revoke)
		r = (struct free_rule){ may_revoke(facts, f, p),
			has_live_delivery(f) };
	else if (c == COMMAND_extend)
		r = (struct free_rule){ may_become_officer(facts, f, p) || own,
			extend_is_open(facts, f, p) };
	else if (c == COMMAND_note)
		r = (struct free_rule){ own || sees_from_inside(f, p),
			f->state != STATE_draft };
	else if (c == COMMAND_classify)
		r.his = may_classify(facts, f, p, &r.now);
	else
		return policy_talk_rule(facts, f, p, c, ret);
	*ret = r;
	return true;
}

/* Beside the holders: records bring an owner's endorsement on paper, and send
 * back what lacks it; the head may assign again while it is prepared. */
static bool helps(const struct facts *facts, const struct case_file *f,
    enum stage_kind kind, enum role role, const struct person *p,
    enum command c)
{
	if (kind == STAGE_consent && c == COMMAND_return)
		return is_records(f, p);
	if (kind == STAGE_consent && c == COMMAND_consent)
		return role == ROLE_owner && is_records(f, p);
	if (c == COMMAND_assign && kind == STAGE_preparing)
		return is_head(f, p);
	if (c == COMMAND_prepare && kind == STAGE_delivery)
		return is_officer(facts, f, p);
	return false;
}

static bool kind_takes(enum stage_kind kind, enum command c)
{
	return (stage_commands[kind] & COMMAND_BIT(c)) != 0 ||
	       (c == COMMAND_assign && kind == STAGE_preparing);
}

/* Where several must agree, each says it once. */
static bool has_answered(const struct facts *facts, const struct case_file *f,
    const struct run *r, const struct person *p, enum command c)
{
	struct person alone = person_alone(p);
	const struct stage *s = stage_of(facts, r);
	if (c != COMMAND_consent && c != COMMAND_decide)
		return false;
	if (s == NULL || holds_as(facts, f, s, r->unit, &alone))
		return engine_has_voted(facts, r, p->email);
	const struct standing *as;
	size_t cursor = 0;
	while ((as = stands_for(facts, p, &cursor)) != NULL)
		if (holds_as(facts, f, s, r->unit, &as->giver) &&
		    !engine_has_voted(facts, r, as->giver.email))
			return false;
	return true;
}

static bool holder_of_open(const struct facts *facts, const struct case_file *f,
    const struct person *p, enum command c)
{
	size_t cursor = 0;
	const struct run *r;
	if (f->state == STATE_waiting || f->state == STATE_closed)
		return false;
	while ((r = case_open_run(f, &cursor)) != NULL) {
		if (!kind_takes(r->kind, c))
			continue;
		if ((stage_commands[r->kind] & COMMAND_BIT(c)) != 0 &&
		    policy_holds(facts, f, r, p) &&
		    !has_answered(facts, f, r, p, c))
			return true;
		if (helps(facts, f, r->kind, r->role, p, c))
			return true;
	}
	return false;
}

static bool holds_some_unit(const struct facts *facts,
    const struct case_file *f, const struct stage *s, const struct person *p)
{
	if (s->who == WHO_owner_unit) {
		for (size_t i = 0; i < f->systems.n; i++)
			if (holds_as(
				facts, f, s, f->systems.v[i].owner_unit, p))
				return true;
		return false;
	}
	/* Until somebody is assigned any officer of the office may still be. */
	if (s->who == WHO_assigned && f->officers.n == 0)
		return person_holds(p, s->role, f->office, STR(""));
	return holds_as(facts, f, s, STR(""), p);
}

bool policy_holds_stage(const struct facts *facts, const struct case_file *f,
    const struct stage *s, const struct person *p)
{
	return holds_some_unit(facts, f, s, p);
}

static bool holder_ever(const struct facts *facts, const struct case_file *f,
    const struct person *p, enum command c)
{
	const struct procedure *pr = facts->procedure;
	for (size_t i = 0; i < pr->n_stages; i++) {
		const struct stage *s = &pr->stages[i];
		if (!kind_takes(s->kind, c))
			continue;
		if ((stage_commands[s->kind] & COMMAND_BIT(c)) != 0 &&
		    holds_some_unit(facts, f, s, p))
			return true;
		if (helps(facts, f, s->kind, s->role, p, c))
			return true;
	}
	return false;
}

bool policy_works_on(const struct facts *facts, const struct case_file *f,
    const struct person *p)
{
	const struct procedure *pr = facts->procedure;
	for (size_t i = 0; i < pr->n_stages; i++)
		if (pr->stages[i].who != WHO_requester &&
		    holds_some_unit(facts, f, &pr->stages[i], p))
			return true;
	return false;
}

static struct str command_words(struct ctx *cx, enum command c)
{
	return msg_code(
	    cx->arena, cx->lang, STR("command."), str_of(command_names[c]));
}

/* The state in the words of the procedure: who it waits for. */
static struct str state_words(
    struct ctx *cx, const struct facts *facts, const struct case_file *f)
{
	size_t cursor = 0;
	const struct run *r = case_open_run(f, &cursor);
	enum msg m;
	struct str name = str_of(state_names[f->state]), role = STR("");
	if (r != NULL)
		role =
		    text2_in(facts->procedure->role_title[r->role], cx->lang);
	if (!msg_find(str_cat(cx->arena, STR("state-of."), name), &m))
		return name;
	return msg_fill(cx->arena, cx->lang, m, &role, 1);
}

/* Whether all that he could sign is what he, or whom he stands in for, has
 * proposed himself. */
static bool only_his_proposals(const struct facts *facts,
    const struct case_file *f, const struct person *p, struct str doer)
{
	size_t cursor = 0, n = 0;
	const struct run *r;
	while ((r = case_open_run(f, &cursor)) != NULL) {
		if (r->kind != STAGE_consent || !policy_holds(facts, f, r, p))
			continue;
		if (!propose_by(r, p->email) && !propose_by(r, doer))
			return false;
		n++;
	}
	return n > 0;
}

/* `p` is the doer himself, or whom he stands in for: what keeps either of the
 * two from the command keeps the doer from it. */
static enum err may_as(struct ctx *cx, const struct facts *facts,
    const struct case_file *f, const struct person *p, struct str doer,
    enum command c)
{
	struct free_rule rule;
	bool is_free = free_command(facts, f, p, c, &rule);
	if (!is_free) {
		rule.now = holder_of_open(facts, f, p, c);
		rule.his = rule.now || holder_ever(facts, f, p, c);
	}
	if (!rule.his)
		return fail1(
		    cx, ERR_DENIED, MSG_error_not_yours, command_words(cx, c));
	if (policy_apart(facts, f, p->email, c) ||
	    policy_apart(facts, f, doer, c) ||
	    (c == COMMAND_consent && only_his_proposals(facts, f, p, doer)))
		return fail1(
		    cx, ERR_DENIED, MSG_error_apart, command_words(cx, c));
	/* Nothing is done any more where the correspondence is destroyed. */
	if (!rule.now || f->disposed.at != 0)
		return fail2(cx, ERR_CONFLICT, MSG_error_not_in_this_state,
		    command_words(cx, c), state_words(cx, facts, f));
	return OK;
}

enum err policy_as(struct ctx *cx, const struct facts *facts,
    const struct case_file *f, const struct person *p, enum command c,
    const struct standing **ret)
{
	struct person alone = person_alone(p);
	struct fault before = cx->fault;
	const struct standing *as;
	size_t cursor = 0;
	enum err e = may_as(cx, facts, f, &alone, p->email, c);
	*ret = NULL;
	while (e && (as = stands_for(facts, p, &cursor)) != NULL) {
		struct fault why = cx->fault;
		enum err lent = may_as(cx, facts, f, &as->giver, p->email, c);
		if (lent == OK) {
			cx->fault = before;
			*ret = as;
			return OK;
		}
		/* The refusal that says most: not now, before not his. */
		if (e == ERR_CONFLICT || cx->fault.msg == MSG_error_not_yours)
			cx->fault = why;
		else
			e = lent;
	}
	return e;
}

enum err policy_may(struct ctx *cx, const struct facts *facts,
    const struct case_file *f, const struct person *p, enum command c)
{
	const struct standing *as;
	return policy_as(cx, facts, f, p, c, &as);
}

uint32_t policy_allowed(struct ctx *cx, const struct facts *facts,
    const struct case_file *f, const struct person *p)
{
	struct fault before = cx->fault;
	uint32_t bits = 0;
	for (enum command c = 0; c < COMMANDS; c++)
		if (policy_may(cx, facts, f, p, c) == OK)
			bits |= COMMAND_BIT(c);
	cx->fault = before;
	return bits;
}

static enum err assigned_persons(struct ctx *cx, const struct facts *facts,
    const struct case_file *f, const struct person **ret, size_t *ret_n)
{
	struct person *v =
	    ARENA_ARRAY(cx->arena, struct person, f->officers.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < f->officers.n; i++) {
		const struct person *p = facts_person(
		    facts->officers, facts->n_officers, f->officers.v[i]);
		if (p != NULL)
			v[n++] = *p;
	}
	*ret = v;
	*ret_n = n;
	return OK;
}

static enum err requester_persons(struct ctx *cx, const struct case_file *f,
    const struct person **ret, size_t *ret_n)
{
	struct person *v =
	    ARENA_ARRAY(cx->arena, struct person, f->holders.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < f->holders.n + 1; i++) {
		struct str email = i == 0 ? f->requester : f->holders.v[i - 1];
		enum err e = person_by_email(cx, email, &v[n]);
		if (e == OK && v[n].active)
			n++;
		else if (i == 0)
			v[n++] = (struct person){ .email = f->requester,
				.name = f->requester_name,
				.unit = f->unit };
		if (e != OK && e != ERR_NOT_FOUND)
			return e;
	}
	*ret = v;
	*ret_n = n;
	return OK;
}

/* Where to look for those of the role who hold the stage. */
static struct held_role held_where(
    const struct case_file *f, const struct run *r, const struct stage *s)
{
	struct held_role where = { .role = s->role };
	if (s->who == WHO_owner_unit)
		where.unit = r->unit;
	else if (s->who == WHO_requesting_unit)
		where.unit = f->unit;
	else if (s->who != WHO_anywhere)
		where.office = f->office;
	return where;
}

static enum err office_persons(struct ctx *cx, const struct facts *facts,
    const struct case_file *f, const struct run *r, const struct stage *s,
    const struct person **ret, size_t *ret_n)
{
	const struct person *all;
	size_t n_all, n = 0;
	struct held_role where = held_where(f, r, s);
	enum err e = person_list_role(
	    cx, where.role, where.office, where.unit, &all, &n_all);
	if (e)
		return e;
	struct person *v = ARENA_ARRAY(cx->arena, struct person, n_all + 1);
	for (size_t i = 0; i < n_all; i++)
		if (policy_holds(facts, f, r, &all[i]))
			v[n++] = all[i];
	*ret = v;
	*ret_n = n;
	return OK;
}

/* The one whom the procedure names; nobody when he is not here any more. */
static enum err named_person(
    struct ctx *cx, struct str email, const struct person **ret, size_t *ret_n)
{
	struct person *one = ARENA_NEW(cx->arena, struct person);
	enum err e = person_by_email(cx, email, one);
	if (e == ERR_NOT_FOUND)
		cx->fault = (struct fault){ 0 };
	else if (e)
		return e;
	*ret = one;
	*ret_n = e == OK && one->active;
	return OK;
}

static bool stands_in(const struct case_file *f, const struct run *r,
    const struct stand_in *s, const struct person *holder)
{
	bool there = s->office.n == 0 ||
	             (r->kind != STAGE_consent && str_eq(s->office, f->office));
	return there && str_eq_nocase(s->giver, holder->email);
}

/* After the holders those who stand in for one of them; each person once. */
static void add_stand_ins(struct ctx *cx, const struct facts *facts,
    const struct case_file *f, const struct run *r, const struct person **ret,
    size_t *ret_n)
{
	size_t own = *ret_n, n = own;
	struct person *v =
	    ARENA_ARRAY(cx->arena, struct person, own + facts->n_stand_ins + 1);
	for (size_t i = 0; i < own; i++)
		v[i] = (*ret)[i];
	for (size_t i = 0; i < facts->n_stand_ins; i++) {
		const struct stand_in *s = &facts->stand_ins[i];
		for (size_t k = 0; k < own; k++)
			if (stands_in(f, r, s, &v[k]) &&
			    facts_person(v, n, s->taker.email) == NULL)
				v[n++] = s->taker;
	}
	*ret = v;
	*ret_n = n;
}

/* Where a system has no officer, the heads in charge hold it: to name one. */
static void add_heads(struct ctx *cx, const struct facts *facts,
    const struct case_file *f, const struct person **ret, size_t *ret_n)
{
	size_t n = *ret_n;
	struct person *v =
	    ARENA_ARRAY(cx->arena, struct person, n + facts->n_heads + 1);
	for (size_t i = 0; i < n; i++)
		v[i] = (*ret)[i];
	for (size_t i = 0; i < facts->n_heads; i++)
		if (is_head(f, &facts->heads[i]) &&
		    facts_person(v, n, facts->heads[i].email) == NULL)
			v[n++] = facts->heads[i];
	*ret = v;
	*ret_n = n;
}

static enum err own_holders(struct ctx *cx, const struct facts *facts,
    const struct case_file *f, const struct run *r, const struct person **ret,
    size_t *ret_n)
{
	const struct stage *s = stage_of(facts, r);
	if (s == NULL)
		return fail_detail(cx, ERR_BROKEN,
		    "the procedure has no stage %.*s", STR_ARG(r->stage));
	if (s->who == WHO_requester)
		return requester_persons(cx, f, ret, ret_n);
	if (s->who == WHO_person)
		return named_person(cx, s->person, ret, ret_n);
	if (s->who == WHO_assigned ||
	    (s->who == WHO_system_officer && f->officers.n > 0))
		return assigned_persons(cx, facts, f, ret, ret_n);
	enum err e = office_persons(cx, facts, f, r, s, ret, ret_n);
	if (!e && s->who == WHO_system_officer && facts_unassigned(facts, f))
		add_heads(cx, facts, f, ret, ret_n);
	return e;
}

enum err policy_holders(struct ctx *cx, const struct facts *facts,
    const struct case_file *f, const struct run *r, const struct person **ret,
    size_t *ret_n)
{
	enum err e = own_holders(cx, facts, f, r, ret, ret_n);
	if (!e && stage_of(facts, r)->who != WHO_requester)
		add_stand_ins(cx, facts, f, r, ret, ret_n);
	return e;
}
