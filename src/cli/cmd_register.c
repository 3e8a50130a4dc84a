#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/disk.h"
#include "cli/options.h"
#include "cli/store.h"
#include "core/people.h"
#include "core/register.h"
#include "desk/register_out.h"
#include "sql/sql.h"

struct export
{
	struct str office, year_text, form_name, file;
	int64_t year;
	enum form form;
};

static int office_there(struct cli *cli, struct str code)
{
	const struct office *v;
	size_t n;

	if (office_list(&cli->cx, &v, &n))
		return cli_fault(cli);
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].code, code))
			return EXIT_DONE;
	say1(cli, MSG_cli_office_unknown, code);
	return EXIT_NOT_FOUND;
}

static bool understand(struct cli *cli, struct export *x)
{
	if (!x->office.n || !x->year_text.n) {
		say1(cli, MSG_cli_option_value,
		    x->office.n ? STR("--year") : STR("--office"));
		return false;
	}
	if (!option_number(cli, "--year", x->year_text, 2400, 2700, &x->year))
		return false;
	if (form_parse(x->form_name, &x->form) &&
	    (x->form == FORM_CSV || x->form == FORM_XLSX ||
		x->form == FORM_JSON))
		return true;
	say1(cli, MSG_cli_form_unknown, x->form_name);
	return false;
}

static int export_to(struct cli *cli, const struct export *x, struct str bytes)
{
	if (!x->file.n || str_eq(x->file, STR("-"))) {
		/* A short write is noticed when main flushes. */
		(void)!fwrite(bytes.p, 1, bytes.n, stdout);
		return EXIT_DONE;
	}
	if (disk_write(cli->arena, x->file, bytes))
		return EXIT_DONE;
	say2(cli, MSG_cli_file_write, x->file, str_of(strerror(errno)));
	return EXIT_FAILED;
}

static int export(struct cli *cli, struct export *x)
{
	struct register_book book;
	struct ctx *cx = &cli->cx;
	struct str bytes;

	int code = understand(cli, x) ? EXIT_DONE : usage_wrong(cli);
	if (!code)
		code = store_for(cli, true, false);
	if (!code)
		code = office_there(cli, x->office);
	if (code)
		return code;
	if (register_read(cx, x->office, x->year, &book))
		return cli_fault(cli);
	if (x->form == FORM_JSON)
		bytes = str_cat(cli->arena,
		    json_compact(
			cli->arena, register_json(cli->arena, x->office,
					x->year, book.rows, book.n)),
		    STR("\n"));
	else if (register_file(cx, x->office, x->year, x->form, &book, &bytes))
		return cli_fault(cli);
	return export_to(cli, x, bytes);
}

int cmd_register(struct cli *cli)
{
	struct export x = { .form_name = { NULL, 0 } };
	const struct opt opts[] = {
		{ .name = "office", .text = &x.office },
		{ .name = "year", .text = &x.year_text },
		{ .name = "format", .text = &x.form_name },
		{ .name = "output", .letter = 'o', .text = &x.file },
	};
	struct words words;
	int code;

	if (!options_read(cli, opts, COUNT(opts), 1, 1, &words, &code))
		return code;
	if (!str_eq(words.v[0], STR("export")))
		return usage_wrong(cli);
	if (!x.form_name.n)
		x.form_name = cli->json ? STR("json") : STR("csv");
	return export(cli, &x);
}
