/* disposal_list.h - what may be destroyed: the yearly list (บัญชีหนังสือขอทำลาย) that
 * a committee of the office looks through (domain.md 2.5). In the list of a year
 * stands each request of the office whose correspondence had to be kept to the
 * end of an earlier one, unless its records are held or its memo is secret. It
 * is a list and destroys nothing. */
#ifndef CORE_DISPOSAL_LIST_H
#define CORE_DISPOSAL_LIST_H

#include "base/json.h"
#include "base/time.h"

struct disposal_line {
	struct str request, memo_in, memo_date, received_no, title;
	struct date closed, until;
	int64_t files, bytes; /* beside the request */
};

/* Of an office, for the list of a year (พ.ศ.), the oldest first. */
MUST_CHECK enum err disposal_list(struct ctx *, struct str office, int64_t year,
    const struct disposal_line **ret, size_t *ret_n);
json_t *disposal_list_json(struct arena *, struct str office, int64_t year,
    const struct disposal_line *, size_t n);

#endif
