/* page_connection_in.h - what the page of a connection shows of a view. */
#ifndef DESK_PAGE_CONNECTION_IN_H
#define DESK_PAGE_CONNECTION_IN_H

#include "base/str.h"
#include "core/grants.h"
#include "desk/page_case.h"

void connection_view_rows(
    struct visit *, const struct connection *, struct rows_of *);
void connection_view_samples(struct visit *, const struct connection *,
    const struct ui_code **ret, size_t *ret_n);
/* What was done with it in the source, and when; why, not for its holder. */
enum err connection_view_acts(struct visit *, const struct connection *,
    bool holder, struct ui_table *ret);

#endif
