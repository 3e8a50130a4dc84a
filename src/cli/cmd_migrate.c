#include "base/str.h"
#include "cli/config.h"
#include "cli/options.h"
#include "cli/store.h"
#include "core/cases.h"
#include "sql/sql.h"

static void broken(void *arg, struct str no)
{
	say1(arg, MSG_cli_migrate_broken, no);
}

/* A newer program may say more of a request in its lists. One that was stopped
 * before it was done has left word that it is still to be. */
static int rebuild(struct cli *cli, bool migrated)
{
	int64_t n_broken;
	bool needed = false;
	int code = store_for(cli, true, true);
	if (code)
		return code;
	if (projection_needed(&cli->cx, &needed))
		return cli_fault(cli);
	if (!migrated && !needed)
		return EXIT_DONE;
	if (projection_mend(&cli->cx, broken, cli, &n_broken) ||
	    store_commit(&cli->cx))
		return cli_fault(cli);
	return EXIT_DONE;
}

int cmd_migrate(struct cli *cli)
{
	int64_t people = 0, shared = 0;
	struct config config;
	struct site site;
	struct words args;
	int code;

	if (!options_read(cli, NULL, 0, 0, 0, &args, &code))
		return code;
	code = config_load(cli, &config);
	if (!code)
		code = config_site(cli, &config, PROCESS_ADMIN, &site);
	if (code)
		return code;
	if (site_migrate(&cli->cx, &site, &people, &shared))
		return cli_fault(cli);
	code = rebuild(cli, people > 0);
	if (code)
		return code;
	if (cli->json) {
		json_t *o = json_new_object(cli->arena);
		json_put_int(o, "people", people);
		json_put_int(o, "shared", shared);
		out_json(cli, o);
		return EXIT_DONE;
	}
	out_msg2(cli, MSG_cli_migrated,
	    str_fmt(cli->arena, "%lld", (long long)people),
	    str_fmt(cli->arena, "%lld", (long long)shared));
	return EXIT_DONE;
}
