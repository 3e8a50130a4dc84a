/* page_form.h - a new request: choosing the office, the form, the check of the
 * answers. Each step is a page; a draft is kept from the first one on. */
#ifndef DESK_PAGE_FORM_H
#define DESK_PAGE_FORM_H

#include "core/cases.h"
#include "desk/form_answers.h"
#include "desk/page_procedure.h"

/* A draft as its writer works on it. */
struct draft {
	struct case_file f;
	struct facts facts;
};
/* Reads the draft for whoever may change and send it: ERR_NOT_FOUND,
 * ERR_DENIED, ERR_CONFLICT (sent already). Opens and ends a transaction. */
MUST_CHECK enum err draft_read(
    struct visit *, struct str no, struct draft *ret);
struct url draft_url(struct visit *, const char *pathfmt, struct str no);
/* The form with what is wrong in the visit's fault, if anything. `typed`: with
 * what was posted, else with what is kept. */
MUST_CHECK enum err draft_show(
    struct visit *, const struct draft *, bool typed, int status);
/* What the draft lacks goes into the visit's fault; false when it is whole. */
bool draft_lacks(struct visit *, const struct draft *);
/* Keeps all the files that were posted; `no_people` as in files.h. */
MUST_CHECK enum err draft_files(struct visit *, struct str no, bool no_people);

/* For templates/desk_form.html. */
struct form_section {
	struct str id, title;
	const struct ui_field *fields;
	size_t n_fields;
};
struct form_page {
	struct url back;
	const struct ui_problem *problems;
	size_t n_problems;
	struct str title, number, office, behalf;
	struct str procedure;
	struct url document;
	const struct ui_notice *notice; /* or NULL */
	const struct ui_link *parts;    /* to the sections */
	struct ui_form form;
	const struct form_section *sections;
	size_t n_sections;
	const struct ui_file *files;
	size_t n_files;
	struct ui_field upload[2]; /* the file; whether it lists people */
	const struct ui_button *buttons;
	size_t n_buttons;
};

/* For templates/desk_check.html. */
struct check_section {
	struct str title;
	const struct ui_row *rows;
	size_t n_rows;
};
struct check_page {
	struct url back;
	struct str number;
	const struct check_section *sections;
	size_t n_sections;
	const struct ui_file *files;
	size_t n_files;
	bool has_tables; /* sent in, or to be sent for this service */
	struct ui_table tables;
	struct ui_button send_table;
	const struct ui_row *way; /* to whom it goes, how long it may take */
	size_t n_way;
	struct ui_table steps; /* each stage by name */
	struct ui_form form;
	const struct ui_button *buttons;
	size_t n_buttons;
};

/* For templates/desk_new.html: one office that can be asked. */
struct new_offer {
	const struct offered *offer;
	struct str about; /* the summary of the part below */
	const struct ui_row *rows;
	size_t n_rows;
	struct ui_table systems;
	const struct str *prepare; /* what the form requires */
	size_t n_prepare;
	struct ui_form form;
	const struct ui_button *button;
};
struct new_page {
	const struct new_offer *offers;
	size_t n_offers;
};

/* For templates/desk_paper.html. */
struct paper_page {
	const struct ui_problem *problems;
	size_t n_problems;
	struct str office; /* whose records office this is, when it is one */
	struct ui_pair hidden[2];
	struct ui_form form;
	const struct ui_field *fields;
	size_t n_fields;
};

/* Files of a request as the form and the check show them. */
const struct ui_file *draft_file_list(
    struct visit *, const struct case_file *, size_t *ret_n);

#endif
