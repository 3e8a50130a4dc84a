#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/verify.h"
#include "core/event.h"
#include "courier/heads.h"

/* One signed head. */
static enum err check_head(
    struct verify *v, const struct checkpoint *c, uint64_t before)
{
	struct ctx *cx = &v->cli->cx;
	int64_t seq = (int64_t)c->size;
	struct str hash;
	enum err e = chain_hash_at(cx, seq, &hash);
	if (e)
		return e;
	if (c->size <= before)
		verify_event(v, seq, STR("order"));
	if (hash.n == 0)
		verify_event(v, seq, STR("lost"));
	else if (!str_eq(hash, sha256_hex(cx->arena, c->root)))
		verify_event(v, seq, STR("signed"));
	return OK;
}

static enum err check_note(struct verify *v, const struct note_keys *keys,
    struct str note, uint64_t *before)
{
	struct ctx *cx = &v->cli->cx;
	struct checkpoint c;
	v->heads++;
	if (note_read(cx->arena, keys, note, &c) != NOTE_GOOD ||
	    !str_starts(c.origin, STR(HEADS_ORIGIN "/"))) {
		verify_event(v, (int64_t)*before, STR("note"));
		return OK;
	}
	enum err e = check_head(v, &c, *before);
	*before = c.size;
	return e;
}

/* A courier may be writing the last one: what is begun is no fault. */
static bool is_begun(const struct note_keys *keys, struct str rest)
{
	for (size_t i = 0; i < keys->n; i++)
		if (note_is_begun(rest, keys->v[i].name))
			return true;
	return rest.n == 0;
}

static enum err check_notes(
    struct verify *v, const struct note_keys *keys, struct str file)
{
	struct arena *a = v->cli->arena;
	uint64_t before = 0;
	struct str note;
	enum err e = OK;
	while (!e && note_next(&file, &note)) {
		struct arena_mark mark = arena_mark(a);
		int64_t bad = v->bad;
		e = check_note(v, keys, note, &before);
		/* What is said of a fault is kept. */
		if (v->bad == bad)
			arena_rewind(a, mark);
	}
	if (!e && !is_begun(keys, file))
		verify_event(v, (int64_t)before, STR("note"));
	return e;
}

static void unmap(void *arg)
{
	struct str *s = arg;
	munmap((void *)(uintptr_t)s->p, s->n);
}

enum err verify_heads_read(
    struct verify *v, const struct site *site, struct str *ret)
{
	struct ctx *cx = &v->cli->cx;
	struct stat st = { 0 };
	struct str *file = ARENA_NEW(cx->arena, struct str);
	int fd = open(str_cstr(cx->arena, heads_file(cx->arena, site)),
	    O_RDONLY | O_CLOEXEC);
	*ret = (struct str){ NULL, 0 };
	if (fd < 0 && errno == ENOENT)
		return OK; /* no courier has run yet */
	void *p = MAP_FAILED;
	if (fd >= 0 && fstat(fd, &st) == 0)
		p = st.st_size == 0 ? NULL
		                    : mmap(NULL, (size_t)st.st_size, PROT_READ,
					  MAP_SHARED, fd, 0);
	int why = errno;
	if (fd >= 0)
		close(fd);
	if (p == MAP_FAILED)
		return fail_detail(cx, ERR_BROKEN, "heads: %s", strerror(why));
	if (!p)
		return OK;
	*ret = *file = str_n(p, (size_t)st.st_size);
	arena_defer(cx->arena, unmap, file);
	return OK;
}

enum err verify_heads(
    struct verify *v, const struct site *site, struct str file)
{
	struct ctx *cx = &v->cli->cx;
	struct note_keys keys = { 0 };
	if (file.n == 0)
		return OK;
	enum err e = note_keys_read(cx, heads_keys(cx->arena, site), &keys);
	return e ? e : check_notes(v, &keys, file);
}
