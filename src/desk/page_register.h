/* page_register.h - for templates/desk_register*.html. */
#ifndef DESK_PAGE_REGISTER_H
#define DESK_PAGE_REGISTER_H

#include "templates/view.h"

struct register_shelf {
	struct str office;
	const struct ui_link *years;
	size_t n_years;
};
struct register_index {
	const struct register_shelf *books;
	size_t n_books;
};
struct register_page {
	struct url back, csv, xlsx, pdf, numbers, disposals;
	struct str title, office;
	const struct ui_link *years;
	size_t n_years;
	struct ui_table table;
};

#endif
