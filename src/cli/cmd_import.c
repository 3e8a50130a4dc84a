#include "cli/cmd_import.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "cli/disk.h"
#include "cli/options.h"
#include "cli/store.h"
#include "sql/sql.h"

int import_read(struct cli *cli, struct str path, struct str *ret)
{
	if (disk_read(cli->arena, path, IMPORT_MAX_BYTES, ret))
		return EXIT_DONE;
	int code = errno == ENOENT ? EXIT_NOT_FOUND : EXIT_FAILED;
	say2(cli, MSG_cli_file_read, path, str_of(strerror(errno)));
	return code;
}

static struct str number(const struct cli *cli, size_t n)
{
	return str_fmt(cli->arena, "%zu", n);
}

static void say_damaged(
    const struct cli *cli, int line, struct str column, struct str word)
{
	say3(cli, MSG_cli_import_damaged, number(cli, (size_t)line), column,
	    word);
}

void import_warn(
    const struct cli *cli, int line, struct str column, struct str cell)
{
	struct str word;

	if (thai_damaged(cell, &word))
		say_damaged(cli, line, column, word);
}

static void say_problems(const struct cli *cli, const struct import_report *r)
{
	for (size_t i = 0; i < r->n_problems; i++) {
		const struct import_problem *p = &r->problems[i];
		say3(cli, MSG_cli_import_line, number(cli, (size_t)p->line),
		    p->column,
		    msg_fill(cli->arena, cli->cx.lang, p->msg, &p->arg, 1));
	}
	if (r->n_problems >= IMPORT_MAX_PROBLEMS)
		say1(cli, MSG_cli_import_enough, number(cli, r->n_problems));
}

/* "changed\tHRIS", and below it each field: "\tname_th\twas\tnow". */
static void show_line(const struct cli *cli, const struct import_line *l)
{
	out_line(str_fmt(cli->arena, "%s\t%.*s", import_change_names[l->change],
	    STR_ARG(l->key)));
	for (size_t i = 0; l->change == IMPORT_changed && i < l->n_fields; i++)
		out_line(str_fmt(cli->arena, "\t%.*s\t%.*s\t%.*s",
		    STR_ARG(l->fields[i].column), STR_ARG(l->fields[i].was),
		    STR_ARG(l->fields[i].now)));
}

static void report(struct cli *cli, const struct import_kind *kind,
    const struct import_report *r, bool dry_run)
{
	if (cli->json) {
		out_json(cli, import_json(cli->arena, kind, r, dry_run));
		return;
	}
	for (size_t i = 0; dry_run && i < r->n; i++)
		show_line(cli, &r->lines[i]);
	for (size_t i = 0; i < r->n; i++)
		if (r->lines[i].ended)
			out_msg2(cli, MSG_cli_import_ended, r->lines[i].key,
			    STR(""));
	struct str args[] = { number(cli, r->counts[IMPORT_new]),
		number(cli, r->counts[IMPORT_changed]),
		number(cli, r->counts[IMPORT_same]) };
	out_line(msg_fill(cli->arena, cli->cx.lang,
	    dry_run ? MSG_cli_import_dry : MSG_cli_import_done, args, 3));
}

int import_file(struct cli *cli, const struct import_kind *kind,
    struct str path, bool dry_run)
{
	struct import_report r;
	struct str text;

	int code = import_read(cli, path, &text);
	if (!code)
		code = store_for(cli, true, true);
	if (code)
		return code;
	enum err e = import_table(&cli->cx, kind, text, &r);
	for (size_t i = 0; i < r.n_warnings; i++)
		say_damaged(cli, r.warnings[i].line, r.warnings[i].column,
		    r.warnings[i].arg);
	say_problems(cli, &r);
	if (e) {
		code = r.n_problems > 0 ? EXIT_FAILED : cli_fault(cli);
		say1(cli, MSG_cli_import_nothing, path);
		return code;
	}
	if (dry_run)
		store_end(&cli->cx);
	else if (store_commit(&cli->cx))
		return cli_fault(cli);
	report(cli, kind, &r, dry_run);
	return EXIT_DONE;
}

int import_list(struct cli *cli, const struct import_kind *kind,
    const char *const *names, size_t n_names)
{
	const json_t *one;
	json_t *all;
	size_t i;

	int code = store_for(cli, true, false);
	if (code)
		return code;
	if (kind->list(&cli->cx, &all))
		return cli_fault(cli);
	if (cli->json) {
		out_json(cli, all);
		return EXIT_DONE;
	}
	json_array_foreach(all, i, one)
	{
		struct str line = json_text(one, names[0]);
		for (size_t k = 1; k < n_names; k++)
			line = str_fmt(cli->arena, "%.*s\t%.*s", STR_ARG(line),
			    STR_ARG(json_text(one, names[k])));
		out_line(line);
	}
	return EXIT_DONE;
}

int import_command(struct cli *cli, const struct import_kind *kind,
    const char *const *names, size_t n_names)
{
	bool dry_run = false;
	const struct opt opts[] = {
		{ .name = "dry-run", .flag = &dry_run },
	};
	struct words words;
	int code;

	if (!options_read(cli, opts, COUNT(opts), 1, 2, &words, &code))
		return code;
	if (str_eq(words.v[0], STR("list")) && words.n == 1)
		return import_list(cli, kind, names, n_names);
	if (str_eq(words.v[0], STR("import")) && words.n == 2)
		return import_file(cli, kind, words.v[1], dry_run);
	return usage_wrong(cli);
}
