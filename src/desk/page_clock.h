/* page_clock.h - for templates/desk_clock.html. */
#ifndef DESK_PAGE_CLOCK_H
#define DESK_PAGE_CLOCK_H

#include "templates/view.h"

struct clock_page {
	struct url back;
	struct str number, title;
	const struct ui_row *rows;
	size_t n_rows;
	struct ui_table days;
	struct ui_table stages, reminders; /* none when there are no rows */
};

#endif
