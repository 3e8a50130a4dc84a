#include "cli/probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/process.h"
#include "core/source_list.h"
#include "sql/inspect.h"
#include "sql/sql.h"

struct probe {
	struct cli *cli;
	const struct config *config;
	const struct site *site;
	json_t *tried;
	size_t n_open;
};

static void note(struct probe *p, struct str what, struct str how, bool refused)
{
	json_t *o = json_new_object(p->cli->arena);

	json_put_text(o, "what", what);
	json_put_text(o, "how", how);
	json_put_flag(o, "refused", refused);
	json_add(p->tried, o);
	p->n_open += !refused;
}

static bool is_refusal(int why)
{
	return why == EACCES || why == EPERM;
}

/* Opens what is there; a file that is not there tells nothing of the wall. */
static void try_open(
    struct probe *p, struct str path, int flags, struct str how)
{
	const char *name = str_cstr(p->cli->arena, path);
	struct stat st;

	if (stat(name, &st) != 0)
		return;
	if (S_ISDIR(st.st_mode) && flags != O_RDONLY)
		return;
	int fd = open(name, flags | O_CLOEXEC);
	note(p, path, how, fd < 0 && is_refusal(errno));
	if (fd >= 0)
		close(fd);
}

static void try_file(struct probe *p, struct str path)
{
	try_open(p, path, O_RDONLY, STR("read"));
	try_open(p, path, O_WRONLY, STR("write"));
}

static void try_create(struct probe *p, struct str folder)
{
	struct str path = str_cat(p->cli->arena, folder, STR("/probe.new"));
	const char *name = str_cstr(p->cli->arena, path);

	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	note(p, path, STR("create"), fd < 0 && is_refusal(errno));
	if (fd >= 0) {
		close(fd);
		unlink(name);
	}
}

/* The folder, and each file in it. They are listed before the fence stands. */
struct names {
	struct str v[256];
	size_t n;
};

static void list_folder(struct arena *a, struct str folder, struct names *ret)
{
	DIR *d = opendir(str_cstr(a, folder));
	struct dirent *e;

	if (!d)
		return;
	while ((e = readdir(d)) && ret->n < COUNT(ret->v)) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		ret->v[ret->n++] =
		    str_fmt(a, "%.*s/%s", STR_ARG(folder), e->d_name);
	}
	closedir(d);
}

static void try_folder(
    struct probe *p, struct str folder, const struct names *names)
{
	try_open(p, folder, O_RDONLY, STR("read"));
	try_create(p, folder);
	for (size_t i = 0; i < names->n; i++)
		try_file(p, names->v[i]);
}

/* Whether it could be started; a loader that may not read it ends with 127. */
static bool runs(const char *path, const char *const argv[])
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);
		if (null >= 0) {
			dup2(null, STDOUT_FILENO);
			dup2(null, STDERR_FILENO);
		}
		execv(path, (char **)(uintptr_t)argv);
		_exit(is_refusal(errno) ? 127 : 0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return true;
	return !(WIFEXITED(status) && WEXITSTATUS(status) == 127);
}

static void try_run(struct probe *p, const char *path, const char *const argv[],
    struct str what)
{
	note(p, what, STR("run"), !runs(path, argv));
}

/* A program that the process brings along itself. */
static void try_run_own(struct probe *p)
{
	struct arena *a = p->cli->arena;
	struct str path =
	    str_fmt(a, "%.*s/probe.run", STR_ARG(p->site->gate_dir));
	const char *name = str_cstr(a, path);
	const char *const argv[] = { name, NULL };
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);

	if (fd < 0)
		return;
	bool good = write(fd, "#!/bin/sh\nexit 0\n", 17) == 17;
	close(fd);
	if (good)
		try_run(p, name, argv, path);
	unlink(name);
}

