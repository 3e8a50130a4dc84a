/* page_case_look.h - for templates/desk_case_look.html. */
#ifndef DESK_PAGE_CASE_LOOK_H
#define DESK_PAGE_CASE_LOOK_H

#include "templates/view.h"

struct look_page {
	struct url back;
	struct str number, part, digest;
	struct ui_table rows;
};

#endif
