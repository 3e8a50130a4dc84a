/* worksheet.h - the rows of one sheet of a workbook, one after the other. */
#ifndef SHEET_WORKSHEET_H
#define SHEET_WORKSHEET_H

#include "sheet/workbook.h"

struct worksheet;

MUST_CHECK enum err worksheet_begin(struct work *, struct workbook *,
    const struct unzip_part *, struct worksheet **ret);
MUST_CHECK enum err worksheet_next(
    struct worksheet *, const struct sheet_row **ret);

#endif
