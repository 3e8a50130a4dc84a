/* table_import.h - how a CSV file of units, systems or persons comes in: the
 * whole file or nothing. The first line names the columns, in any order. What is
 * wrong is said line by line with its column; what looks like Thai that was
 * damaged on its way (recognised from a picture, or pasted) is a warning; what
 * the file changes stands in the report field by field. */
#ifndef CORE_TABLE_IMPORT_H
#define CORE_TABLE_IMPORT_H

#include "base/ctx.h"
#include "base/json.h"

enum {
	IMPORT_MAX_COLUMNS = 16,
	IMPORT_MAX_ROWS = 5000,
	IMPORT_MAX_PROBLEMS = 50,
	IMPORT_MAX_BYTES = 1 << 20
};

/* One kind of thing. */
struct import_kind {
	/* The first is the key; the first `n_needed` must be in the file. */
	const char *const *columns;
	size_t n_columns, n_needed;
	/* All there are, as objects with the columns' names. */
	enum err (*list)(struct ctx *, json_t **ret);
	/* Adds or changes one; `cells` in the order of `columns`, well-formed
	 * UTF-8, absent ones empty. A wrong field has its column's name. Write
	 * transaction. */
	enum err (*put)(struct ctx *, const struct str *cells);
};

/* What is wrong at a place of the file, or looks damaged there. */
struct import_problem {
	int line;
	struct str column;
	enum msg msg;
	struct str arg; /* of a warning: the word, up to the damage */
};

struct import_field {
	struct str column, was, now;
};
enum import_change { IMPORT_new, IMPORT_changed, IMPORT_same, IMPORT_CHANGES };
extern const char *const import_change_names[IMPORT_CHANGES];

struct import_line {
	int line;
	struct str key;
	enum import_change change;
	bool ended;                        /* it is active no more */
	const struct import_field *fields; /* none when all is as before */
	size_t n_fields;
};

struct import_report {
	const struct import_line *lines;
	size_t n;
	size_t counts[IMPORT_CHANGES];
	const struct str *untouched; /* keys that the file does not name */
	size_t n_untouched;
	const struct import_problem *problems, *warnings;
	size_t n_problems, n_warnings;
	struct str digest; /* of all that changes, in hex */
};

/* Does what the file says, in the write transaction in hand, and tells what that
 * was: for a look the caller does not commit. ERR_INVALID for a file that must
 * not be kept: ret->problems say why, and cx's fields are "line 12: COLUMN".
 * With any other failure there are no problems. */
MUST_CHECK enum err import_table(struct ctx *, const struct import_kind *,
    struct str text, struct import_report *ret);

/* {new, changed, same, dry_run, digest, lines[{line, KEY, change, fields[{field,
 * was, now}]}], ended[], untouched[], warnings[{line, field, word}]} */
json_t *import_json(struct arena *, const struct import_kind *,
    const struct import_report *, bool dry_run);

/* The next word of a list with blanks between; false at its end. */
bool import_word(struct str *cursor, struct str *ret);

/* Whether well-formed text has what no Thai writer writes (a letter of another
 * script within a Thai word, two vowels above one consonant, a mark without a
 * consonant); *ret is the word up to there: a view. */
bool thai_damaged(struct str, struct str *ret);

#endif
