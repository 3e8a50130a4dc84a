/* numbers.h - incoming, outgoing and receipt numbers (domain.md 2.2): whose they
 * are, which, of which day, entered when. They run through the calendar year; a
 * cancelled one stays in the book and is not used again.
 *
 * Whoever issues them: another system, then they are typed in; or Pratu, by a form
 * that the office sets ("อว 7105.12/{n}"), from a counter of the year. Numbers
 * stand in the events; the book is a projection of the requests. */
#ifndef CORE_NUMBERS_H
#define CORE_NUMBERS_H

#include "base/json.h"
#include "core/case_file.h"

struct number_row {
	struct str request, office; /* whose number it is */
	struct str direction;       /* "in" "out" "receipt" */
	struct str no, day;         /* day: ISO; may be empty */
	struct str title, by, reason;
	int64_t at, year; /* พ.ศ. of the day */
	bool cancelled;
};

/* OK to be a form: {n} once, {year} or not, at most 100 characters. */
bool number_form_good(struct str form);
/* The next number of the office, if it has a form for that direction; else empty.
 * Given back when the transaction is. Write transaction. */
MUST_CHECK enum err number_next(struct ctx *, struct str office,
    const char *direction, int64_t year, struct str *ret);

/* All of a request, in the order in which they came. */
size_t numbers_of(
    struct arena *, const struct case_file *, struct number_row **ret);
/* The rows; those of before were cleared (projection_clear). */
MUST_CHECK enum err numbers_put(struct ctx *, const struct case_file *);
MUST_CHECK enum err numbers_same(
    struct ctx *, const struct case_file *, bool *ret);
/* Of an office and a year, as they were entered. */
MUST_CHECK enum err numbers_list(struct ctx *, struct str office, int64_t year,
    const struct number_row **ret, size_t *ret_n);
json_t *numbers_json(struct arena *, struct str office, int64_t year,
    const struct number_row *, size_t n);

#endif
