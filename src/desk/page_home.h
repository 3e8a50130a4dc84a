/* page_home.h - for templates/desk_home.html and desk_welcome.html. */
#ifndef DESK_PAGE_HOME_H
#define DESK_PAGE_HOME_H

#include "templates/view.h"

struct home_page {
	struct str hello;
	const struct ui_figure *figures;
	size_t n_figures;
	struct ui_table waiting;
	struct url all_waiting; /* when not all of it is shown */
	struct ui_table recent;
	struct url all_recent;
	struct url start; /* a new request; unset for those who cannot ask */
};

struct offered;
struct welcome_page {
	const struct offered *offers;
	size_t n_offers;
	struct url sign_in;
};

#endif
