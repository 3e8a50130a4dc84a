/* page_disposals.h - for templates/desk_disposals.html. */
#ifndef DESK_PAGE_DISPOSALS_H
#define DESK_PAGE_DISPOSALS_H

#include "templates/view.h"

struct disposals_page {
	struct url back, csv, xlsx;
	struct str title;
	struct ui_table table;
	struct ui_table rounds;     /* of that year; none: not shown */
	const struct ui_form *open; /* to whoever may open one, or NULL */
	struct ui_button open_button;
};

#endif
