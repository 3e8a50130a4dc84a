/* table_file.h - a table that was sent in (core/inbound.h), opened for its rows:
 * unsealed piece by piece, and read by a process that can do nothing else
 * (sheet/child.h). For src/gate's tables alone. */
#ifndef GATE_TABLE_FILE_H
#define GATE_TABLE_FILE_H

#include "core/inbound.h"
#include "gate/app.h"
#include "gate/code_lists.h"
#include "sheet/child.h"
#include "sheet/columns.h"

struct table_file {
	struct gate_visit *v; /* its arena has the file */
	struct sheet_file sheet;
	struct sheet_finding found; /* of ERR_INVALID */
	const struct wire_head *head;
	size_t tab; /* of head->tabs */
	struct sheet_child *child;
};

/* The file, when it is there and has the bytes that came. Else ERR_GONE, and
 * *ret_lost says "absent" or "changed"; `whole`: all of it is looked at. */
MUST_CHECK enum err table_file_open(struct gate_visit *, const struct inbound *,
    bool whole, struct table_file *ret, struct str *ret_lost);
/* What it is: head and tab. ERR_INVALID with `found`. */
MUST_CHECK enum err table_file_look(
    struct table_file *, const struct inbound *);
/* From the first row on, headings first; again when it was called before. */
MUST_CHECK enum err table_file_begin(struct table_file *);
MUST_CHECK enum err table_file_next(
    struct table_file *, const struct sheet_row **ret);

/* "utf-8" "utf-16le" "utf-16be" "cp874". */
struct str table_encoding_name(enum sheet_encoding);
/* What a column was chosen, or found, to be: {check, era, needed, codes, list}. What
 * is absent there stays. `lists` may be NULL. */
void table_column_as(struct arena *, const struct code_lists *lists,
    const json_t *said, struct sheet_column *);
json_t *table_column_json(struct arena *, const struct sheet_column *);
/* {code, row, column, detail} */
json_t *table_finding_json(struct arena *, const struct sheet_finding *);

/* What is wrong in a table, cell by cell, sealed beside it: gate/tables/UPLOAD.
 * {wrong: [{row, column, name, value, key, list, meant}], double: [{row, first}],
 * lists: code_lists.h, left: base64 of a bit for each row that is left out}. list and
 * meant: of a code. */
enum { TABLE_WRONG = 1000, TABLE_DOUBLE = 200 };
MUST_CHECK enum err table_notes_write(
    struct gate_visit *, struct str upload, const json_t *notes);
/* An empty object where there are none. */
MUST_CHECK enum err table_notes_read(
    struct gate_visit *, struct str upload, json_t **ret);
/* What is wrong with one of `wrong`, in the visit's language. */
struct str table_noted_why(
    struct gate_visit *, const json_t *notes, const json_t *wrong);
/* No harm when there are none; false: the disk said no. */
MUST_CHECK bool table_notes_drop(
    struct arena *, const struct gate *, struct str upload);

#endif
