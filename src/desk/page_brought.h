/* page_brought.h - for templates/desk_brought.html and desk_brought_one.html: the
 * tables that were sent in for a request, and one of them. */
#ifndef DESK_PAGE_BROUGHT_H
#define DESK_PAGE_BROUGHT_H

#include "desk/brought.h"

/* Columns whose checks the page lets one choose; others have the API. A form has
 * 500 fields at the most. */
#define BROUGHT_COLUMNS ((size_t)90)

struct brought_page {
	struct url back;
	struct str back_to;
	const struct ui_problem *problems;
	size_t n_problems;
	const struct ui_notice *notice; /* or NULL */
	bool may_send;
	struct ui_form form;
	const struct ui_field *fields; /* name first */
	size_t n_fields;
	struct ui_button button;
	/* Once there is a ticket. */
	struct str name;
	struct url ticket;
	struct ui_code curl;
	struct url state;
	struct ui_table sent;
};

struct brought_column {
	struct str prefix; /* "columns[0]" */
	struct str title, name, empty, wrong;
	const struct ui_choice *checks, *eras;
	size_t n_checks, n_eras;
	bool needed, bad;
	struct str codes;
};
struct brought_one_page {
	struct url back, self;
	struct str number, name, state;
	const struct ui_problem *problems;
	size_t n_problems;
	enum ui_tone tone;
	struct ui_notice finding;
	bool reading;
	int64_t progress;
	struct str api;   /* for the script: while it is not read yet */
	struct str shown; /* the state on the page, as the API names it */
	const struct ui_row *rows;
	size_t n_rows;
	const struct ui_button *buttons; /* corrected copy, another one */
	size_t n_buttons;
	struct ui_form form; /* how it is to be read */
	const struct ui_field *fields;
	size_t n_fields;
	const struct brought_column *columns;
	size_t n_columns;
	struct str too_wide;
	struct ui_button choose;
	bool may_choose;
	bool may_look_again; /* it is lost: `form` and `choose` look for it */
	struct url look;     /* set while it may be looked at */
	bool looked;
	struct ui_table first, wrong;
	bool may_compare;
	struct ui_form compare;
	struct ui_field compare_field;
	struct ui_button compare_button;
	struct ui_table difference;
	const struct ui_row *counts;
	size_t n_counts;
};

/* "อ่านแล้ว": how far it is, and its tone. */
struct str brought_state(const struct case_work *, const struct inbound *);
enum ui_tone brought_tone(const struct inbound *);
/* All of them in a table; names lead to those that the viewer may open. */
struct ui_table brought_table(
    const struct case_work *, const struct inbound *, size_t n);

#endif
