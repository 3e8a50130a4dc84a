#include "cli/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "cli/process.h"
#include "gate/gate.h"

enum {
	BACKOFF_MS = 50,
	BACKOFF_MAX_MS = 5000,
	STEADY_MS = 10 * 1000, /* who ran that long has not failed to start */
	STOP_MS = 10 * 1000,   /* then SIGKILL */
	MAX_ARGS = 40,
};

struct child {
	enum process process;
	struct process_fds fds;
	int ready_fd; /* reading end; -1 once it is ready or gone */
	bool ready;
	pid_t pid;                   /* 0: not running */
	int64_t started, restart_at; /* monotonic ms */
	int backoff;
};

struct supervisor {
	struct cli *cli;
	const struct config *config;
	struct child child[PROCESSES];
	int signals;
	bool announced;
	void (*ready)(void *arg);
	void *arg;
	int code; /* why it ends, when a process cannot start */
	bool stop;
};

static int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A group of its own, so that a signal to it reaches all four and nobody else;
 * but in a terminal's foreground it stays, for Ctrl-C to arrive. */
static void own_group(void)
{
	if (getpgrp() != getpid() && tcgetpgrp(STDIN_FILENO) != getpgrp())
		setpgid(0, 0);
}

static int take_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

struct argv {
	const char *v[MAX_ARGS];
	size_t n;
};

static void add_arg(struct argv *argv, const char *arg)
{
	REQUIRE(argv->n + 1 < MAX_ARGS);
	argv->v[argv->n++] = arg;
}

/* Hands descriptor `fd` over to the program that is about to be run. */
static void add_fd(struct arena *a, struct argv *argv, const char *name, int fd)
{
	if (fd < 0)
		return;
	fcntl(fd, F_SETFD, 0);
	add_arg(argv, name);
	add_arg(argv, str_cstr(a, str_fmt(a, "%d", fd)));
}

/* In the new process: becomes this program again. */
_Noreturn static void become(
    struct supervisor *s, const struct child *c, pid_t parent, int ready_fd)
{
	struct arena *a = s->cli->arena;
	const char *name = process_names[c->process];
	struct argv argv = { .n = 0 };
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILED); /* the parent died before the line above */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	int null = open("/dev/null", O_RDONLY);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	add_arg(&argv, str_cstr(a, str_fmt(a, "pratu: %s", name)));
	add_arg(&argv, "serve");
	add_arg(&argv, "--only");
	add_arg(&argv, name);
	add_arg(&argv, "--config");
	add_arg(&argv, str_cstr(a, s->config->file));
	add_fd(a, &argv, "--listen-fd", c->fds.listen);
	add_fd(a, &argv, "--socket-fd", c->fds.socket);
	add_fd(a, &argv, "--ready-fd", ready_fd);
	for (size_t i = 0; i < s->cli->n_sets; i++) {
		add_arg(&argv, "--set");
		add_arg(&argv, str_cstr(a, s->cli->sets[i]));
	}
	execv("/proc/self/exe", (char **)(uintptr_t)argv.v);
	_exit(EXIT_FAILED);
}

static void start(struct supervisor *s, struct child *c)
{
	pid_t parent = getpid();
	int fds[2];

	c->started = clock_ms();
	c->restart_at = c->started + c->backoff;
	if (pipe2(fds, O_CLOEXEC) != 0)
		return;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		become(s, c, parent, fds[1]);
	close(fds[1]);
	if (pid < 0) {
		LOG("error", "process.fork",
		    { "why", str_of(strerror(errno)) });
		close(fds[0]);
		return;
	}
	c->pid = pid;
	c->ready_fd = fds[0];
	c->ready = false;
}

static void close_ready(struct child *c)
{
	if (c->ready_fd >= 0)
		close(c->ready_fd);
	c->ready_fd = -1;
}

/* A process that never answered and says that waiting will not help. */
static bool hopeless(const struct child *c, int status)
{
	if (c->ready || !WIFEXITED(status))
		return false;
	int code = WEXITSTATUS(status);
	return code == EXIT_USAGE || code == EXIT_CONFIG ||
	       code == EXIT_REFUSED;
}

