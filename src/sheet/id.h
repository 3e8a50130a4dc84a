/* id.h - ids, codes and numbers that nobody reckons with: the check `id`.
 *
 * Letters (Thai or Latin) and digits, at least one of them, and between them the
 * marks - / . _ . Thai digits become Arabic, zeros before stay. Blanks go, those
 * inside too: who types them types groups. Hyphens stay, dashes become hyphens.
 * What is nothing but a number is taken as a number cell is: 65012345.0 is
 * 65012345, a fraction is wrong, and so is what Excel has rounded, which nobody
 * gets back: more than 15 digits in a number cell, 6.50123E+12 in a text. */
#ifndef SHEET_ID_H
#define SHEET_ID_H

#include "base/msg.h"
#include "sheet/sheet.h"

/* *ret_wrong is set only where it knows better than the check's own sentence. */
bool sheet_id(struct arena *, const struct sheet_cell *, struct str *ret,
    enum msg *ret_wrong);

#endif
