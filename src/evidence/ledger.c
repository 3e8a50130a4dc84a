#include "evidence/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "evidence/disk.h"
#include "evidence/ledger_state.h"

/* Nodes gathered before they are written. */
enum { NODES_AT_ONCE = 1024 };

/* One leaf on its way, on the stack of the thread that brings it. */
enum { WAITS, LEADS, DONE };
struct waiter {
	struct str leaf;
	struct sha256 hash;
	uint64_t index;
	enum err err;
	_Atomic uint32_t state;
	struct waiter *next;
};

static void wait_turn(struct waiter *w)
{
	while (atomic_load(&w->state) == WAITS)
		syscall(SYS_futex, &w->state, FUTEX_WAIT_PRIVATE, WAITS, NULL,
		    NULL, 0);
}

/* The waiter may be gone before the call: then it wakes nobody, or somebody who
 * looks and waits on. */
static void tell(struct waiter *w, uint32_t state)
{
	_Atomic uint32_t *at = &w->state;
	atomic_store(at, state);
	syscall(SYS_futex, at, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static enum err broke(struct ctx *cx, const char *what)
{
	return fail_detail(
	    cx, ERR_BROKEN, "evidence: %s: %s", what, strerror(errno));
}

static enum err fill_with_zeros(struct ctx *cx, int fd, size_t n)
{
	static const char zeros[1 << 16];
	for (size_t at = 0; at < n;) {
		size_t piece = n - at < sizeof zeros ? n - at : sizeof zeros;
		if (!file_pwrite(fd, zeros, piece, at))
			return fail_detail(cx, ERR_BUSY,
			    "evidence: no room for a segment: %s",
			    strerror(errno));
		at += piece;
	}
	/* Nothing was promised of this file yet: it is made anew. */
	if (fsync(fd) != 0)
		return fail_detail(
		    cx, ERR_BUSY, "evidence: a segment: %s", strerror(errno));
	return OK;
}

enum err segment_make(struct ctx *cx, struct ledger *l, int *ret_fd)
{
	int fd = openat(l->folder, NEXT_SEGMENT,
	    O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail_detail(
		    cx, ERR_BUSY, "evidence: a segment: %s", strerror(errno));
	enum err e = fill_with_zeros(cx, fd, l->options.segment_bytes);
	if (e) {
		close(fd);
		unlinkat(l->folder, NEXT_SEGMENT, 0);
	} else {
		*ret_fd = fd;
	}
	return e;
}

enum err segment_begin(
    struct ctx *cx, struct ledger *l, int fd, uint64_t number, uint64_t first)
{
	unsigned char p[SEGMENT_HEAD_BYTES];
	struct segment_head head = { .number = number,
		.first = first,
		.bytes = (uint32_t)l->options.segment_bytes };
	memcpy(head.id, l->id.p, sizeof head.id);
	segment_head_write(&head, p);
	const char *name = str_cstr(cx->arena, segment_name(cx->arena, number));
	if (!file_pwrite(fd, p, sizeof p, 0) || fdatasync(fd) != 0 ||
	    renameat(l->folder, NEXT_SEGMENT, l->folder, name) != 0 ||
	    !folder_sync(l->folder))
		return broke(cx, "a segment");
	l->fd = fd;
	l->head = head;
	l->at = SEGMENT_HEAD_BYTES;
	return OK;
}

/* On with the next file; the hashes of the old one's leaves are synced, since
 * who opens the log looks at the last segment alone. */
static enum err next_segment(struct ctx *cx, struct ledger *l)
{
	pthread_mutex_lock(&l->next_lock);
	int fd = l->next_fd, old = l->fd;
	enum err e = fd >= 0 ? OK : segment_make(cx, l, &fd);
	if (!e)
		l->next_fd = -1;
	pthread_mutex_unlock(&l->next_lock);
	if (!e && fdatasync(l->hashes) != 0) {
		e = broke(cx, "hashes");
		close(fd);
	}
	if (!e)
		e = segment_begin(
		    cx, l, fd, l->head.number + 1, l->edge.leaves);
	if (!e)
		close(old);
	return e;
}

enum err ledger_tend(struct ctx *cx, struct ledger *l)
{
	enum err e = OK;
	pthread_mutex_lock(&l->lock);
	bool due = !l->failed && l->used > l->options.segment_bytes / 2;
	pthread_mutex_unlock(&l->lock);
	if (!due)
		return OK;
	pthread_mutex_lock(&l->next_lock);
	if (l->next_fd < 0)
		e = segment_make(cx, l, &l->next_fd);
	pthread_mutex_unlock(&l->next_lock);
	return e;
}

bool ledger_keep_nodes(
    struct ledger *l, uint64_t place, const struct sha256 *v, size_t n)
{
	return file_pwrite(l->hashes, v, n * sizeof v[0], place * sizeof v[0]);
}

/* After the leaves, so that no node is ever of a leaf that was not synced. */
static bool grow_tree(struct ledger *l, struct waiter *first, size_t n)
{
	struct sha256 nodes[NODES_AT_ONCE];
	uint64_t place = merkle_places(l->edge.leaves);
	size_t kept = 0;
	struct waiter *w = first;
	for (size_t i = 0; i < n; i++) {
		w = i > 0 ? w->next : first;
		if (kept + MERKLE_LEVELS > COUNT(nodes)) {
			if (!ledger_keep_nodes(l, place, nodes, kept))
				return false;
			place += kept;
			kept = 0;
		}
		w->index = l->edge.leaves;
		kept += merkle_edge_add(&l->edge, w->hash, nodes + kept);
	}
	return ledger_keep_nodes(l, place, nodes, kept);
}

/* The first leaves of the `waiting`, as many as a group holds, onto the disk. The
 * last one's `next` may be set meanwhile: it is not looked at. */
static enum err write_group(struct ctx *cx, struct ledger *l,
    struct waiter *first, size_t waiting, size_t *ret_n)
{
	struct group g;
	struct waiter *w = first;
	size_t n = 0;
	group_begin(&g, l->room, l->options.segment_bytes - SEGMENT_HEAD_BYTES);
	while (group_add(&g, w->leaf) && ++n < waiting)
		w = w->next;
	*ret_n = n;
	group_end(&g, l->edge.leaves);
	if (l->at + g.n > l->head.bytes) {
		enum err e = next_segment(cx, l);
		if (e)
			return e;
	}
	if (!file_pwrite(l->fd, g.p, g.n, l->at) || fdatasync(l->fd) != 0)
		return broke(cx, "leaves");
	l->at += g.n;
	return grow_tree(l, first, n) ? OK : broke(cx, "hashes");
}

/* Out of the queue with the first n; the next in it goes on writing. */
static void leave(
    struct ledger *l, size_t n, enum err e, const struct waiter *self)
{
	pthread_mutex_lock(&l->lock);
	struct waiter *done = l->first, *rest = done;
	for (size_t i = 0; i < n; i++)
		rest = rest->next;
	l->first = rest;
	if (!rest)
		l->last = &l->first;
	l->waiting -= n;
	l->used = l->at;
	if (!e)
		l->leaves += n;
	if (e == ERR_BROKEN)
		l->failed = true;
	l->writing = rest != NULL;
	pthread_cond_signal(&l->grown);
	pthread_mutex_unlock(&l->lock);
	/* First, so that the disk has work while the others wake. */
	if (rest)
		tell(rest, LEADS);
	for (struct waiter *next; n > 0; n--, done = next) {
		next = done->next;
		done->err = e;
		if (done != self)
			tell(done, DONE);
	}
}

/* Writes for itself and for those behind it. */
static void lead(struct ctx *cx, struct ledger *l, struct waiter *self)
{
	pthread_mutex_lock(&l->lock);
	size_t n = l->waiting;
	bool failed = l->failed;
	pthread_mutex_unlock(&l->lock);
	enum err e = failed ? ERR_BROKEN : write_group(cx, l, self, n, &n);
	leave(l, n, e, self);
}

enum err ledger_append(
    struct ctx *cx, struct ledger *l, struct str leaf, uint64_t *ret_index)
{
	struct waiter w = { .leaf = leaf,
		.hash = merkle_leaf(cx->arena, leaf) };
	pthread_mutex_lock(&l->lock);
	*l->last = &w;
	l->last = &w.next;
	l->waiting++;
	bool wait = l->writing;
	l->writing = true;
	pthread_mutex_unlock(&l->lock);
	if (wait)
		wait_turn(&w);
	if (!wait || atomic_load(&w.state) == LEADS)
		lead(cx, l, &w);
	if (w.err)
		return cx->fault.err == w.err
		           ? w.err
		           : fail_detail(
				 cx, w.err, "evidence: the log has failed");
	*ret_index = w.index;
	return OK;
}

void ledger_wait(struct ledger *l, uint64_t known, int ms)
{
	struct timespec end;
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += ms / 1000;
	end.tv_nsec += ms % 1000 * 1000000L;
	if (end.tv_nsec >= 1000000000L) {
		end.tv_sec++;
		end.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&l->lock);
	while (l->leaves <= known && !l->failed &&
	       pthread_cond_timedwait(&l->grown, &l->lock, &end) == 0)
		;
	pthread_mutex_unlock(&l->lock);
}

uint64_t ledger_leaves(struct ledger *l)
{
	pthread_mutex_lock(&l->lock);
	uint64_t n = l->leaves;
	pthread_mutex_unlock(&l->lock);
	return n;
}

bool ledger_failed(struct ledger *l)
{
	pthread_mutex_lock(&l->lock);
	bool failed = l->failed;
	pthread_mutex_unlock(&l->lock);
	return failed;
}

static void fail_all(struct ledger *l)
{
	pthread_mutex_lock(&l->lock);
	l->failed = true;
	pthread_mutex_unlock(&l->lock);
}

static enum err sign(struct ctx *cx, struct ledger *l, uint64_t size)
{
	struct sha256 root;
	if (!merkle_root(&l->nodes, size, &root))
		return broke(cx, "hashes");
	struct str note =
	    note_make(cx->arena, l->options.signer, l->origin, size, &root);
	REQUIRE(note.n <= sizeof l->note_room);
	enum err e = note_append(cx, l->checkpoints, note);
	if (e)
		return e;
	memcpy(l->note_room, note.p, note.n);
	l->note = str_n(l->note_room, note.n);
	l->signed_size = size;
	return OK;
}

enum err ledger_sign(struct ctx *cx, struct ledger *l, uint64_t *ret)
{
	enum err e = OK;
	pthread_mutex_lock(&l->sign_lock);
	uint64_t size = ledger_leaves(l);
	if (size > l->signed_size)
		e = ledger_failed(l)
		        ? fail_detail(cx, ERR_BROKEN, "evidence: has failed")
		        : sign(cx, l, size);
	if (ret)
		*ret = l->signed_size;
	pthread_mutex_unlock(&l->sign_lock);
	if (e == ERR_BROKEN)
		fail_all(l);
	return e;
}

struct str ledger_note(struct arena *a, struct ledger *l)
{
	pthread_mutex_lock(&l->sign_lock);
	struct str note = str_dup(a, l->note);
	pthread_mutex_unlock(&l->sign_lock);
	return note;
}

struct str ledger_id(const struct ledger *l)
{
	return l->id;
}

struct str ledger_folder(const struct ledger *l)
{
	return l->path;
}

const struct merkle_nodes *ledger_nodes(const struct ledger *l)
{
	return &l->nodes;
}
