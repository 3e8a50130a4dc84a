#include "base/str.h"
#include "core/procedure_parts.h"

enum { max_stages = 30, max_days = 365, max_outcomes = 10, consent_days = 5 };
enum { max_beside = 10, max_quorum = 20 };
enum { max_apart = COMMANDS * (COMMANDS + 1) };

const char *const field_type_names[FIELD_TYPES] = {
	[FIELD_text] = "text",
	[FIELD_lines] = "lines",
	[FIELD_choice] = "choice",
	[FIELD_choices] = "choices",
	[FIELD_systems] = "systems",
	[FIELD_date] = "date",
	[FIELD_email] = "email",
	[FIELD_phone] = "phone",
	[FIELD_networks] = "networks",
	[FIELD_unit] = "unit",
	[FIELD_flag] = "flag",
};

const char *const who_names[WHOS] = {
	[WHO_office] = "office",
	[WHO_owner_unit] = "owner_unit",
	[WHO_division] = "division",
	[WHO_assigned] = "assigned",
	[WHO_system_officer] = "system_officer",
	[WHO_requester] = "requester",
	[WHO_requesting_unit] = "requesting_unit",
	[WHO_person] = "person",
	[WHO_anywhere] = "anywhere",
};

const char *const skip_names[SKIPS] = { "office_owns", "requester_owns",
	"signed", "not_personal" };

const char *const require_names[REQUIRES] = { "memo_in", "received_no",
	"confirm", "division", "note" };

static int read_word(struct tree *t, const yaml_node_t *map, const char *key,
    const char *const *names, size_t n)
{
	const yaml_node_t *node = tree_need(t, map, key);

	return node ? tree_word(t, node, names, n) : -1;
}

/* A list of words as bits, the first word bit 0. */
static unsigned read_bits(struct tree *t, const yaml_node_t *map,
    const char *key, const char *const *names, size_t n)
{
	const yaml_node_t **items;
	unsigned bits = 0;

	size_t count = tree_list(t, map, key, n, 0, &items);
	for (size_t i = 0; i < count; i++) {
		int which = tree_word(t, items[i], names, n);
		if (which >= 0)
			bits |= 1U << which;
	}
	return bits;
}

/* `budget: 3`, `budget: {min: 1, max: 4}` or `budget: none`; `usual` days when
 * it is absent. */
static void read_budget(struct tree *t, const yaml_node_t *map, int usual,
    int *ret_min, int *ret_max)
{
	static const char *const names[] = { "min", "max" };
	const yaml_node_t *node = tree_get(t, map, "budget");

	*ret_min = *ret_max = usual;
	if (!node)
		return;
	if (node->type == YAML_SCALAR_NODE) {
		bool none = str_eq(str_n((const char *)node->data.scalar.value,
				       node->data.scalar.length),
		    STR("none"));
		*ret_max = none ? 0 : tree_int(t, node, "budget", 1, max_days);
		*ret_min = *ret_max;
		return;
	}
	if (!tree_map(t, node, "budget", names, COUNT(names)))
		return;
	const yaml_node_t *min = tree_need(t, node, "min");
	const yaml_node_t *max = tree_need(t, node, "max");
	if (!min || !max)
		return;
	*ret_min = tree_int(t, min, "min", 1, max_days);
	*ret_max = tree_int(t, max, "max", 1, max_days);
	if (*ret_min > *ret_max)
		tree_wrong(
		    t, min, MSG_procedure_budget_order, STR(""), STR(""));
}

static void read_close(
    struct tree *t, const yaml_node_t *node, struct next *ret)
{
	static const char *const names[] = { "close" };

	if (!tree_map(t, node, "next", names, COUNT(names)))
		return;
	const yaml_node_t *as = tree_need(t, node, "close");
	if (!as)
		return;
	int which = tree_word(t, as, outcome_names + 1, OUTCOMES - 1);
	if (which >= 0)
		ret->close_as = (enum outcome)(which + 1);
}

/* `a`, `[a, b]` (side by side) or `{close: how}`. Whether there are such stages
 * is asked when all are known. */
static void read_following(
    struct tree *t, const yaml_node_t *value, struct next *ret)
{
	if (value->type == YAML_SCALAR_NODE) {
		ret->stage = tree_scalar(t, value, "next");
		return;
	}
	if (value->type != YAML_SEQUENCE_NODE) {
		read_close(t, value, ret);
		return;
	}
	const yaml_node_item_t *item = value->data.sequence.items.start;
	size_t n = (size_t)(value->data.sequence.items.top - item);
	if (n == 0 || n > max_beside) {
		tree_wrong(t, value, MSG_procedure_too_many, STR("next"),
		    str_fmt(t->cx->arena, "%d", max_beside));
		return;
	}
	struct str *all = ARENA_ARRAY(t->cx->arena, struct str, n);
	for (size_t i = 0; i < n; i++)
		all[i] = tree_scalar(
		    t, yaml_document_get_node(t->doc, item[i]), "next");
	ret->stage = all[0];
	ret->also = all + 1;
	ret->n_also = n - 1;
}

