#include <stdio.h>

#include "base/str.h"
#include "cli/cli.h"

static void say_args(
    const struct cli *cli, enum msg msg, const struct str *v, size_t n)
{
	struct str text = msg_fill(cli->arena, cli->cx.lang, msg, v, n);

	/* What was printed before stands before it. */
	fflush(stdout);
	fprintf(stderr, "pratu: %.*s\n", STR_ARG(text));
}

void say(const struct cli *cli, enum msg msg)
{
	say_args(cli, msg, NULL, 0);
}

void say1(const struct cli *cli, enum msg msg, struct str a)
{
	say_args(cli, msg, &a, 1);
}

void say2(const struct cli *cli, enum msg msg, struct str a, struct str b)
{
	say_args(cli, msg, (struct str[]){ a, b }, 2);
}

void say3(const struct cli *cli, enum msg msg, struct str a, struct str b,
    struct str c)
{
	say_args(cli, msg, (struct str[]){ a, b, c }, 3);
}

static int exit_of(enum err e)
{
	switch (e) {
	case OK:
		return EXIT_DONE;
	case ERR_NOT_FOUND:
		return EXIT_NOT_FOUND;
	case ERR_UNAUTHENTICATED:
	case ERR_DENIED:
	case ERR_CONFLICT:
	case ERR_GONE:
	case ERR_STALE:
	case ERR_RATE:
		return EXIT_REFUSED;
	case ERR_SYNTAX:
	case ERR_METHOD:
	case ERR_FORMAT:
	case ERR_LENGTH:
	case ERR_TOO_LARGE:
	case ERR_MEDIA:
	case ERR_INVALID:
	case ERR_BROKEN:
	case ERR_BUSY:
	case ERR_TIME_LIMIT:
	case ERRS:
		break;
	}
	return EXIT_FAILED;
}

int cli_fault(const struct cli *cli)
{
	const struct fault *f = &cli->cx.fault;
	struct str text = fault_text(&cli->cx);

	fflush(stdout);
	fprintf(stderr, "pratu: %.*s\n", STR_ARG(text));
	for (const struct field_error *fe = f->fields; fe; fe = fe->next) {
		text = msg_fill(cli->arena, cli->cx.lang, fe->msg, &fe->arg, 1);
		fprintf(stderr, "  %.*s: %.*s\n", STR_ARG(fe->field),
		    STR_ARG(text));
	}
	if (f->detail.n)
		fprintf(stderr, "  %.*s\n", STR_ARG(f->detail));
	return exit_of(f->err);
}

void out_line(struct str line)
{
	printf("%.*s\n", STR_ARG(line));
}

void out_msg2(const struct cli *cli, enum msg msg, struct str a, struct str b)
{
	out_line(
	    msg_fill(cli->arena, cli->cx.lang, msg, (struct str[]){ a, b }, 2));
}

void out_json(const struct cli *cli, const json_t *doc)
{
	out_line(json_compact(cli->arena, doc));
}
