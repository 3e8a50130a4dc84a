/* page_calendar.h - for templates/desk_calendars.html and desk_calendar.html. */
#ifndef DESK_PAGE_CALENDAR_H
#define DESK_PAGE_CALENDAR_H

#include "templates/view.h"

/* One form under a heading. */
struct calendar_form {
	struct str title, intro;
	struct ui_form form;
	const struct ui_field *fields;
	size_t n_fields;
	struct ui_button button;
};
struct calendar_page {
	struct url back;
	struct str back_label, title;
	const struct ui_notice *notice; /* or NULL */
	const struct ui_problem *problems;
	size_t n_problems;
	const struct ui_link *years;
	size_t n_years;
	struct ui_table table, second; /* second: none without columns */
	const struct calendar_form *forms;
	size_t n_forms;
};

#endif
