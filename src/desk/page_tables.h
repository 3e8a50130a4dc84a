/* page_tables.h - a page of tables with forms below them (calendars, systems),
 * and a file that is looked at before it is taken in: what it would do stands
 * on the page, and a second press does it. For templates/desk_tables.html. */
#ifndef DESK_PAGE_TABLES_H
#define DESK_PAGE_TABLES_H

#include "desk/app.h"
#include "templates/view.h"

enum { TABLES_MAX = 8, TABLES_MAX_FORMS = 6 };

/* One form under a heading. */
struct tables_form {
	struct str title, intro;
	struct ui_form form;
	const struct ui_field *fields;
	size_t n_fields;
	struct ui_button button;
};
struct tables_page {
	struct url back;
	struct str back_label, title, intro;
	const struct ui_notice *notice; /* or NULL */
	const struct ui_problem *problems;
	size_t n_problems;
	const struct ui_link *links;
	size_t n_links;
	struct ui_table tables[TABLES_MAX];
	size_t n_tables;
	struct tables_form forms[TABLES_MAX_FORMS];
	size_t n_forms;
};

/* The name in the reader's language; in Thai when there is no other. */
struct str tables_name(const struct visit *, struct str th, struct str en);
/* A table of `n_columns` with room for `n_rows`; its cells to be filled. */
struct ui_cell *tables_add(struct visit *, struct tables_page *,
    struct str caption, const enum msg *heads, size_t n_columns, size_t n_rows);
/* What went wrong in the form that was sent, at its fields; a line of a file
 * ("line 12", "line 12: COLUMN") at the field `file`. */
void tables_problems(
    struct visit *, struct tables_page *, const struct fault *);
struct ui_field tables_field(
    const struct visit *, const char *name, enum msg label, enum msg hint);
/* A form headed and sent by the same words. */
struct tables_form *tables_form(struct visit *, struct tables_page *,
    enum msg title, enum msg intro, struct url action,
    const struct ui_field *fields, size_t n);
/* The form with which a file is looked at. */
struct tables_form *tables_file_form(struct visit *, struct tables_page *,
    enum msg title, enum msg intro, struct url action,
    const struct ui_field *fields, size_t n);
/* The form that confirms what was looked at, with what it sends. */
struct tables_form *tables_confirm_form(struct visit *, struct tables_page *,
    enum msg title, enum msg intro, struct url action,
    const struct ui_pair *hidden, size_t n);
enum err tables_send(struct visit *, const struct tables_page *, int status);

#endif
