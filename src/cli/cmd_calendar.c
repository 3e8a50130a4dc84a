#include "base/csv.h"
#include "base/str.h"
#include "cli/cmd_import.h"
#include "cli/options.h"
#include "cli/store.h"
#include "core/calendar.h"
#include "sql/sql.h"

enum { DAY, KIND, NAME_TH, NAME_EN, COLUMNS };

/* What calendar_import has found to be well formed. */
static void show(struct cli *cli, struct str text, bool all)
{
	struct csv csv = csv_begin(text);
	struct str cells[COLUMNS];
	size_t n;

	if (!csv_next(&csv, cli->arena, cells, COLUMNS, &n))
		return;
	while (csv_next(&csv, cli->arena, cells, COLUMNS, &n)) {
		import_warn(cli, csv.line, STR("name_th"), cells[NAME_TH]);
		import_warn(cli, csv.line, STR("name_en"), cells[NAME_EN]);
		if (all)
			out_line(str_fmt(cli->arena, "%.*s\t%.*s\t%.*s",
			    STR_ARG(cells[DAY]), STR_ARG(cells[KIND]),
			    STR_ARG(cells[NAME_TH])));
	}
}

static int import(struct cli *cli, struct str path, bool dry_run)
{
	struct str text;
	int64_t days;

	int code = import_read(cli, path, &text);
	if (!code)
		code = store_for(cli, true, true);
	if (code)
		return code;
	if (calendar_import(&cli->cx, text, &days))
		return cli_fault(cli);
	if (dry_run)
		store_end(&cli->cx);
	else if (store_commit(&cli->cx))
		return cli_fault(cli);
	show(cli, text, dry_run && !cli->json);
	if (cli->json) {
		json_t *o = json_new_object(cli->arena);
		json_put_int(o, "days", days);
		json_put_flag(o, "dry_run", dry_run);
		out_json(cli, o);
		return EXIT_DONE;
	}
	out_msg2(cli, dry_run ? MSG_cli_calendar_dry : MSG_cli_calendar_done,
	    str_fmt(cli->arena, "%lld", (long long)days), STR(""));
	return EXIT_DONE;
}

int cmd_calendar(struct cli *cli)
{
	bool dry_run = false;
	const struct opt opts[] = {
		{ .name = "dry-run", .flag = &dry_run },
	};
	struct words words;
	int code;

	if (!options_read(cli, opts, COUNT(opts), 2, 2, &words, &code))
		return code;
	if (!str_eq(words.v[0], STR("import")))
		return usage_wrong(cli);
	return import(cli, words.v[1], dry_run);
}
