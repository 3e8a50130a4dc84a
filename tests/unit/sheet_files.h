/* sheet_files.h - workbooks and archives for the tests of src/sheet, made in
 * memory: good ones, and ones that are wrong in one way. */
#ifndef TESTS_UNIT_SHEET_FILES_H
#define TESTS_UNIT_SHEET_FILES_H

#include "base/buf.h"
#include "base/ctx.h"
#include "sheet/sheet.h"

/* A file of an archive. */
struct part {
	const char *name;
	struct str text;
	bool deflate;
	unsigned flags; /* bits of the general purpose flag */
};

/* An archive of them, in their order. `fake_plain` > 0: of the last one the
 * headers say this size. */
struct str zip_of(struct arena *, const struct part *, size_t n);
/* The same with Zip64 fields. */
struct str zip64_of(struct arena *, const struct part *, size_t n);

/* Bytes in the parts of a small workbook; what is NULL is as it should be. */
struct book {
	const char *sheet;   /* what stands in <sheetData> */
	const char *strings; /* in <sst> */
	const char *xml;     /* the sheet, whole */
	const char *styles, *types, *relations, *workbook;
	const char *more_name, *more; /* one more part */
	bool deflate, zip64;
};
struct str book_of(struct arena *, const struct book *);

/* A descriptor on these bytes, without a name; closed with the arena. */
int file_of(struct arena *, struct str bytes);

/* The rows as text: "1: A=text; B=#12; C=(formula) …" each on a line; what each
 * kind looks like stands in sheet_files.c. A finding is one line: its code, its
 * place and its detail. */
struct str rows_of(
    struct ctx *, struct sheet_file, size_t tab, struct sheet_finding *ret);
struct str row_text(struct arena *, const struct sheet_row *);
/* A file of these bytes with the usual limits and a spill. */
struct sheet_file sheet_file_of(
    struct arena *, struct str bytes, const char *name);

#endif
