/* workbook.h - what a workbook says of itself before its rows: its sheets, its
 * formats, its shared strings; and whether it is one that can be taken. */
#ifndef SHEET_WORKBOOK_H
#define SHEET_WORKBOOK_H

#include "sheet/numfmt.h"
#include "sheet/strings.h"
#include "sheet/unzip.h"

struct workbook {
	struct unzip *z;
	struct sheet_tab *tabs;
	const struct unzip_part **parts; /* of each tab */
	size_t n_tabs;
	bool from_1904;
	/* What each cell format (s="…") makes of a number. */
	unsigned char *formats;
	size_t n_formats;
	struct strings *strings; /* NULL: it has none, or not yet */
	const struct unzip_part *strings_part;
};

/* Macros, links to other files and other kinds of archive are refused. */
MUST_CHECK enum err workbook_open(struct work *, struct workbook *ret);
/* Takes the shared strings to disk. */
MUST_CHECK enum err workbook_read_strings(struct work *, struct workbook *);

/* _x000D_ and its like as what they stand for, from `start` on (ECMA-376 part 1,
 * 22.9.2.19). */
void workbook_unescape(struct buf *, size_t start);

#endif
