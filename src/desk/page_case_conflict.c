/* Two people on one request: as it was when the page was opened, and as it is
 * now; and what was typed, where it can no longer be sent. */
#include "base/str.h"
#include "desk/form_answers.h"
#include "desk/form_command.h"
#include "desk/page_case.h"

struct comparing {
	const struct case_work *w;
	struct case_work then; /* the request as it was */
	LIST(struct ui_cell) cells;
};

static void compare(
    struct comparing *c, struct str label, struct str then, struct str now)
{
	struct arena *a = c->w->v->cx.arena;
	if (str_eq(then, now))
		return;
	struct ui_cell cells[] = { { .text = label },
		{ .text = then.n ? then : STR("–") },
		{ .text = now.n ? now : STR("–") } };
	for (size_t i = 0; i < COUNT(cells); i++)
		LIST_ADD(a, &c->cells, cells[i]);
}

static struct str systems(const struct case_work *w)
{
	struct str all = STR("");
	for (size_t i = 0; i < w->f.systems.n; i++)
		all = str_fmt(w->v->cx.arena, "%.*s%s%.*s", STR_ARG(all),
		    i ? ", " : "", STR_ARG(w->f.systems.v[i].code));
	return all;
}

static struct str officers(const struct case_work *w)
{
	struct str all = STR("");
	for (size_t i = 0; i < w->f.officers.n; i++)
		all = str_fmt(w->v->cx.arena, "%.*s%s%.*s", STR_ARG(all),
		    i ? ", " : "", STR_ARG(case_person(w, w->f.officers.v[i])));
	return all;
}

static struct str answer(const struct case_work *w, const struct field *field)
{
	struct answer_form form = {
		.v = w->v, .facts = &w->facts, .answers = w->f.answers
	};
	struct ui_row row = form_answer_row(&form, field);
	return row.value.n ? row.value : row.rich.s;
}

/* Texts of several lines come as markup: told apart by it, shown as typed. */
static struct str plain(const struct case_work *w, const struct field *field)
{
	struct str typed =
	    json_text(w->f.answers, str_cstr(w->v->cx.arena, field->key));
	return typed.n ? typed : answer(w, field);
}

static void compare_answers(struct comparing *c)
{
	const struct procedure *p = c->w->facts.procedure;
	for (size_t k = 0; k < p->n_sections; k++)
		for (size_t i = 0; i < p->sections[k].n_fields; i++) {
			const struct field *f = &p->sections[k].fields[i];
			compare(c,
			    form_label(c->w->v->cx.arena, f, c->w->v->cx.lang),
			    plain(&c->then, f), plain(c->w, f));
		}
}

static struct case_file as_it_was(const struct case_work *w)
{
	struct case_file f = { .arena = w->v->cx.arena };
	for (size_t i = 0; i < w->events.n; i++)
		if (w->events.v[i].version <= w->seen_version)
			evolve(&f, &w->events.v[i]);
	return f;
}

static void put_table(struct comparing *c, struct case_page *page)
{
	const struct case_work *w = c->w;
	struct ui_column *v = ARENA_ARRAY(w->v->cx.arena, struct ui_column, 3);
	v[0].label = case_say(w, MSG_conflict_what);
	v[1].label =
	    case_say1(w, MSG_conflict_then, case_number(w, w->seen_version));
	v[2].label =
	    case_say1(w, MSG_conflict_now, case_number(w, w->f.version));
	page->conflict =
	    (struct ui_table){ .caption = case_say(w, MSG_conflict_title),
		    .hide_caption = true,
		    .columns = v,
		    .n_columns = 3,
		    .cells = c->cells.v,
		    .n_rows = c->cells.n / 3 };
}

/* Of a form that does not stand on the page any more. */
static void put_typed(const struct case_work *w, struct case_page *page)
{
	struct arena *a = w->v->cx.arena;
	struct rows_of r = { .arena = a };
	struct pairs form = w->v->rq->form;
	struct str prefix = form_name(a, w->given, STR(""));
	for (size_t i = 0; i < form.n; i++) {
		struct str name = form.v[i].name;
		struct str value = str_trim(form.v[i].value);
		if (!str_take(&name, prefix) || value.n == 0 ||
		    str_eq(name, STR("password")))
			continue;
		row_lines(&r, name, value);
	}
	page->typed = r.list.v;
	page->n_typed = r.list.n;
}

void case_put_conflict(const struct case_work *w, struct case_page *page)
{
	if (w->given == COMMANDS || w->seen_version == 0 ||
	    w->seen_version >= w->f.version)
		return;
	struct comparing c = { .w = w, .then = *w };
	c.then.f = as_it_was(w);
	compare(&c, case_say(w, MSG_pages_list_state), case_state(&c.then),
	    case_state(w));
	compare(
	    &c, case_say(w, MSG_case_systems), systems(&c.then), systems(w));
	compare(&c, case_role(w, ROLE_officer), officers(&c.then), officers(w));
	compare(
	    &c, case_say(w, MSG_thing_memo_in), c.then.f.memo_in, w->f.memo_in);
	compare_answers(&c);
	put_table(&c, page);
	if (!case_may(w, w->given))
		put_typed(w, page);
}
