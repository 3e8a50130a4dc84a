/* page_sign_in.h - for templates/desk_sign_in.html. */
#ifndef DESK_PAGE_SIGN_IN_H
#define DESK_PAGE_SIGN_IN_H

#include "templates/view.h"

struct sign_in_page {
	const struct ui_problem *problems;
	size_t n_problems;
	struct ui_form form;
	struct ui_field fields[2];
	bool demo;
};

#endif
