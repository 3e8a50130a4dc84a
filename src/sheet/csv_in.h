/* csv_in.h - rows of a CSV text of any size: a window over it, in UTF-8, that
 * base/csv.h reads record by record. */
#ifndef SHEET_CSV_IN_H
#define SHEET_CSV_IN_H

#include "sheet/inside.h"

struct csv_in;

MUST_CHECK enum err csv_in_open(
    struct work *, const struct sheet_file *, struct csv_in **ret);
enum sheet_encoding csv_in_encoding(const struct csv_in *);
char csv_in_delimiter(const struct csv_in *);
MUST_CHECK enum err csv_in_next(struct csv_in *, const struct sheet_row **ret);
/* Bytes of the file that were read. */
uint64_t csv_in_place(const struct csv_in *);

#endif
