/* page_case_prepare.h - the page on which an officer prepares data: parts, each
 * a query or a finished file, and how they are given out. All of it stands in
 * the form, so that a look at the rows loses nothing. */
#ifndef DESK_PAGE_CASE_PREPARE_H
#define DESK_PAGE_CASE_PREPARE_H

#include "core/inbound.h"
#include "core/source_list.h"
#include "desk/page_case.h"

#define PLAN_PARTS ((size_t)20)
/* Columns that the form lets an officer describe, in all parts together: it has
 * 500 fields at the most (http/form.c), and those of its parts and terms come
 * first. Those of a wider query keep their defaults. */
#define PLAN_COLUMNS ((size_t)70)
#define PLAN_FIELDS ((size_t)470)
#define PLAN_COLUMN_FIELDS ((size_t)6)

struct plan_column {
	struct str prefix; /* "prepare.parts[0].column[1]" */
	struct str name, type, title_th, title_en;
	const struct ui_choice *classes, *masks;
	size_t n_classes, n_masks;
	bool filterable;
};
struct plan_part {
	struct str title, prefix;
	const struct ui_field *fields, *more; /* more: seldom needed */
	size_t n_fields, n_more;
	bool open; /* one of those says something */
	const struct plan_column *columns;
	size_t n_columns;
	struct str too_wide; /* instead of the columns */
	struct ui_table rows;
	struct str bad_texts; /* a warning; empty: none */
};
struct plan_page {
	struct url back, upload;
	struct str number, title, detail;
	const struct ui_notice *notice;
	const struct ui_problem *problems;
	size_t n_problems;
	struct ui_form form;
	struct ui_table sent; /* what can be used of what was sent in */
	const struct plan_part *parts;
	size_t n_parts;
	const struct ui_field *terms, *more;
	size_t n_terms, n_more;
	const struct ui_button *steps, *buttons;
	size_t n_steps, n_buttons;
	bool previewed;
};

/* The posted form as the body of prepare: {parts[],outlets[],…}. */
json_t *plan_posted(struct visit *);
/* What the form begins with: the artefact that is there, or what was asked. */
json_t *plan_first(const struct case_work *);
/* Whether part `i` gives other columns than the plan describes, by name; not when
 * it describes none, and not of what was not built. page_case_columns.c. */
bool plan_columns_differ(const json_t *plan, const json_t *built, size_t i);
/* Takes the fault's problems as case_take_problems() does, and says of each such
 * part in one sentence what has changed and what to do. `built` may be NULL. */
void plan_tell_columns(
    struct case_work *, const json_t *plan, const json_t *built);
/* Those that can be used, with their columns as SQL calls them. */
struct ui_table plan_sent_tables(
    const struct case_work *, const struct inbound *, size_t n);
/* Fields of part `i`: which of them stand beside its source, a place for each
 * that none came for; how many there are. page_case_tables.c. */
size_t plan_ask_tables(struct case_form *, size_t i, const json_t *part,
    const struct inbound *, size_t n);
/* The other fields of a part that may have tables. */
void plan_ask_unmatched(struct case_form *, size_t i, const json_t *part);
void plan_ask_take(struct case_form *, size_t i, const json_t *part);
/* tables, take and unmatched of the posted part. */
void plan_read_tables(struct visit *, struct str prefix, json_t *part);
/* The form's field in which a fault of the command's field is shown. */
struct str plan_table_field(struct arena *, struct str field);
/* How many parts the form has now; "add" and "remove" among its steps. */
size_t plan_count(const struct visit *);

#endif
