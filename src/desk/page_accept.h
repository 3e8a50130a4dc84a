/* page_accept.h - for templates/desk_accept.html and desk_accepted.html. */
#ifndef DESK_PAGE_ACCEPT_H
#define DESK_PAGE_ACCEPT_H

#include "templates/view.h"

struct accept_page {
	struct str title;
	const struct ui_problem *problems;
	size_t n_problems;
	const struct ui_row *rows;
	size_t n_rows;
	struct ui_form form;
	const struct ui_field *fields;
	size_t n_fields;
	const struct ui_button *buttons;
	size_t n_buttons;
};
struct accepted_page {
	struct ui_receipt receipt;
	struct str text;
};

#endif
