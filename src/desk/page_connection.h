/* page_connection.h - for templates/desk_connections.html and
 * desk_connection.html. */
#ifndef DESK_PAGE_CONNECTION_H
#define DESK_PAGE_CONNECTION_H

#include "templates/view.h"

struct connections_page {
	struct ui_table table;
};
struct key_row {
	struct str hint, made, ends, holder;
	struct ui_form remove;
	struct ui_button button;
	bool live;
};
struct connection_page {
	struct url back;
	struct str title, state;
	enum ui_tone tone;
	const struct ui_problem *problems;
	size_t n_problems;
	const struct ui_row *rows;
	size_t n_rows;
	struct ui_table columns;
	bool holder;
	const struct ui_secret *secret; /* of the key just made, or NULL */
	const struct key_row *keys;
	size_t n_keys;
	struct ui_form make;
	struct ui_button make_button;
	bool may_make;
	const struct ui_code *samples;
	size_t n_samples;
	const struct ui_form *revoke; /* or NULL */
	const struct ui_field *reason;
	struct ui_button revoke_button;
	struct ui_table deliveries; /* of a view: what was done with it */
	bool view;
};

#endif
