/* page_help.h - help, and the choice of light: what their templates are given. */
#ifndef DESK_PAGE_HELP_H
#define DESK_PAGE_HELP_H

#include "templates/view.h"

struct theme_page {
	struct ui_form form;
	const struct ui_field *field;
	struct url back;
};

#endif
