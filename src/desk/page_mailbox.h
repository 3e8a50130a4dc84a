/* page_mailbox.h - for templates/desk_mailbox.html and desk_notice.html. */
#ifndef DESK_PAGE_MAILBOX_H
#define DESK_PAGE_MAILBOX_H

#include "templates/view.h"

struct mailbox_page {
	bool all; /* of everybody: the demo */
	struct ui_form form;
	const struct ui_field *filter;
	struct ui_button button;
	struct ui_table table;
	struct url older;
};
struct notice_page {
	struct url back;
	struct str subject, lang;
	const struct ui_row *rows;
	size_t n_rows;
	struct html body;
	struct ui_button link;
	bool has_link;
};

#endif
