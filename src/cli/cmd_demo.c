#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/demo/demo.h"
#include "cli/disk.h"
#include "cli/install.h"
#include "cli/options.h"
#include "cli/run_self.h"
#include "cli/store.h"
#include "cli/supervise.h"
#include "core/cases.h"
#include "sql/sql.h"

enum { MAX_PEOPLE_BYTES = 1024 * 1024 };

/* What the command line says. --prepare is for this program alone: it makes the
 * university and prints the people, in a process of its own, because the
 * supervisor opens no database. */
struct demo {
	struct cli *cli;
	struct config config;
	struct str desk, gate, store, scale;
	bool prepare;
	json_t *people;
	bool migrated;   /* the store was an older program's */
	struct str file; /* demo.json */
};

static bool is_there(struct cli *cli)
{
	struct str file = str_cat(cli->arena, cli->dir, STR("/pratu.conf"));

	return access(str_cstr(cli->arena, file), F_OK) == 0;
}

/* An existing folder is kept, so it must hold the store that is asked for. */
static int load_existing(struct demo *d)
{
	int64_t people = 0, shared = 0;
	struct site site;

	int code = config_load(d->cli, &d->config);
	if (!code && d->store.n && !str_eq(d->store, d->config.dsn)) {
		say2(d->cli, MSG_cli_demo_other_store, d->config.file,
		    d->config.dsn);
		code = EXIT_REFUSED;
	}
	if (!code)
		code = config_site(d->cli, &d->config, PROCESS_ADMIN, &site);
	if (!code && site_migrate(&d->cli->cx, &site, &people, &shared))
		code = cli_fault(d->cli);
	d->migrated = !code && people > 0;
	return code;
}

static void ignore(void *arg, struct str no)
{
	(void)arg;
	(void)no;
}

static int make_people(struct demo *d, bool new)
{
	struct ctx *cx = &d->cli->cx;

	d->people = json_new_array(d->cli->arena);
	int code = store_of(d->cli, &d->config, true, true);
	if (code)
		return code;
	int64_t cases, bad;
	if ((new &&install_knowledge(cx, true)) || demo_people(cx, d->people) ||
	    (d->migrated &&
		projection_rebuild(cx, true, ignore, NULL, &cases, &bad)) ||
	    store_commit(cx))
		return cli_fault(d->cli);
	return EXIT_DONE;
}

/* In a folder of their own: the gate may read all of it. */
static int make_sources(struct demo *d)
{
	struct ctx *cx = &d->cli->cx;
	struct str folder =
	    str_cat(d->cli->arena, d->config.dir, STR("/sources"));
	int64_t scale = 1;

	if (d->scale.n && !str_i64(d->scale, &scale))
		return EXIT_USAGE;
	if (!folder_make(d->cli->arena, folder)) {
		say2(d->cli, MSG_cli_file_write, folder,
		    str_of(strerror(errno)));
		return EXIT_FAILED;
	}
	if (demo_sources(cx, folder, scale))
		return cli_fault(d->cli);
	int code = store_of(d->cli, &d->config, false, true);
	if (code)
		return code;
	if (demo_sources_list(cx, folder) || store_commit(cx))
		return cli_fault(d->cli);
	return EXIT_DONE;
}

static int prepare(struct demo *d, const struct new_installation *n)
{
	bool new = !is_there(d->cli);

	int code =
	    new ? install_begin(d->cli, n, &d->config) : load_existing(d);
	if (!code)
		code = make_people(d, new);
	if (!code)
		code = make_sources(d);
	if (!code && new)
		code = install_finish(d->cli, n, &d->config);
	if (!code)
		out_json(d->cli, d->people);
	return code;
}

static void add_option(const char **argv, size_t *n, struct arena *a,
    const char *name, struct str value)
{
	if (!value.n)
		return;
	argv[(*n)++] = name;
	argv[(*n)++] = str_cstr(a, value);
}

static int prepare_apart(struct demo *d)
{
	const char *argv[16] = { "pratu: demo", "demo", "--prepare" };
	struct arena *a = d->cli->arena;
	struct str output;
	size_t n = 3;

	add_option(argv, &n, a, "--dir", d->cli->dir);
	add_option(argv, &n, a, "--desk", d->desk);
	add_option(argv, &n, a, "--gate", d->gate);
	add_option(argv, &n, a, "--store", d->store);
	add_option(argv, &n, a, "--scale", d->scale);
	int code = run_self(a, argv, MAX_PEOPLE_BYTES, &output);
	if (code)
		return code < 0 ? EXIT_FAILED : code;
	if (json_parse(&d->cli->cx, output, MAX_PEOPLE_BYTES, &d->people))
		return cli_fault(d->cli);
	return EXIT_DONE;
}

