#include "core/engine.h"

#include "base/str.h"

enum { MOST_BESIDE = 16 };

/* The stages of one step. */
struct step {
	const struct stage *v[MOST_BESIDE];
	size_t n;
};

static void step_add(struct step *step, const struct stage *s)
{
	REQUIRE(s != NULL && step->n < MOST_BESIDE);
	step->v[step->n++] = s;
}

static struct step step_of(const struct procedure *p, const struct next *next)
{
	struct step step = { 0 };
	step_add(&step, procedure_stage(p, next->stage));
	for (size_t i = 0; i < next->n_also; i++)
		step_add(&step, procedure_stage(p, next->also[i]));
	return step;
}

/* "a b": stages by their ids. */
static struct step step_named(const struct procedure *p, struct str ids)
{
	struct step step = { 0 };
	struct str one;
	for (bool more = ids.n > 0; more;) {
		more = str_cut(ids, ' ', &one, &ids);
		step_add(&step, procedure_stage(p, one));
	}
	return step;
}

static bool has_stage(const struct step *step, const struct stage *s)
{
	for (size_t i = 0; i < step->n; i++)
		if (step->v[i] == s)
			return true;
	return false;
}

/* The list `key` of the event; made when it is not there. */
static json_t *list_in(struct arena *a, json_t *data, const char *key)
{
	if (json_list(data, key) == NULL)
		json_put(data, key, json_new_array(a));
	return json_object_get(data, key);
}

static json_t *run_json(const struct stage *s, struct str unit)
{
	json_t *run = json_object();
	json_put_text(run, "stage", s->id);
	json_put_text(run, "kind", str_of(stage_names[s->kind]));
	json_put_text(run, "role", str_of(role_names[s->role]));
	json_put_text(run, "unit", unit);
	/* Who may see it follows from this; the older ways need no word. */
	if (s->who == WHO_requesting_unit || s->who == WHO_person ||
	    s->who == WHO_anywhere)
		json_put_text(run, "who", str_of(who_names[s->who]));
	if (s->person.n > 0)
		json_put_text(run, "person", s->person);
	return run;
}

static json_t *named(const struct run *r)
{
	json_t *o = json_object();
	json_put_text(o, "stage", r->stage);
	json_put_text(o, "unit", r->unit);
	return o;
}

/* Whether it is on record already, in the case or in this event. */
static bool skip_known(const struct case_file *f, const json_t *list,
    const struct stage *s, const struct asking *q)
{
	for (size_t i = 0; i < f->runs.n; i++) {
		const struct run *r = &f->runs.v[i];
		if (str_eq(r->stage, s->id) && str_eq(r->unit, q->unit) &&
		    str_eq(r->why, q->why))
			return true;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		if (str_eq(json_text(o, "stage"), s->id) &&
		    str_eq(json_text(o, "unit"), q->unit))
			return true;
	}
	return false;
}

static void skip(struct arena *a, const struct case_file *f,
    const struct stage *s, const struct asking *q, json_t *data)
{
	json_t *list = list_in(a, data, "skip");
	if (!skip_known(f, list, s, q)) {
		json_t *run = run_json(s, q->unit);
		json_put_text(run, "why", q->why);
		if (q->standing != NULL)
			json_put(run, "standing", q->standing);
		json_array_append_new(list, run);
	}
	if (json_array_size(list) == 0)
		json_object_del(data, "skip");
}

static bool has_endorsed(
    const struct case_file *f, const struct stage *s, struct str unit)
{
	for (size_t i = 0; i < f->runs.n; i++)
		if (str_eq(f->runs.v[i].stage, s->id) &&
		    str_eq(f->runs.v[i].unit, unit) &&
		    stage_is_good(s->kind, f->runs.v[i].outcome))
			return true;
	return false;
}

static const struct run *open_at(
    const struct case_file *f, const struct stage *s, struct str unit)
{
	size_t cursor = 0;
	const struct run *r;
	while ((r = case_open_run(f, &cursor)) != NULL)
		if (str_eq(r->stage, s->id) && str_eq(r->unit, unit))
			return r;
	return NULL;
}

