#include "core/facts.h"

#include "base/str.h"

const struct person *facts_person(
    const struct person *v, size_t n, struct str email)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(v[i].email, email))
			return &v[i];
	return NULL;
}

const struct person *facts_with_stand_ins(struct arena *a,
    const struct person *v, size_t *n, const struct stand_in *s,
    size_t n_stand_ins)
{
	size_t own = *n;
	struct person *all =
	    ARENA_ARRAY(a, struct person, own + n_stand_ins + 1);
	for (size_t i = 0; i < own; i++)
		all[i] = v[i];
	for (size_t i = 0; i < n_stand_ins; i++)
		if (facts_person(v, own, s[i].giver) != NULL &&
		    facts_person(all, *n, s[i].taker.email) == NULL)
			all[(*n)++] = s[i].taker;
	return all;
}

const struct voters *facts_voters(
    const struct facts *facts, const struct stage *s)
{
	static const struct voters none = { 0 };
	return facts->voters == NULL
	           ? &none
	           : &facts->voters[s - facts->procedure->stages];
}

struct str facts_id(
    struct arena *a, const struct facts *facts, struct str kind, size_t i)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	struct str seed =
	    str_n((const char *)facts->seed.b, sizeof facts->seed.b);
	struct sha256 mac =
	    hmac_sha256(seed, str_fmt(a, "%.*s %zu", STR_ARG(kind), i));
	char id[24];
	for (size_t k = 0; k < sizeof id; k++)
		id[k] = letters[mac.b[k] & 31];
	return str_dup(a, str_n(id, sizeof id));
}

bool facts_in_charge(const struct case_file *f, struct str unit)
{
	if (f->division.n > 0)
		return str_eq(f->division, unit);
	for (size_t i = 0; i < f->systems.n; i++)
		if (str_eq(f->systems.v[i].division, unit))
			return true;
	return false;
}

bool facts_system_officer(
    const struct facts *facts, const struct case_file *f, struct str email)
{
	for (size_t i = 0; i < f->systems.n; i++) {
		const struct system *s = system_find(
		    facts->systems, facts->n_systems, f->systems.v[i].code);
		if (s != NULL &&
		    facts_person(s->officers, s->n_officers, email) != NULL)
			return true;
	}
	return false;
}

bool facts_system_unassigned(const struct facts *facts, struct str code)
{
	const struct system *s =
	    system_find(facts->systems, facts->n_systems, code);
	return s != NULL && s->n_officers == 0;
}

bool facts_unassigned(const struct facts *facts, const struct case_file *f)
{
	for (size_t i = 0; i < f->systems.n; i++)
		if (facts_system_unassigned(facts, f->systems.v[i].code))
			return true;
	return false;
}
