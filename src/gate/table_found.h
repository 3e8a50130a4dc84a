/* table_found.h - what is found in the rows of a table, row by row; for
 * table_reader.c. */
#ifndef GATE_TABLE_FOUND_H
#define GATE_TABLE_FOUND_H

#include "gate/table_file.h"

struct table_found;

/* What the headings say, and what was chosen. ERR_INVALID with file->found. */
MUST_CHECK enum err table_found_begin(struct table_file *, const json_t *choice,
    const struct code_lists *, const struct sheet_row *headings,
    struct table_found **ret);
/* The first rows wait until the checks of columns nobody chose were found. */
MUST_CHECK enum err table_found_row(
    struct table_found *, const struct sheet_row *);
void table_found_end(struct table_found *);
/* Of the file alone, when it was refused; or with NULL of nothing. */
json_t *table_found_json(const struct table_file *, const struct table_found *);
/* table_file.h's notes. */
json_t *table_found_notes(const struct table_found *);

#endif
