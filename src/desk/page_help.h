/* page_help.h - help, and the choice of light: what their templates are given. */
#ifndef DESK_PAGE_HELP_H
#define DESK_PAGE_HELP_H

#include "templates/view.h"

struct theme_page {
	struct ui_form form;
	const struct ui_field *field;
	struct url back;
};

struct help_page {
	struct ui_table states;
	const struct ui_link *links;
	size_t n_links;
};

/* A code that the API and the pages give, and what it says. */
struct help_error {
	struct str code, text;
};
struct errors_page {
	struct url back;
	const struct help_error *errors, *fields;
	size_t n_errors, n_fields;
};

#endif
