#include "base/str.h"
#include "cli/cmd_import.h"
#include "core/system_import.h"

int cmd_system(struct cli *cli)
{
	static const char *const shown[] = { "code", "name_th", "office",
		"owner_unit", "division", "services", "officers" };
	return import_command(cli, &system_import_kind, shown, COUNT(shown));
}