static void print_people(const struct demo *d)
{
	const json_t *one;
	size_t i;

	json_array_foreach(d->people, i, one)
	{
		const json_t *offices = json_list(one, "offices");
		struct str office = json_as_text(json_array_get(offices, 0));
		out_line(
		    str_fmt(d->cli->arena, "  %-10.*s %-10.*s %-36.*s %.*s",
			STR_ARG(json_text(one, "role")), STR_ARG(office),
			STR_ARG(json_text(one, "email")),
			STR_ARG(json_text(one, "password"))));
	}
}

static void announce(void *arg)
{
	const struct demo *d = arg;
	struct cli *cli = d->cli;
	json_t *o = json_new_object(cli->arena);

	json_put_text(o, "desk", d->config.desk_url);
	json_put_text(o, "gate", d->config.gate_url);
	json_put_flag(o, "ready", true);
	json_put(o, "people", d->people);
	if (!disk_write(cli->arena, d->file, json_compact(cli->arena, o)))
		say2(cli, MSG_cli_file_write, d->file, str_of(strerror(errno)));
	out_msg2(cli, MSG_cli_ready, d->config.desk_url, d->config.gate_url);
	out_msg2(cli, MSG_cli_demo_people, d->file, STR(""));
	print_people(d);
	fflush(stdout);
}

/* An address given holds for this run, whatever pratu.conf says. */
static void set_address(
    struct cli *cli, struct words *sets, const char *door, struct str address)
{
	if (!address.n)
		return;
	sets->v[sets->n++] =
	    str_fmt(cli->arena, "%s.listen=%.*s", door, STR_ARG(address));
	sets->v[sets->n++] =
	    str_fmt(cli->arena, "%s.url=http://%.*s", door, STR_ARG(address));
}

static int serve(struct demo *d)
{
	struct words sets = { .n = 0 };
	struct cli *cli = d->cli;

	set_address(cli, &sets, "desk", d->desk);
	set_address(cli, &sets, "gate", d->gate);
	/* The demo's mail stays in its mailbox, whatever pratu.conf says, and
	 * nobody else is told anything. */
	sets.v[sets.n++] = STR("mail.url=none");
	sets.v[sets.n++] = STR("hooks.ports=none");
	cli->sets = sets.v;
	cli->n_sets = sets.n;
	d->file = str_cat(cli->arena, cli->dir, STR("/demo.json"));
	if (unlink(str_cstr(cli->arena, d->file)) != 0 && errno != ENOENT &&
	    errno != ENOTDIR) {
		say2(cli, MSG_cli_file_write, d->file, str_of(strerror(errno)));
		return EXIT_CONFIG;
	}
	if (!is_there(cli))
		say1(cli, MSG_cli_demo_making, cli->dir);
	int code = prepare_apart(d);
	if (!code)
		code = config_load(cli, &d->config);
	if (code)
		return code;
	return supervise(cli, &d->config, announce, d);
}

static bool address_ok(const struct cli *cli, const char *name, struct str s)
{
	if (!s.n || config_address_ok(s))
		return true;
	say2(cli, MSG_cli_config_value, str_of(name), s);
	return false;
}

int cmd_demo(struct cli *cli)
{
	struct demo d = { .cli = cli };
	const struct opt opts[] = {
		{ .name = "desk", .text = &d.desk },
		{ .name = "gate", .text = &d.gate },
		{ .name = "store", .text = &d.store },
		{ .name = "scale", .text = &d.scale },
		{ .name = "prepare", .flag = &d.prepare },
	};
	struct words words;
	int64_t scale;
	int code;

	if (!options_read(cli, opts, COUNT(opts), 0, 0, &words, &code))
		return code;
	if (!cli->dir.n)
		cli->dir = STR("./pratu-demo");
	cli->config = (struct str){ NULL, 0 };
	if (!address_ok(cli, "--desk", d.desk) ||
	    !address_ok(cli, "--gate", d.gate) ||
	    (d.scale.n &&
		!option_number(cli, "--scale", d.scale, 1, 1000, &scale)))
		return EXIT_USAGE;
	if (!d.prepare)
		return serve(&d);
	return prepare(
	    &d, &(struct new_installation){
		    .dir = cli->dir,
		    .dsn = d.store.n ? d.store : STR("sqlite:"),
		    .desk_listen = d.desk.n ? d.desk : STR("127.0.0.1:8080"),
		    .gate_listen = d.gate.n ? d.gate : STR("127.0.0.1:8081"),
		});
}
