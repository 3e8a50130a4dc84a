#include "desk/page_tables.h"

#include "base/str.h"
#include "desk/pages.h"
#include "templates/desk_tables.h"

struct str tables_name(const struct visit *v, struct str th, struct str en)
{
	return v->cx.lang == LANG_TH || en.n == 0 ? th : en;
}

struct ui_cell *tables_add(struct visit *v, struct tables_page *page,
    struct str caption, const enum msg *heads, size_t n_columns, size_t n_rows)
{
	struct arena *a = v->cx.arena;
	struct ui_column *columns = ARENA_ARRAY(a, struct ui_column, n_columns);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, n_columns * n_rows + 1);

	REQUIRE(page->n_tables < TABLES_MAX);
	for (size_t i = 0; i < n_columns; i++)
		columns[i].label = msg_text(v->cx.lang, heads[i]);
	page->tables[page->n_tables++] = (struct ui_table){ .caption = caption,
		.columns = columns,
		.n_columns = n_columns,
		.cells = cells,
		.n_rows = n_rows };
	return cells;
}

/* "line 12: COLUMN" in the reader's words. */
static struct str place_of(struct visit *v, struct str field)
{
	struct str line, column;
	struct arena *a = v->cx.arena;

	str_cut(str_from(field, STR("line ").n), ':', &line, &column);
	column = str_trim(column);
	struct str words = msg_fill(a, v->cx.lang, MSG_layout_line, &line, 1);
	return column.n == 0
	           ? words
	           : str_fmt(a, "%.*s, %.*s", STR_ARG(words), STR_ARG(column));
}

static struct ui_problem problem_of(
    struct visit *v, const struct field_error *f)
{
	struct arena *a = v->cx.arena;
	struct str why = msg_fill(a, v->cx.lang, f->msg, &f->arg, 1);

	if (!str_starts(f->field, STR("line ")))
		return (struct ui_problem){ .field = f->field, .text = why };
	/* A line of the file has no field on the page. */
	return (struct ui_problem){ .field = STR("file"),
		.text = str_fmt(a, "%.*s: %.*s", STR_ARG(place_of(v, f->field)),
		    STR_ARG(why)) };
}

void tables_problems(
    struct visit *v, struct tables_page *page, const struct fault *fault)
{
	struct arena *a = v->cx.arena;
	struct ui_problem *p =
	    ARENA_ARRAY(a, struct ui_problem, fault->n_fields + 1);
	size_t n = 0;

	if (fault->err == OK)
		return;
	for (const struct field_error *f = fault->fields; f; f = f->next)
		p[n++] = problem_of(v, f);
	if (n == 0)
		p[n++] = (struct ui_problem){ .text = msg_fill(a, v->cx.lang,
						  fault->msg, fault->arg, 2) };
	page->problems = p;
	page->n_problems = n;
}

struct ui_field tables_field(
    const struct visit *v, const char *name, enum msg label, enum msg hint)
{
	return (struct ui_field){ .kind = UI_TEXT,
		.name = str_of(name),
		.label = msg_text(v->cx.lang, label),
		.hint = hint == MSG_NONE ? STR("") : msg_text(v->cx.lang, hint),
		.value = visit_form(v, name) };
}

struct tables_form *tables_form(struct visit *v, struct tables_page *page,
    enum msg title, enum msg intro, struct url action,
    const struct ui_field *fields, size_t n)
{
	enum lang lang = v->cx.lang;

	REQUIRE(page->n_forms < TABLES_MAX_FORMS);
	struct tables_form *f = &page->forms[page->n_forms++];
	*f = (struct tables_form){ .title = msg_text(lang, title),
		.intro = intro == MSG_NONE ? STR("") : msg_text(lang, intro),
		.form = { .action = action },
		.fields = fields,
		.n_fields = n,
		.button = {
		    .kind = UI_SECONDARY, .label = msg_text(lang, title) } };
	return f;
}

struct tables_form *tables_file_form(struct visit *v, struct tables_page *page,
    enum msg title, enum msg intro, struct url action,
    const struct ui_field *fields, size_t n)
{
	struct tables_form *f =
	    tables_form(v, page, title, intro, action, fields, n);

	f->form.upload = true;
	f->button.label = msg_text(v->cx.lang, MSG_calendars_look);
	return f;
}

struct tables_form *tables_confirm_form(struct visit *v,
    struct tables_page *page, enum msg title, enum msg intro, struct url action,
    const struct ui_pair *hidden, size_t n)
{
	struct tables_form *f =
	    tables_form(v, page, title, intro, action, NULL, 0);

	f->form.upload = true;
	f->form.hidden = hidden;
	f->form.n_hidden = n;
	f->button.kind = UI_PRIMARY;
	return f;
}

enum err tables_send(
    struct visit *v, const struct tables_page *page, int status)
{
	struct view view = page_view(v, page->title);
	struct buf o = page_buf(v);

	view.wide = true;
	view.wrong = page->n_problems > 0;
	page_desk_tables(&o, &view, page);
	return page_send(v, status, &o);
}
