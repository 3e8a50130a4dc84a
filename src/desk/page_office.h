/* page_office.h - for templates/desk_office.html. */
#ifndef DESK_PAGE_OFFICE_H
#define DESK_PAGE_OFFICE_H

#include "templates/view.h"

struct office_page {
	const struct ui_notice *notice; /* or NULL */
	const struct ui_problem *problems;
	size_t n_problems;
	struct url papers; /* the texts of its papers */
	struct ui_form form;
	struct ui_field fields[4];
};

#endif
