#include "cli/config.h"
#include "cli/options.h"

int cmd_check_config(struct cli *cli)
{
	struct config config;
	struct words args;
	int code;

	if (!options_read(cli, NULL, 0, 0, 0, &args, &code))
		return code;
	code = config_load(cli, &config);
	if (code)
		return code;
	if (!cli->json) {
		out_msg2(cli, MSG_cli_config_ok, config.file, config.dir);
		return EXIT_DONE;
	}
	json_t *o = json_new_object(cli->arena);
	json_put_text(o, "file", config.file);
#define KEY(section, key, member, what) \
	json_put_text(o, #section "." #key, config.member);
#include "cli/config.def"
#undef KEY
	out_json(cli, o);
	return EXIT_DONE;
}
