#include "core/decide.h"

#include "base/str.h"
#include "core/command_body.h"
#include "core/engine.h"
#include "core/policy.h"
#include "core/propose.h"
#include "core/signing.h"

static decide_fn *const functions[COMMANDS] = {
#define COMMAND(name) [COMMAND_##name] = decide_##name,
#include "core/commands.def"
#undef COMMAND
};

enum err decide_first(struct ctx *cx, const struct facts *facts,
    const struct case_file *f, const struct person *by, enum command c,
    const json_t *body, json_t **ret_form)
{
	enum err e = policy_may(cx, facts, f, by, c);
	if (e)
		return e;
	return command_body(cx, f, c, body, ret_form);
}

enum err decide(struct ctx *cx, const struct facts *facts,
    const struct case_file *f, const struct person *by, enum command c,
    const json_t *body, struct event *ret)
{
	json_t *form;
	const struct standing *as = NULL;
	enum err e = decide_first(cx, facts, f, by, c, body, &form);
	if (!e)
		e = policy_as(cx, facts, f, by, c, &as);
	if (e)
		return e;
	struct decision d = { .cx = cx,
		.facts = facts,
		.f = f,
		.by = by,
		.as = as,
		.form = form,
		.type = EVENT_acted,
		.data = json_new_object(cx->arena) };
	json_put_text(d.data, "command", str_of(command_names[c]));
	json_put(d.data, "form", form);
	if (as != NULL)
		json_put(d.data, "acting_for", standing_json(cx->arena, as));
	if (command_signs(c) && facts->signature != NULL)
		json_put(d.data, "signed", facts->signature);
	e = functions[c](&d);
	if (e)
		return e;
	*ret = (struct event){ .version = f->version + 1,
		.at = cx->now,
		.type = d.type,
		.request = f->no,
		.actor = str_lower(cx->arena, by->email),
		.data = d.data };
	return OK;
}

const struct person *decision_holder(const struct decision *d)
{
	return d->as != NULL ? &d->as->giver : d->by;
}

/* An owner ends what his units were asked; a paper brought by the records
 * office ends what it names, or all. */
static bool ends(const struct decision *d, const struct run *r)
{
	struct str unit = json_text(d->form, "unit");
	struct str stage = json_text(d->form, "stage");
	if (r->kind != STAGE_consent && r->kind != STAGE_decision)
		return true;
	if ((unit.n > 0 && !str_eq(unit, r->unit)) ||
	    (stage.n > 0 && !str_eq(stage, r->stage)))
		return false;
	struct person alone = person_alone(decision_holder(d));
	if (propose_by(r, alone.email) || propose_by(r, d->by->email))
		return false;
	if (policy_holds(d->facts, d->f, r, &alone))
		return !engine_has_voted(d->facts, r, alone.email);
	return policy_brings_paper(d->f, r, d->by) &&
	       json_text(d->form, "evidence").n > 0;
}

size_t decision_runs(
    const struct decision *d, enum stage_kind kind, const struct run ***ret)
{
	const struct run **v =
	    arena_array(d->cx->arena, d->f->runs.n + 1, sizeof(struct run *));
	size_t cursor = 0, n = 0;
	const struct run *r;
	while ((r = case_open_run(d->f, &cursor)) != NULL)
		if (r->kind == kind && ends(d, r))
			v[n++] = r;
	*ret = v;
	return n;
}

void decision_finish(
    struct decision *d, enum stage_kind kind, struct str outcome)
{
	const struct run **runs;
	size_t n = decision_runs(d, kind, &runs);
	REQUIRE(n > 0);
	struct case_file after = decision_after(d, d->type);
	engine_finish(d->cx->arena, d->facts, &after, runs, n, outcome,
	    str_lower(d->cx->arena, decision_holder(d)->email), d->data);
}

struct case_file decision_after(const struct decision *d, enum event_type type)
{
	struct case_file after = *d->f;
	struct event e = { .type = type,
		.version = d->f->version + 1,
		.at = d->cx->now,
		.request = d->f->no,
		.actor = d->by->email,
		.data = d->data };
	evolve(&after, &e);
	return after;
}

static void add_system(struct decision *d, json_t *list, struct str code)
{
	const struct system *s =
	    system_find(d->facts->systems, d->facts->n_systems, code);
	if (s == NULL || !s->active) {
		field_wrong(d->cx, STR("systems"), MSG_field_bad_choice, code);
		return;
	}
	json_t *one = json_object();
	json_put_text(one, "code", s->code);
	json_put_text(one, "owner", s->owner_unit);
	json_put_text(one, "division", s->division);
	json_array_append_new(list, one);
}

void decision_systems(struct decision *d, const json_t *codes)
{
	json_t *list = json_new_array(d->cx->arena);
	size_t n = json_array_size(codes);
	for (size_t i = 0; i < n; i++)
		add_system(d, list, json_as_text(json_array_get(codes, i)));
	if (n == 0 && d->facts->n_systems == 1)
		add_system(d, list, d->facts->systems[0].code);
	json_put(d->data, "systems", list);
}
