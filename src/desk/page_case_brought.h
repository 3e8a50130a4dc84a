/* page_case_brought.h - tables that were sent in, on the page of their request. */
#ifndef DESK_PAGE_CASE_BROUGHT_H
#define DESK_PAGE_CASE_BROUGHT_H

#include "desk/page_case.h"

/* The card, with the way to send one. Reads the shared store. */
MUST_CHECK enum err case_put_brought(
    const struct case_work *, struct case_page *);
/* What an event of theirs says; "" for others. */
struct str case_brought_words(const struct case_work *, const struct event *);

/* Which backups still hold what was destroyed, a line each; "" for none. */
struct str case_brought_backups(const struct case_work *, const json_t *);

#endif
