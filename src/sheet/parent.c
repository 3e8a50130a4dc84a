/* parent.c - child.h, the side of the parent. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "base/time.h"
#include "sheet/child.h"
#include "sheet/child_args.h"

struct sheet_child {
	struct ctx *cx;
	struct sheet_limits limits;
	struct sheet_finding *found;
	pid_t pid; /* 0: ended */
	int pipe;
	int64_t until_ms;
	struct wire_head head;
	/* The block in hand and what of its rows is left. */
	char *block;
	size_t cap;
	struct str rows;
	uint32_t progress, last_row;
	struct sheet_cell *cells;
	struct sheet_row row;
	enum err err; /* what ended it */
	bool ended;
};

static void end_child(void *arg)
{
	struct sheet_child *c = arg;

	if (c->pipe >= 0)
		close(c->pipe);
	c->pipe = -1;
	if (c->pid <= 0)
		return;
	kill(c->pid, SIGKILL);
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		;
	c->pid = 0;
}

static enum err ended_by(
    struct sheet_child *c, enum sheet_trouble t, const char *why, int number)
{
	struct sheet_finding f = { .kind = t };
	char text[100];

	snprintf(text, sizeof text, "sheet: the child %s %d", why, number);
	end_child(c);
	if (c->found)
		*c->found = f;
	c->err = sheet_finding_fail(c->cx, &f);
	c->cx->fault.detail = str_dup(c->cx->arena, str_of(text));
	return c->err;
}

/* The pipe ended before the child had said that all is sent. */
static enum err died(struct sheet_child *c)
{
	int status = 0;
	pid_t pid = c->pid;

	c->pid = 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFSIGNALED(status))
		return ended_by(
		    c, SHEET_stopped, "ended with", WEXITSTATUS(status));
	int signal = WTERMSIG(status);
	/* The second second of RLIMIT_CPU kills; arena.c aborts where memory
	 * ends. */
	enum sheet_trouble t = signal == SIGXCPU || signal == SIGKILL
	                           ? SHEET_slow
	                       : signal == SIGABRT ? SHEET_memory
	                                           : SHEET_stopped;
	return ended_by(c, t, "was killed by signal", signal);
}

/* Exactly so many bytes, while there is time. */
static enum err receive(struct sheet_child *c, char *to, size_t n)
{
	while (n > 0) {
		struct pollfd p = { .fd = c->pipe, .events = POLLIN };
		int64_t left = c->until_ms - time_now_ms();
		if (left <= 0)
			return ended_by(c, SHEET_slow, "took more seconds than",
			    (int)c->limits.wall_s);
		int ready = poll(&p, 1, left > 60000 ? 60000 : (int)left);
		if (ready <= 0)
			continue;
		ssize_t got = read(c->pipe, to, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return died(c);
		to += got;
		n -= (size_t)got;
	}
	return OK;
}

static enum err receive_block(struct sheet_child *c, struct str *ret)
{
	unsigned char length[4];
	const size_t most =
	    c->limits.row_bytes + c->limits.columns * 8 + ((size_t)64 << 10);

	enum err e = receive(c, (char *)length, sizeof length);
	if (e)
		return e;
	size_t n = (size_t)length[0] | (size_t)length[1] << 8 |
	           (size_t)length[2] << 16 | (size_t)length[3] << 24;
	if (n == 0 || n > most)
		return ended_by(c, SHEET_stopped, "sent a block of", (int)n);
	if (n > c->cap) {
		c->cap = 2 * n < most ? 2 * n : most;
		c->block = arena_room(c->cx->arena, c->cap);
	}
	e = receive(c, c->block, n);
	if (!e)
		*ret = str_n(c->block, n);
	return e;
}

static enum err nonsense(struct sheet_child *c)
{
	return ended_by(
	    c, SHEET_stopped, "sent what is no row, after", (int)c->last_row);
}

static enum err take_last(
    struct sheet_child *c, enum wire_kind kind, struct str s)
{
	struct sheet_finding f = { 0 };
	struct str why;

	if (kind == WIRE_END) {
		c->ended = true;
		end_child(c);
		return OK;
	}
	if (kind == WIRE_BROKEN && wire_take_text(&s, &why)) {
		c->err = fail_detail(
		    c->cx, ERR_BROKEN, "sheet child: %.*s", STR_ARG(why));
		end_child(c);
		return c->err;
	}
	if (kind != WIRE_FINDING || !wire_take_finding(&s, &f))
		return nonsense(c);
	f.detail = str_dup(c->cx->arena, f.detail);
	if (c->found)
		*c->found = f;
	c->err = sheet_finding_fail(c->cx, &f);
	end_child(c);
	return c->err;
}

/* The block's kind, and what follows it. */
static enum err next_block(
    struct sheet_child *c, enum wire_kind *kind, struct str *ret)
{
	enum err e = receive_block(c, ret);
	if (e)
		return e;
	*kind = (enum wire_kind)(unsigned char)ret->p[0];
	*ret = str_from(*ret, 1);
	return OK;
}

static enum err take_head(struct sheet_child *c)
{
	enum wire_kind kind = WIRE_END;
	struct str s;

