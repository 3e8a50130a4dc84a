/* page_many.h - for templates/desk_many.html. */
#ifndef DESK_PAGE_MANY_H
#define DESK_PAGE_MANY_H

#include "templates/view.h"

struct many_result {
	enum ui_tone tone;
	struct str no, title, text;
	struct url url;
};
struct many_row {
	struct str no, title, line, purpose, version, digest;
	struct html opinions; /* that were asked for */
	bool has_opinions;
	struct url url;
	bool chosen;
};
struct many_page {
	const struct ui_problem *problems;
	size_t n_problems;
	const struct many_result *results;
	size_t n_results;
	const struct many_row *rows;
	size_t n_rows;
	struct str signer; /* two lines */
	struct html signer_lines;
	struct ui_form form;
	struct ui_field fields[3]; /* phrase, note, password */
	size_t n_fields;
	struct ui_button buttons[2];
};

#endif
