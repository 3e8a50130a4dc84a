/* page_procedure.h - the procedures as controlled documents, and as what an
 * office offers. */
#ifndef DESK_PAGE_PROCEDURE_H
#define DESK_PAGE_PROCEDURE_H

#include "core/procedure.h"
#include "templates/view.h"

/* The procedure of an office, for who wants to ask it for data. */
struct offered {
	struct str code, title, revision;
	struct str office, office_code;
	struct str time; /* "ไม่เกิน 10 วันทำการ" */
	struct url document;
	const struct procedure *procedure;
};
/* One for each office that serves, in the caller's transaction. */
MUST_CHECK enum err offers_list(
    struct ctx *, struct offered **ret, size_t *ret_n);
/* How long it may take, in words. */
struct str procedure_time(struct ctx *, const struct procedure *);

#endif
