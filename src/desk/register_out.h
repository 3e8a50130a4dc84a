/* register_out.h - the register of a year as JSON, CSV and workbook, for pages,
 * API and command line. */
#ifndef DESK_REGISTER_OUT_H
#define DESK_REGISTER_OUT_H

#include "core/rating.h"
#include "core/register.h"
#include "desk/app.h"
#include "fmt/encoder.h"

/* A year of an office, in the columns that its procedure names. */
struct register_book {
	struct register_columns columns;
	const struct register_row *rows;
	size_t n;
	struct rating_bands bands;
};
MUST_CHECK enum err register_read(
    struct ctx *, struct str office, int64_t year, struct register_book *ret);
/* For people of the office, auditors and the data-protection officer; to others
 * there is no such register. */
enum err register_fetch(
    struct visit *, struct str office, int64_t year, struct register_book *ret);
/* Who may read an office's registers. */
bool register_may_read(const struct visit *, struct str office);
/* "Mean satisfaction 4.50 (very good), of 2 answers"; empty without any. */
struct str register_rating(
    struct arena *, enum lang, const struct register_book *);
bool register_is_number(enum register_field);
/* Answers with a file. */
enum err register_send(
    struct visit *, struct str office, int64_t year, enum form);
/* The last part of the path: year, or year and form. */
enum err register_path(
    struct visit *, struct str last, int64_t *ret_year, enum form *ret_form);
/* The bytes alone; for the command line too. */
enum err register_file(struct ctx *, struct str office, int64_t year, enum form,
    const struct register_book *, struct str *ret);

#endif
