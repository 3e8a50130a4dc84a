#include "base/buf.h"
#include "base/str.h"
#include "core/procedure.h"

static void put_text2(
    struct arena *a, json_t *object, const char *key, struct text2 t)
{
	if (t.th.n == 0 && t.en.n == 0) {
		json_put(object, key, json_null());
		return;
	}
	json_t *both = json_new_object(a);
	json_put_text(both, "th", t.th);
	json_put_text(both, "en", t.en);
	json_put(object, key, both);
}

static void put_texts(struct arena *a, json_t *object, const char *key,
    const struct str *v, size_t n)
{
	json_t *list = json_new_array(a);

	for (size_t i = 0; i < n; i++)
		json_add_text(list, v[i]);
	json_put(object, key, list);
}

/* The names of the bits that are set. */
static void put_bits(struct arena *a, json_t *object, const char *key,
    uint32_t bits, const char *const *names, size_t n)
{
	json_t *list = json_new_array(a);

	for (size_t i = 0; i < n; i++)
		if (bits >> i & 1)
			json_add_text(list, str_of(names[i]));
	json_put(object, key, list);
}

static void put_condition(
    struct arena *a, json_t *object, const char *key, const struct condition *c)
{
	if (c->field.n == 0)
		return;
	json_t *o = json_new_object(a);
	json_put_text(o, "field", c->field);
	json_put_text(o, c->negate ? "not" : "is", c->value);
	json_put(object, key, o);
}

static json_t *field_json(struct arena *a, const struct field *f)
{
	json_t *o = json_new_object(a);
	json_t *choices = json_new_array(a);

	json_put_text(o, "key", f->key);
	json_put_text(o, "type", str_of(field_type_names[f->type]));
	json_put_text_or_null(o, "number", f->number);
	put_text2(a, o, "label", f->label);
	put_text2(a, o, "hint", f->hint);
	json_put_flag(o, "required", f->required);
	put_condition(a, o, "required_if", &f->required_if);
	put_condition(a, o, "asked_if", &f->asked_if);
	json_put_int(o, "max_chars", (int64_t)f->max_chars);
	for (size_t i = 0; i < f->n_choices; i++) {
		json_t *choice = json_new_object(a);
		json_put_text(choice, "code", f->choices[i].code);
		put_text2(a, choice, "label", f->choices[i].label);
		json_add(choices, choice);
	}
	if (f->n_choices > 0)
		json_put(o, "choices", choices);
	return o;
}

static json_t *form_json(struct arena *a, const struct procedure *p)
{
	json_t *form = json_new_array(a);

	for (size_t i = 0; i < p->n_sections; i++) {
		const struct section *s = &p->sections[i];
		json_t *o = json_new_object(a);
		json_t *fields = json_new_array(a);
		for (size_t j = 0; j < s->n_fields; j++)
			json_add(fields, field_json(a, &s->fields[j]));
		json_put_text(o, "id", s->id);
		put_text2(a, o, "title", s->title);
		json_put(o, "fields", fields);
		json_add(form, o);
	}
	return form;
}

/* "stage", and those beside it as "also". */
static void put_following(struct arena *a, json_t *o, const struct next *n)
{
	json_put_text(o, "stage", n->stage);
	if (n->n_also > 0)
		put_texts(a, o, "also", n->also, n->n_also);
}

static json_t *next_json(struct arena *a, const struct stage *s)
{
	json_t *list = json_new_array(a);

	for (size_t i = 0; i < s->n_next; i++) {
		const struct next *n = &s->next[i];
		json_t *o = json_new_object(a);
		json_put_text(o, "outcome", n->outcome);
		if (n->stage.n > 0)
			put_following(a, o, n);
		else
			json_put_text(
			    o, "close", str_of(outcome_names[n->close_as]));
		json_add(list, o);
	}
	return list;
}

static json_t *roles_json(struct arena *a, const struct cc *cc)
{
	json_t *list = json_new_array(a);

	for (size_t i = 0; i < cc->n_roles; i++)
		json_add_text(list, str_of(role_names[cc->roles[i]]));
	return list;
}

/* "cc" by outcome; "cc_cannot" as it was called before. */
static void put_cc(struct arena *a, json_t *object, const struct stage *s)
{
	json_t *all = json_new_object(a), *cannot = json_new_array(a);

	for (size_t i = 0; i < s->n_cc; i++) {
		json_put(all, str_cstr(a, s->cc[i].outcome),
		    roles_json(a, &s->cc[i]));
		if (str_eq(s->cc[i].outcome, STR("cannot")))
			cannot = roles_json(a, &s->cc[i]);
	}
	json_put(object, "cc", all);
	json_put(object, "cc_cannot", cannot);
}

