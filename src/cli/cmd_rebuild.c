#include "base/str.h"
#include "cli/options.h"
#include "cli/store.h"
#include "core/cases.h"
#include "sql/sql.h"

struct rebuild {
	struct cli *cli;
	bool check;
	json_t *differ;
};

static void report(void *arg, struct str no)
{
	struct rebuild *r = arg;

	json_add_text(r->differ, no);
	say1(r->cli,
	    r->check ? MSG_cli_rebuild_differs : MSG_cli_rebuild_replaced, no);
}

int cmd_rebuild(struct cli *cli)
{
	struct rebuild r = { .cli = cli };
	const struct opt opts[] = { { .name = "check", .flag = &r.check } };
	int64_t cases, bad;
	struct words words;
	int code;

	if (!options_read(cli, opts, COUNT(opts), 0, 0, &words, &code))
		return code;
	code = store_for(cli, true, !r.check);
	if (code)
		return code;
	r.differ = json_new_array(cli->arena);
	if (projection_rebuild(&cli->cx, !r.check, report, &r, &cases, &bad) ||
	    (!r.check && store_commit(&cli->cx)))
		return cli_fault(cli);
	if (cli->json) {
		json_t *o = json_new_object(cli->arena);
		json_put_int(o, "requests", cases);
		json_put(o, "differ", r.differ);
		out_json(cli, o);
	} else {
		out_msg2(cli, MSG_cli_rebuild_done,
		    str_fmt(cli->arena, "%lld", (long long)cases),
		    str_fmt(cli->arena, "%lld", (long long)bad));
	}
	return r.check && bad ? EXIT_INTEGRITY : EXIT_DONE;
}
