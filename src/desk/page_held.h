/* page_held.h - mail that waits for a person: /replies. */
#ifndef DESK_PAGE_HELD_H
#define DESK_PAGE_HELD_H

#include "templates/view.h"

/* For templates/desk_held.html. */
struct held_page {
	struct ui_table table;
	struct url older;
};

/* For templates/desk_held_one.html. */
struct held_one_page {
	const struct ui_problem *problems;
	size_t n_problems;
	struct url back;
	struct str subject;
	const struct ui_row *rows;
	size_t n_rows;
	struct html body;
	bool has_mail;
	struct url mail;
	bool held;
	struct ui_form attach, aside;
	struct ui_field request, reason;
	struct ui_button attach_button, aside_button;
};

#endif
