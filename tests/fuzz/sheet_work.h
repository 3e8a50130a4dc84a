/* sheet_work.h - a file out of an input, read as far as it goes. */
#ifndef TESTS_FUZZ_SHEET_WORK_H
#define TESTS_FUZZ_SHEET_WORK_H

#include "fuzz.h"
#include "sheet/sheet.h"

/* Small limits, so that what is near them is found soon. */
struct sheet_limits sheet_fuzz_limits(void);

/* Reads it whole. Every row must be as sheet.h says, a refusal must have its
 * sentences and nothing may be broken. Returns the rows that came. */
size_t sheet_fuzz_read(struct ctx *, struct str bytes, const char *name,
    void (*each)(void *, const struct sheet_row *), void *arg);

/* Whether the row is one that sheet.h speaks of. */
void sheet_fuzz_check_row(
    const struct sheet_limits *, const struct sheet_row *, uint32_t last);

#endif
