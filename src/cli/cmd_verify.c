#include "base/str.h"
#include "cli/options.h"
#include "cli/store.h"
#include "core/event.h"

enum { MAX_FAULTS = 1000 }; /* in the JSON; all are counted */

struct verify {
	struct cli *cli;
	json_t *faults;
};

static void report(void *arg, const struct chain_fault *f)
{
	struct verify *v = arg;
	struct str seq = str_fmt(v->cli->arena, "%lld", (long long)f->seq);

	if (json_array_size(v->faults) < MAX_FAULTS) {
		json_t *o = json_new_object(v->cli->arena);
		json_put_int(o, "seq", f->seq);
		json_put_text(o, "what", f->what);
		json_add(v->faults, o);
	}
	say2(v->cli, MSG_cli_verify_fault, seq,
	    msg_code(v->cli->arena, v->cli->cx.lang, STR("chain."), f->what));
}

int cmd_verify(struct cli *cli)
{
	struct verify v = { .cli = cli };
	int64_t events, bad;
	struct words words;
	int code;

	if (!options_read(cli, NULL, 0, 0, 0, &words, &code))
		return code;
	code = store_for(cli, true, false);
	if (code)
		return code;
	v.faults = json_new_array(cli->arena);
	if (chain_verify(&cli->cx, report, &v, &events, &bad))
		return cli_fault(cli);
	if (cli->json) {
		json_t *o = json_new_object(cli->arena);
		json_put_int(o, "events", events);
		json_put_int(o, "bad", bad);
		json_put(o, "faults", v.faults);
		out_json(cli, o);
	} else {
		out_msg2(cli, bad ? MSG_cli_verify_bad : MSG_cli_verify_good,
		    str_fmt(cli->arena, "%lld", (long long)events),
		    str_fmt(cli->arena, "%lld", (long long)bad));
	}
	return bad ? EXIT_INTEGRITY : EXIT_DONE;
}
