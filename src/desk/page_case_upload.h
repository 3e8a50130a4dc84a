/* page_case_upload.h - for templates/desk_case_upload.html. */
#ifndef DESK_PAGE_CASE_UPLOAD_H
#define DESK_PAGE_CASE_UPLOAD_H

#include "templates/view.h"

struct upload_page {
	struct url back, self;
	struct url prepare; /* for who prepares */
	struct str number;
	const struct ui_problem *problems;
	size_t n_problems;
	struct ui_form form;
	const struct ui_field *field;
	struct ui_button button;
	struct str name;   /* of the file that the ticket is for */
	struct url ticket; /* set once there is one */
	struct ui_code curl;
	struct ui_table sent;
};

#endif
