/* strings.h - the shared strings of a workbook on disk: the file `spill` has
 * them one after the other, memory every sixteenth place and 16 MiB of pages. */
#ifndef SHEET_STRINGS_H
#define SHEET_STRINGS_H

#include "sheet/inside.h"

struct strings;

struct strings *strings_new(struct work *);
/* The next one. */
MUST_CHECK enum err strings_add(struct strings *, struct str);
/* After the last one. */
MUST_CHECK enum err strings_end(struct strings *);
uint64_t strings_count(const struct strings *);
/* Appends string `i`, which must be less than their number. */
MUST_CHECK enum err strings_get(struct strings *, uint64_t i, struct buf *to);

#endif
