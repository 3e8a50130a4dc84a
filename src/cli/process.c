#include "cli/process.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "cli/config_mail.h"
#include "cli/disk.h"
#include "core/hook_reach.h"
#include "core/source_list.h"
#include "core/views.h"
#include "courier/courier.h"
#include "desk/desk.h"
#include "gate/gate.h"
#include "http/http.h"
#include "paper/paper.h"
#include "source/source.h"
#include "sql/sql.h"

enum {
	MAX_DESCRIPTORS = 65536,
	TRIM_BYTES = 4 << 20,
	MMAP_BYTES = 1 << 20,
};

int process_listen(struct cli *cli, const struct config *c,
    enum process process, struct process_fds *fds)
{
	struct str address = process == PROCESS_DESK   ? c->desk_listen
	                     : process == PROCESS_GATE ? c->gate_listen
	                                               : STR("");

	if (address.n) {
		fds->listen = listen_on(cli->arena, address);
		if (fds->listen < 0) {
			say2(cli, MSG_cli_listen, address,
			    str_of(strerror(errno)));
			return EXIT_FAILED;
		}
	}
	if (process != PROCESS_GATE)
		return EXIT_DONE;
	address = str_cat(cli->arena, STR("unix:"), c->gate_socket);
	fds->socket = listen_on(cli->arena, address);
	if (fds->socket < 0) {
		say2(cli, MSG_cli_listen, address, str_of(strerror(errno)));
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

void process_bounds(const char *name)
{
	struct rlimit files, none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max < MAX_DESCRIPTORS
		                     ? files.rlim_max
		                     : MAX_DESCRIPTORS;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	/* A thread a connection: an arena a thread would cost 64 MiB each. */
	mallopt(M_ARENA_MAX, 2);
	/* What a request gives back serves the next: not to the kernel and from
	 * it again each time. Large pieces go at once. */
	mallopt(M_TRIM_THRESHOLD, TRIM_BYTES);
	mallopt(M_MMAP_THRESHOLD, MMAP_BYTES);
	prctl(PR_SET_NAME, name, 0, 0, 0);
}

static void note_folder(struct process_fence *pf, struct str folder)
{
	for (size_t i = 0; i < pf->n_sources; i++)
		if (str_eq(pf->sources[i], folder))
			return;
	if (pf->n_sources == COUNT(pf->sources))
		return;
	pf->sources[pf->n_sources++] = folder;
	fence_allow_if_there(&pf->fence, folder, FENCE_READ);
}

static enum err note_sources(
    struct ctx *cx, struct store *store, struct process_fence *pf)
{
	const struct listed_source *v;
	const struct view_maker *makers = NULL;
	size_t n, n_makers = 0;

	enum err e = store_read(cx, store);
	if (e)
		return e;
	e = source_list(cx, &v, &n);
	if (!e)
		e = view_maker_list(cx, &makers, &n_makers);
	store_end(cx);
	if (e)
		return e;
	for (size_t i = 0; i < n; i++) {
		struct str folder = source_list_folder(&v[i]);
		if (folder.n)
			note_folder(pf, folder);
	}
	for (size_t i = 0; i < n_makers; i++) {
		struct listed_source s = { .dsn = makers[i].dsn };
		struct str folder = source_list_folder(&s);
		if (folder.n)
			note_folder(pf, folder);
	}
	return OK;
}

/* The gate may read where its sources are. They are looked up before the fence
 * stands, on a connection that is closed again. */
static enum err allow_sources(
    struct ctx *cx, const struct site *site, struct process_fence *pf)
{
	struct store *store;

	/* SQLite asks once, when it is first used, where large sorts may spill:
	 * before the store below is opened, and inside of the fence. */
	struct str tmp =
	    str_fmt(cx->arena, "%.*s/tmp", STR_ARG(site->gate_dir));
	if (setenv("SQLITE_TMPDIR", str_cstr(cx->arena, tmp), 1) != 0 ||
	    !source_locale())
		return fail_detail(cx, ERR_BROKEN, "setenv");
	enum err e = site_open_shared(cx, site, 1, &store);
	if (e)
		return e;
	e = note_sources(cx, store, pf);
	store_close(store);
	return e;
}

/* What the C library, libpq and the drivers of ODBC read to find a server by its
 * name and to speak TLS with it. Certificates of an installation's own belong
 * into /etc/ssl. */
static void allow_network(struct fence *f)
{
	static const char *const paths[] = { "/etc/hosts", "/etc/host.conf",
		"/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/gai.conf",
		"/etc/services", "/etc/passwd", "/etc/ssl", "/usr/lib", "/lib",
		"/opt", "/etc/odbcinst.ini", "/etc/odbc.ini", "/etc/freetds",
		"/etc/mysql", "/etc/krb5.conf", "/etc/localtime",
		"/usr/share/zoneinfo", "/usr/share/ca-certificates" };

	for (size_t i = 0; i < COUNT(paths); i++)
		fence_allow_if_there(f, str_of(paths[i]), FENCE_READ);
}

/* A file that is replaced by renaming is another one for the kernel: its folder
 * is allowed. */
static void allow_beside(struct fence *f, struct str file)
{
	if (file.n > 0)
		fence_allow_if_there(f, path_parent(file), FENCE_READ);
}

/* The mail server, if one is named. */
static void allow_mail(const struct config *c, struct fence *f)
{
	const struct site_mail *m = &c->mail;
	if (m->url.n == 0)
		return;
	if (!c->postgresql)
		allow_network(f);
	allow_beside(f, m->secret_file);
	allow_beside(f, m->token_file);
	allow_beside(f, m->ca_file);
	fence_allow_port(f, config_server_port(m->url));
	const struct site_replies *r = &c->replies;
	if (r->url.n == 0)
		return;
	allow_beside(f, r->secret_file);
	allow_beside(f, r->token_file);
	allow_beside(f, r->ca_file);
	fence_allow_port(f, config_server_port(r->url));
}

/* The ports of hooks, if any may leave: which addresses is looked at by address,
 * as each socket is opened. */
static void allow_hooks(
    const struct config *c, const struct site *site, struct fence *f)
{
	struct hook_reach reach;
	REQUIRE(hook_reach_parse(STR(""), site->hooks.ports, &reach));
	if (reach.n_ports == 0)
		return;
	if (!c->postgresql)
		allow_network(f);
	allow_beside(f, site->hooks.ca_file);
	for (size_t i = 0; i < reach.n_ports; i++)
		fence_allow_port(f, reach.port[i]);
}

int process_fence(struct cli *cli, const struct config *c,
    const struct site *site, enum process process, struct process_fence *pf)
{
	struct fence *f = &pf->fence;

	fence_allow(f, site->shared_dir, FENCE_WRITE);
	fence_allow_if_there(f, STR("/dev/urandom"), FENCE_READ);
	fence_allow_if_there(f, STR("/dev/null"), FENCE_WRITE);
	/* Any source may be one of these, and a fence only ever narrows. */
	if (c->postgresql || process == PROCESS_GATE)
		allow_network(f);
	if (process == PROCESS_GATE) {
		fence_allow(f, site->gate_dir, FENCE_WRITE);
		/* What is sent in is read by a process of its own. */
		fence_allow_self(cli->arena, f);
		if (allow_sources(&cli->cx, site, pf))
			return cli_fault(cli);
	} else {
		fence_allow(f, site->people_dir, FENCE_WRITE);
		/* What is printed needs letters, and where Thai words end. */
		fence_allow_if_there(f, STR(PAPER_FONT_FOLDER), FENCE_READ);
		fence_allow_if_there(f, STR(PAPER_WORDS_FOLDER), FENCE_READ);
		/* The desk calls nobody but the store. */
		f->no_connect = !c->postgresql;
		/* The courier nobody else but these. */
		if (process == PROCESS_COURIER) {
			allow_mail(c, f);
			allow_hooks(c, site, f);
		}
	}
	if (fence_enter(&cli->cx, f, &pf->abi))
		return cli_fault(cli);
	return EXIT_DONE;
}

static void ready(void *arg)
{
	int *fd = arg;

	if (*fd < 0)
		return;
	while (write(*fd, "!", 1) < 0 && errno == EINTR)
		;
	close(*fd);
	*fd = -1;
}

/* SIGTERM and SIGINT become readable on a descriptor: no handler, no race.
 * Threads that start later inherit the mask. */
static int stop_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int run(const struct site *site, const struct process_fence *pf,
    enum process process, int stop, struct process_fds *fds)
{
	if (process == PROCESS_DESK)
		return desk_run(&(struct desk_options){
		    .site = site,
		    .listen_fd = fds->listen,
		    .stop_fd = stop,
		    .ready = ready,
		    .ready_arg = &fds->ready,
		});
	if (process == PROCESS_COURIER)
		return courier_run(&(struct courier_options){
		    .site = site,
		    .stop_fd = stop,
		    .ready = ready,
		    .ready_arg = &fds->ready,
		});
	return gate_run(&(struct gate_options){
	    .site = site,
	    .listen_fd = fds->listen,
	    .socket_fd = fds->socket,
	    .stop_fd = stop,
	    .readable = pf->sources,
	    .n_readable = pf->n_sources,
	    .fenced = pf->abi > 0,
	    .ready = ready,
	    .ready_arg = &fds->ready,
	});
}

int process_run(struct cli *cli, const struct config *c, enum process process,
    struct process_fds fds)
{
	struct process_fence pf = { .abi = 0 };
	struct site site;

	process_bounds(
	    str_cstr(cli->arena, str_cat(cli->arena, STR("pratu-"),
				     str_of(process_names[process]))));
	log_process(process_names[process]);
	int stop = stop_signals();
	int code = config_site(cli, c, process, &site);
	if (!code)
		code = process_fence(cli, c, &site, process, &pf);
	if (code)
		return code;
	if (pf.abi == 0)
		LOG("warn", "fence.none",
		    { "why", STR("the kernel has no Landlock") });
	return run(&site, &pf, process, stop, &fds);
}
