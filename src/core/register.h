/* register.h - the yearly register of services (N-32): one row for each request
 * that intake numbered, written by the request's own events. Numbers run
 * through the calendar year (พ.ศ.) from 1 without a gap; a request that was
 * withdrawn keeps its number and says so. */
#ifndef CORE_REGISTER_H
#define CORE_REGISTER_H

#include "base/ctx.h"
#include "base/json.h"
#include "core/case_file.h"
#include "core/procedure.h"

struct register_row {
	struct str office;
	int64_t year, number; /* พ.ศ. */
	struct str request;
	int64_t received;   /* UTC ms */
	struct str systems; /* codes, blanks between */
	struct str service_type, memo_in, memo_out;
	int64_t score; /* 0: none */
	struct str outcome, title, unit;
	int64_t late_days; /* 0: in time */
	struct str late_cause;
	struct str conditions; /* of each owner who has any: "HRD: …; DES: …" */
};

/* The columns of an office's register: those of its procedure in force today,
 * with its titles or the usual ones. ERR_NOT_FOUND for no such office. */
struct register_columns {
	const struct register_column *v;
	size_t n;
};
MUST_CHECK enum err register_columns_of(
    struct ctx *, struct str office, struct register_columns *ret);
/* A value as files have it: dates ISO, codes as codes; "" when there is none. */
struct str register_text(
    struct arena *, const struct register_row *, enum register_field);

struct register_row register_row_of(
    struct arena *, const struct case_file *, struct str systems);
/* ERR_BROKEN when the number is another request's. */
MUST_CHECK enum err register_put(struct ctx *, const struct register_row *);
/* Removes what stands under the request's name and, if it has a row, under that
 * row's number: for a rebuild. */
MUST_CHECK enum err register_clear(
    struct ctx *, struct str request, const struct register_row *);
/* Whether the row stands in the store as it is, and no other of the request;
 * NULL: whether there is none. */
MUST_CHECK enum err register_same(
    struct ctx *, struct str request, const struct register_row *, bool *ret);
/* All of a year, by number. */
MUST_CHECK enum err register_list(struct ctx *, struct str office, int64_t year,
    const struct register_row **ret, size_t *ret_n);
/* Years that have rows, newest first. */
MUST_CHECK enum err register_years(
    struct ctx *, struct str office, const int64_t **ret, size_t *ret_n);
/* {"office","year","rows":[…]} */
json_t *register_json(struct arena *, struct str office, int64_t year,
    const struct register_row *, size_t n);

#endif
