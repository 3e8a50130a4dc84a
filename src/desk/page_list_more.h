/* page_list_more.h - around the list of requests: steps, chips, named filters. */
#ifndef DESK_PAGE_LIST_MORE_H
#define DESK_PAGE_LIST_MORE_H

#include "core/saved_filter.h"
#include "desk/page_list.h"

struct list_more {
	const struct case_filter *q;
	const struct saved_filter *saved;
	size_t n_saved;
	/* With q->mine: what waits, by state and by role. */
	int64_t counts[STATES], roles[ROLES];
};

/* In the caller's transaction. */
MUST_CHECK enum err list_more_read(
    struct visit *, const struct case_filter *, struct list_more *ret);
void list_more_put(struct visit *, const struct list_more *,
    const struct list_words *, struct list_page *);

#endif
