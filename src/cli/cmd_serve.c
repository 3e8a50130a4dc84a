#include <stdio.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/options.h"
#include "cli/probe.h"
#include "cli/process.h"
#include "cli/supervise.h"

struct serve {
	struct cli *cli;
	struct config config;
};

static void announce(void *arg)
{
	const struct serve *s = arg;

	out_msg2(s->cli, MSG_cli_ready, s->config.desk_url, s->config.gate_url);
	fflush(stdout);
}

/* What the command line of `serve` says; the last five are what the supervisor
 * gives to its processes. */
struct given {
	struct str only, listen_fd, socket_fd, ready_fd;
	struct words sets;
	bool probe;
};

static bool process_find(struct str name, enum process *ret)
{
	for (int i = 0; i < PROCESSES; i++)
		if (str_eq(name, str_of(process_names[i]))) {
			*ret = (enum process)i;
			return true;
		}
	return false;
}

static bool read_fd(
    const struct cli *cli, const char *name, struct str text, int *ret)
{
	int64_t n;

	*ret = -1;
	if (!text.n)
		return true;
	if (!option_number(cli, name, text, 3, 1023, &n))
		return false;
	*ret = (int)n;
	return true;
}

static int serve_one(struct serve *s, const struct given *g)
{
	struct cli *cli = s->cli;
	struct process_fds fds;
	enum process process;

	if (!process_find(g->only, &process)) {
		say1(cli, MSG_cli_only, g->only);
		return EXIT_USAGE;
	}
	if (g->probe)
		return probe_run(cli, &s->config, process);
	if (!read_fd(cli, "--listen-fd", g->listen_fd, &fds.listen) ||
	    !read_fd(cli, "--socket-fd", g->socket_fd, &fds.socket) ||
	    !read_fd(cli, "--ready-fd", g->ready_fd, &fds.ready))
		return EXIT_USAGE;
	if (fds.ready < 0) { /* nobody opened them for us */
		int code = process_listen(cli, &s->config, process, &fds);
		if (code)
			return code;
	}
	return process_run(cli, &s->config, process, fds);
}

int cmd_serve(struct cli *cli)
{
	struct serve s = { .cli = cli };
	struct given g = { .probe = false };
	struct words args;
	int code;
	const struct opt opts[] = {
		{ .name = "only", .text = &g.only },
		{ .name = "probe", .flag = &g.probe },
		{ .name = "listen-fd", .text = &g.listen_fd },
		{ .name = "socket-fd", .text = &g.socket_fd },
		{ .name = "ready-fd", .text = &g.ready_fd },
		{ .name = "set", .list = &g.sets },
	};

	if (!options_read(cli, opts, COUNT(opts), 0, 0, &args, &code))
		return code;
	cli->sets = g.sets.v;
	cli->n_sets = g.sets.n;
	code = config_load(cli, &s.config);
	if (code)
		return code;
	if (g.only.n)
		return serve_one(&s, &g);
	return supervise(cli, &s.config, announce, &s);
}
