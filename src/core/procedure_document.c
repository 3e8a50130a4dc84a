#include "base/str.h"
#include "core/procedure_parts.h"

enum { max_rows = 100, max_paragraphs = 500 };

static void read_approvals(
    struct tree *t, const yaml_node_t *top, struct procedure *p)
{
	static const char *const names[] = { "act", "position" };
	const yaml_node_t **items;

	size_t n = tree_list(t, top, "approvals", max_rows, TREE_NEED, &items);
	struct approval *all =
	    ARENA_ARRAY(t->cx->arena, struct approval, n + 1);
	for (size_t i = 0; i < n; i++) {
		if (!tree_map(t, items[i], "approvals", names, COUNT(names)))
			continue;
		all[i].act = tree_text2(t, items[i], "act", TREE_NEED);
		all[i].position =
		    tree_text2(t, items[i], "position", TREE_NEED | TREE_LINES);
	}
	p->approvals = all;
	p->n_approvals = n;
}

/* The revision in hand is the last of the history, with its date. */
static void check_history(
    struct tree *t, const yaml_node_t *last, const struct procedure *p)
{
	const struct revision *r = &p->revisions[p->n_revisions - 1];

	if (!str_eq(r->revision, p->revision))
		tree_wrong(
		    t, last, MSG_procedure_history, p->revision, STR(""));
	else if (date_cmp(r->effective, p->effective) != 0)
		tree_wrong(
		    t, last, MSG_procedure_history_date, STR(""), STR(""));
}

static void read_revisions(
    struct tree *t, const yaml_node_t *top, struct procedure *p)
{
	static const char *const names[] = { "revision", "effective", "what" };
	const yaml_node_t **items;

	size_t n = tree_list(t, top, "revisions", max_rows, TREE_NEED, &items);
	struct revision *all =
	    ARENA_ARRAY(t->cx->arena, struct revision, n + 1);
	for (size_t i = 0; i < n; i++) {
		if (!tree_map(t, items[i], "revisions", names, COUNT(names)))
			continue;
		all[i].revision = tree_code(t, items[i], "revision");
		all[i].effective = tree_date(t, items[i], "effective");
		all[i].what =
		    tree_text2(t, items[i], "what", TREE_NEED | TREE_LINES);
		if (i > 0 &&
		    date_cmp(all[i - 1].effective, all[i].effective) > 0)
			tree_wrong(t, items[i], MSG_procedure_history_order,
			    STR(""), STR(""));
	}
	p->revisions = all;
	p->n_revisions = n;
	if (n > 0)
		check_history(t, items[n - 1], p);
}

static void read_paragraph(
    struct tree *t, const yaml_node_t *node, struct paragraph *ret)
{
	static const char *const names[] = { "number", "heading", "text" };

	if (!tree_map(t, node, "text", names, COUNT(names)))
		return;
	ret->number = tree_text(t, node, "number", TREE_NEED);
	ret->heading = tree_text2(t, node, "heading", 0);
	ret->text = tree_text2(t, node, "text", TREE_LINES);
	if (!tree_get(t, node, "heading") && !tree_get(t, node, "text"))
		tree_wrong(t, node, MSG_procedure_paragraph_empty, ret->number,
		    STR(""));
}

static void read_paragraphs(
    struct tree *t, const yaml_node_t *top, struct procedure *p)
{
	const yaml_node_t **items;

	size_t n = tree_list(t, top, "text", max_paragraphs, TREE_NEED, &items);
	struct paragraph *all =
	    ARENA_ARRAY(t->cx->arena, struct paragraph, n + 1);
	for (size_t i = 0; i < n; i++) {
		read_paragraph(t, items[i], &all[i]);
		for (size_t j = 0; j < i; j++)
			if (all[i].number.n > 0 &&
			    str_eq(all[j].number, all[i].number))
				tree_wrong(t, items[i],
				    MSG_procedure_double_number, all[i].number,
				    STR(""));
	}
	p->paragraphs = all;
	p->n_paragraphs = n;
}

void read_document(struct tree *t, const yaml_node_t *top, struct procedure *p)
{
	read_approvals(t, top, p);
	read_revisions(t, top, p);
	read_paragraphs(t, top, p);
}
