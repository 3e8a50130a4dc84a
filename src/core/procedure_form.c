#include "base/str.h"
#include "core/answers.h"
#include "core/procedure_parts.h"

enum { max_sections = 20, max_fields = 60 };

/* A condition and where it stands: checked once the whole form is known. */
struct stated {
	const yaml_node_t *node;
	struct condition condition;
};

struct form {
	struct tree *t;
	struct procedure *p;
	struct stated *stated;
	size_t n_stated;
};

/* The catalogue's text of prefix + code, in both languages. */
static struct text2 catalogue(
    struct tree *t, struct str prefix, struct str code)
{
	return (struct text2){
		.th = msg_code(t->cx->arena, LANG_TH, prefix, code),
		.en = msg_code(t->cx->arena, LANG_EN, prefix, code),
	};
}

static struct condition read_condition(
    struct form *f, const yaml_node_t *field, const char *key)
{
	static const char *const names[] = { "field", "is", "not" };
	struct condition c = { 0 };
	struct tree *t = f->t;

	const yaml_node_t *node = tree_get(t, field, key);
	if (!node || !tree_map(t, node, key, names, COUNT(names)))
		return c;
	bool is = tree_get(t, node, "is"), isnt = tree_get(t, node, "not");
	if (is == isnt) {
		tree_wrong(
		    t, node, MSG_procedure_condition_one, STR(""), STR(""));
		return c;
	}
	c.field = tree_code(t, node, "field");
	c.negate = isnt;
	c.value = tree_text(t, node, is ? "is" : "not", TREE_NEED);
	f->stated[f->n_stated++] =
	    (struct stated){ .node = node, .condition = c };
	return c;
}

/* The choices of the answer, or those of them that the form names. */
static void read_choices(
    struct tree *t, const yaml_node_t *node, struct field *ret)
{
	const yaml_node_t **items;
	struct str prefix = answer_prefix(ret->key);
	const struct choice *all = ret->choices;
	const char *names[50];

	if (ret->n_choices == 0) {
		const yaml_node_t *at = tree_get(t, node, "choices");
		if (at)
			tree_wrong(
			    t, at, MSG_procedure_no_choices, ret->key, STR(""));
		return;
	}
	size_t n = tree_list(t, node, "choices", ret->n_choices, 0, &items);
	REQUIRE(ret->n_choices <= COUNT(names));
	for (size_t i = 0; i < ret->n_choices; i++)
		names[i] = str_cstr(t->cx->arena, all[i].code);
	size_t count = n ? n : ret->n_choices;
	struct choice *out =
	    ARENA_ARRAY(t->cx->arena, struct choice, count + 1);
	for (size_t i = 0; i < count; i++) {
		int which =
		    n ? tree_word(t, items[i], names, ret->n_choices) : (int)i;
		if (which < 0)
			continue;
		out[i].code = all[which].code;
		out[i].label = catalogue(t, prefix, out[i].code);
	}
	ret->choices = out;
	ret->n_choices = count;
}

/* Starts from what the answer is in every procedure. */
static bool start_field(
    struct form *f, const yaml_node_t *node, struct field *ret)
{
	const yaml_node_t *at = tree_need(f->t, node, "key");
	size_t n;

	if (!at)
		return false;
	struct str key = tree_scalar(f->t, at, "key");
	const struct field *known = answer_known(key);
	if (!known) {
		const char *const *names = answer_keys(&n);
		tree_unknown(f->t, at, MSG_procedure_unknown_answer,
		    MSG_procedure_unknown_answer_near, key, names, n);
		return false;
	}
	if (procedure_field(f->p, key))
		tree_wrong(f->t, at, MSG_procedure_double_answer, key, STR(""));
	*ret = *known;
	return true;
}

static void read_field(
    struct form *f, const yaml_node_t *node, struct field *ret)
{
	static const char *const names[] = { "key", "number", "label", "hint",
		"required", "required_if", "asked_if", "choices" };
	struct tree *t = f->t;
	struct field field = { 0 };

	if (!tree_map(t, node, "fields", names, COUNT(names)) ||
	    !start_field(f, node, &field))
		return;
	field.number = tree_text(t, node, "number", 0);
	field.label = tree_get(t, node, "label")
	                  ? tree_text2(t, node, "label", 0)
	                  : catalogue(t, STR("answer."), field.key);
	field.hint = tree_text2(t, node, "hint", TREE_LINES);
	field.required = tree_flag(t, node, "required");
	field.required_if = read_condition(f, node, "required_if");
	field.asked_if = read_condition(f, node, "asked_if");
	read_choices(t, node, &field);
	*ret = field;
}

static void read_section(
    struct form *f, const yaml_node_t *node, struct section *ret)
{
	static const char *const names[] = { "id", "title", "fields" };
	const yaml_node_t **items;
	struct tree *t = f->t;

	if (!tree_map(t, node, "form", names, COUNT(names)))
		return;
	ret->id = tree_code(t, node, "id");
	ret->title = tree_text2(t, node, "title", TREE_NEED);
	size_t n = tree_list(t, node, "fields", max_fields, TREE_NEED, &items);
	struct field *fields = ARENA_ARRAY(t->cx->arena, struct field, n + 1);
	ret->fields = fields;
	for (size_t i = 0; i < n; i++) {
		read_field(f, items[i], &fields[i]);
		ret->n_fields = i + 1;
	}
}

static bool is_possible(const struct field *f, struct str value)
{
	if (f->type == FIELD_flag)
		return str_eq(value, STR("true"));
	for (size_t i = 0; i < f->n_choices; i++)
		if (str_eq(f->choices[i].code, value))
			return true;
	return f->n_choices == 0;
}

static void check_conditions(struct form *f)
{
	for (size_t i = 0; i < f->n_stated; i++) {
		const struct stated *s = &f->stated[i];
		const struct field *on =
		    procedure_field(f->p, s->condition.field);
		if (!on)
			tree_wrong(f->t, s->node,
			    MSG_procedure_condition_unasked, s->condition.field,
			    STR(""));
		else if (!is_possible(on, s->condition.value))
			tree_wrong(f->t, s->node, MSG_procedure_condition_value,
			    s->condition.value, s->condition.field);
	}
}

void read_form(struct tree *t, const yaml_node_t *top, struct procedure *p)
{
	const yaml_node_t **items;
	struct form f = { .t = t, .p = p };

	size_t n = tree_list(t, top, "form", max_sections, TREE_NEED, &items);
	struct section *all = ARENA_ARRAY(t->cx->arena, struct section, n + 1);
	f.stated = ARENA_ARRAY(
	    t->cx->arena, struct stated, (size_t)2 * max_sections * max_fields);
	p->sections = all;
	for (size_t i = 0; i < n; i++) {
		p->n_sections = i + 1;
		read_section(&f, items[i], &all[i]);
		for (size_t j = 0; j < i; j++)
			if (str_eq(all[j].id, all[i].id))
				tree_wrong(t, items[i], MSG_procedure_double_id,
				    all[i].id, STR(""));
	}
	check_conditions(&f);
}