static void put_quorum(json_t *o, const struct stage *s)
{
	if (s->quorum == QUORUM_ALL)
		json_put_text(o, "quorum", STR("all"));
	else if (s->quorum == QUORUM_ANY)
		json_put_text(o, "quorum", STR("any"));
	else
		json_put_int(o, "quorum", s->quorum);
}

static json_t *stage_json(struct arena *a, const struct stage *s)
{
	json_t *o = json_new_object(a);

	json_put_text(o, "id", s->id);
	json_put_text(o, "kind", str_of(stage_names[s->kind]));
	json_put_text(o, "role", str_of(role_names[s->role]));
	json_put_text(o, "who", str_of(who_names[s->who]));
	if (s->person.n > 0)
		json_put_text(o, "person", s->person);
	if (s->kind == STAGE_consent || s->kind == STAGE_decision)
		put_quorum(o, s);
	put_bits(a, o, "skip", s->skip, skip_names, COUNT(skip_names));
	put_text2(a, o, "title", s->title);
	put_text2(a, o, "does", s->does);
	json_put_text(o, "clause", s->clause);
	if (s->budget_max > 0) {
		json_t *budget = json_new_object(a);
		json_put_int(budget, "min", s->budget_min);
		json_put_int(budget, "max", s->budget_max);
		json_put(o, "budget", budget);
	}
	put_bits(
	    a, o, "requires", s->requires, require_names, COUNT(require_names));
	put_bits(
	    a, o, "commands", stage_commands[s->kind], command_names, COMMANDS);
	json_put(o, "next", next_json(a, s));
	put_cc(a, o, s);
	return o;
}

static void put_document(struct arena *a, json_t *o, const struct procedure *p)
{
	json_t *approvals = json_new_array(a), *revisions = json_new_array(a);
	json_t *text = json_new_array(a);

	for (size_t i = 0; i < p->n_approvals; i++) {
		json_t *one = json_new_object(a);
		put_text2(a, one, "act", p->approvals[i].act);
		put_text2(a, one, "position", p->approvals[i].position);
		json_add(approvals, one);
	}
	for (size_t i = 0; i < p->n_revisions; i++) {
		json_t *one = json_new_object(a);
		json_put_text(one, "revision", p->revisions[i].revision);
		json_put_text(
		    one, "effective", date_iso(a, p->revisions[i].effective));
		put_text2(a, one, "what", p->revisions[i].what);
		json_add(revisions, one);
	}
	for (size_t i = 0; i < p->n_paragraphs; i++) {
		json_t *one = json_new_object(a);
		json_put_text(one, "number", p->paragraphs[i].number);
		put_text2(a, one, "heading", p->paragraphs[i].heading);
		put_text2(a, one, "text", p->paragraphs[i].text);
		json_add(text, one);
	}
	json_put(o, "approvals", approvals);
	json_put(o, "revisions", revisions);
	json_put(o, "text", text);
}

static void put_head(struct arena *a, json_t *o, const struct procedure *p)
{
	json_t *iso = json_new_object(a), *roles = json_new_object(a);

	json_put_text(o, "code", p->code);
	json_put_text(o, "revision", p->revision);
	json_put_text(o, "effective", date_iso(a, p->effective));
	json_put_text(o, "office", p->office);
	json_put_text(o, "digest", p->digest);
	put_text2(a, o, "kind", p->kind);
	put_text2(a, o, "title", p->title);
	put_text2(a, o, "organisation", p->organisation);
	put_text2(a, o, "class", p->class_);
	put_text2(a, o, "notice", p->notice);
	put_text2(a, o, "page", p->page_label);
	json_put_text(iso, "clause", p->iso_clause);
	put_text2(a, iso, "title", p->iso_title);
	json_put(o, "iso", p->iso_clause.n > 0 ? iso : json_null());
	for (size_t i = 0; i < ROLES; i++)
		if (p->role_title[i].th.n > 0)
			put_text2(a, roles, role_names[i], p->role_title[i]);
	json_put(o, "roles", roles);
}

static json_t *aparts_json(struct arena *a, const struct procedure *p)
{
	json_t *list = json_new_array(a);

	for (size_t i = 0; i < p->n_aparts; i++) {
		const struct apart *x = &p->aparts[i];
		json_t *o = json_new_object(a);
		json_put_text(o, "command", str_of(command_names[x->command]));
		json_put_flag(o, "own", x->own);
		if (!x->own)
			json_put_text(
			    o, "other", str_of(command_names[x->other]));
		json_add(list, o);
	}
	return list;
}

/* The names, as they stand in the register's own JSON; the titles of the
 * procedure's own by name. */
static void put_register(
    struct arena *a, json_t *object, const struct procedure *p)
{
	json_t *names = json_new_array(a), *titles = json_new_object(a);

