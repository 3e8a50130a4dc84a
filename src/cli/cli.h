/* cli.h - what every subcommand has in hand, and how it speaks: data on stdout,
 * messages on stderr in the language of the environment, and the exit codes of
 * docs/API.md. A subcommand is a function cmd_NAME in a file of its own; their
 * table is commands.def. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/ctx.h"
#include "base/json.h"

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_CONFIG = 3,
	EXIT_NOT_FOUND = 4,
	EXIT_REFUSED = 5,
	EXIT_INTEGRITY = 6,
};

struct cli {
	struct arena *arena;
	struct ctx cx;
	const struct subcommand *command;
	int argc; /* what follows the subcommand */
	char **argv;
	/* --dir, --config, --json: every subcommand takes them. */
	struct str dir, config;
	bool json;
	/* "section.key=value": holds instead of what pratu.conf says. */
	const struct str *sets;
	size_t n_sets;
};

struct subcommand {
	const char *name;
	int (*run)(struct cli *);
	enum msg help;
	const char *usage; /* what follows "pratu NAME" */
};
extern const struct subcommand subcommands[];
extern const size_t n_subcommands;

#define SUBCOMMAND(name, text, usage) int cmd_##name(struct cli *);
#include "cli/commands.def"
#undef SUBCOMMAND

/* A message on stderr, after "pratu: ". */
void say(const struct cli *, enum msg);
void say1(const struct cli *, enum msg, struct str);
void say2(const struct cli *, enum msg, struct str, struct str);
void say3(const struct cli *, enum msg, struct str, struct str, struct str);

/* Says why cx failed, with each wrong field and the detail; the exit code. */
int cli_fault(const struct cli *);

/* One line of data on stdout. */
void out_line(struct str);
void out_msg2(const struct cli *, enum msg, struct str, struct str);
/* A document, canonical, on one line. */
void out_json(const struct cli *, const json_t *);

#endif
