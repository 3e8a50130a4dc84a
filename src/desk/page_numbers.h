/* page_numbers.h - for templates/desk_numbers.html. */
#ifndef DESK_PAGE_NUMBERS_H
#define DESK_PAGE_NUMBERS_H

#include "templates/view.h"

struct numbers_page {
	struct url back;
	struct str title;
	struct ui_table table;
};

#endif
