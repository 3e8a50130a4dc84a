/* Opening a log: which one, and whether it is what was written. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "evidence/disk.h"
#include "evidence/ledger_state.h"
#include "evidence/trail.h"

enum { MAX_LOGS = 1000 };

static enum err broke(struct ctx *cx, const struct ledger *l, const char *what)
{
	return fail_detail(
	    cx, ERR_BROKEN, "evidence %.*s: %s", STR_ARG(l->id), what);
}

static bool read_node(void *arg, uint64_t place, struct sha256 *ret)
{
	const struct ledger *l = arg;
	return file_pread(
	    l->hashes, ret->b, sizeof ret->b, place * sizeof ret->b);
}

static int compare(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The logs of the folder, by name. */
static enum err list_logs(
    struct ctx *cx, struct str folder, struct str *ret, size_t *ret_n)
{
	const struct dirent *entry;
	const char *path = str_cstr(cx->arena, folder);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return fail_detail(
		    cx, ERR_BUSY, "%s: %s", path, strerror(errno));
	DIR *dir = opendir(path);
	if (!dir)
		return fail_detail(
		    cx, ERR_BUSY, "%s: %s", path, strerror(errno));
	*ret_n = 0;
	while ((entry = readdir(dir)) != NULL && *ret_n < MAX_LOGS)
		if (trail_is_id(str_of(entry->d_name)))
			ret[(*ret_n)++] =
			    str_dup(cx->arena, str_of(entry->d_name));
	closedir(dir);
	qsort(ret, *ret_n, sizeof ret[0], compare);
	return OK;
}

static int open_in(int folder, const char *name, int flags)
{
	return openat(folder, name, O_RDWR | O_CLOEXEC | flags, 0600);
}

