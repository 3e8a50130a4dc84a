#include "core/way.h"

#include "base/str.h"
#include "core/decide.h"
#include "core/engine.h"
#include "core/flags.h"
#include "core/policy.h"

static void add_system(struct arena *a, const struct facts *facts,
    struct case_file *f, struct str code)
{
	const struct system *s =
	    system_find(facts->systems, facts->n_systems, code);
	if (s != NULL && s->active)
		LIST_ADD(a, &f->systems,
		    (struct case_system){ .code = s->code,
			.owner_unit = s->owner_unit,
			.division = s->division });
}

struct case_file case_as_sent(
    struct arena *a, const struct facts *facts, const struct case_file *draft)
{
	struct case_file f = *draft;
	const json_t *codes = json_list(f.answers, "systems");
	size_t n = json_array_size(codes);
	if (draft->submitted != 0)
		return f;
	f.systems.v = NULL;
	f.systems.n = f.systems.cap = 0;
	for (size_t i = 0; i < n; i++)
		add_system(
		    a, facts, &f, json_as_text(json_array_get(codes, i)));
	if (n == 0 && facts->n_systems == 1)
		add_system(a, facts, &f, facts->systems[0].code);
	f.requester_signed = json_text(f.answers, "signer_name").n > 0;
	f.service_type = service_asked(f.answers);
	return f;
}

struct walking {
	struct ctx *cx;
	const struct facts *facts;
	const struct case_file *f;
	LIST(struct way_step) steps;
};

static enum err step(
    struct walking *w, const struct stage *s, const struct asking *q)
{
	struct way_step step = {
		.stage = s, .unit = q->unit, .skipped = q->why
	};
	struct run run = { .stage = s->id,
		.kind = s->kind,
		.role = s->role,
		.unit = q->unit };
	enum err e = OK;
	if (step.skipped.n == 0)
		e = policy_holders(
		    w->cx, w->facts, w->f, &run, &step.people, &step.n_people);
	if (!e)
		LIST_ADD(w->cx->arena, &w->steps, step);
	return e;
}

/* Each owner unit once; where none is known yet, nothing is said of owners. */
static enum err steps_of(struct walking *w, const struct stage *s)
{
	struct asking *v;
	size_t n = engine_asking(w->cx->arena, w->facts, w->f, s, &v);
	enum err e = OK;
	for (size_t i = 0; i < n && !e; i++)
		if (s->who != WHO_owner_unit || v[i].unit.n > 0)
			e = step(w, s, &v[i]);
	return e;
}

static void promise(const struct walking *w, struct way *way)
{
	const struct procedure *p = w->facts->procedure;
	int days = p->budget;
	for (size_t i = 0; p->budget == 0 && i < p->n_stages; i++)
		days += p->stages[i].budget_max;
	if (days == 0)
		return;
	const struct calendar *c = &w->facts->calendar;
	way->promised = calendar_add(
	    c, calendar_received(c, w->cx->now), days, &way->unconfirmed);
}

enum err way_read(struct ctx *cx, const struct facts *facts,
    const struct case_file *draft, struct way *ret)
{
	struct case_file f = case_as_sent(cx->arena, facts, draft);
	if (cx->actor != NULL && f.unit.n > 0 &&
	    str_eq_nocase(cx->actor->person.email, f.requester))
		f.requester_heads =
		    person_alone_signs(&cx->actor->person, f.unit);
	struct walking w = { .cx = cx, .facts = facts, .f = &f };
	const struct procedure *p = facts->procedure;
	enum err e = OK;
	for (size_t i = 0; i < p->n_stages && !e; i++)
		e = steps_of(&w, &p->stages[i]);
	if (e)
		return e;
	*ret = (struct way){
		.v = w.steps.v, .n = w.steps.n, .flags = flags_of(facts, &f)
	};
	promise(&w, ret);
	return OK;
}

static json_t *step_json(struct ctx *cx, const struct way_step *s)
{
	json_t *o = json_new_object(cx->arena);
	json_t *people = json_new_array(cx->arena);
	for (size_t i = 0; i < s->n_people; i++) {
		json_t *one = json_new_object(cx->arena);
		json_put_text(one, "name", s->people[i].name);
		json_put_text(one, "email", s->people[i].email);
		json_put_text(one, "phone", s->people[i].phone);
		json_add(people, one);
	}
	json_put_text(o, "id", s->stage->id);
	json_put_text(o, "kind", str_of(stage_names[s->stage->kind]));
	json_put_text(o, "title", text2_in(s->stage->title, cx->lang));
	json_put_text(o, "role", str_of(role_names[s->stage->role]));
	json_put_text(o, "unit", s->unit);
	json_put(o, "people", people);
	json_put_text_or_null(o, "skipped", s->skipped);
	return o;
}

json_t *way_json(struct ctx *cx, const struct way *way)
{
	json_t *o = json_new_object(cx->arena);
	json_t *stages = json_new_array(cx->arena);
	for (size_t i = 0; i < way->n; i++)
		json_add(stages, step_json(cx, &way->v[i]));
	json_put(o, "stages", stages);
	json_put_text_or_null(
	    o, "promised", date_iso(cx->arena, way->promised));
	json_put_flag(o, "unconfirmed", way->unconfirmed);
	json_put(o, "flags", flags_json(cx->arena, way->flags));
	return o;
}
