/* cmd_import.h - how a CSV file of units, systems or persons comes in: the whole
 * file or nothing. The first line names the columns, in any order. Every bad
 * line is said with its number, its column and why; what looks like Thai that
 * was damaged on its way (recognised from a picture, or pasted) is a warning. */
#ifndef CLI_CMD_IMPORT_H
#define CLI_CMD_IMPORT_H

#include "cli/cli.h"
#include "core/people.h"

enum { IMPORT_MAX_COLUMNS = 16, IMPORT_MAX_BYTES = 1 << 20 };

/* One kind of thing. */
struct import_kind {
	/* The first is the key; the first `n_needed` must be in the file. */
	const char *const *columns;
	size_t n_columns, n_needed;
	/* All there are, as objects in which the key has its column's name. */
	enum err (*list)(struct ctx *, json_t **ret);
	/* Adds or changes one; `cells` in the order of `columns`, well-formed
	 * UTF-8, absent ones empty. A wrong field has its column's name. Write
	 * transaction. */
	enum err (*put)(struct ctx *, const struct str *cells);
};

/* Reads the file and says what it did; the exit code. With `dry_run` it says,
 * line by line, what would be, and changes nothing. */
int import_file(
    struct cli *, const struct import_kind *, struct str path, bool dry_run);

/* The text of a file ("-" is standard input), or the exit code. */
int import_read(struct cli *, struct str path, struct str *ret);
/* Warns when the cell looks damaged. */
void import_warn(const struct cli *, int line, struct str column, struct str);

/* Prints all of a kind: JSON, or the members `names` between tabs. */
int import_list(struct cli *, const struct import_kind *,
    const char *const *names, size_t n_names);

/* The next word of a list with blanks between; false at its end. */
bool import_word(struct str *cursor, struct str *ret);

/* Whether well-formed text has what no Thai writer writes (a letter of another
 * script within a Thai word, two vowels above one consonant, a mark without a
 * consonant); *ret is the word up to there: a view. */
bool thai_damaged(struct str, struct str *ret);

/* Persons are cmd_user.c's, but for this. */
int user_import(struct cli *, struct str path, bool dry_run);
json_t *person_json(struct arena *, const struct person *);
/* ROLE[@OFFICE][/UNIT]: false when there is no such role. What follows '@' and
 * '/' is checked by person_add. */
bool role_parse(struct str, struct held_role *ret, struct str *ret_name);

#endif
