/* What is said and agreed beside the way: messages, co-applicants, opinions. */
#include "base/str.h"
#include "core/command_body.h"
#include "core/consult.h"
#include "core/decide.h"
#include "core/policy.h"
#include "core/policy_talk.h"

/* Beside the requester and those whom the form names. */
enum { MAX_SHARED = 20 };

enum err decide_message(struct decision *d)
{
	d->type = EVENT_messaged;
	body_needs(d->cx, d->form, "text");
	json_put_text(d->data, "text", json_text(d->form, "text"));
	return fields_end(d->cx);
}

static bool is_shared(const struct case_file *f, struct str email)
{
	for (size_t i = 0; i < f->shared.n; i++)
		if (str_eq_nocase(f->shared.v[i], email))
			return true;
	return false;
}

/* Somebody of the university who may ask himself (N-18), and who has not acted
 * for the provider: or who decided would be no other than who receives. */
static void name_holder(struct decision *d, json_t *add, struct str typed)
{
	struct str email = str_lower(d->cx->arena, str_trim(typed));
	const struct person *p =
	    facts_person(d->facts->named, d->facts->n_named, email);
	if (case_is_own(d->f, email))
		return;
	if (p == NULL || !p->active ||
	    !person_holds(p, ROLE_requester, STR(""), STR("")))
		field_wrong(d->cx, STR("add"), MSG_field_no_such_person, email);
	else if (policy_acted_for_provider(d->f, email))
		field_wrong(d->cx, STR("add"), MSG_field_holder_acted, email);
	else
		json_add_text(add, email);
}

enum err decide_share(struct decision *d)
{
	json_t *add = json_new_array(d->cx->arena);
	json_t *remove = json_new_array(d->cx->arena);
	const json_t *named = json_list(d->form, "add");
	const json_t *gone = json_list(d->form, "remove");
	d->type = EVENT_shared;
	if (json_array_size(named) + json_array_size(gone) == 0)
		body_needs(d->cx, d->form, "add");
	for (size_t i = 0; i < json_array_size(named); i++)
		name_holder(d, add, json_as_text(json_array_get(named, i)));
	for (size_t i = 0; i < json_array_size(gone); i++) {
		struct str email = str_lower(d->cx->arena,
		    str_trim(json_as_text(json_array_get(gone, i))));
		if (is_shared(d->f, email))
			json_add_text(remove, email);
		else
			field_wrong(
			    d->cx, STR("remove"), MSG_field_bad_choice, email);
	}
	if (d->f->shared.n + json_array_size(add) > MAX_SHARED)
		field_wrong(d->cx, STR("add"), MSG_field_too_many, STR("20"));
	enum err e = fields_end(d->cx);
	if (!e && json_array_size(add) + json_array_size(remove) == 0)
		e = fail(d->cx, ERR_CONFLICT, MSG_error_holder_already);
	if (e)
		return e;
	json_put(d->data, "add", add);
	json_put(d->data, "remove", remove);
	return OK;
}

/* Whoever was asked says what he would do; a hold is the data protection
 * officer's alone. */
static void check_opinion(struct decision *d, struct str outcome)
{
	const struct person *p = decision_holder(d);
	bool asked = consult_open_to(d->f, p->email) != NULL;
	bool guards = policy_guards(d->facts, d->f, p);
	bool says =
	    str_eq(outcome, STR("agree")) || str_eq(outcome, STR("disagree"));
	bool holds =
	    str_eq(outcome, STR("hold")) || str_eq(outcome, STR("lifted"));
	if ((says && !asked) || (holds && !guards))
		field_wrong(
		    d->cx, STR("outcome"), MSG_field_bad_choice, outcome);
}

enum err decide_opine(struct decision *d)
{
	struct str outcome = json_text(d->form, "outcome");
	d->type = EVENT_opined;
	body_needs(d->cx, d->form, "outcome");
	body_needs(d->cx, d->form, "text");
	check_opinion(d, outcome);
	enum err e = fields_end(d->cx);
	if (e)
		return e;
	if (str_eq(outcome, STR("hold")) && d->f->held)
		return fail(d->cx, ERR_CONFLICT, MSG_error_held_already);
	if (str_eq(outcome, STR("lifted")) && !d->f->held)
		return fail(d->cx, ERR_CONFLICT, MSG_error_not_held);
	json_put_text(d->data, "outcome", outcome);
	json_put_text(d->data, "text", json_text(d->form, "text"));
	return OK;
}

/* The open stage at which the opinion is asked: one that he holds. */
static const struct run *asking_run(const struct decision *d)
{
	struct person alone = person_alone(decision_holder(d));
	size_t cursor = 0;
	const struct run *r;
	while ((r = case_open_run(d->f, &cursor)) != NULL)
		if ((stage_commands[r->kind] & COMMAND_BIT(COMMAND_consult)) &&
		    policy_holds(d->facts, d->f, r, &alone))
			return r;
	return NULL;
}

enum err decide_consult(struct decision *d)
{
	struct str to =
	    str_lower(d->cx->arena, str_trim(json_text(d->form, "to")));
	const struct run *r = asking_run(d);
	const struct person *p =
	    facts_person(d->facts->named, d->facts->n_named, to);
	REQUIRE(r != NULL);
	d->type = EVENT_consulted;
	body_needs(d->cx, d->form, "to");
	bool himself = str_eq_nocase(to, d->by->email) ||
	               str_eq_nocase(to, decision_holder(d)->email);
	if (to.n > 0 &&
	    (himself || p == NULL || !consult_may_advise(d->f, r->role, p)))
		field_wrong(d->cx, STR("to"), MSG_field_no_adviser, to);
	enum err e = fields_end(d->cx);
	if (e)
		return e;
	if (consult_open_to(d->f, to) != NULL)
		return fail1(
		    d->cx, ERR_CONFLICT, MSG_error_consulted_already, p->name);
	json_put_text(d->data, "to", to);
	json_put_text(d->data, "stage", r->stage);
	return OK;
}

enum err decision_not_held(struct decision *d)
{
	if (!d->f->held)
		return OK;
	return fail1(d->cx, ERR_CONFLICT, MSG_error_on_hold,
	    d->f->opinions.v[d->f->hold].text);
}
