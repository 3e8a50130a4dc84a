#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "cli/disk.h"
#include "cli/options.h"
#include "cli/store.h"
#include "cli/verify.h"
#include "core/event.h"
#include "sql/sql.h"

enum {
	MAX_FAULTS = 1000, /* in the JSON; all are counted */
	MAX_RECEIPT = 1 << 20
};

struct given {
	struct str log, receipt, key;
};

void verify_bad(struct verify *v, json_t *o)
{
	v->bad++;
	if (json_array_size(v->faults) < MAX_FAULTS)
		json_add(v->faults, o);
}

void verify_event(struct verify *v, int64_t seq, struct str code)
{
	struct arena *a = v->cli->arena;
	json_t *o = json_new_object(a);
	json_put_int(o, "seq", seq);
	json_put_text(o, "what", code);
	verify_bad(v, o);
	say2(v->cli, MSG_cli_verify_fault, str_fmt(a, "%lld", (long long)seq),
	    msg_code(a, v->cli->cx.lang, STR("chain."), code));
}

static void report(void *arg, const struct chain_fault *f)
{
	verify_event(arg, f->seq, f->what);
}

static int fault(struct cli *cli, enum err e)
{
	int code = cli_fault(cli);
	return e == ERR_NOT_FOUND ? EXIT_NOT_FOUND : code;
}

static void show_chain(const struct verify *v, int64_t bad)
{
	struct arena *a = v->cli->arena;
	out_msg2(v->cli, bad ? MSG_cli_verify_bad : MSG_cli_verify_good,
	    str_fmt(a, "%lld", (long long)v->events),
	    str_fmt(a, "%lld", (long long)bad));
}

/* The chain of events and what was signed of it, as of one moment. */
static enum err verify_chain(
    struct verify *v, const struct site *site, struct str heads)
{
	struct ctx *cx = &v->cli->cx;
	int64_t bad;
	enum err e = chain_verify(cx, report, v, &v->events, &bad);
	if (!e)
		e = verify_heads(v, site, heads);
	store_end(cx);
	if (!e && !v->cli->json)
		show_chain(v, v->bad);
	return e;
}

static struct str logs_of(struct arena *a, const struct site *site)
{
	return str_cat(a, site->gate_dir, STR("/evidence"));
}

/* The keys that --key names, or the installation's. */
static enum err read_keys(struct verify *v, const struct given *g,
    const struct site *site, struct note_keys *ret)
{
	struct str path = g->key.n ? g->key
	                           : str_cat(v->cli->arena, site->shared_dir,
					 STR("/evidence.pub"));
	return note_keys_read(&v->cli->cx, path, ret);
}

/* Before the first start of a gate there are neither logs nor keys. */
static enum err verify_all_logs(
    struct verify *v, const struct given *g, const struct site *site)
{
	struct note_keys keys;
	struct ctx *cx = &v->cli->cx;
	enum err e = read_keys(v, g, site, &keys);
	if (e == ERR_NOT_FOUND) {
		keys.n = 0;
		e = OK;
	}
	if (!e)
		e = verify_logs(
		    v, logs_of(cx->arena, site), &keys, site->shared_dir);
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err verify_one_receipt(
    struct verify *v, const struct given *g, const struct site *site)
{
	struct cli *cli = v->cli;
	struct note_keys keys;
	struct str text;
	enum err e = read_keys(v, g, site, &keys);
	if (e)
		return e;
	if (!disk_read(cli->arena, g->receipt, MAX_RECEIPT, &text))
		return fail_detail(&cli->cx,
		    errno == ENOENT ? ERR_NOT_FOUND : ERR_BROKEN, "%.*s: %s",
		    STR_ARG(g->receipt), strerror(errno));
	struct str logs = site->gate_dir.n ? logs_of(cli->arena, site)
	                                   : (struct str){ NULL, 0 };
	return verify_receipt(v, text, &keys, logs);
}

/* Of a folder or a file: an installation is only asked for its public keys, and
 * with --key there need be none. */
static int verify_given(struct verify *v, const struct given *g)
{
	struct cli *cli = v->cli;
	struct note_keys keys;
	struct config config;
	struct site site = { 0 };
	bool alone = g->key.n && !cli->dir.n && !cli->config.n;
	int code = alone ? EXIT_DONE : config_load(cli, &config);
	if (!code && !alone)
		code = config_site(cli, &config, PROCESS_ADMIN, &site);
	if (code)
		return code;
	enum err e = OK;
	if (g->log.n) {
		e = read_keys(v, g, &site, &keys);
		if (!e)
			e = verify_logs(v, g->log, &keys, STR(""));
	}
	if (!e && g->receipt.n)
		e = verify_one_receipt(v, g, &site);
	return e ? fault(cli, e) : EXIT_DONE;
}

static int verify_all(struct verify *v, const struct given *g)
{
	struct cli *cli = v->cli;
	struct config config;
	struct site site;
	struct str heads;
	int code = config_load(cli, &config);
	if (!code)
		code = config_site(cli, &config, PROCESS_ADMIN, &site);
	if (code)
		return code;
	if (verify_heads_read(v, &site, &heads))
		return cli_fault(cli);
	code = store_of(cli, &config, true, false);
	if (code)
		return code;
	enum err e = verify_chain(v, &site, heads);
	if (!e)
		e = verify_all_logs(v, g, &site);
	return e ? fault(cli, e) : EXIT_DONE;
}

int cmd_verify(struct cli *cli)
{
	struct verify v = { .cli = cli };
	struct given g = { .log = { NULL, 0 } };
	struct words words;
	int code;
	const struct opt opts[] = {
		{ .name = "log", .text = &g.log },
		{ .name = "receipt", .text = &g.receipt },
		{ .name = "key", .text = &g.key },
	};

	if (!options_read(cli, opts, COUNT(opts), 0, 0, &words, &code))
		return code;
	v.faults = json_new_array(cli->arena);
	v.logs = json_new_array(cli->arena);
	bool all = !g.log.n && !g.receipt.n;
	code = all ? verify_all(&v, &g) : verify_given(&v, &g);
	if (code)
		return code;
	if (cli->json) {
		json_t *o = json_new_object(cli->arena);
		if (all) {
			json_put_int(o, "events", v.events);
			json_put_int(o, "heads", v.heads);
		}
		json_put_int(o, "bad", v.bad);
		json_put(o, "faults", v.faults);
		json_put(o, "logs", v.logs);
		out_json(cli, o);
	}
	return v.bad ? EXIT_INTEGRITY : EXIT_DONE;
}
