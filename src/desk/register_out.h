/* register_out.h - the register of a year as JSON, CSV and workbook, for pages,
 * API and command line. */
#ifndef DESK_REGISTER_OUT_H
#define DESK_REGISTER_OUT_H

#include "core/register.h"
#include "desk/app.h"
#include "fmt/encoder.h"

/* For people of the office, auditors and the data-protection officer; to others
 * there is no such register. */
enum err register_fetch(struct visit *, struct str office, int64_t year,
    const struct register_row **ret, size_t *ret_n);
/* Answers with a file. */
enum err register_send(
    struct visit *, struct str office, int64_t year, enum form);
/* The last part of the path: year, or year and form. */
enum err register_path(
    struct visit *, struct str last, int64_t *ret_year, enum form *ret_form);
/* The bytes alone; for the command line too. */
enum err register_file(struct ctx *, struct str office, int64_t year, enum form,
    const struct register_row *, size_t n, struct str *ret);

#endif
