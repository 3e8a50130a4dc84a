/* Who is asked at a stage, who need not be, and how many must agree. */
#include "base/str.h"
#include "core/engine.h"

const struct stage *engine_owner_stage(const struct procedure *p)
{
	for (size_t i = 0; i < p->n_stages; i++)
		if (p->stages[i].who == WHO_owner_unit)
			return &p->stages[i];
	return NULL;
}

static bool about_persons(const struct case_file *f)
{
	struct str kind = json_text(f->answers, "identifiability");
	struct str basis = json_text(f->answers, "lawful_basis");
	return !str_eq(kind, STR("aggregate")) &&
	       !str_eq(kind, STR("anonymous")) &&
	       !str_eq(basis, STR("not-personal"));
}

/* The rule by which nobody is asked here; empty when somebody is. */
static struct str passed_over(const struct case_file *f, const struct stage *s)
{
	if ((s->skip & SKIP_not_personal) && !about_persons(f))
		return STR("not_personal");
	if ((s->skip & SKIP_signed) && case_requester_signed(f))
		return STR("signed");
	/* Whoever signs for the unit has done so by sending. */
	if (s->who == WHO_requesting_unit && f->requester_heads)
		return STR("requester_heads");
	return STR("");
}

static struct str owner_passed_over(const struct facts *facts,
    const struct case_file *f, const struct stage *s, struct str owner)
{
	if ((s->skip & SKIP_office_owns) &&
	    str_eq(owner, facts->procedure->office))
		return STR("office_owns");
	if ((s->skip & SKIP_requester_owns) && str_eq(owner, f->unit) &&
	    case_signed_as_owner(f))
		return STR("requester_owns");
	return passed_over(f, s);
}

/* By which the owner agreed already: on record in the case, while it still
 * asks for that, or one that is in force now. */
static const json_t *agreed_before(struct arena *a, const struct facts *facts,
    const struct case_file *f, struct str owner)
{
	const struct run *r = case_standing(f, owner);
	if (r != NULL && prior_still(a, r->standing, f, owner))
		return r->standing;
	const struct prior *s =
	    prior_covers(a, facts->priors, facts->n_priors, f, owner);
	return s == NULL ? NULL : prior_pinned(a, s);
}

static struct asking owner_asking(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct stage *s, struct str owner)
{
	struct asking q = { .unit = owner,
		.why = owner_passed_over(facts, f, s, owner) };
	if (q.why.n > 0)
		return q;
	q.standing = agreed_before(a, facts, f, owner);
	if (q.standing != NULL)
		q.why = STR("standing");
	return q;
}

static size_t owners_asking(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct stage *s, struct asking **ret)
{
	struct asking *v = ARENA_ARRAY(a, struct asking, f->systems.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < f->systems.n; i++) {
		struct str owner = f->systems.v[i].owner_unit;
		bool known = owner.n == 0;
		for (size_t k = 0; k < n && !known; k++)
			known = str_eq(v[k].unit, owner);
		if (!known)
			v[n++] = owner_asking(a, facts, f, s, owner);
	}
	if (n == 0)
		v[n++] =
		    (struct asking){ .why = f->systems.n ? STR("no_owner")
			                                 : STR("no_system") };
	*ret = v;
	return n;
}

size_t engine_asking(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct stage *s, struct asking **ret)
{
	if (s->who == WHO_owner_unit)
		return owners_asking(a, facts, f, s, ret);
	struct asking *one = ARENA_NEW(a, struct asking);
	*one =
	    (struct asking){ .unit = s->who == WHO_division ? f->division
		                     : s->who == WHO_requesting_unit ? f->unit
		                                                     : STR(""),
		    .why = passed_over(f, s) };
	*ret = one;
	return 1;
}

struct str engine_passed_over(struct arena *a, const struct facts *facts,
    const struct case_file *f, struct str unit)
{
	const struct stage *s = engine_owner_stage(facts->procedure);
	struct asking *v = NULL;
	size_t n = s == NULL ? 0 : engine_asking(a, facts, f, s, &v);
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].unit, unit))
			return v[i].why;
	return STR("");
}

static bool endorsed_at(
    const struct case_file *f, const struct stage *s, struct str unit)
{
	for (size_t i = 0; i < f->runs.n; i++) {
		const struct run *r = &f->runs.v[i];
		if (str_eq(r->stage, s->id) && str_eq(r->unit, unit) &&
		    stage_is_good(r->kind, r->outcome))
			return true;
	}
	return false;
}