static void read_next(struct tree *t, const yaml_node_t *map, struct stage *ret)
{
	const yaml_node_t *node = tree_need(t, map, "next");

	if (!node)
		return;
	if (node->type != YAML_MAPPING_NODE) {
		tree_wrong(
		    t, node, MSG_procedure_not_map, STR("next"), STR(""));
		return;
	}
	const yaml_node_pair_t *p = node->data.mapping.pairs.start;
	size_t n = (size_t)(node->data.mapping.pairs.top - p);
	if (n > max_outcomes) {
		tree_wrong(t, node, MSG_procedure_too_many, STR("next"),
		    str_fmt(t->cx->arena, "%d", max_outcomes));
		n = max_outcomes;
	}
	struct next *all = ARENA_ARRAY(t->cx->arena, struct next, n + 1);
	for (size_t i = 0; i < n; i++) {
		const yaml_node_t *key =
		    yaml_document_get_node(t->doc, p[i].key);
		all[i].outcome = tree_scalar(t, key, "next");
		read_following(
		    t, yaml_document_get_node(t->doc, p[i].value), &all[i]);
		for (size_t j = 0; j < i; j++)
			if (str_eq(all[j].outcome, all[i].outcome))
				tree_wrong(t, key, MSG_procedure_double_key,
				    all[i].outcome, STR(""));
	}
	ret->next = all;
	ret->n_next = n;
}

static struct cc read_copies(
    struct tree *t, const yaml_node_t *map, const char *key, struct str outcome)
{
	const yaml_node_t **items;

	size_t n = tree_list(t, map, key, ROLES, 0, &items);
	enum role *all = ARENA_ARRAY(t->cx->arena, enum role, n + 1);
	for (size_t i = 0; i < n; i++) {
		int role = tree_word(t, items[i], role_names, ROLES);
		all[i] = role < 0 ? ROLE_requester : (enum role)role;
	}
	return (struct cc){ .outcome = outcome, .roles = all, .n_roles = n };
}

/* `cc: {cannot: [records, director]}`; `cc_cannot: […]` says the same. */
static void read_cc(struct tree *t, const yaml_node_t *map, struct stage *ret)
{
	const char *names[OUTCOME_WORDS];
	const yaml_node_t *node = tree_get(t, map, "cc");
	struct cc *all = ARENA_ARRAY(t->cx->arena, struct cc, OUTCOME_WORDS);
	size_t n = 0;

	for (size_t i = 0; i < OUTCOME_WORDS; i++)
		names[i] = outcome_words[i];
	if (tree_get(t, map, "cc_cannot"))
		all[n++] = read_copies(t, map, "cc_cannot", STR("cannot"));
	if (node && tree_map(t, node, "cc", names, OUTCOME_WORDS))
		for (size_t i = 0; i < OUTCOME_WORDS; i++)
			if (n < OUTCOME_WORDS && tree_get(t, node, names[i]))
				all[n++] = read_copies(
				    t, node, names[i], str_of(names[i]));
	ret->cc = all;
	ret->n_cc = n;
}

/* `quorum: all`, `any`, or a number. */
static void read_quorum(
    struct tree *t, const yaml_node_t *map, struct stage *ret)
{
	const yaml_node_t *node = tree_get(t, map, "quorum");

	ret->quorum = ret->who == WHO_owner_unit ? QUORUM_ALL : QUORUM_ANY;
	if (!node)
		return;
	struct str word = tree_scalar(t, node, "quorum");
	if (str_eq(word, STR("all")))
		ret->quorum = QUORUM_ALL;
	else if (str_eq(word, STR("any")))
		ret->quorum = QUORUM_ANY;
	else
		ret->quorum = tree_int(t, node, "quorum", 1, max_quorum);
}

static void read_person(
    struct tree *t, const yaml_node_t *map, struct stage *ret)
{
	const yaml_node_t *node = tree_get(t, map, "person");

	if (!node)
		return;
	struct str email = tree_scalar(t, node, "person");
	size_t at = str_index(email, '@');
	if (at == 0 || at + 1 >= email.n)
		tree_wrong(t, node, MSG_procedure_person_email, email, STR(""));
	ret->person = str_lower(t->cx->arena, email);
}

static void read_stage(
    struct tree *t, const yaml_node_t *node, struct stage *ret)
{
	static const char *const names[] = { "id", "kind", "role", "who",
		"person", "skip", "quorum", "budget", "title", "does", "clause",
		"requires", "next", "cc", "cc_cannot" };

