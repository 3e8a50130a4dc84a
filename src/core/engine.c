#include "core/engine.h"

#include "base/str.h"

static bool skipped(const struct facts *facts, const struct case_file *f,
    const struct stage *s, struct str owner)
{
	if (owner.n == 0)
		return true;
	if ((s->skip & SKIP_office_owns) &&
	    str_eq(owner, facts->procedure->office))
		return true;
	return (s->skip & SKIP_requester_owns) && str_eq(owner, f->unit) &&
	       f->requester_signed;
}

size_t engine_owners_needed(struct arena *a, const struct facts *facts,
    const struct case_file *f, struct str **ret)
{
	const struct stage *s = procedure_kind(facts->procedure, STAGE_consent);
	struct str *v = ARENA_ARRAY(a, struct str, f->systems.n + 1);
	size_t n = 0;
	*ret = v;
	if (s == NULL)
		return 0;
	for (size_t i = 0; i < f->systems.n; i++) {
		struct str owner = f->systems.v[i].owner_unit;
		bool known = skipped(facts, f, s, owner);
		for (size_t k = 0; k < n && !known; k++)
			known = str_eq(v[k], owner);
		if (!known)
			v[n++] = owner;
	}
	return n;
}

size_t engine_owners_missing(struct arena *a, const struct facts *facts,
    const struct case_file *f, struct str **ret)
{
	struct str *v;
	size_t needed = engine_owners_needed(a, facts, f, &v), n = 0;
	for (size_t i = 0; i < needed; i++)
		if (case_endorsement(f, v[i]) == NULL)
			v[n++] = v[i];
	*ret = v;
	return n;
}

static void add_run(json_t *enter, const struct stage *s, struct str unit)
{
	json_t *run = json_object();
	json_put_text(run, "stage", s->id);
	json_put_text(run, "kind", str_of(stage_names[s->kind]));
	json_put_text(run, "role", str_of(role_names[s->role]));
	json_put_text(run, "unit", unit);
	json_array_append_new(enter, run);
}

/* The runs of one stage; none when it is passed over. */
static json_t *runs_of(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct stage *s)
{
	json_t *enter = json_new_array(a);
	struct str *owners;
	if (s->who != WHO_owner_unit) {
		add_run(
		    enter, s, s->who == WHO_division ? f->division : STR(""));
		return enter;
	}
	size_t n = engine_owners_missing(a, facts, f, &owners);
	for (size_t i = 0; i < n; i++)
		add_run(enter, s, owners[i]);
	return enter;
}

static void go_on(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct next *next, json_t *data)
{
	if (next->stage.n == 0) {
		json_put_text(
		    data, "close", str_of(outcome_names[next->close_as]));
		return;
	}
	const struct stage *s = procedure_stage(facts->procedure, next->stage);
	REQUIRE(s != NULL);
	engine_enter(a, facts, f, s, data);
}

void engine_enter(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct stage *s, json_t *data)
{
	json_t *enter = runs_of(a, facts, f, s);
	if (json_array_size(enter) > 0) {
		json_put(data, "enter", enter);
		return;
	}
	/* Nobody to ask: as if all had agreed. The first outcome is the good
	 * one; a late consent returns to where it was asked. */
	const struct stage *back =
	    f->resume.n > 0 ? procedure_stage(facts->procedure, f->resume)
			    : NULL;
	if (back != NULL && back != s)
		engine_enter(a, facts, f, back, data);
	else
		go_on(a, facts, f, &s->next[0], data);
}

static bool is_one_of(
    const struct run *r, const struct run *const *runs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (runs[i] == r)
			return true;
	return false;
}

static bool others_open(
    const struct case_file *f, const struct run *const *runs, size_t n)
{
	size_t cursor = 0;
	const struct run *r;
	while ((r = case_open_run(f, &cursor)) != NULL)
		if (!is_one_of(r, runs, n) && str_eq(r->stage, runs[0]->stage))
			return true;
	return false;
}

void engine_finish(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct run *const *runs, size_t n,
    struct str outcome, json_t *data)
{
	const struct stage *s =
	    procedure_stage(facts->procedure, runs[0]->stage);
	REQUIRE(s != NULL && n > 0);
	const struct next *next = stage_next(s, outcome);
	REQUIRE(next != NULL);
	json_t *done = json_new_array(a);
	for (size_t i = 0; i < n; i++) {
		json_t *d = json_object();
		json_put_text(d, "stage", runs[i]->stage);
		json_put_text(d, "unit", runs[i]->unit);
		json_array_append_new(done, d);
	}
	json_put(data, "done", done);
	json_put_text(data, "outcome", outcome);
	bool good = next == &s->next[0];
	if (good && others_open(f, runs, n))
		return;
	const struct stage *back =
	    good && f->resume.n > 0
		? procedure_stage(facts->procedure, f->resume)
		: NULL;
	if (back != NULL && s->kind == STAGE_consent)
		engine_enter(a, facts, f, back, data);
	else
		go_on(a, facts, f, next, data);
}
