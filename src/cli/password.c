#include "cli/password.h"

#include <errno.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/disk.h"

enum { MAX_LINE = 2000 };

/* One line without its end, typed on a terminal that shows nothing. */
static bool read_line(struct arena *a, struct str *ret)
{
	char line[MAX_LINE];

	ssize_t n = read(STDIN_FILENO, line, sizeof line);
	if (n < 0)
		return false;
	*ret = str_dup(a, str_n(line, (size_t)n));
	explicit_bzero(line, sizeof line);
	return true;
}

static bool read_hidden(struct cli *cli, struct str *ret)
{
	struct termios shown, hidden;

	if (tcgetattr(STDIN_FILENO, &shown) != 0)
		return disk_read(cli->arena, STR("-"), MAX_LINE, ret);
	say(cli, MSG_cli_password_ask);
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	bool ok = read_line(cli->arena, ret);
	int why = errno;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	errno = why;
	return ok;
}

int password_ask(struct cli *cli, struct str *ret)
{
	struct str text, rest;

	if (!read_hidden(cli, &text)) {
		say2(cli, MSG_cli_file_read, STR("-"), str_of(strerror(errno)));
		return EXIT_FAILED;
	}
	str_cut(text, '\n', &text, &rest);
	if (str_ends(text, STR("\r")))
		text.n--;
	if (text.n == 0) {
		say(cli, MSG_cli_password_none);
		return EXIT_USAGE;
	}
	*ret = text;
	return EXIT_DONE;
}
