/* sheet.h - cells, names and widths of a worksheet (ECMA-376 part 1, clause
 * 18.3.1); inside src/fmt only. */
#ifndef FMT_SHEET_H
#define FMT_SHEET_H

#include "fmt/form.h"

enum sheet_style {
	STYLE_PLAIN,
	STYLE_HEADER,
	STYLE_DATE,
	STYLE_DATETIME,
	STYLE_PROSE, /* in lines as wide as its column */
};

#define SHEET_COLUMNS_MAX ((size_t)4096)
#define SHEET_ROWS_MAX ((size_t)1048576)
#define SHEET_NAME_MAX 31 /* UTF-16 units */

/* "A" … "ZZ" … of column 0 …; `ret` holds four bytes. */
size_t sheet_letters(size_t column, char ret[4]);

/* One cell at `letters` and `row` (its decimal text). False when its text is
 * longer than Excel can hold. */
bool sheet_cell(struct out *, struct str letters, struct str row,
    enum column_type, const struct cell *);
/* A text cell in that style. */
bool sheet_text(struct out *, struct str letters, struct str row,
    enum sheet_style, struct str text);

/* Places on the screen that the text takes: Thai marks above and below take
 * none. */
size_t sheet_width(struct str);

/* A name that Excel takes and that is not among `taken` whatever the case;
 * `nth` > 1 is the nth sheet of one part. */
struct str sheet_name(struct arena *, struct str wanted, size_t nth,
    const struct str *taken, size_t n_taken);

#endif
