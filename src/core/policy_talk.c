#include "core/policy_talk.h"

#include "base/str.h"
#include "core/consult.h"
#include "core/flags.h"
#include "core/handover.h"
#include "core/propose.h"

static bool entered_it(const struct case_file *f, const struct person *p)
{
	return f->entered_by.n > 0 &&
	       person_holds(p, ROLE_records, f->office, STR(""));
}

static bool holds_an_open_stage(const struct facts *facts,
    const struct case_file *f, const struct person *p)
{
	size_t cursor = 0;
	const struct run *r;
	while ((r = case_open_run(f, &cursor)) != NULL)
		if (policy_holds(facts, f, r, p))
			return true;
	return false;
}

static bool is_its_officer(const struct case_file *f, struct str email)
{
	for (size_t i = 0; i < f->officers.n; i++)
		if (str_eq_nocase(f->officers.v[i], email))
			return true;
	return false;
}

/* The requester's side, and whoever has the request: nobody else's clock or
 * state is touched by it. While it is being accepted its officers answer. */
static struct free_rule message_rule(const struct facts *facts,
    const struct case_file *f, const struct person *p)
{
	/* What one asked for oneself nobody else answers for. */
	bool own = (!p->absent && case_is_own(f, p->email)) || entered_it(f, p);
	bool open = f->submitted != 0 && f->state != STATE_closed;
	bool holds =
	    holds_an_open_stage(facts, f, p) ||
	    (f->state == STATE_acceptance && is_its_officer(f, p->email));
	return (struct free_rule){ own || policy_works_on(facts, f, p),
		open && (own || holds) };
}

/* Co-applicants are the requester's to name, not each other's. */
static struct free_rule share_rule(
    const struct case_file *f, const struct person *p)
{
	bool his = (!p->absent && str_eq_nocase(f->requester, p->email)) ||
	           entered_it(f, p);
	return (struct free_rule){ his, true };
}

static bool is_dpo(const struct person *p)
{
	return person_holds(p, ROLE_dpo, STR(""), STR(""));
}

bool policy_guards(const struct facts *facts, const struct case_file *f,
    const struct person *p)
{
	bool open = f->submitted != 0 && f->state != STATE_acceptance &&
	            f->state != STATE_closed;
	/* A hold is lifted even when its cause has gone. */
	bool concerned = f->held || flags_for_dpo(flags_of(facts, f)) != 0;
	return is_dpo(p) && open && concerned;
}

/* The data protection officer by himself, others when they were asked. */
static struct free_rule opine_rule(const struct facts *facts,
    const struct case_file *f, const struct person *p)
{
	return (struct free_rule){ is_dpo(p) || consult_asked(f, p->email),
		policy_guards(facts, f, p) ||
		    consult_open_to(f, p->email) != NULL };
}

/* What is lent to him in turn he does not hand on. */
static struct free_rule delegate_rule(const struct facts *facts,
    const struct case_file *f, const struct person *p)
{
	/* He takes it back when his stage is over, too. */
	bool back = !p->absent && handover_of(f, p->email) != NULL;
	bool his = back || (!p->absent && handover_ever(facts, f, p));
	return (struct free_rule){ his,
		back || (his && handover_now(facts, f, p)) };
}

bool policy_talk_rule(const struct facts *facts, const struct case_file *f,
    const struct person *p, enum command c, struct free_rule *ret)
{
	if (c == COMMAND_message)
		*ret = message_rule(facts, f, p);
	else if (c == COMMAND_share)
		*ret = share_rule(f, p);
	else if (c == COMMAND_delegate)
		*ret = delegate_rule(facts, f, p);
	else if (c == COMMAND_propose)
		*ret =
		    (struct free_rule){ propose_ever(f, p), propose_now(f, p) };
	else if (c == COMMAND_opine)
		*ret = opine_rule(facts, f, p);
	else
		return false;
	return true;
}