/* Opens the stage for all who are asked and have not endorsed; notes who need
 * not be. What is `open` already is left as it is. */
static void ask(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct stage *s, json_t *list,
    json_t *data, bool beside)
{
	struct asking *v;
	size_t n = engine_asking(a, facts, f, s, &v);
	for (size_t i = 0; i < n; i++) {
		bool done =
		    s->who == WHO_owner_unit && has_endorsed(f, s, v[i].unit);
		if (v[i].why.n > 0)
			skip(a, f, s, &v[i], data);
		else if (!done && !(beside && open_at(f, s, v[i].unit)))
			json_array_append_new(list, run_json(s, v[i].unit));
	}
}

static void enter_step(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct step *step, json_t *data);

static void go_back_or_on(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct step *from, json_t *data)
{
	const struct stage *s = from->v[0];
	struct step back = step_named(facts->procedure, f->resume);
	if (back.n > 0 && !has_stage(&back, s))
		enter_step(a, facts, f, &back, data);
	else
		engine_follow(
		    a, facts, f, stage_next(s, stage_good(s->kind)), data);
}

static void enter_step(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct step *step, json_t *data)
{
	json_t *enter = json_new_array(a);
	for (size_t i = 0; i < step->n; i++)
		ask(a, facts, f, step->v[i], enter, data, false);
	if (json_array_size(enter) > 0)
		json_put(data, "enter", enter);
	else /* Nobody to ask: as if all had agreed. */
		go_back_or_on(a, facts, f, step, data);
}

void engine_enter(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct stage *s, json_t *data)
{
	struct step step = { .v = { s }, .n = 1 };
	enter_step(a, facts, f, &step, data);
}

void engine_follow(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct next *next, json_t *data)
{
	REQUIRE(next != NULL);
	if (next->stage.n == 0) {
		json_put_text(
		    data, "close", str_of(outcome_names[next->close_as]));
		return;
	}
	struct step step = step_of(facts->procedure, next);
	enter_step(a, facts, f, &step, data);
}

/* One answer being taken: `then` is the case with it. */
struct finishing {
	struct arena *a;
	const struct facts *facts;
	struct case_file then;
	struct str outcome, by;
	json_t *data;
};

static bool by_votes(const struct stage *s)
{
	return s->who != WHO_owner_unit && s->quorum != QUORUM_ANY;
}

static struct run *same_run(struct finishing *w, const struct run *r)
{
	for (size_t i = 0; i < w->then.runs.n; i++) {
		struct run *t = &w->then.runs.v[i];
		if (t->until == 0 && str_eq(t->stage, r->stage) &&
		    str_eq(t->unit, r->unit))
			return t;
	}
	return NULL;
}

static void take_answer(
    struct finishing *w, const struct stage *s, const struct run *r)
{
	if (same_run(w, r) == NULL) /* it need not be answered any more */
		return;
	if (by_votes(s) &&
	    engine_tally(w->facts, s, r, w->by, w->outcome) == VERDICT_open) {
		json_array_append_new(
		    list_in(w->a, w->data, "votes"), named(r));
		return;
	}
	json_array_append_new(list_in(w->a, w->data, "done"), named(r));
	struct run *t = same_run(w, r);
	REQUIRE(t != NULL);
	t->until = INT64_MAX; /* now: after whatever came in before */
	t->outcome = w->outcome;
}

static void drop_one(struct finishing *w, struct run *r, const char *why)
{
	json_t *o = named(r);
	json_put_text(o, "why", str_of(why));
	json_array_append_new(list_in(w->a, w->data, "drop"), o);
	r->until = r->since + 1;
	r->outcome = STR("skipped");
}

