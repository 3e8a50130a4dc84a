/* page_elsewhere.h - who may ask for data, and where others may go (N-18). */
#ifndef DESK_PAGE_ELSEWHERE_H
#define DESK_PAGE_ELSEWHERE_H

#include "desk/app.h"
#include "templates/view.h"

/* For templates/desk_elsewhere.html. */
struct elsewhere_page {
	bool may_ask;                 /* the reader himself */
	struct url start;             /* for whoever may */
	const struct ui_row *offices; /* whom to ask there */
	size_t n_offices;
};

#endif
