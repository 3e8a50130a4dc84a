/* options.h - the arguments of one subcommand. Options may stand after
 * arguments, "--" ends them, a value follows as "--name value" or
 * "--name=value". --dir, --config, --json and --help belong to all. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cli/cli.h"

/* Plain arguments, or the values of an option that may be given again. */
struct words {
	struct str v[64];
	size_t n;
};

/* One of the three targets is set. */
struct opt {
	const char *name;
	char letter; /* 0: none */
	struct str *text;
	bool *flag;
	struct words *list;
};

/* True to go on. False when it is over: help was shown, or the usage is wrong
 * and that was said; *ret_exit is the exit code. `min` to `max` arguments. */
bool options_read(struct cli *, const struct opt *, size_t n, size_t min,
    size_t max, struct words *ret, int *ret_exit);

/* A decimal number within [min, max]; else says so and is false. */
bool option_number(const struct cli *, const char *name, struct str,
    int64_t min, int64_t max, int64_t *ret);

/* Says how the subcommand is used; EXIT_USAGE. */
int usage_wrong(const struct cli *);

#endif
