#include "base/str.h"
#include "cli/cmd_import.h"
#include "cli/options.h"
#include "core/system_import.h"

int cmd_system(struct cli *cli)
{
	static const char *const shown[] = { "code", "name_th", "office",
		"owner_unit", "division", "services", "officers" };
	bool dry_run = false;
	const struct opt opts[] = {
		{ .name = "dry-run", .flag = &dry_run },
	};
	struct words words;
	int code;

	if (!options_read(cli, opts, COUNT(opts), 1, 2, &words, &code))
		return code;
	if (str_eq(words.v[0], STR("list")) && words.n == 1)
		return import_list(
		    cli, &system_import_kind, shown, COUNT(shown));
	if (str_eq(words.v[0], STR("import")) && words.n == 2)
		return import_file(
		    cli, &system_import_kind, words.v[1], dry_run);
	return usage_wrong(cli);
}
