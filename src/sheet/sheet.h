/* sheet.h - rows out of a file that somebody sent in: XLSX or CSV.
 *
 * Everything in the file is hostile until it is read: sizes are limited, memory
 * stays flat (shared strings go to `spill`), and what cannot be taken is a
 * finding with its place (finding.h), so nothing is half read in silence. Only
 * the descriptors given are used, by pread and pwrite; nothing is opened. That
 * is why all of it can run in a process that may do nothing else: child.h, the
 * way to read a file from anywhere but a test.
 *
 * Values are those that the file holds: of a formula the value that was
 * computed last, marked; dates are told from numbers by their format. Merged
 * cells have their value in the first of them. Hidden rows are rows. */
#ifndef SHEET_SHEET_H
#define SHEET_SHEET_H

#include "base/sealed.h"
#include "sheet/finding.h"

enum sheet_kind { SHEET_CSV, SHEET_XLSX, SHEET_KINDS };

enum sheet_encoding {
	SHEET_GUESS,
#define ENCODING(symbol, name) SHEET_##symbol,
#include "base/encodings.def"
#undef ENCODING
	SHEET_ENCODINGS
};

struct sheet_limits {
	uint64_t file_bytes;
	uint64_t plain_bytes; /* of one part of a workbook, unpacked */
	uint32_t ratio;       /* unpacked to packed, from 16 MiB on */
	uint32_t parts;       /* files in the archive */
	uint32_t sheets;
	uint32_t rows, columns;
	uint64_t cells; /* that hold something; and shared strings */
	uint32_t cell_bytes, row_bytes;
	/* Of the child alone (child.h). */
	uint32_t cpu_s, wall_s;
	uint64_t grow_bytes, spill_bytes;
};
/* 200 MiB, 1,048,576 rows, 20 cells for each of them. */
extern const struct sheet_limits sheet_limits_usual;

struct sheet_file {
	int fd;                /* stays the caller's; its offset is not used */
	struct sealed *sealed; /* base/sealed.h: the same file; or NULL */
	struct str name;       /* as its sender called it: the ending counts */
	int spill; /* an empty file nobody else sees; -1: CSV only */
	enum sheet_encoding encoding; /* of CSV */
	char delimiter;               /* of CSV; 0: , ; or TAB is found */
	struct sheet_limits limits;
	struct sheet_finding *found; /* gets what ERR_INVALID was; or NULL */
};

enum sheet_cell_kind {
	SHEET_EMPTY,
	SHEET_TEXT,
	SHEET_NUMBER,   /* the shortest decimal text that reads back */
	SHEET_BOOL,     /* "true", "false" */
	SHEET_DATE,     /* 2026-11-20, Gregorian as the file has it */
	SHEET_DATETIME, /* 2026-11-20T09:14:00, to the second */
	SHEET_TIME,     /* 09:14:00; of a duration more than 24 hours too */
	SHEET_ERROR,    /* "#N/A" */
	SHEET_CELL_KINDS
};
struct sheet_cell {
	enum sheet_cell_kind kind;
	bool formula;
	struct str s; /* well-formed UTF-8 */
};
/* Up to its last cell that holds something; rows without any are passed over. */
struct sheet_row {
	uint32_t number; /* from 1, as a spreadsheet shows it */
	size_t n;
	const struct sheet_cell *v;
};

struct sheet_tab {
	struct str name; /* "" in a CSV */
	bool hidden;
};

struct sheet; /* belongs to cx's arena */

/* What is wrong with the file is ERR_INVALID here and below; file->found lives
 * as long as the sheet. */
MUST_CHECK enum err sheet_open(
    struct ctx *, const struct sheet_file *, struct sheet **ret);
enum sheet_kind sheet_kind_of(const struct sheet *);
const struct sheet_tab *sheet_tabs(const struct sheet *, size_t *ret_n);
enum sheet_encoding sheet_encoding_of(const struct sheet *);
char sheet_delimiter_of(const struct sheet *);
/* Before the first row; once. */
MUST_CHECK enum err sheet_choose(struct sheet *, size_t tab);
/* The next row, or NULL at the end; it holds until the next call. */
MUST_CHECK enum err sheet_next(struct sheet *, const struct sheet_row **ret);
/* How far, in thousandths of the file. */
uint32_t sheet_progress(const struct sheet *);

#endif
