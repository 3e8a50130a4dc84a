/* cmd_import.h - importing a CSV file of units, systems or persons
 * (core/table_import.h) from the command line, and listing them. */
#ifndef CLI_CMD_IMPORT_H
#define CLI_CMD_IMPORT_H

#include "cli/cli.h"
#include "core/people.h"
#include "core/table_import.h"

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

/* The command: "list", or "import FILE" with --dry-run. */
int import_command(struct cli *, const struct import_kind *,
    const char *const *names, size_t n_names);

/* Persons are cmd_user.c's, but for this. */
int user_import(struct cli *, struct str path, bool dry_run);
json_t *person_json(struct arena *, const struct person *);
/* ROLE[@OFFICE][/UNIT]: false when there is no such role. What follows '@' and
 * '/' is checked by person_add. */
bool role_parse(struct str, struct held_role *ret, struct str *ret_name);

#endif
