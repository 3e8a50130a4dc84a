/* saved_filter.h - filters of the list of requests that a person has named. */
#ifndef CORE_SAVED_FILTER_H
#define CORE_SAVED_FILTER_H

#include "core/cases.h"

struct saved_filter {
	struct str id, name;
	struct case_filter filter; /* q, state, office, system, mine */
};

MUST_CHECK enum err saved_filter_list(
    struct ctx *, const struct saved_filter **ret, size_t *ret_n);
/* One with that name is replaced. ERR_INVALID, ERR_CONFLICT beyond 20. Write
 * transaction. */
MUST_CHECK enum err saved_filter_add(struct ctx *, struct str name,
    const struct case_filter *, struct saved_filter *ret);
MUST_CHECK enum err saved_filter_remove(struct ctx *, struct str id);
json_t *saved_filter_json(struct arena *, const struct saved_filter *);

#endif
