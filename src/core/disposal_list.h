/* disposal_list.h - what may be destroyed: the yearly list (บัญชีหนังสือขอทำลาย) that
 * a committee of the office looks through (domain.md 2.5). In the list of a year
 * stands each request of the office whose correspondence had to be kept to the
 * end of an earlier one, unless the office never saw it, its records are held,
 * its memo is secret, it is destroyed already, or a round (disposal_round.h) has
 * it or keeps it longer. It is a list and destroys nothing. */
#ifndef CORE_DISPOSAL_LIST_H
#define CORE_DISPOSAL_LIST_H

#include "base/json.h"
#include "base/time.h"
#include "core/case_file.h"

struct disposal_line {
	struct str request, memo_in, memo_date, received_no, title;
	struct date closed, until;
	int64_t files, bytes; /* beside the request */
	const json_t *askers; /* e-mails of those whose request it is */
};

struct disposal_listing {
	const struct disposal_line *v;
	size_t n;
	/* Requests whose events are not what was written: left out, for the log. */
	const struct str *broken;
	size_t n_broken;
};

/* Of an office, for the list of a year (พ.ศ.), the oldest first, at most `max`. */
MUST_CHECK enum err disposal_list(struct ctx *, struct str office, int64_t year,
    size_t max, struct disposal_listing *ret);
/* Whether the request may stand in the list of a year; else why not: "held"
 * "secret" "open" "young". Pure. */
bool disposal_may_go(
    const struct case_file *, int64_t year, struct str *ret_why);
/* The line as an event has it, or an answer. */
json_t *disposal_line_json(struct arena *, const struct disposal_line *);
json_t *disposal_list_json(struct arena *, struct str office, int64_t year,
    const struct disposal_line *, size_t n);

#endif
