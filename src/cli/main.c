#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/crypt.h"
#include "base/near.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/cli.h"
#include "sheet/child.h"

#define SUBCOMMAND(name, text, usage) \
	{ text, cmd_##name, MSG_cli_help_##name, usage },
const struct subcommand subcommands[] = {
#include "cli/commands.def"
};
#undef SUBCOMMAND
const size_t n_subcommands = COUNT(subcommands);

/* As POSIX: LC_ALL before LC_MESSAGES before LANG; Thai when it says so. */
static enum lang lang_of_environment(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < COUNT(names); i++) {
		const char *value = getenv(names[i]);
		if (value && *value)
			return strncmp(value, "th", 2) == 0 ? LANG_TH : LANG_EN;
	}
	return LANG_EN;
}

static void list_commands(const struct cli *cli, FILE *to)
{
	struct str head = msg_text(cli->cx.lang, MSG_cli_help_head);

	fprintf(to, "%.*s\n\n", STR_ARG(head));
	for (size_t i = 0; i < n_subcommands; i++) {
		struct str help = msg_text(cli->cx.lang, subcommands[i].help);
		fprintf(to, "  pratu %-13s %.*s\n", subcommands[i].name,
		    STR_ARG(help));
	}
	struct str foot = msg_text(cli->cx.lang, MSG_cli_help_foot);
	fprintf(to, "\n%.*s\n", STR_ARG(foot));
}

static int unknown_command(const struct cli *cli, struct str name)
{
	const char *names[COUNT(subcommands)];

	for (size_t i = 0; i < n_subcommands; i++)
		names[i] = subcommands[i].name;
	struct str near = near_name(name, names, n_subcommands);
	if (near.n)
		say2(cli, MSG_cli_command_unknown_near, name, near);
	else
		say1(cli, MSG_cli_command_unknown, name);
	return EXIT_USAGE;
}

static int run(struct cli *cli, int argc, char **argv)
{
	if (argc < 2) {
		list_commands(cli, stderr);
		return EXIT_USAGE;
	}
	struct str name = str_of(argv[1]);
	if (str_eq(name, STR("--help")) || str_eq(name, STR("-h")) ||
	    str_eq(name, STR("help"))) {
		list_commands(cli, stdout);
		return EXIT_DONE;
	}
	if (str_eq(name, STR("--version")))
		name = STR("version");
	for (size_t i = 0; i < n_subcommands; i++) {
		if (!str_eq(str_of(subcommands[i].name), name))
			continue;
		cli->command = &subcommands[i];
		cli->argc = argc - 2;
		cli->argv = argv + 2;
		return cli->command->run(cli);
	}
	return unknown_command(cli, name);
}

int main(int argc, char **argv)
{
	umask(077);
	if (argc > 1 && strcmp(argv[1], SHEET_CHILD) == 0)
		sheet_child_main(argc, argv, NULL);
	signal(SIGPIPE, SIG_IGN);
	crypt_init();
	struct arena *arena = arena_new();
	struct cli cli = {
		.arena = arena,
		.cx = ctx_new(arena, time_now_ms(), lang_of_environment()),
	};
	int code = run(&cli, argc, argv);
	/* Data that did not arrive is a failure, whatever was done. */
	if ((fflush(stdout) || ferror(stdout)) && code == EXIT_DONE) {
		say(&cli, MSG_cli_stdout);
		code = EXIT_FAILED;
	}
	arena_free(arena);
	return code;
}