/* Units that are asked at the stage, with those that lack an endorsement
 * first counted; none lacks one once as many have endorsed as must. */
static size_t owners_lacking(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct stage *s, struct str **ret)
{
	struct asking *all;
	size_t n = engine_asking(a, facts, f, s, &all), lacking = 0, asked = 0;
	struct str *v = ARENA_ARRAY(a, struct str, n + 1);
	for (size_t i = 0; i < n; i++) {
		if (all[i].why.n > 0)
			continue;
		asked++;
		if (!endorsed_at(f, s, all[i].unit))
			v[lacking++] = all[i].unit;
	}
	*ret = v;
	bool enough =
	    s->quorum != QUORUM_ALL && asked - lacking >= (size_t)s->quorum;
	return enough ? 0 : lacking;
}

const struct stage *engine_owner_stage_open(
    struct arena *a, const struct facts *facts, const struct case_file *f)
{
	const struct procedure *p = facts->procedure;
	struct str *units;
	for (size_t i = 0; i < p->n_stages; i++)
		if (p->stages[i].who == WHO_owner_unit &&
		    owners_lacking(a, facts, f, &p->stages[i], &units) > 0)
			return &p->stages[i];
	return NULL;
}

size_t engine_owners_needed(struct arena *a, const struct facts *facts,
    const struct case_file *f, struct str **ret)
{
	const struct stage *s = engine_owner_stage(facts->procedure);
	struct asking *all;
	struct str *v = ARENA_ARRAY(a, struct str, f->systems.n + 1);
	size_t n = 0;
	*ret = v;
	if (s == NULL)
		return 0;
	size_t concerned = engine_asking(a, facts, f, s, &all);
	for (size_t i = 0; i < concerned; i++)
		if (all[i].why.n == 0)
			v[n++] = all[i].unit;
	return n;
}

size_t engine_owners_missing(struct arena *a, const struct facts *facts,
    const struct case_file *f, struct str **ret)
{
	const struct stage *s = engine_owner_stage_open(a, facts, f);
	*ret = ARENA_ARRAY(a, struct str, 1);
	return s == NULL ? 0 : owners_lacking(a, facts, f, s, ret);
}

/* How many of the run's persons said what, each once, the last answer of each
 * counting; `by` says `outcome` now. */
struct count {
	size_t good, bad;
};

static bool votes_again(const struct run *r, size_t i, struct str by)
{
	if (str_eq_nocase(r->votes.v[i].by, by))
		return true;
	for (size_t k = i + 1; k < r->votes.n; k++)
		if (str_eq_nocase(r->votes.v[k].by, r->votes.v[i].by))
			return true;
	return false;
}

static struct count count_votes(
    const struct run *r, struct str by, struct str outcome)
{
	struct count c = { 0 };
	for (size_t i = 0; i < r->votes.n; i++) {
		if (votes_again(r, i, by))
			continue;
		bool good = stage_is_good(r->kind, r->votes.v[i].outcome);
		c.good += good;
		c.bad += !good;
	}
	if (by.n > 0) {
		bool good = stage_is_good(r->kind, outcome);
		c.good += good;
		c.bad += !good;
	}
	return c;
}

static bool has_answered(const struct run *r, struct str email, struct str by)
{
	if (str_eq_nocase(email, by))
		return true;
	for (size_t i = 0; i < r->votes.n; i++)
		if (str_eq_nocase(r->votes.v[i].by, email))
			return true;
	return false;
}

enum verdict engine_tally(const struct facts *facts, const struct stage *s,
    const struct run *r, struct str by, struct str outcome)
{
	const struct voters *all = facts_voters(facts, s);
	struct count c = count_votes(r, by, outcome);
	size_t left = 0;
	for (size_t i = 0; i < all->n; i++)
		left += !has_answered(r, all->v[i].email, by);
	if (s->quorum == QUORUM_ALL)
		return c.bad > 0                 ? VERDICT_bad
		       : left == 0 && c.good > 0 ? VERDICT_good
		                                 : VERDICT_open;
	if (c.good >= (size_t)s->quorum)
		return VERDICT_good;
	return c.good + left < (size_t)s->quorum ? VERDICT_bad : VERDICT_open;
}

bool engine_has_voted(
    const struct facts *facts, const struct run *r, struct str by)
{
	const struct stage *s = procedure_stage(facts->procedure, r->stage);
	if (s == NULL || r->votes.n == 0 || !has_answered(r, by, STR("")))
		return false;
	/* Whoever is left when another has gone may say it again. */
	return engine_tally(facts, s, r, STR(""), STR("")) == VERDICT_open;
}
