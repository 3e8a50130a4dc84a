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
	{ STAGE_consent, STR_INIT("endorsed"), true, OUTCOME_none },
	{ STAGE_consent, STR_INIT("declined"), false, OUTCOME_declined },
	{ STAGE_intake, STR_INIT("received"), true, OUTCOME_none },
	{ STAGE_decision, STR_INIT("approved"), true, OUTCOME_none },
	{ STAGE_decision, STR_INIT("rejected"), false, OUTCOME_rejected },
	{ STAGE_assignment, STR_INIT("assigned"), true, OUTCOME_none },
	{ STAGE_preparing, STR_INIT("prepared"), true, OUTCOME_none },
	{ STAGE_preparing, STR_INIT("cannot"), false, OUTCOME_cannot },
	{ STAGE_release, STR_INIT("released"), true, OUTCOME_none },
	{ STAGE_release, STR_INIT("returned"), true, OUTCOME_none },
	{ STAGE_delivery, STR_INIT("delivered"), true, OUTCOME_delivered },
	{ STAGE_acceptance, STR_INIT("accepted"), false, OUTCOME_accepted },
	{ STAGE_acceptance, STR_INIT("refused"), true, OUTCOME_none },
};

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
	else if (next->stage.n > 0 && !procedure_stage(c->p, next->stage))
		unknown_stage(c, at, next->stage);
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
		return owner;
	case WHO_requester:
		return requester;
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

static void check_who(const struct checker *c, size_t stage)
{
	const struct stage *s = &c->p->stages[stage];

	if (!who_fits(s->who, s->role))
		wrong_at(c, stage, "who", MSG_procedure_who_role, STR("who"),
		    str_of(role_names[s->role]));
	else if ((s->kind == STAGE_consent) != (s->who == WHO_owner_unit))
		wrong_at(c, stage, "who", MSG_procedure_who_kind,
		    kind_name(s->kind),
		    s->kind == STAGE_consent ? STR("owner_unit")
					     : STR("office"));
	else if ((s->kind == STAGE_acceptance) != (s->who == WHO_requester))
		wrong_at(c, stage, "who", MSG_procedure_who_kind,
		    kind_name(s->kind),
		    s->kind == STAGE_acceptance ? STR("requester")
						: STR("office"));
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
	check_only(c, stage, s->n_cc_cannot > 0, "cc_cannot", STAGE_preparing);
	check_only(
	    c, stage, (s->requires & intake) != 0, "requires", STAGE_intake);
	check_only(c, stage, (s->requires & REQUIRE_confirm) != 0, "requires",
	    STAGE_preparing);
	check_only(c, stage, (s->requires & REQUIRE_division) != 0, "requires",
	    STAGE_decision);
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
	for (size_t i = 0; i < s->n_cc_cannot; i++)
		if (c->p->role_title[s->cc_cannot[i]].th.n == 0)
			wrong_at(c, stage, "cc_cannot",
			    MSG_procedure_role_title,
			    str_of(role_names[s->cc_cannot[i]]), nothing);
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

/* Marks what can be reached from `from` without entering a stage of kind
 * `without` (STAGES: no such limit). */
static void reach(
    const struct procedure *p, size_t from, enum stage_kind without, bool *seen)
{
	size_t stack[most_stages], n = 0;

	if (p->stages[from].kind == without)
		return;
	seen[from] = true;
	stack[n++] = from;
	while (n > 0) {
		const struct stage *s = &p->stages[stack[--n]];
		for (size_t i = 0; i < s->n_next; i++) {
			size_t to = index_of(p, s->next[i].stage);
			if (to == p->n_stages || seen[to] ||
			    p->stages[to].kind == without)
				continue;
			seen[to] = true;
			stack[n++] = to;
		}
	}
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

	reach(p, from, STAGES, seen);
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

	reach(p, 0, STAGES, seen);
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
		reach(p, 0, (enum stage_kind)kind, seen);
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

void check_ways(
    struct tree *t, const struct procedure *p, const struct places *places)
{
	const struct checker c = { .t = t, .p = p, .places = places };

	for (size_t i = 0; i < p->n_stages; i++) {
		check_outcomes(&c, i);
		check_who(&c, i);
		check_extras(&c, i);
		check_names(&c, i);
	}
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
