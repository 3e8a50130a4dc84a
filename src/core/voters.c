#include "core/voters.h"

#include "core/delegation.h"
#include "core/policy.h"

static bool asks_several(const struct stage *s)
{
	return s->who != WHO_owner_unit && s->quorum != QUORUM_ANY;
}

static enum err voters_of(struct ctx *cx, const struct facts *facts,
    const struct case_file *f, const struct stage *s, struct voters *ret)
{
	struct run r = { .stage = s->id, .kind = s->kind, .role = s->role };
	enum command c =
	    s->kind == STAGE_decision ? COMMAND_decide : COMMAND_consent;
	const struct person *all;
	size_t n_all, n = 0;
	enum err e = policy_holders(cx, facts, f, &r, &all, &n_all);
	if (e)
		return e;
	struct person *v = ARENA_ARRAY(cx->arena, struct person, n_all + 1);
	for (size_t i = 0; i < n_all; i++) {
		/* Who stands in answers for the one who is away, once. */
		struct person alone = person_alone(&all[i]);
		if (policy_holds(facts, f, &r, &alone) &&
		    !policy_apart(facts, f, all[i].email, c))
			v[n++] = all[i];
	}
	*ret = (struct voters){ .v = v, .n = n };
	return OK;
}

enum err voters_read(struct ctx *cx, const struct facts *facts,
    const struct case_file *f, const struct voters **ret)
{
	const struct procedure *p = facts->procedure;
	struct voters *v = NULL;
	enum err e = OK;
	for (size_t i = 0; i < p->n_stages && !e; i++) {
		if (!asks_several(&p->stages[i]))
			continue;
		if (v == NULL)
			v = ARENA_ARRAY(cx->arena, struct voters, p->n_stages);
		e = voters_of(cx, facts, f, &p->stages[i], &v[i]);
	}
	*ret = v;
	return e;
}