	enum err e = next_block(c, &kind, &s);
	if (e)
		return e;
	if (kind == WIRE_END)
		return nonsense(c);
	if (kind != WIRE_TABS)
		return take_last(c, kind, s);
	return wire_take_head(&s, c->cx->arena, &c->limits, &c->head)
	           ? OK
	           : nonsense(c);
}

enum { CHILD_FDS = 4 };

/* In the child, between fork and exec: only what a signal handler may do. */
_Noreturn static void become(const int fds[CHILD_FDS], char *const argv[])
{
	static char *const nothing[] = { NULL };
	static const int at[CHILD_FDS] = { CHILD_FILE, CHILD_PIPE, CHILD_SPILL,
		CHILD_KEY };

	for (size_t i = 0; i < CHILD_FDS; i++)
		if (fds[i] < 0)
			close(at[i]);
		else if (dup2(fds[i], at[i]) < 0)
			_exit(127);
	close_range(CHILD_KEY + 1, ~0U, 0);
	execve("/proc/self/exe", argv, nothing);
	_exit(127);
}

/* Above the numbers that the child gives them. */
static int above(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 10);
}

/* The file's own key in a pipe, which holds it until the child reads. */
static enum err key_pipe(
    struct sheet_child *c, const struct sheet_file *file, int *ret)
{
	const struct sealed_key *key =
	    file->sealed ? sealed_key_of(file->sealed) : NULL;
	int ends[2];

	if (!key)
		return OK;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return fail_detail(
		    c->cx, ERR_BROKEN, "sheet: pipe: %s", strerror(errno));
	ssize_t n = write(ends[1], key->b, sizeof key->b);
	close(ends[1]);
	*ret = ends[0];
	if (n == (ssize_t)sizeof key->b)
		return OK;
	close(ends[0]);
	return fail_detail(c->cx, ERR_BROKEN, "sheet: no key");
}

static enum err start(
    struct sheet_child *c, const struct sheet_file *file, size_t tab)
{
	struct arena *a = c->cx->arena;
	char name[] = "pratu-sheet", flag[] = SHEET_CHILD;
	struct str args = child_args_write(a, file, tab);
	char *text = arena_alloc(a, args.n + 1);
	char *const argv[] = { name, flag, text, NULL };
	int ends[2], key = -1;

	memcpy(text, args.p, args.n);
	enum err e = key_pipe(c, file, &key);
	if (e)
		return e;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return fail_detail(
		    c->cx, ERR_BROKEN, "sheet: pipe: %s", strerror(errno));
	/* Fewer turns of the two processes; without it there are more. */
	(void)fcntl(ends[0], F_SETPIPE_SZ, 1 << 20);
	const int fds[CHILD_FDS] = { above(file->fd), above(ends[1]),
		above(file->spill), above(key) };
	close(ends[1]);
	if (key >= 0)
		close(key);
	c->pipe = ends[0];
	bool well = fds[0] >= 0 && fds[1] >= 0 &&
	            (file->spill < 0 || fds[2] >= 0) &&
	            (key < 0 || fds[3] >= 0);
	c->pid = well ? fork() : -1;
	int why = errno;
	if (c->pid == 0)
		become(fds, argv);
	for (size_t i = 0; i < COUNT(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	if (c->pid < 0)
		return fail_detail(
		    c->cx, ERR_BROKEN, "sheet: fork: %s", strerror(why));
	return OK;
}

enum err sheet_child_start(struct ctx *cx, const struct sheet_file *file,
    size_t tab, struct sheet_child **ret)
{
	struct sheet_child *c = ARENA_NEW(cx->arena, struct sheet_child);

	c->cx = cx;
	c->limits = file->limits;
	c->found = file->found;
	c->pipe = -1;
	c->until_ms = time_now_ms() + (int64_t)file->limits.wall_s * 1000;
	c->cells =
	    ARENA_ARRAY(cx->arena, struct sheet_cell, file->limits.columns);
	arena_defer(cx->arena, end_child, c);
	enum err e = start(c, file, tab);
	if (!e)
		e = take_head(c);
	if (!e)
		*ret = c;
	return e;
}

const struct wire_head *sheet_child_head(const struct sheet_child *c)
{
	return &c->head;
}

uint32_t sheet_child_progress(const struct sheet_child *c)
{
	return c->ended ? 1000 : c->progress;
}

int sheet_child_pid(const struct sheet_child *c)
{
	return c->pid;
}

enum err sheet_child_next(struct sheet_child *c, const struct sheet_row **ret)
{
	enum wire_kind kind = WIRE_END;

	if (c->err)
		return c->err;
	while (c->rows.n == 0 && !c->ended) {
		enum err e = next_block(c, &kind, &c->rows);
		if (!e && kind != WIRE_ROWS) {
			e = take_last(c, kind, c->rows);
			c->rows = STR("");
		} else if (!e && !wire_take_progress(&c->rows, &c->progress)) {
			e = nonsense(c);
		}
		if (e)
			return e;
	}
	if (c->rows.n == 0) {
		*ret = NULL;
		return OK;
	}
	/* Rows come in their order, or not from our child. */
	if (!wire_take_row(&c->rows, &c->limits, c->cells, &c->row) ||
	    c->row.number <= c->last_row)
		return nonsense(c);
	c->last_row = c->row.number;
	*ret = &c->row;
	return OK;
}
