/* child.c - the side of the child. */
#include "sheet/child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "base/time.h"
#include "sheet/child_args.h"
#include "sheet/fence.h"

_Noreturn static void leave(int code)
{
	/* No handlers: what they would do is not allowed any more. */
	_exit(code);
}

static void send_block(struct buf *b)
{
	struct str s = wire_end(b);

	if (!file_write_all(CHILD_PIPE, s.p, s.n))
		leave(1);
}

_Noreturn static void give_up(struct ctx *cx, struct buf *b, enum err e,
    const struct sheet_finding *found)
{
	if (e == ERR_INVALID && found->kind != SHEET_FINE) {
		wire_begin(b, WIRE_FINDING);
		wire_put_finding(b, found);
	} else {
		wire_begin(b, WIRE_BROKEN);
		wire_put_text(b, cx->fault.detail);
	}
	send_block(b);
	leave(0);
}

static void send_head(const struct sheet *s, struct buf *b)
{
	struct wire_head h = { .kind = sheet_kind_of(s),
		.encoding = sheet_encoding_of(s),
		.delimiter = sheet_delimiter_of(s) };
	union {
		const struct sheet_tab *c;
		struct sheet_tab *t;
	} tabs = { .c = sheet_tabs(s, &h.n_tabs) };

	h.tabs = tabs.t;
	wire_begin(b, WIRE_TABS);
	wire_put_head(b, &h);
	send_block(b);
}

static enum err send_rows(struct sheet *s, struct buf *b)
{
	const struct sheet_row *row = NULL;
	bool begun = false;
	enum err e;

	while (!(e = sheet_next(s, &row)) && row) {
		if (!begun) {
			wire_begin(b, WIRE_ROWS);
			wire_put_progress(b, sheet_progress(s));
		}
		wire_put_row(b, row);
		begun = b->n < WIRE_BLOCK;
		if (!begun)
			send_block(b);
	}
	if (begun)
		send_block(b);
	return e;
}

/* The file's key comes by a pipe of its own: neither arguments nor environment
 * nor the disk ever have it. */
static enum err open_sealed(struct ctx *cx, struct sheet_file *file)
{
	struct sealed_key key;
	size_t n = 0;

	while (n < sizeof key.b) {
		ssize_t got = read(CHILD_KEY, key.b + n, sizeof key.b - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return fail_detail(cx, ERR_BROKEN, "sheet: no key");
		n += (size_t)got;
	}
	if (sealed_open_key(cx->arena, file->fd, &key, &file->sealed))
		return fail_detail(cx, ERR_BROKEN, "sheet: it does not open");
	return OK;
}

_Noreturn void sheet_child_main(int argc, char **argv, void (*instead)(void))
{
	struct arena *a = arena_new();
	struct ctx cx = ctx_new(a, 0, LANG_EN);
	struct sheet_finding found = { 0 };
	struct sheet_file file = { .fd = CHILD_FILE, .found = &found };
	struct sheet *s = NULL;
	size_t tab = 0;
	bool sealed = false;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_IGN);
	if (argc != 3 || !child_args_read(argv[2], &file, &tab, &sealed))
		leave(2);
	sealed_init();
	struct buf b = buf_new(a, wire_most(&file.limits));
	enum err e = sheet_fence_enter(&cx, &file.limits);
	if (!e && instead)
		instead();
	if (!e && sealed)
		e = open_sealed(&cx, &file);
	if (!e)
		e = sheet_open(&cx, &file, &s);
	if (!e)
		send_head(s, &b);
	if (!e && tab != SHEET_NO_TAB) {
		e = sheet_choose(s, tab);
		if (!e)
			e = send_rows(s, &b);
	}
	if (e)
		give_up(&cx, &b, e, &found);
	wire_begin(&b, WIRE_END);
	send_block(&b);
	leave(0);
}