static void ended(struct supervisor *s, struct child *c, int status)
{
	int64_t now = clock_ms();
	bool asked =
	    WIFEXITED(status) && WEXITSTATUS(status) == GATE_EXIT_FENCE;
	struct str how =
	    WIFSIGNALED(status)
		? str_fmt(s->cli->arena, "signal %d", WTERMSIG(status))
		: str_fmt(s->cli->arena, "exit %d", WEXITSTATUS(status));

	close_ready(c);
	c->pid = 0;
	if (s->stop)
		return;
	LOG(asked ? "info" : "error", "process.ended",
	    { "ended", str_of(process_names[c->process]) }, { "how", how });
	if (!s->announced && hopeless(c, status)) {
		s->code = WEXITSTATUS(status);
		s->stop = true;
		return;
	}
	if (now - c->started > STEADY_MS)
		c->backoff = BACKOFF_MS;
	c->restart_at = now + c->backoff;
	c->backoff =
	    c->backoff * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : c->backoff * 2;
}

static void reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < PROCESSES; i++)
			if (s->child[i].pid == pid)
				ended(s, &s->child[i], status);
}

static void take_signal(struct supervisor *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGCHLD)
			reap(s);
		else
			s->stop = true;
	}
}

static void take_ready(struct supervisor *s, struct child *c)
{
	char byte;

	if (read(c->ready_fd, &byte, 1) == 1)
		c->ready = true;
	close_ready(c);
	for (size_t i = 0; i < PROCESSES; i++)
		if (!s->child[i].ready)
			return;
	if (!s->announced) {
		s->announced = true;
		s->ready(s->arg);
	}
}

/* Starts what is due; the time until the next start, -1 when all run. */
static int start_due(struct supervisor *s)
{
	int64_t now = clock_ms(), next = -1;

	for (size_t i = 0; i < PROCESSES; i++) {
		struct child *c = &s->child[i];
		if (c->pid == 0 && c->restart_at <= now)
			start(s, c);
		if (c->pid)
			continue;
		int64_t wait = c->restart_at > now ? c->restart_at - now : 1;
		if (next < 0 || wait < next)
			next = wait;
	}
	return (int)next;
}

static void turn(struct supervisor *s, int wait_ms)
{
	struct pollfd fds[1 + PROCESSES] = {
		{ .fd = s->signals, .events = POLLIN },
	};

	for (size_t i = 0; i < PROCESSES; i++)
		fds[1 + i] = (struct pollfd){ .fd = s->child[i].ready_fd,
			.events = POLLIN };
	if (poll(fds, COUNT(fds), wait_ms) <= 0)
		return;
	for (size_t i = 0; i < PROCESSES; i++)
		if (fds[1 + i].revents)
			take_ready(s, &s->child[i]);
	if (fds[0].revents)
		take_signal(s);
}

static bool any_runs(const struct supervisor *s)
{
	for (size_t i = 0; i < PROCESSES; i++)
		if (s->child[i].pid)
			return true;
	return false;
}

static void signal_all(const struct supervisor *s, int signal)
{
	for (size_t i = 0; i < PROCESSES; i++)
		if (s->child[i].pid)
			kill(s->child[i].pid, signal);
}

static void stop_all(struct supervisor *s)
{
	int64_t end = clock_ms() + STOP_MS;

	signal_all(s, SIGTERM);
	while (any_runs(s)) {
		int64_t left = end - clock_ms();
		if (left <= 0) {
			signal_all(s, SIGKILL);
			left = 1000;
		}
		turn(s, (int)left);
	}
}

int supervise(struct cli *cli, const struct config *config,
    void (*ready)(void *arg), void *arg)
{
	struct supervisor s = {
		.cli = cli,
		.config = config,
		.ready = ready,
		.arg = arg,
	};

	if (fence_abi() == 0)
		say(cli, MSG_cli_no_landlock);
	own_group();
	process_bounds("pratu");
	log_process("supervisor");
	for (size_t i = 0; i < PROCESSES; i++) {
		struct child *c = &s.child[i];
		*c = (struct child){ .process = (enum process)i,
			.fds = { -1, -1, -1 },
			.ready_fd = -1,
			.backoff = BACKOFF_MS };
		int code = process_listen(cli, config, c->process, &c->fds);
		if (code)
			return code;
	}
	s.signals = take_signals();
	while (!s.stop)
		turn(&s, start_due(&s));
	stop_all(&s);
	return s.code;
}
