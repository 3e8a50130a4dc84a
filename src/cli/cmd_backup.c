#include "base/str.h"
#include "base/thai.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/store.h"
#include "core/backups.h"
#include "sql/sql.h"

static int list(struct cli *cli)
{
	const struct backup *v;
	size_t n;
	int code = store_for(cli, true, false);
	if (code)
		return code;
	if (backup_list(&cli->cx, &v, &n))
		return cli_fault(cli);
	json_t *all = json_new_array(cli->arena);
	for (size_t i = 0; i < n; i++) {
		json_t *o = json_new_object(cli->arena);
		json_put_text(o, "name", v[i].name);
		json_put_text(o, "made", v[i].made);
		json_put_text(o, "until", v[i].until);
		json_add(all, o);
		if (!cli->json)
			out_line(str_fmt(cli->arena, "%.*s\t%.*s\t%.*s",
			    STR_ARG(v[i].name), STR_ARG(v[i].made),
			    STR_ARG(v[i].until)));
	}
	if (cli->json)
		out_json(cli, all);
	return EXIT_DONE;
}

static int note(struct cli *cli, struct backup *b)
{
	struct date made, until;
	b->name = thai_normal(cli->arena, b->name);
	if (b->name.n == 0 || str_chars(b->name) > BACKUP_NAME_CHARS) {
		say(cli, MSG_cli_backup_name);
		return EXIT_REFUSED;
	}
	if (!date_parse_iso(b->made, &made) ||
	    !date_parse_iso(b->until, &until) || date_cmp(until, made) < 0) {
		say(cli, MSG_cli_backup_days);
		return EXIT_REFUSED;
	}
	int code = store_for(cli, true, true);
	if (code)
		return code;
	if (backup_note(&cli->cx, b) || store_commit(&cli->cx))
		return cli_fault(cli);
	return EXIT_DONE;
}

static int drop(struct cli *cli, struct str name)
{
	int code = store_for(cli, true, true);
	if (code)
		return code;
	enum err e = backup_drop(&cli->cx, name);
	if (e == ERR_NOT_FOUND) {
		say1(cli, MSG_cli_backup_unknown, name);
		return EXIT_NOT_FOUND;
	}
	if (e || store_commit(&cli->cx))
		return cli_fault(cli);
	return EXIT_DONE;
}

int cmd_backup(struct cli *cli)
{
	struct words words;
	struct backup b = { 0 };
	const struct opt opts[] = { { .name = "made", .text = &b.made },
		{ .name = "until", .text = &b.until } };
	int code;
	if (!options_read(cli, opts, COUNT(opts), 1, 2, &words, &code))
		return code;
	b.name = words.v[1];
	if (str_eq(words.v[0], STR("list")) && words.n == 1)
		return list(cli);
	if (str_eq(words.v[0], STR("note")) && words.n == 2)
		return note(cli, &b);
	if (str_eq(words.v[0], STR("drop")) && words.n == 2)
		return drop(cli, b.name);
	return usage_wrong(cli);
}
