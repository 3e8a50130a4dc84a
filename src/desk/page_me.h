/* page_me.h - for templates/desk_me.html. */
#ifndef DESK_PAGE_ME_H
#define DESK_PAGE_ME_H

#include "templates/view.h"

struct stand_in_row {
	struct str who, days, order, office;
	bool today;
	struct ui_form end;
	struct ui_button button;
	bool may_end;
};
struct me_page {
	const struct ui_notice *notice; /* or NULL */
	const struct ui_problem *problems;
	size_t n_problems;
	struct str name;
	const struct ui_row *rows;
	size_t n_rows;
	const struct stand_in_row *stand_ins;
	size_t n_stand_ins;
	bool may_name; /* himself, or others of his office */
	struct ui_form form;
	struct ui_field fields[7];
	size_t n_fields;
	struct ui_form notices_form;
	struct ui_field notices[4]; /* a group each */
	size_t n_notices;
};

#endif
