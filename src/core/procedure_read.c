#include <string.h>

#include "base/crypt.h"
#include "base/str.h"
#include "core/procedure_parts.h"

enum { max_yaml_kib = 512, max_services = 4, max_columns = 30 };
enum { most_depth = 20 };

struct str text2_in(struct text2 t, enum lang lang)
{
	return lang == LANG_EN ? t.en : t.th;
}

const struct stage *procedure_stage(const struct procedure *p, struct str id)
{
	for (size_t i = 0; i < p->n_stages; i++)
		if (str_eq(p->stages[i].id, id))
			return &p->stages[i];
	return NULL;
}

const struct stage *procedure_kind(
    const struct procedure *p, enum stage_kind kind)
{
	for (size_t i = 0; i < p->n_stages; i++)
		if (p->stages[i].kind == kind)
			return &p->stages[i];
	return NULL;
}

const struct next *stage_next(const struct stage *s, struct str outcome)
{
	for (size_t i = 0; i < s->n_next; i++)
		if (str_eq(s->next[i].outcome, outcome))
			return &s->next[i];
	return NULL;
}

const struct field *procedure_field(const struct procedure *p, struct str key)
{
	for (size_t i = 0; i < p->n_sections; i++)
		for (size_t j = 0; j < p->sections[i].n_fields; j++)
			if (str_eq(p->sections[i].fields[j].key, key))
				return &p->sections[i].fields[j];
	return NULL;
}

static void read_iso(
    struct tree *t, const yaml_node_t *top, struct procedure *p)
{
	static const char *const names[] = { "clause", "title" };
	const yaml_node_t *iso = tree_get(t, top, "iso");

	if (!iso || !tree_map(t, iso, "iso", names, COUNT(names)))
		return;
	p->iso_clause = tree_code(t, iso, "clause");
	p->iso_title = tree_text2(t, iso, "title", TREE_NEED);
}

static void read_roles(
    struct tree *t, const yaml_node_t *top, struct procedure *p)
{
	const yaml_node_t *roles = tree_need(t, top, "roles");

	if (!roles || !tree_map(t, roles, "roles", role_names, ROLES))
		return;
	for (size_t i = 0; i < ROLES; i++)
		p->role_title[i] = tree_text2(t, roles, role_names[i], 0);
}

static void read_services(
    struct tree *t, const yaml_node_t *top, struct procedure *p)
{
	static const char *const names[] = { "existing", "processing", "api",
		"database" };
	const yaml_node_t **items;

	p->n_services =
	    tree_list(t, top, "services", max_services, TREE_NEED, &items);
	for (size_t i = 0; i < p->n_services; i++) {
		int which = tree_word(t, items[i], names, COUNT(names));
		p->services[i] = str_of(which < 0 ? "" : names[which]);
	}
}

/* "memo_in", or {column: memo_in, title: {th: …, en: …}}. */
static int read_column(
    struct tree *t, const yaml_node_t *item, struct text2 *ret_title)
{
	static const char *const names[] = { "column", "title" };
	const yaml_node_t *word = item;

	*ret_title = (struct text2){ 0 };
	if (item->type == YAML_MAPPING_NODE) {
		if (!tree_map(t, item, "register", names, COUNT(names)))
			return -1;
		*ret_title = tree_text2(t, item, "title", TREE_NEED);
		word = tree_need(t, item, "column");
	}
	return word ? tree_word(t, word, register_field_names, REGISTER_FIELDS)
	            : -1;
}

static void read_columns(
    struct tree *t, const yaml_node_t *top, struct procedure *p)
{
	const yaml_node_t **items;
	bool seen[REGISTER_FIELDS] = { false };

	size_t n =
	    tree_list(t, top, "register", max_columns, TREE_NEED, &items);
	struct register_column *columns =
	    ARENA_ARRAY(t->cx->arena, struct register_column, n + 1);
	for (size_t i = 0; i < n; i++) {
		int which = read_column(t, items[i], &columns[i].title);
		if (which < 0)
			continue;
		if (seen[which])
			tree_wrong(t, items[i], MSG_procedure_double_key,
			    str_of(register_field_names[which]), STR(""));
		seen[which] = true;
		columns[i].field = (enum register_field)which;
	}
	p->register_columns = columns;
	p->n_register_columns = n;
}

static void read_head(
    struct tree *t, const yaml_node_t *top, struct procedure *p)
{
	p->code = tree_code(t, top, "code");
	p->revision = tree_code(t, top, "revision");
	p->effective = tree_date(t, top, "effective");
	p->office = tree_code(t, top, "office");
	p->title = tree_text2(t, top, "title", TREE_NEED);
	p->kind = tree_text2(t, top, "kind", TREE_NEED);
	p->organisation = tree_text2(t, top, "organisation", TREE_NEED);
	p->class_ = tree_text2(t, top, "class", 0);
	p->notice = tree_text2(t, top, "notice", TREE_LINES);
	p->page_label = tree_text2(t, top, "page", TREE_NEED);
	read_iso(t, top, p);
}

static void read_top(
    struct tree *t, const yaml_node_t *top, struct procedure *p)
{
	static const char *const names[] = { "code", "revision", "effective",
		"office", "title", "kind", "organisation", "class", "notice",
		"page", "iso", "approvals", "revisions", "text", "roles",
		"form", "first", "stages", "apart", "budget", "clock_from",
		"services", "register" };
	struct places places = { .top = top };

