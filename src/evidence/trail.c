#include "evidence/trail.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "evidence/disk.h"
#include "evidence/note.h"

bool trail_is_id(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!((name.p[i] >= 'a' && name.p[i] <= 'z') ||
			(name.p[i] >= '0' && name.p[i] <= '9')))
			return false;
	return name.n == LOG_ID_BYTES;
}

static bool read_node(void *arg, uint64_t place, struct sha256 *ret)
{
	const struct trail *t = arg;
	return t->hashes >= 0 && file_pread(t->hashes, ret->b, sizeof ret->b,
				     place * sizeof ret->b);
}

static void close_trail(void *arg)
{
	struct trail *t = arg;
	segment_unmap(&t->segment);
	if (t->hashes >= 0)
		close(t->hashes);
	close(t->folder);
}

static struct str last_name(struct str path)
{
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	size_t i = path.n;
	while (i > 0 && path.p[i - 1] != '/')
		i--;
	return str_from(path, i);
}

enum err trail_open(struct ctx *cx, struct str folder, struct trail **ret)
{
	struct trail *t = ARENA_NEW(cx->arena, struct trail);
	t->id = str_dup(cx->arena, last_name(folder));
	t->origin = str_fmt(cx->arena, EVIDENCE_ORIGIN "/%.*s", STR_ARG(t->id));
	t->folder = open(
	    str_cstr(cx->arena, folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t->folder < 0)
		return fail_detail(cx,
		    errno == ENOENT ? ERR_NOT_FOUND : ERR_BROKEN, "%.*s: %s",
		    STR_ARG(folder), strerror(errno));
	t->hashes = openat(t->folder, "hashes", O_RDONLY | O_CLOEXEC);
	t->nodes = (struct merkle_nodes){ .read = read_node, .arg = t };
	arena_defer(cx->arena, close_trail, t);
	*ret = t;
	return OK;
}

static bool is_there(struct arena *a, const struct trail *t, uint64_t number)
{
	return faccessat(t->folder, str_cstr(a, segment_name(a, number)), F_OK,
		   0) == 0;
}

static enum err first_of(
    struct ctx *cx, const struct trail *t, uint64_t number, uint64_t *ret)
{
	unsigned char p[SEGMENT_HEAD_BYTES];
	struct segment_head head;
	struct str name = segment_name(cx->arena, number);
	int fd =
	    openat(t->folder, str_cstr(cx->arena, name), O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 && file_pread(fd, p, sizeof p, 0) &&
	            segment_head_read(p, &head);
	if (fd >= 0)
		close(fd);
	if (!good)
		return fail_detail(
		    cx, ERR_BROKEN, "%.*s: unreadable", STR_ARG(name));
	*ret = head.first;
	return OK;
}

/* The last segment that begins no later. */
static enum err segment_with(
    struct ctx *cx, struct trail *t, uint64_t index, uint64_t *ret)
{
	while (is_there(cx->arena, t, t->segments))
		t->segments++;
	for (uint64_t number = t->segments; number-- > 0;) {
		uint64_t first;
		enum err e = first_of(cx, t, number, &first);
		if (e)
			return e;
		if (first <= index) {
			*ret = number;
			return OK;
		}
	}
	return fail_detail(cx, ERR_NOT_FOUND, "no leaf of that number");
}

static enum err go_to(struct ctx *cx, struct trail *t, uint64_t number)
{
	struct segment s;
	enum err e = segment_map(cx, t->folder, number, &s);
	if (e)
		return e;
	segment_unmap(&t->segment);
	t->segment = s;
	t->at = leaves_of(&s);
	return OK;
}

enum err trail_next(struct ctx *cx, struct trail *t, struct str *ret)
{
	if (!t->segment.p)
		return trail_seek(cx, t, 0) == OK
		           ? trail_next(cx, t, ret)
		           : fail_detail(cx, ERR_NOT_FOUND, "no leaves");
	enum step step = leaves_next(&t->segment, &t->at, ret);
	if (step == STEP_END &&
	    is_there(cx->arena, t, t->segment.head.number + 1)) {
		uint64_t next = t->at.next;
		enum err e = go_to(cx, t, t->segment.head.number + 1);
		if (e)
			return e;
		step = t->at.next == next
		           ? leaves_next(&t->segment, &t->at, ret)
		           : STEP_BAD;
	}
	if (step == STEP_BAD)
		return fail_detail(cx, ERR_BROKEN, "leaf %llu: unreadable",
		    (unsigned long long)t->at.next);
	return step == STEP_LEAF
	           ? OK
	           : fail_detail(cx, ERR_NOT_FOUND, "the log's end");
}

enum err trail_seek(struct ctx *cx, struct trail *t, uint64_t index)
{
	uint64_t number;
	struct str leaf;
	enum err e = segment_with(cx, t, index, &number);
	if (!e)
		e = go_to(cx, t, number);
	while (!e && t->at.next < index)
		e = trail_next(cx, t, &leaf);
	return e;
}

enum err trail_note(struct ctx *cx, const struct trail *t, struct str *ret)
{
	bool cut;
	*ret = (struct str){ 0 };
	int fd = openat(t->folder, "checkpoints", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return OK;
	/* What a writer has begun cannot be cut here: then it fails. */
	enum err e = note_last(cx, fd, t->origin, ret, &cut);
	close(fd);
	return e;
}
