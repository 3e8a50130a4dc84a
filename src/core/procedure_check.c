#include <string.h>

#include "base/str.h"
#include "core/procedure_parts.h"

enum { most_stages = 30 };

static const struct str nothing = { 0 };

/* What a stage of each kind can end with, and what may follow: a stage, the
 * end as `closes`, or for a delivery either. */
static const struct rule {
	enum stage_kind kind;
	struct str outcome;
	bool goes;
	enum outcome closes;
} rules[] = {
#define STAGE_OUTCOME(kind, outcome, goes, closes) \
	{ STAGE_##kind, STR_INIT(#outcome), goes, OUTCOME_##closes },
#include "core/stage_outcomes.def"
#undef STAGE_OUTCOME
};

struct str stage_good(enum stage_kind kind)
{
	for (size_t i = 0; i < COUNT(rules); i++)
		if (rules[i].kind == kind)
			return rules[i].outcome;
	return nothing;
}

struct str stage_bad(enum stage_kind kind)
{
	struct str good = stage_good(kind);

	for (size_t i = 0; i < COUNT(rules); i++)
		if (rules[i].kind == kind && !str_eq(rules[i].outcome, good))
			return rules[i].outcome;
	return nothing;
}

bool stage_is_good(enum stage_kind kind, struct str outcome)
{
	return str_eq(outcome, stage_good(kind)) ||
	       (kind == STAGE_consent && str_eq(outcome, STR("partial")));
}

/* How many stages of a kind a procedure may have. The engine finds intake,
 * preparing and delivery by their kind. */
static const struct {
	bool needed, several;
} counts[STAGES] = {
	[STAGE_consent] = { false, true },
	[STAGE_intake] = { true, false },
	[STAGE_decision] = { true, true },
	[STAGE_assignment] = { false, false },
	[STAGE_preparing] = { true, false },
	[STAGE_release] = { false, false },
	[STAGE_delivery] = { true, false },
	[STAGE_acceptance] = { false, false },
};

struct checker {
	struct tree *t;
	const struct procedure *p;
	const struct places *places;
};

static struct str kind_name(enum stage_kind kind)
{
	return str_of(stage_names[kind]);
}

/* The node of `key` at a stage, or the stage itself. */
static const yaml_node_t *place(
    const struct checker *c, size_t stage, const char *key)
{
	const yaml_node_t *at = c->places->stages[stage];
	const yaml_node_t *found = tree_get(c->t, at, key);

	return found ? found : at;
}

static void wrong_at(const struct checker *c, size_t stage, const char *key,
    enum msg m, struct str arg0, struct str arg1)
{
	tree_wrong(c->t, place(c, stage, key), m, arg0, arg1);
}

/* The value of an outcome within `next`. */
static const yaml_node_t *next_place(
    const struct checker *c, size_t stage, struct str outcome)
{
	const yaml_node_t *map = place(c, stage, "next");
	const yaml_node_t *found =
	    tree_get(c->t, map, str_cstr(c->t->cx->arena, outcome));

	return found ? found : map;
}

static const struct rule *find_rule(enum stage_kind kind, struct str outcome)
{
	for (size_t i = 0; i < COUNT(rules); i++)
		if (rules[i].kind == kind && str_eq(rules[i].outcome, outcome))
			return &rules[i];
	return NULL;
}

static void unknown_stage(
    const struct checker *c, const yaml_node_t *at, struct str id)
{
	const char *ids[most_stages];
	size_t n = c->p->n_stages;

	REQUIRE(n <= COUNT(ids));
	for (size_t i = 0; i < n; i++)
		ids[i] = str_cstr(c->t->cx->arena, c->p->stages[i].id);
	tree_unknown(c->t, at, MSG_procedure_stage_unknown,
	    MSG_procedure_stage_unknown_near, id, ids, n);
}

/* Where the way goes on from a stage: its good outcome. */
static const struct next *way_on(const struct stage *s)
{
	return stage_next(s, stage_good(s->kind));
}

static bool same_following(const struct next *a, const struct next *b)
{
	if (!str_eq(a->stage, b->stage) || a->n_also != b->n_also)
		return false;
	for (size_t i = 0; i < a->n_also; i++)
		if (!str_eq(a->also[i], b->also[i]))
			return false;
	return true;
}

/* What stands side by side is opened together and joined when all of it is
 * done: one kind, each stage once, one way on. */
static void check_beside(const struct checker *c, const yaml_node_t *at,
    const struct next *next, size_t i)
{
	const struct stage *first = procedure_stage(c->p, next->stage);
	const struct stage *s = procedure_stage(c->p, next->also[i]);

	if (!s) {
		unknown_stage(c, at, next->also[i]);
		return;
	}
	bool twice = s == first;
	for (size_t k = 0; k < i; k++)
		twice = twice || str_eq(next->also[k], s->id);
	if (twice)
		tree_wrong(
		    c->t, at, MSG_procedure_beside_twice, s->id, nothing);
	if (!first || twice)
		return;
	if (s->kind != first->kind ||
	    (s->kind != STAGE_consent && s->kind != STAGE_decision))
		tree_wrong(
		    c->t, at, MSG_procedure_beside_kind, first->id, s->id);
	const struct next *a = way_on(first), *b = way_on(s);
	if (a && b && !same_following(a, b))
		tree_wrong(
		    c->t, at, MSG_procedure_beside_join, first->id, s->id);
}

static void check_following(
    const struct checker *c, const yaml_node_t *at, const struct next *next)
{
	if (next->stage.n > 0 && !procedure_stage(c->p, next->stage))
		unknown_stage(c, at, next->stage);
	for (size_t i = 0; i < next->n_also; i++)
		check_beside(c, at, next, i);
}

static void check_next(
    const struct checker *c, size_t stage, const struct next *next)
{
	enum stage_kind kind = c->p->stages[stage].kind;
	const yaml_node_t *at = next_place(c, stage, next->outcome);
	const struct rule *rule = find_rule(kind, next->outcome);

	if (!rule)
		tree_wrong(c->t, at, MSG_procedure_outcome_strange,
		    next->outcome, kind_name(kind));
	else if (next->stage.n == 0 && next->close_as != rule->closes)
		tree_wrong(c->t, at, MSG_procedure_outcome_close, next->outcome,
		    str_of(outcome_names[next->close_as]));
	else if (next->stage.n > 0 && !rule->goes)
		tree_wrong(c->t, at, MSG_procedure_outcome_goes, next->outcome,
		    nothing);
	else
		check_following(c, at, next);
}

static void check_outcomes(const struct checker *c, size_t stage)
{
	const struct stage *s = &c->p->stages[stage];

	for (size_t i = 0; i < s->n_next; i++)
		check_next(c, stage, &s->next[i]);
	for (size_t i = 0; i < COUNT(rules); i++)
		if (rules[i].kind == s->kind &&
		    !stage_next(s, rules[i].outcome))
			wrong_at(c, stage, "next",
			    MSG_procedure_outcome_missing, s->id,
			    rules[i].outcome);
}

/* Whether this way of finding the holders fits the role. */
static bool who_fits(enum who who, enum role role)
{
	bool owner = role == ROLE_owner, requester = role == ROLE_requester;

	switch (who) {
	case WHO_owner_unit:
	case WHO_requesting_unit:
		return owner;
	case WHO_requester:
		return requester;
	case WHO_anywhere:
		return role_sees[role] == 'a';
	case WHO_person:
		return !requester;
	case WHO_division:
	case WHO_assigned:
	case WHO_system_officer:
	case WHO_office:
		return !owner && !requester && role_sees[role] == 'o';
	case WHOS:
		break;
	}
	return false;
}

static void wrong_who(const struct checker *c, size_t stage, const char *who)
{
	wrong_at(c, stage, "who", MSG_procedure_who_kind,
	    kind_name(c->p->stages[stage].kind), str_of(who));
}

/* Who is asked for consent may be anybody but the requester; the work is the
 * office's; accepting is the requester's. */
static void check_who(const struct checker *c, size_t stage)
{
	const struct stage *s = &c->p->stages[stage];
	bool accepts = s->kind == STAGE_acceptance;
	bool judges = s->kind == STAGE_consent || s->kind == STAGE_decision;

	if (!who_fits(s->who, s->role))
		wrong_at(c, stage, "who", MSG_procedure_who_role, STR("who"),
		    str_of(role_names[s->role]));
	else if (accepts != (s->who == WHO_requester))
		wrong_who(c, stage, accepts ? "requester" : "office");
	else if (s->who == WHO_owner_unit && s->kind != STAGE_consent)
		wrong_who(c, stage, "office");
	else if (!judges && (s->who == WHO_requesting_unit ||
				s->who == WHO_person || s->who == WHO_anywhere))
		wrong_who(c, stage, "office");
	else if ((s->who == WHO_person) != (s->person.n > 0))
		wrong_at(c, stage, "person", MSG_procedure_person_who, s->id,
		    nothing);
}

/* Several can agree only where several are asked. */
static void check_quorum(const struct checker *c, size_t stage)
{
	const struct stage *s = &c->p->stages[stage];
	bool judges = s->kind == STAGE_consent || s->kind == STAGE_decision;

	if (!tree_get(c->t, c->places->stages[stage], "quorum"))
		return;
	if (!judges)
		wrong_at(c, stage, "quorum", MSG_procedure_quorum_kind,
		    kind_name(s->kind), nothing);
	else if (s->who == WHO_person && s->quorum > 1)
		wrong_at(c, stage, "quorum", MSG_procedure_quorum_one, s->id,
		    nothing);
}

/* A copy of a notice that is never sent helps nobody. */
static void check_copies(const struct checker *c, size_t stage)
{
	const struct stage *s = &c->p->stages[stage];

	for (size_t i = 0; i < s->n_cc; i++) {
		bool old = str_eq(s->cc[i].outcome, STR("cannot"));
		const char *key =
		    old && !tree_get(c->t, c->places->stages[stage], "cc")
			? "cc_cannot"
			: "cc";
		if (!find_rule(s->kind, s->cc[i].outcome))
			wrong_at(c, stage, key, MSG_procedure_outcome_strange,
			    s->cc[i].outcome, kind_name(s->kind));
		for (size_t k = 0; k < s->cc[i].n_roles; k++)
			if (c->p->role_title[s->cc[i].roles[k]].th.n == 0)
				wrong_at(c, stage, key,
				    MSG_procedure_role_title,
				    str_of(role_names[s->cc[i].roles[k]]),
				    nothing);
	}
}

static void check_only(const struct checker *c, size_t stage, bool present,
    const char *key, enum stage_kind kind)
{
	if (present && c->p->stages[stage].kind != kind)
		wrong_at(c, stage, key, MSG_procedure_kind_only, str_of(key),
		    kind_name(kind));
}

static void check_extras(const struct checker *c, size_t stage)
{
	const struct stage *s = &c->p->stages[stage];
	uint32_t intake = REQUIRE_memo_in | REQUIRE_received_no;

	check_only(c, stage, s->skip != 0, "skip", STAGE_consent);
	check_only(
	    c, stage, (s->requires & intake) != 0, "requires", STAGE_intake);
	check_only(c, stage, (s->requires & REQUIRE_confirm) != 0, "requires",
	    STAGE_preparing);
	check_only(c, stage, (s->requires & REQUIRE_division) != 0, "requires",
	    STAGE_decision);
	check_only(c, stage, (s->requires & REQUIRE_note) != 0, "requires",
	    STAGE_consent);
}

static bool has_paragraph(const struct procedure *p, struct str number)
{
	for (size_t i = 0; i < p->n_paragraphs; i++)
		if (str_eq(p->paragraphs[i].number, number))
			return true;
	return false;
}

static void check_names(const struct checker *c, size_t stage)
{
	const struct stage *s = &c->p->stages[stage];

	if (!has_paragraph(c->p, s->clause))
		wrong_at(
		    c, stage, "clause", MSG_procedure_clause, s->id, s->clause);
	if (c->p->role_title[s->role].th.n == 0)
		wrong_at(c, stage, "role", MSG_procedure_role_title,
		    str_of(role_names[s->role]), nothing);
}

static void check_counts(const struct checker *c)
{
	size_t n[STAGES] = { 0 };

	for (size_t i = 0; i < c->p->n_stages; i++) {
		enum stage_kind kind = c->p->stages[i].kind;
		if (++n[kind] > 1 && !counts[kind].several)
			wrong_at(c, i, "kind", MSG_procedure_stage_several,
			    kind_name(kind), nothing);
	}
	for (size_t kind = 0; kind < STAGES; kind++)
		if (n[kind] == 0 && counts[kind].needed)
			tree_wrong(c->t,
			    tree_get(c->t, c->places->top, "stages"),
			    MSG_procedure_stage_none,
			    kind_name((enum stage_kind)kind), nothing);
}

static size_t index_of(const struct procedure *p, struct str id)
{
	const struct stage *s = procedure_stage(p, id);

	return s ? (size_t)(s - p->stages) : p->n_stages;
}

/* A walk along the ways, without entering a stage of kind `without` (STAGES:
 * no such limit). */
struct walk {
	const struct procedure *p;
	enum stage_kind without;
	bool *seen;
	size_t stack[most_stages], n;
};

static void step_to(struct walk *w, struct str id)
{
	size_t to = index_of(w->p, id);

	if (to == w->p->n_stages || w->seen[to] ||
	    w->p->stages[to].kind == w->without)
		return;
	w->seen[to] = true;
	w->stack[w->n++] = to;
}

static void step_along(struct walk *w, const struct next *next)
{
	step_to(w, next->stage);
	for (size_t i = 0; i < next->n_also; i++)
		step_to(w, next->also[i]);
}

static void walk_on(struct walk *w)
{
	while (w->n > 0) {
		const struct stage *s = &w->p->stages[w->stack[--w->n]];
		for (size_t i = 0; i < s->n_next; i++)
			step_along(w, &s->next[i]);
	}
}

static void reach_from_start(
    const struct procedure *p, enum stage_kind without, bool *seen)
{
	struct walk w = { .p = p, .without = without, .seen = seen };

	step_along(&w, &p->first);
	walk_on(&w);
}

static bool closes(const struct stage *s)
{
	for (size_t i = 0; i < s->n_next; i++)
		if (s->next[i].stage.n == 0)
			return true;
	return false;
}

/* Whether some way from the stage ends after delivery, so that a case is not
 * bound to be declined or go round for ever. */
static bool ends_well(const struct procedure *p, size_t from)
{
	bool seen[most_stages] = { false };

	struct walk w = { .p = p, .without = STAGES, .seen = seen };

	step_to(&w, p->stages[from].id);
	walk_on(&w);
	for (size_t i = 0; i < p->n_stages; i++) {
		enum stage_kind kind = p->stages[i].kind;
		if (seen[i] && closes(&p->stages[i]) &&
		    (kind == STAGE_delivery || kind == STAGE_acceptance))
			return true;
	}
	return false;
}

static void check_reach(const struct checker *c)
{
	const struct procedure *p = c->p;
	bool seen[most_stages] = { false };

	reach_from_start(p, STAGES, seen);
	for (size_t i = 0; i < p->n_stages; i++) {
		if (!seen[i])
			wrong_at(c, i, "id", MSG_procedure_stage_unreachable,
			    p->stages[i].id, nothing);
		if (!ends_well(p, i))
			wrong_at(c, i, "next", MSG_procedure_stage_endless,
			    p->stages[i].id, nothing);
	}
}

/* Nothing is delivered that was not received, approved, prepared and, where
 * there is such a gate, endorsed and released. */
static void check_bypass(const struct checker *c)
{
	const struct procedure *p = c->p;

	for (size_t kind = 0; kind < STAGES; kind++) {
		bool seen[most_stages] = { false };
		if (kind == STAGE_delivery || kind == STAGE_acceptance ||
		    !procedure_kind(p, (enum stage_kind)kind))
			continue;
		reach_from_start(p, (enum stage_kind)kind, seen);
		for (size_t i = 0; i < p->n_stages; i++)
			if (seen[i] && p->stages[i].kind == STAGE_delivery)
				wrong_at(c, i, "id", MSG_procedure_stage_bypass,
				    kind_name((enum stage_kind)kind), nothing);
	}
}

static void check_clock(const struct checker *c)
{
	bool timed = c->p->budget > 0;

	for (size_t i = 0; i < c->p->n_stages; i++)
		timed = timed || (c->p->stages[i].budget_max > 0 &&
				     c->p->stages[i].kind != STAGE_consent);
	if (!timed)
		tree_wrong(c->t, c->places->top, MSG_procedure_budget_none,
		    nothing, nothing);
	if (!procedure_stage(c->p, c->p->clock_from))
		unknown_stage(c, tree_get(c->t, c->places->top, "clock_from"),
		    c->p->clock_from);
}

static void check_first(const struct checker *c)
{
	const yaml_node_t *at = tree_get(c->t, c->places->top, "first");

	if (!at)
		return;
	if (c->p->first.stage.n == 0)
		tree_wrong(
		    c->t, at, MSG_procedure_first_closes, nothing, nothing);
	check_following(c, at, &c->p->first);
}

void check_ways(
    struct tree *t, const struct procedure *p, const struct places *places)
{
	const struct checker c = { .t = t, .p = p, .places = places };

	for (size_t i = 0; i < p->n_stages; i++) {
		check_outcomes(&c, i);
		check_who(&c, i);
		check_extras(&c, i);
		check_names(&c, i);
		check_quorum(&c, i);
		check_copies(&c, i);
	}
	check_first(&c);
	check_counts(&c);
	check_clock(&c);
	if (t->errors->n > 0)
		return;
	check_reach(&c);
	check_bypass(&c);
}

static bool kept_apart(const struct procedure *p, enum command command,
    bool own, enum command other)
{
	for (size_t i = 0; i < p->n_aparts; i++) {
		const struct apart *a = &p->aparts[i];
		if (a->command == command && a->own == own &&
		    (own || a->other == other))
			return true;
	}
	return false;
}

/* contract.md §3: always, whatever else a procedure keeps apart. */
void check_duties(
    struct tree *t, const struct procedure *p, const struct places *places)
{
	static const struct {
		enum stage_kind kind; /* asked when there is such a stage */
		enum command command;
		bool own;
		enum command other;
	} always[] = {
		{ STAGE_consent, COMMAND_consent, true, COMMAND_consent },
		{ STAGE_decision, COMMAND_decide, true, COMMAND_decide },
		{ STAGE_preparing, COMMAND_prepare, true, COMMAND_prepare },
		{ STAGE_preparing, COMMAND_prepare, false, COMMAND_decide },
		{ STAGE_release, COMMAND_check, true, COMMAND_check },
		{ STAGE_release, COMMAND_check, false, COMMAND_prepare },
		{ STAGE_release, COMMAND_prepare, false, COMMAND_check },
	};

	for (size_t i = 0; i < COUNT(always); i++)
		if (procedure_kind(p, always[i].kind) &&
		    !kept_apart(
			p, always[i].command, always[i].own, always[i].other))
			tree_wrong(t, places->apart,
			    MSG_procedure_apart_missing,
			    str_of(command_names[always[i].command]),
			    always[i].own
				? STR("own")
				: str_of(command_names[always[i].other]));
}