/* Takes the log when nobody else has it. The lock goes with the process. */
static enum err take(
    struct ctx *cx, struct ledger *l, struct str id, bool *ret_taken)
{
	l->id = str_dup(l->arena, id);
	l->path = str_fmt(
	    l->arena, "%.*s/%.*s", STR_ARG(l->options.folder), STR_ARG(id));
	l->origin = str_fmt(l->arena, EVIDENCE_ORIGIN "/%.*s", STR_ARG(id));
	l->folder = open(
	    str_cstr(cx->arena, l->path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	l->lock_fd = l->folder < 0 ? -1 : open_in(l->folder, "lock", O_CREAT);
	if (l->lock_fd < 0)
		return fail_detail(cx, ERR_BUSY, "%.*s: %s", STR_ARG(l->path),
		    strerror(errno));
	*ret_taken = flock(l->lock_fd, LOCK_EX | LOCK_NB) == 0;
	if (!*ret_taken) {
		close(l->lock_fd);
		close(l->folder);
		l->lock_fd = l->folder = -1;
	}
	return OK;
}

static enum err make_log(struct ctx *cx, struct ledger *l)
{
	bool taken;
	struct str id = random_id(cx->arena, LOG_ID_BYTES);
	struct str path = str_fmt(
	    cx->arena, "%.*s/%.*s", STR_ARG(l->options.folder), STR_ARG(id));
	if (mkdir(str_cstr(cx->arena, path), 0700) != 0 ||
	    !folder_of_sync(cx->arena, path))
		return fail_detail(
		    cx, ERR_BUSY, "%.*s: %s", STR_ARG(path), strerror(errno));
	enum err e = take(cx, l, id, &taken);
	return e || taken ? e : fail_detail(cx, ERR_BUSY, "evidence: taken");
}

/* The first that is free, or a new one. */
static enum err take_any(
    struct ctx *cx, struct ledger *l, struct ledger_opened *o)
{
	struct str *ids = ARENA_ARRAY(cx->arena, struct str, MAX_LOGS);
	size_t n = 0;
	bool taken = false;
	enum err e = list_logs(cx, l->options.folder, ids, &n);
	for (size_t i = 0; i < n && !taken && !e; i++)
		e = take(cx, l, ids[i], &taken);
	if (!e && !taken) {
		e = make_log(cx, l);
		o->made = true;
	}
	if (e)
		return e;
	l->hashes = open_in(l->folder, "hashes", O_CREAT);
	l->checkpoints = open_in(l->folder, "checkpoints", O_CREAT);
	if (l->hashes < 0 || l->checkpoints < 0)
		return fail_detail(cx, ERR_BUSY, "%.*s: %s", STR_ARG(l->path),
		    strerror(errno));
	return OK;
}

static bool is_there(struct ctx *cx, const struct ledger *l, uint64_t number)
{
	const char *name = str_cstr(cx->arena, segment_name(cx->arena, number));
	return faccessat(l->folder, name, F_OK, 0) == 0;
}

/* The nodes that a leaf finishes, compared with what stands there; only what
 * differs is written, since almost always nothing does. */
static enum err keep_leaf(struct ctx *cx, struct ledger *l, struct str leaf)
{
	struct sha256 nodes[MERKLE_LEVELS], was[MERKLE_LEVELS];
	uint64_t place = merkle_places(l->edge.leaves);
	struct arena_mark mark = arena_mark(cx->arena);
	struct sha256 hash = merkle_leaf(cx->arena, leaf);
	arena_rewind(cx->arena, mark);
	size_t n = merkle_edge_add(&l->edge, hash, nodes);
	if (file_pread(
		l->hashes, was, n * sizeof was[0], place * sizeof was[0]) &&
	    memcmp(was, nodes, n * sizeof was[0]) == 0)
		return OK;
	return ledger_keep_nodes(l, place, nodes, n)
	           ? OK
	           : fail_detail(
			 cx, ERR_BUSY, "evidence: hashes: %s", strerror(errno));
}

/* What was promised to nobody becomes zeros again. */
static enum err cut_torn(struct ctx *cx, const struct ledger *l, int fd,
    const struct segment *s, const struct leaves *at, struct ledger_opened *o)
{
	size_t n;
	enum rest rest = segment_rest(s, at, &n);
	if (rest == REST_ZERO)
		return OK;
	if (rest == REST_BAD)
		return broke(cx, l, "a fault before the end");
	o->torn = n;
	char *zeros = arena_alloc(cx->arena, n);
	if (!file_pwrite(fd, zeros, n, at->at) || fdatasync(fd) != 0)
		return broke(cx, l, "the end could not be cut");
	return OK;
}

/* The last group is written again: a sync of another process may have failed,
 * and then the page in memory says nothing of the disk. */
static enum err write_again(struct ctx *cx, const struct ledger *l, int fd,
    const struct segment *s, size_t from, size_t end)
{
	char *copy = arena_alloc(cx->arena, end - from + 1);
	memcpy(copy, s->p + from, end - from);
	if (!file_pwrite(fd, copy, end - from, from) || fdatasync(fd) != 0)
		return broke(cx, l, "the last leaves could not be synced");
	return OK;
}

/* All leaves of a segment, into the tree. */
static enum err read_segment(struct ctx *cx, struct ledger *l,
    const struct segment *s, struct leaves *ret_at, size_t *ret_last)
{
	struct leaves at = leaves_of(s);
	struct str leaf;
	enum err e = OK;
	size_t group = at.at;
	*ret_last = at.at;
	while (!e && leaves_next(s, &at, &leaf) == STEP_LEAF) {
		if (at.at != group) {
			*ret_last = group;
			group = at.at;
		}
		e = keep_leaf(cx, l, leaf);
	}
	*ret_at = at;
	return e;
}

static enum err check_head(
    struct ctx *cx, const struct ledger *l, const struct segment *s)
{
	if (memcmp(s->head.id, l->id.p, LOG_ID_BYTES) != 0)
		return broke(cx, l, "a segment of another log");
	if (s->head.first != l->edge.leaves)
		return broke(cx, l, "leaves are missing before a segment");
	return OK;
}

/* The last segment; it is written on. */
static enum err read_last(struct ctx *cx, struct ledger *l, uint64_t number,
    struct segment *s, struct ledger_opened *o)
{
	struct leaves at;
	size_t last;
	const char *name = str_cstr(cx->arena, segment_name(cx->arena, number));
	int fd = open_in(l->folder, name, 0);
	if (fd < 0)
		return fail_detail(
		    cx, ERR_BUSY, "%s: %s", name, strerror(errno));
	enum err e = read_segment(cx, l, s, &at, &last);
	if (!e)
		e = cut_torn(cx, l, fd, s, &at, o);
	if (!e)
		e = write_again(cx, l, fd, s, last, at.at);
	if (e) {
		close(fd);
		return e;
	}
	l->fd = fd;
	l->head = s->head;
	l->at = at.at;
	return OK;
}

/* The tree anew, from the first leaf to before segment `end`. */
static enum err rebuild(struct ctx *cx, struct ledger *l, uint64_t end)
{
	l->edge = (struct merkle_edge){ 0 };
	for (uint64_t number = 0; number < end; number++) {
		struct segment s;
		struct leaves at;
		size_t last;
		enum err e = segment_map(cx, l->folder, number, &s);
		if (e)
			return e;
		e = check_head(cx, l, &s);
		if (!e)
			e = read_segment(cx, l, &s, &at, &last);
		if (!e && segment_rest(&s, &at, &last) != REST_ZERO)
			e = broke(cx, l, "a fault before the end");
		segment_unmap(&s);
		if (e)
			return e;
	}
	return OK;
}

/* Held against the newest checkpoint: all that was signed is there. */
static enum err check_signed(
    struct ctx *cx, struct ledger *l, struct ledger_opened *o)
{
	struct checkpoint c;
	struct sha256 root;
	struct str note;
	enum err e =
	    note_last(cx, l->checkpoints, l->origin, &note, &o->cut_note);
	if (e || note.n == 0)
		return e;
	if (note_read(cx->arena, l->options.keys, note, &c) != NOTE_GOOD ||
	    !str_eq(c.origin, l->origin))
		return broke(cx, l, "its newest checkpoint does not hold");
	if (c.size > l->edge.leaves)
		return broke(cx, l, "leaves that were signed are missing");
	if (!merkle_root(&l->nodes, c.size, &root) ||
	    !sha256_eq(&root, &c.root))
		return broke(
		    cx, l, "its leaves are not those that were signed");
	memcpy(l->note_room, note.p, note.n);
	l->note = str_n(l->note_room, note.n);
	l->signed_size = c.size;
	return OK;
}

/* A node is written after its leaf was synced: one too many is a leaf too
 * few. */
static enum err check_hashes(struct ctx *cx, const struct ledger *l)
{
	struct stat st;
	if (fstat(l->hashes, &st) != 0)
		return broke(cx, l, strerror(errno));
	if ((uint64_t)st.st_size >
	    merkle_places(l->edge.leaves) * sizeof(struct sha256))
		return broke(cx, l, "leaves that were there are missing");
	return OK;
}

static enum err read_from(struct ctx *cx, struct ledger *l, uint64_t number,
    bool whole, struct ledger_opened *o)
{
	struct segment s;
	enum err e = segment_map(cx, l->folder, number, &s);
	if (e)
		return e;
	if (whole || !merkle_edge_load(&l->nodes, s.head.first, &l->edge)) {
		o->rebuilt = true;
		e = rebuild(cx, l, number);
	}
	if (!e)
		e = check_head(cx, l, &s);
	if (!e)
		e = read_last(cx, l, number, &s, o);
	segment_unmap(&s);
	if (!e)
		e = check_hashes(cx, l);
	return e ? e : check_signed(cx, l, o);
}

static enum err recover(
    struct ctx *cx, struct ledger *l, struct ledger_opened *o)
{
	uint64_t n = 0;
	int fd;
	while (is_there(cx, l, n))
		n++;
	if (n == 0) {
		struct stat st;
		if (fstat(l->hashes, &st) != 0 || st.st_size > 0)
			return broke(cx, l, "its first segment is missing");
		enum err e = segment_make(cx, l, &fd);
		return e ? e : segment_begin(cx, l, fd, 0, 0);
	}
	enum err e = read_from(cx, l, n - 1, false, o);
	/* The hashes are derived: before anyone is accused they are made anew
	 * from all leaves. */
	if (e == ERR_BROKEN && !o->rebuilt && n > 1) {
		if (l->fd >= 0)
			close(l->fd);
		l->fd = -1;
		e = read_from(cx, l, n - 1, true, o);
	}
	return e;
}

enum err ledger_open(struct ctx *cx, const struct ledger_options *options,
    struct ledger **ret, struct ledger_opened *ret_opened)
{
	struct ledger_opened o = { 0 };
	struct arena *arena = arena_new();
	struct ledger *l = ARENA_NEW(arena, struct ledger);
	pthread_condattr_t attr;
	l->arena = arena;
	l->options = *options;
	l->options.folder = str_dup(arena, options->folder);
	if (l->options.segment_bytes == 0)
		l->options.segment_bytes = SEGMENT_BYTES;
	REQUIRE(l->options.segment_bytes >= 2 * LEAF_MAX_BYTES);
	l->folder = l->lock_fd = l->hashes = l->checkpoints = -1;
	l->fd = l->next_fd = -1;
	l->nodes = (struct merkle_nodes){ .read = read_node, .arg = l };
	l->room = arena_alloc(arena, GROUP_MAX_BYTES);
	l->last = &l->first;
	pthread_mutex_init(&l->lock, NULL);
	pthread_mutex_init(&l->next_lock, NULL);
	pthread_mutex_init(&l->sign_lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&l->grown, &attr);
	pthread_condattr_destroy(&attr);
	enum err e = take_any(cx, l, &o);
	if (!e)
		e = recover(cx, l, &o);
	if (e) {
		ledger_close(l);
		return e;
	}
	o.leaves = l->leaves = l->edge.leaves;
	l->used = l->at;
	*ret = l;
	*ret_opened = o;
	return OK;
}

void ledger_close(struct ledger *l)
{
	if (!l)
		return;
	const int fds[] = { l->fd, l->next_fd, l->hashes, l->checkpoints,
		l->folder, l->lock_fd };
	for (size_t i = 0; i < COUNT(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	arena_free(l->arena);
}