/* No program; the gate itself, and no other by its loader. */
static void try_runs(struct probe *p, bool gate, json_t *ret)
{
	static const char *const shell[] = { "sh", "-c", "exit 0", NULL };
	static const char *const self[] = { "pratu", "version", NULL };
	struct fence own = { .n = 0 };

	try_run(p, "/bin/sh", shell, STR("/bin/sh"));
	if (!gate) {
		try_run(p, "/proc/self/exe", self, STR("itself"));
		return;
	}
	json_put_flag(ret, "runs_itself", runs("/proc/self/exe", self));
	try_run_own(p);
	fence_allow_self(p->cli->arena, &own);
	for (size_t i = 0; i < own.n; i++) {
		const char *path = str_cstr(p->cli->arena, own.rule[i].path);
		const char *const argv[] = { path, "/bin/sh", "-c", "exit 0",
			NULL };
		if (own.rule[i].right == FENCE_RUN && i > 0)
			try_run(p, path, argv, STR("/bin/sh by the loader"));
	}
}

/* A port that nobody is sent to; from ABI 4 the kernel refuses before it looks
 * whether anybody listens. */
static void try_connect(struct probe *p)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	int failed = connect(fd, (struct sockaddr *)&to, sizeof to);
	note(
	    p, STR("127.0.0.1:9"), STR("connect"), failed && is_refusal(errno));
	close(fd);
}

/* The gate asks for a table of people: in its file, or with its role. */
static void try_people_sql(struct probe *p)
{
	struct ctx cx = ctx_new(p->cli->arena, p->cli->cx.now, LANG_EN);
	struct plan plan = { .prepares = false };
	struct store *store;

	struct str dsn = p->config->postgresql
	                     ? p->config->dsn
	                     : str_fmt(cx.arena, "sqlite:%.*s/desk.db",
				   STR_ARG(p->site->people_dir));
	enum err e = store_open_secret(&cx, dsn, p->site->store_user,
	    p->site->store_secret, "people", 1, &store);
	if (!e) {
		e = store_plan(&cx, store,
		    p->config->postgresql ? "select email from people.person"
					  : "select email from person",
		    &plan);
		store_close(store);
	}
	note(p, STR("select email from people.person"),
	    plan.text.n ? str_cat(cx.arena, STR("sql: "), plan.text)
			: STR("sql"),
	    e || !plan.prepares);
}

/* Desk and courier ask for what the sources hold. */
static void try_sources(struct probe *p)
{
	struct ctx *cx = &p->cli->cx;
	const struct listed_source *v = NULL;
	struct store *store;
	size_t n = 0;

	if (site_open_shared(cx, p->site, 1, &store))
		return;
	if (store_read(cx, store) == OK && source_list(cx, &v, &n))
		n = 0;
	store_end(cx);
	store_close(store);
	for (size_t i = 0; i < n; i++) {
		struct str file = source_list_file(&v[i]);
		if (file.n)
			try_file(p, file);
	}
}

static json_t *result(
    const struct probe *p, enum process process, int abi, json_t *o)
{
	json_put_text(o, "process", str_of(process_names[process]));
	json_put_int(o, "fence", abi);
	json_put(o, "tried", p->tried);
	return o;
}

int probe_run(
    struct cli *cli, const struct config *config, enum process process)
{
	struct process_fence pf = { .abi = 0 };
	struct names other = { .n = 0 }, files = { .n = 0 };
	struct site site;

	process_bounds("pratu-probe");
	int code = config_site(cli, config, process, &site);
	if (code)
		return code;
	bool gate = process == PROCESS_GATE;
	struct str folder = gate ? site.people_dir : site.gate_dir;
	list_folder(cli->arena, folder, &other);
	list_folder(cli->arena,
	    str_cat(cli->arena, folder, STR("/attachments")), &files);
	code = process_fence(cli, config, &site, process, &pf);
	if (code)
		return code;
	struct probe p = { .cli = cli,
		.config = config,
		.site = &site,
		.tried = json_new_array(cli->arena) };
	try_folder(&p, folder, &other);
	try_open(&p, config->file, O_WRONLY, STR("write"));
	try_create(&p, config->dir);
	for (size_t i = 0; i < files.n && i < 3; i++)
		try_file(&p, files.v[i]);
	if (gate)
		try_people_sql(&p);
	else
		try_sources(&p);
	if (pf.fence.no_connect && pf.abi >= 4)
		try_connect(&p);
	json_t *o = json_new_object(cli->arena);
	try_runs(&p, gate, o);
	out_json(cli, result(&p, process, pf.abi, o));
	return p.n_open ? EXIT_INTEGRITY : EXIT_DONE;
}
