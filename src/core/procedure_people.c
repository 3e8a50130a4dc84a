#include "core/procedure_people.h"

#include "base/str.h"
#include "core/people.h"

struct looking {
	struct ctx *cx;
	const struct procedure *p;
	struct procedure_errors *errors;
};

static void note(const struct looking *k, const struct stage *s, enum msg m,
    struct str arg0, struct str arg1)
{
	const struct str args[] = { arg0, arg1 };

	if (k->errors->n == COUNT(k->errors->v))
		return;
	k->errors->v[k->errors->n++] = (struct procedure_error){
		.line = s->line,
		.column = s->column,
		.text =
		    msg_fill(k->cx->arena, k->cx->lang, m, args, COUNT(args)),
	};
}

static enum err count(const struct looking *k, enum role role,
    struct str office, struct str unit, size_t *ret)
{
	const struct person *v;
	size_t n;
	enum err e = person_list_role(k->cx, role, office, unit, &v, &n);

	*ret = 0;
	/* A clerk alone cannot answer. */
	for (size_t i = 0; i < n && !e; i++)
		*ret += role != ROLE_owner || person_signs(&v[i], unit);
	return e;
}

/* Every unit that owns a system of the office and would be asked. */
static enum err look_at_owners(const struct looking *k, const struct stage *s)
{
	const struct system *v;
	size_t n, holders;
	enum err e = system_list(k->cx, k->p->office, &v, &n);

	for (size_t i = 0; i < n && !e; i++) {
		struct str owner = v[i].owner_unit;
		bool asked = v[i].active && owner.n > 0 &&
		             !((s->skip & SKIP_office_owns) &&
				 str_eq(owner, k->p->office));
		for (size_t j = 0; j < i && asked; j++)
			asked = !v[j].active || !str_eq(v[j].owner_unit, owner);
		if (!asked)
			continue;
		e = count(k, s->role, STR(""), owner, &holders);
		if (!e && holders == 0)
			note(k, s, MSG_procedure_nobody_in_unit,
			    str_of(role_names[s->role]), owner);
	}
	return e;
}

static enum err look_at_person(const struct looking *k, const struct stage *s)
{
	struct person p;
	enum err e = person_by_email(k->cx, s->person, &p);

	if (e && e != ERR_NOT_FOUND)
		return e;
	if (e || !p.active)
		note(k, s, MSG_procedure_nobody_named, s->person, s->id);
	k->cx->fault = (struct fault){ 0 };
	return OK;
}

static enum err look_at_role(const struct looking *k, const struct stage *s)
{
	bool office = role_sees[s->role] == 'o';
	bool persons = s->kind == STAGE_consent || s->kind == STAGE_decision;
	size_t n;
	enum err e =
	    count(k, s->role, office ? k->p->office : STR(""), STR(""), &n);

	if (e)
		return e;
	if (n == 0)
		note(k, s, MSG_procedure_nobody, str_of(role_names[s->role]),
		    s->id);
	else if (persons && s->quorum > 1 && n < (size_t)s->quorum)
		note(k, s, MSG_procedure_quorum_large, s->id,
		    str_fmt(k->cx->arena, "%zu", n));
	return OK;
}

enum err procedure_check_people(
    struct ctx *cx, const struct procedure *p, struct procedure_errors *errors)
{
	const struct looking k = { .cx = cx, .p = p, .errors = errors };
	enum err e = OK;

	for (size_t i = 0; i < p->n_stages && !e; i++) {
		const struct stage *s = &p->stages[i];
		if (s->who == WHO_requester)
			continue;
		if (s->who == WHO_owner_unit)
			e = look_at_owners(&k, s);
		else if (s->who == WHO_person)
			e = look_at_person(&k, s);
		else
			e = look_at_role(&k, s);
	}
	return e;
}
