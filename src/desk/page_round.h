/* page_round.h - a round of the yearly list: /disposal-rounds/ID. */
#ifndef DESK_PAGE_ROUND_H
#define DESK_PAGE_ROUND_H

#include "templates/view.h"

enum { ROUND_FORMS = 5, ROUND_FIELDS = 6 };

struct round_form {
	struct str id, title, intro;
	struct ui_form form;
	struct ui_field fields[ROUND_FIELDS];
	size_t n_fields;
	struct ui_button buttons[2];
	size_t n_buttons;
};

/* For templates/desk_round.html. */
struct round_page {
	struct url back;
	struct str title, state;
	enum ui_tone tone;
	const struct ui_problem *problems;
	size_t n_problems;
	const struct ui_notice *next; /* what is waited for; or NULL */
	const struct ui_row *rows;
	size_t n_rows;
	struct ui_table members, lines;
	struct round_form forms[ROUND_FORMS];
	size_t n_forms;
	struct url list_pdf, csv, xlsx;
	struct url report; /* not set: there is none yet */
};

#endif