	for (size_t i = 0; i < p->n_register_columns; i++) {
		const struct register_column *c = &p->register_columns[i];
		const char *name = register_field_names[c->field];
		json_add_text(names, str_of(name));
		if (c->title.th.n > 0)
			put_text2(a, titles, name, c->title);
	}
	json_put(object, "register", names);
	json_put(object, "register_titles", titles);
}

json_t *procedure_json(struct arena *a, const struct procedure *p)
{
	json_t *o = json_new_object(a), *stages = json_new_array(a);

	put_head(a, o, p);
	put_document(a, o, p);
	json_put(o, "form", form_json(a, p));
	json_t *first = json_new_object(a);
	put_following(a, first, &p->first);
	json_put(o, "first", first);
	for (size_t i = 0; i < p->n_stages; i++)
		json_add(stages, stage_json(a, &p->stages[i]));
	json_put(o, "stages", stages);
	json_put(o, "apart", aparts_json(a, p));
	if (p->budget > 0) {
		json_put_int(o, "budget", p->budget);
		json_put_int(o, "budget_min", p->budget_min);
	}
	json_put_text(o, "clock_from", p->clock_from);
	put_texts(a, o, "services", p->services, p->n_services);
	put_register(a, o, p);
	return o;
}

/* What the holders of a role's stages may give. */
static uint32_t commands_of(const struct procedure *p, enum role role)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < p->n_stages; i++)
		if (p->stages[i].role == role)
			bits |= stage_commands[p->stages[i].kind];
	return bits;
}

static void pad(struct buf *b, struct str s, size_t width)
{
	buf_str(b, s);
	for (size_t i = s.n; i < width; i++)
		buf_char(b, ' ');
}

/* A line of the matrix: a mark under each command whose bit is set. */
static void matrix_line(struct buf *b, struct str name, uint32_t columns,
    uint32_t marks, bool heads)
{
	pad(b, name, 10);
	for (size_t i = 0; i < COMMANDS; i++) {
		struct str command = str_of(command_names[i]);
		if (!(columns >> i & 1))
			continue;
		buf_char(b, ' ');
		bool last = columns >> i == 1;
		pad(b,
		    heads            ? command
		    : marks >> i & 1 ? STR("x")
				     : STR("."),
		    last ? 0 : command.n);
	}
	buf_char(b, '\n');
}

static void write_roles(
    struct buf *b, const struct procedure *p, enum lang lang)
{
	uint32_t all = 0;

	for (size_t r = 0; r < ROLES; r++)
		all |= commands_of(p, (enum role)r);
	matrix_line(b, STR(""), all, 0, true);
	for (size_t r = 0; r < ROLES; r++) {
		uint32_t bits = commands_of(p, (enum role)r);
		if (bits)
			matrix_line(b, str_of(role_names[r]), all, bits, false);
	}
	buf_char(b, '\n');
	for (size_t r = 0; r < ROLES; r++)
		if (commands_of(p, (enum role)r)) {
			pad(b, str_of(role_names[r]), 10);
			buf_char(b, ' ');
			buf_str(b, text2_in(p->role_title[r], lang));
			buf_char(b, '\n');
		}
}

/* A row for each command that is kept apart, a column for what from. */
static void write_aparts(struct buf *b, const struct procedure *p)
{
	uint32_t columns = 0, rows[COMMANDS] = { 0 };
	bool own[COMMANDS] = { false }, any[COMMANDS] = { false };

	for (size_t i = 0; i < p->n_aparts; i++) {
		const struct apart *x = &p->aparts[i];
		any[x->command] = true;
		own[x->command] = own[x->command] || x->own;
		if (!x->own)
			rows[x->command] |= COMMAND_BIT(x->other);
		if (!x->own)
			columns |= COMMAND_BIT(x->other);
	}
	matrix_line(b, STR("           own"), columns, 0, true);
	for (size_t i = 0; i < COMMANDS; i++) {
		if (!any[i])
			continue;
		struct str name = str_fmt(b->arena, "%-10s %s  ",
		    command_names[i], own[i] ? "x" : ".");
		matrix_line(b, name, columns, rows[i], false);
	}
}

struct str procedure_matrix(
    struct arena *a, const struct procedure *p, enum lang lang)
{
	struct buf b = buf_new(a, 64 << 10);
	struct str args[] = { p->code, p->revision };

	buf_str(&b,
	    msg_fill(a, lang, MSG_procedure_matrix_title, args, COUNT(args)));
	buf_str(&b, STR("\n\n"));
	write_roles(&b, p, lang);
	buf_char(&b, '\n');
	buf_str(&b, msg_text(lang, MSG_procedure_matrix_apart));
	buf_str(&b, STR("\n\n"));
	write_aparts(&b, p);
	return buf_view(&b);
}