/* What is no longer asked, since enough have agreed. */
static void drop_rest(
    struct finishing *w, const struct stage *s, const char *why)
{
	for (size_t i = 0; i < w->then.runs.n; i++) {
		struct run *r = &w->then.runs.v[i];
		if (r->until != 0 || !str_eq(r->stage, s->id))
			continue;
		drop_one(w, r, why);
	}
}

/* The signature of the requesting unit's head is its endorsement where that
 * unit owns the system as well: it is not asked twice. */
static void drop_signed(
    struct finishing *w, const struct run *const *runs, size_t n)
{
	bool signs = false;
	for (size_t i = 0; i < n; i++)
		signs |= str_eq(runs[i]->who, STR("requesting_unit")) &&
		         stage_is_good(runs[i]->kind, w->outcome);
	for (size_t i = 0; signs && i < w->then.runs.n; i++) {
		struct run *r = &w->then.runs.v[i];
		const struct stage *s =
		    procedure_stage(w->facts->procedure, r->stage);
		if (r->until != 0 || s == NULL || s->who != WHO_owner_unit ||
		    !(s->skip & SKIP_requester_owns) ||
		    !str_eq(r->unit, w->then.unit))
			continue;
		drop_one(w, r, "requester_owns");
	}
}

static size_t open_of(const struct case_file *f, const struct stage *s)
{
	size_t cursor = 0, n = 0;
	const struct run *r;
	while ((r = case_open_run(f, &cursor)) != NULL)
		n += s == NULL || str_eq(r->stage, s->id);
	return n;
}

/* What the answers of the units come to. */
static enum verdict units_verdict(
    const struct finishing *w, const struct stage *s)
{
	struct asking *v;
	size_t n = engine_asking(w->a, w->facts, &w->then, s, &v);
	size_t asked = 0, good = 0, open = open_of(&w->then, s);
	bool agrees = stage_is_good(s->kind, w->outcome);
	for (size_t i = 0; i < n; i++) {
		asked += v[i].why.n == 0;
		good += v[i].why.n == 0 && has_endorsed(&w->then, s, v[i].unit);
	}
	if (s->quorum == QUORUM_ALL)
		return !agrees     ? VERDICT_bad
		       : open == 0 ? VERDICT_good
		                   : VERDICT_open;
	size_t quorum = (size_t)s->quorum;
	size_t need = quorum < asked ? quorum : asked;
	if (good >= need)
		return VERDICT_good;
	return good + open < need ? VERDICT_bad : VERDICT_open;
}

static enum verdict verdict_of(const struct finishing *w, const struct stage *s,
    const struct run *answered)
{
	if (s->who == WHO_owner_unit)
		return units_verdict(w, s);
	if (open_of(&w->then, s) > 0)
		return VERDICT_open;
	if (by_votes(s))
		return engine_tally(w->facts, s, answered, w->by, w->outcome);
	return stage_is_good(s->kind, w->outcome) ? VERDICT_good : VERDICT_bad;
}

/* After a late consent: to another owner's stage, or back where it was. */
static void go_back(struct finishing *w)
{
	const struct stage *more =
	    engine_owner_stage_open(w->a, w->facts, &w->then);
	if (more != NULL) {
		engine_enter(w->a, w->facts, &w->then, more, w->data);
		json_put_text(w->data, "resume", w->then.resume);
		return;
	}
	struct step back = step_named(w->facts->procedure, w->then.resume);
	w->then.resume = STR("");
	enter_step(w->a, w->facts, &w->then, &back, w->data);
}

/* Whether the stage lets the case go on; a refusal that decides is followed at
 * once. */
static bool settle(
    struct finishing *w, const struct stage *s, const struct run *answered)
{
	enum verdict verdict = verdict_of(w, s, answered);
	if (verdict == VERDICT_bad) {
		/* Whoever agrees last may see that too few are left to. */
		struct str said = stage_is_good(s->kind, w->outcome)
		                      ? stage_bad(s->kind)
		                      : w->outcome;
		engine_follow(
		    w->a, w->facts, &w->then, stage_next(s, said), w->data);
		return false;
	}
	if (verdict == VERDICT_good)
		drop_rest(w, s, "quorum");
	return true;
}

