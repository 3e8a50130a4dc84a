/* code_lists.h - lists of codes (core/code_list.h) as pages and API share them: what
 * officers of a system offer, and what is offered for a table of a request. */
#ifndef DESK_CODE_LISTS_H
#define DESK_CODE_LISTS_H

#include "core/code_list.h"
#include "core/inbound.h"
#include "core/source_list.h"
#include "desk/page_case.h"

/* The system, for one of its officers: ERR_NOT_FOUND, ERR_DENIED. */
MUST_CHECK enum err code_lists_begin(
    struct visit *, struct str system, struct system *ret);
/* Those of the system with those that have ended, and its sources. */
MUST_CHECK enum err code_lists_read(struct visit *, struct str system,
    const struct code_list **ret, size_t *ret_n,
    const struct listed_source **ret_sources, size_t *ret_n_sources);
/* Once its query was read: `l` has source, titles and query. ERR_INVALID with the
 * fields source, title_th, title_en, sql. */
MUST_CHECK enum err code_lists_make(
    struct visit *, const struct system *, struct code_list *l);
MUST_CHECK enum err code_lists_end(
    struct visit *, const struct system *, struct str id);
struct str code_trouble_text(const struct visit *, enum code_trouble);

/* Those that columns of a request's table may be checked by: what its systems offer,
 * and what that table is checked by already. `in` may be NULL. */
MUST_CHECK enum err code_lists_offered(const struct case_work *,
    const struct inbound *in, const struct code_list **ret, size_t *ret_n);
/* ERR_INVALID when a choice names another. */
MUST_CHECK enum err code_lists_choice(
    const struct case_work *, const struct inbound *in, const json_t *choice);

#endif