	if (!tree_map(t, top, "procedure", names, COUNT(names)))
		return;
	read_head(t, top, p);
	read_document(t, top, p);
	read_roles(t, top, p);
	read_form(t, top, p);
	read_stages(t, top, p, &places);
	read_services(t, top, p);
	read_columns(t, top, p);
	if (t->errors->n > 0)
		return;
	check_ways(t, p, &places);
	check_duties(t, p, &places);
}

static void free_document(void *doc)
{
	yaml_document_delete(doc);
}

/* What the YAML reader itself found wrong. */
static void parser_wrong(struct tree *t, const char *why, const yaml_mark_t *at)
{
	struct str args[] = { str_dup(t->cx->arena, str_of(why ? why : "?")) };

	t->errors->v[t->errors->n++] = (struct procedure_error){
		.line = (int)at->line + 1,
		.column = (int)at->column + 1,
		.text = msg_fill(t->cx->arena, t->cx->lang,
		    MSG_procedure_not_yaml, args, COUNT(args)),
	};
}

/* A document from the parser that goes with the arena; NULL and noted when
 * the text is not YAML. */
static yaml_document_t *load(struct tree *t, yaml_parser_t *parser)
{
	yaml_document_t *doc = ARENA_NEW(t->cx->arena, yaml_document_t);

	if (!yaml_parser_load(parser, doc)) {
		parser_wrong(t, parser->problem, &parser->problem_mark);
		return NULL;
	}
	arena_defer(t->cx->arena, free_document, doc);
	return doc;
}

static void read_parsed(
    struct tree *t, yaml_parser_t *parser, struct procedure *p)
{
	t->doc = load(t, parser);
	if (!t->doc)
		return;
	const yaml_node_t *top = yaml_document_get_root_node(t->doc);
	if (!top) {
		tree_wrong(t, NULL, MSG_procedure_empty, STR(""), STR(""));
		return;
	}
	yaml_document_t *more = load(t, parser);
	const yaml_node_t *second =
	    more ? yaml_document_get_root_node(more) : NULL;
	if (second)
		tree_wrong(
		    t, second, MSG_procedure_second_document, STR(""), STR(""));
	if (more)
		read_top(t, top, p);
}

static void begin(yaml_parser_t *parser, struct str yaml)
{
	REQUIRE(yaml_parser_initialize(parser));
	yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
	    parser, (const unsigned char *)yaml.p, yaml.n);
}

/* +1 where something opens, -1 where it ends. */
static int depth_change(const yaml_event_t *e)
{
	if (e->type == YAML_SEQUENCE_START_EVENT ||
	    e->type == YAML_MAPPING_START_EVENT)
		return 1;
	return e->type == YAML_SEQUENCE_END_EVENT ||
	               e->type == YAML_MAPPING_END_EVENT
	           ? -1
	           : 0;
}

static bool has_anchor(const yaml_event_t *e)
{
	return e->type == YAML_ALIAS_EVENT ||
	       (e->type == YAML_SCALAR_EVENT && e->data.scalar.anchor) ||
	       (e->type == YAML_SEQUENCE_START_EVENT &&
		   e->data.sequence_start.anchor) ||
	       (e->type == YAML_MAPPING_START_EVENT &&
		   e->data.mapping_start.anchor);
}

/* One event; false when the text ends or is refused. */
static bool looks_well(struct tree *t, yaml_parser_t *parser, int *depth)
{
	yaml_event_t e;

	if (!yaml_parser_parse(parser, &e)) {
		parser_wrong(t, parser->problem, &parser->problem_mark);
		return false;
	}
	*depth += depth_change(&e);
	bool ended = e.type == YAML_STREAM_END_EVENT;
	if (has_anchor(&e))
		parser_wrong(t, "anchors are not read", &e.start_mark);
	else if (*depth > most_depth)
		parser_wrong(t, "nested too deeply", &e.start_mark);
	yaml_event_delete(&e);
	return !ended && t->errors->n == 0;
}

/* What would take the reader of trees a time that grows with the square of the
 * text is refused before it: deep nesting, anchors. */
static void look_through(struct tree *t, struct str yaml)
{
	yaml_parser_t parser;
	int depth = 0;

	begin(&parser, yaml);
	while (looks_well(t, &parser, &depth))
		continue;
	yaml_parser_delete(&parser);
}

static void read_text(struct tree *t, struct str yaml, struct procedure *p)
{
	yaml_parser_t parser;

	look_through(t, yaml);
	if (t->errors->n > 0)
		return;
	begin(&parser, yaml);
	read_parsed(t, &parser, p);
	yaml_parser_delete(&parser);
}

enum err procedure_read(struct ctx *cx, struct str yaml, struct procedure *ret,
    struct procedure_errors *errors)
{
	struct tree t = { .cx = cx, .errors = errors };
	struct procedure p = { 0 };

	memset(errors, 0, sizeof *errors);
	if (yaml.n > (size_t)max_yaml_kib << 10)
		tree_wrong(&t, NULL, MSG_procedure_too_large,
		    str_fmt(cx->arena, "%d", max_yaml_kib), STR(""));
	else if (!str_utf8(yaml))
		tree_wrong(&t, NULL, MSG_procedure_not_utf8, STR(""), STR(""));
	else
		read_text(&t, yaml, &p);
	if (errors->n > 0)
		return fail(cx, ERR_INVALID, MSG_error_procedure_invalid);
	p.body = str_dup(cx->arena, yaml);
	p.digest = sha256_hex(cx->arena, sha256_of(yaml));
	*ret = p;
	return OK;
}