void engine_finish(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct run *const *runs, size_t n,
    struct str outcome, struct str by, json_t *data)
{
	struct finishing w = { .a = a,
		.facts = facts,
		.then = case_copy(a, f),
		.outcome = outcome,
		.by = by,
		.data = data };
	const struct stage *s = NULL;
	REQUIRE(n > 0);
	json_put_text(data, "outcome", outcome);
	drop_signed(&w, runs, n);
	for (size_t i = 0; i < n; i++) {
		s = procedure_stage(facts->procedure, runs[i]->stage);
		REQUIRE(s != NULL);
		take_answer(&w, s, runs[i]);
	}
	for (size_t i = 0; i < n; i++) {
		s = procedure_stage(facts->procedure, runs[i]->stage);
		if (!settle(&w, s, runs[i]))
			return;
	}
	if (open_of(&w.then, NULL) > 0)
		return;
	if (w.then.resume.n > 0 && s->who == WHO_owner_unit)
		go_back(&w);
	else
		engine_follow(a, facts, &w.then,
		    stage_next(s, stage_good(s->kind)), data);
}

/* The open stages' ids, to come back to. */
static struct str open_ids(struct arena *a, const struct case_file *f)
{
	struct str ids = STR("");
	size_t cursor = 0;
	const struct run *r, *last = NULL;
	while ((r = case_open_run(f, &cursor)) != NULL) {
		if (last == NULL || !str_eq(last->stage, r->stage))
			ids = str_fmt(a, "%.*s%s%.*s", STR_ARG(ids),
			    ids.n ? " " : "", STR_ARG(r->stage));
		last = r;
	}
	return ids;
}

static bool is_asked(const struct asking *v, size_t n, const struct run *r)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].why.n == 0 && str_eq(v[i].unit, r->unit))
			return true;
	return false;
}

/* Ends what the stage asked of units that the case does not concern now. */
static void drop_unasked(struct arena *a, const struct facts *facts,
    struct case_file *f, const struct stage *s, json_t *data)
{
	struct asking *v;
	size_t n = engine_asking(a, facts, f, s, &v);
	for (size_t i = 0; i < f->runs.n; i++) {
		struct run *r = &f->runs.v[i];
		if (r->until != 0 || !str_eq(r->stage, s->id) ||
		    is_asked(v, n, r))
			continue;
		json_t *o = named(r);
		json_put_text(o, "why", STR("systems"));
		json_array_append_new(list_in(a, data, "drop"), o);
		r->until = r->since + 1;
	}
}

/* The owners are being asked: who else must be, and who need not any more. */
static void ask_beside(struct arena *a, const struct facts *facts,
    const struct case_file *f, const struct stage *s, json_t *data)
{
	struct case_file then = case_copy(a, f);
	json_t *also = json_new_array(a);
	drop_unasked(a, facts, &then, s, data);
	ask(a, facts, &then, s, also, data, true);
	if (json_array_size(also) > 0) {
		json_put(data, "also", also);
		return;
	}
	if (open_of(&then, NULL) > 0)
		return;
	struct step step = { .v = { s }, .n = 1 };
	go_back_or_on(a, facts, &then, &step, data);
}

void engine_ask_owners(struct arena *a, const struct facts *facts,
    const struct case_file *f, json_t *data)
{
	size_t cursor = 0;
	const struct run *r;
	while ((r = case_open_run(f, &cursor)) != NULL) {
		const struct stage *s =
		    procedure_stage(facts->procedure, r->stage);
		if (s != NULL && s->who == WHO_owner_unit) {
			ask_beside(a, facts, f, s, data);
			return;
		}
	}
	const struct stage *s = engine_owner_stage_open(a, facts, f);
	if (s == NULL)
		return;
	struct str resume = f->resume.n > 0 ? f->resume : open_ids(a, f);
	engine_enter(a, facts, f, s, data);
	json_put_text(data, "resume", resume);
}
