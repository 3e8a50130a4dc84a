/* A workbook as it comes: archive, relations, strings, rows. */
#include "sheet_work.h"

void fuzz_one(struct ctx *cx, struct str in)
{
	sheet_fuzz_read(cx, in, "a.xlsx", NULL, NULL);
}