	if (!tree_map(t, node, "stages", names, COUNT(names)))
		return;
	ret->id = tree_code(t, node, "id");
	int kind = read_word(t, node, "kind", stage_names, STAGES);
	int role = read_word(t, node, "role", role_names, ROLES);
	int who = read_word(t, node, "who", who_names, WHOS);
	ret->kind = kind < 0 ? STAGE_consent : (enum stage_kind)kind;
	ret->role = role < 0 ? ROLE_requester : (enum role)role;
	ret->who = who < 0 ? WHO_office : (enum who)who;
	ret->skip = read_bits(t, node, "skip", skip_names, COUNT(skip_names));
	ret->requires =
	    read_bits(t, node, "requires", require_names, COUNT(require_names));
	ret->title = tree_text2(t, node, "title", TREE_NEED);
	ret->does = tree_text2(t, node, "does", TREE_NEED | TREE_LINES);
	ret->clause = tree_text(t, node, "clause", TREE_NEED);
	/* A consent that is not told how long it may take is reminded of all the
	 * same; it does not count in the time of the whole. */
	read_budget(t, node, ret->kind == STAGE_consent ? consent_days : 0,
	    &ret->budget_min, &ret->budget_max);
	read_next(t, node, ret);
	read_cc(t, node, ret);
	read_person(t, node, ret);
	read_quorum(t, node, ret);
	ret->line = (int)node->start_mark.line + 1;
	ret->column = (int)node->start_mark.column + 1;
}

static bool has_apart(const struct procedure *p, const struct apart *a)
{
	for (size_t i = 0; i < p->n_aparts; i++) {
		const struct apart *b = &p->aparts[i];
		if (b->command == a->command && b->own == a->own &&
		    b->other == a->other)
			return true;
	}
	return false;
}

/* What one command is kept apart from. */
static void read_apart_of(struct tree *t, const yaml_node_t *list,
    enum command command, struct procedure *p, struct apart *all)
{
	const char *names[COMMANDS + 1];

	for (size_t i = 0; i < COMMANDS; i++)
		names[i] = command_names[i];
	names[COMMANDS] = "own";
	if (list->type != YAML_SEQUENCE_NODE) {
		tree_wrong(t, list, MSG_procedure_not_list,
		    str_of(command_names[command]), STR(""));
		return;
	}
	const yaml_node_item_t *item = list->data.sequence.items.start;
	for (; item < list->data.sequence.items.top; item++) {
		const yaml_node_t *node = yaml_document_get_node(t->doc, *item);
		int which = tree_word(t, node, names, COMMANDS + 1);
		if (which < 0)
			continue;
		struct apart a = { .command = command,
			.own = which == COMMANDS,
			.other =
			    which == COMMANDS ? command : (enum command)which };
		if (which == (int)command)
			tree_wrong(t, node, MSG_procedure_apart_same,
			    str_of(names[which]), STR(""));
		else if (has_apart(p, &a))
			tree_wrong(t, node, MSG_procedure_apart_double,
			    str_of(command_names[command]),
			    str_of(names[which]));
		else
			all[p->n_aparts++] = a;
	}
}

/* `apart: {check: [own, prepare]}`: who gave `prepare`, or asked, may not give
 * `check`. */
static void read_apart(struct tree *t, const yaml_node_t *top,
    struct procedure *p, struct places *places)
{
	const yaml_node_t *node = tree_need(t, top, "apart");
	struct apart *all = ARENA_ARRAY(t->cx->arena, struct apart, max_apart);

	p->aparts = all;
	if (!node || !tree_map(t, node, "apart", command_names, COMMANDS))
		return;
	places->apart = node;
	for (size_t i = 0; i < COMMANDS; i++) {
		const yaml_node_t *list = tree_get(t, node, command_names[i]);
		if (list)
			read_apart_of(t, list, (enum command)i, p, all);
	}
}

void read_stages(struct tree *t, const yaml_node_t *top, struct procedure *p,
    struct places *places)
{
	const yaml_node_t **items;

	size_t n = tree_list(t, top, "stages", max_stages, TREE_NEED, &items);
	struct stage *all = ARENA_ARRAY(t->cx->arena, struct stage, n + 1);
	for (size_t i = 0; i < n; i++) {
		read_stage(t, items[i], &all[i]);
		for (size_t j = 0; j < i; j++)
			if (all[i].id.n > 0 && str_eq(all[j].id, all[i].id))
				tree_wrong(t, items[i], MSG_procedure_double_id,
				    all[i].id, STR(""));
	}
	p->stages = all;
	p->n_stages = n;
	places->stages = items;
	const yaml_node_t *first = tree_get(t, top, "first");
	if (first)
		read_following(t, first, &p->first);
	else if (n > 0)
		p->first.stage = all[0].id;
	read_apart(t, top, p, places);
	read_budget(t, top, 0, &p->budget_min, &p->budget);
	p->clock_from = tree_code(t, top, "clock_from");
}
