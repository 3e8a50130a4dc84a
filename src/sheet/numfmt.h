/* numfmt.h - which number formats show a date (ECMA-376 part 1, 18.8.30 and
 * 18.8.31), and the date that such a number is. */
#ifndef SHEET_NUMFMT_H
#define SHEET_NUMFMT_H

#include "base/buf.h"
#include "sheet/sheet.h"

/* What a format makes of a number. */
enum numfmt { NUMFMT_NUMBER, NUMFMT_DATE, NUMFMT_DATETIME, NUMFMT_TIME };

/* Of the formats that every program knows by number, those of Thai among
 * them. */
enum numfmt numfmt_builtin(uint32_t id);
enum numfmt numfmt_of(struct str code);

/* The shortest decimal text of a number as a part writes it; false for what is
 * none, or not finite. */
bool number_put(struct buf *, struct str written);
/* A date, a moment or a time out of a serial number; false when there is none
 * for it, as before 1900-01-01. The kind follows the number where the format
 * shows both. */
bool serial_put(struct buf *, struct str written, enum numfmt, bool from_1904,
    enum sheet_cell_kind *ret);

#endif
