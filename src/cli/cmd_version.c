#include "base/str.h"
#include "cli/options.h"

int cmd_version(struct cli *cli)
{
	struct words args;
	int code;

	if (!options_read(cli, NULL, 0, 0, 0, &args, &code))
		return code;
	if (!cli->json) {
		out_line(STR("pratu " PRATU_VERSION));
		return EXIT_DONE;
	}
	json_t *o = json_new_object(cli->arena);
	json_put_text(o, "version", STR(PRATU_VERSION));
	out_json(cli, o);
	return EXIT_DONE;
}
