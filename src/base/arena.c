#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#define ALIGNMENT _Alignof(max_align_t)
#define FIRST_CHUNK ((size_t)8 << 10)
#define LAST_CHUNK ((size_t)1 << 20)

/* Whether each allocation is a chunk of its own size, so that ASan sees a write
 * past its end. */
#ifdef ARENA_MALLOC
static const bool one_by_one = true;
#else
static const bool one_by_one = false;
#endif

struct chunk {
	_Alignas(max_align_t) struct chunk *older;
	size_t used, cap;
	size_t used_before; /* in all older chunks */
};

struct defer {
	struct defer *older;
	void (*fn)(void *);
	void *arg;
};

struct arena {
	struct chunk *chunk; /* the newest; NULL before the first allocation */
	struct defer *defers;
	size_t next_cap;
};

static void *must_malloc(size_t n_bytes)
{
	void *p = malloc(n_bytes);
	REQUIRE(p);
	return p;
}

struct arena *arena_new(void)
{
	struct arena *a = must_malloc(sizeof *a);
	*a = (struct arena){ .next_cap = FIRST_CHUNK };
	return a;
}

static void add_chunk(struct arena *a, size_t n_bytes)
{
	size_t cap = n_bytes;
	if (cap < a->next_cap && !one_by_one)
		cap = a->next_cap;
	if (a->next_cap < LAST_CHUNK)
		a->next_cap *= 2;
	struct chunk *c = must_malloc(sizeof *c + cap);
	*c = (struct chunk){
		.older = a->chunk,
		.cap = cap,
		.used_before = arena_used(a),
	};
	a->chunk = c;
}

void *arena_alloc(struct arena *a, size_t n_bytes)
{
	REQUIRE(n_bytes <= SIZE_MAX / 4);
	struct chunk *c = a->chunk;
	size_t start = 0;
	if (c)
		start = (c->used + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (!c || one_by_one || start > c->cap || n_bytes > c->cap - start) {
		add_chunk(a, n_bytes);
		c = a->chunk;
		start = 0;
	}
	void *p = (char *)(c + 1) + start;
	memset(p, 0, n_bytes);
	c->used = start + n_bytes;
	return p;
}

void *arena_array(struct arena *a, size_t count, size_t each_bytes)
{
	REQUIRE(each_bytes == 0 || count <= SIZE_MAX / each_bytes);
	return arena_alloc(a, count * each_bytes);
}

void arena_defer(struct arena *a, void (*fn)(void *), void *arg)
{
	struct defer *d = ARENA_NEW(a, struct defer);
	*d = (struct defer){ .older = a->defers, .fn = fn, .arg = arg };
	a->defers = d;
}

struct arena_mark arena_mark(struct arena *a)
{
	return (struct arena_mark){
		.chunk = a->chunk,
		.used = a->chunk ? a->chunk->used : 0,
		.defers = a->defers,
	};
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
	while (a->defers != m.defers) {
		struct defer *d = a->defers;
		REQUIRE(d); /* a mark of another arena, or of a later point */
		a->defers = d->older;
		d->fn(d->arg);
	}
	while (a->chunk != m.chunk) {
		struct chunk *c = a->chunk;
		REQUIRE(c);
		a->chunk = c->older;
		free(c);
	}
	if (a->chunk)
		a->chunk->used = m.used;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	arena_rewind(a, (struct arena_mark){ 0 });
	free(a);
}

size_t arena_used(const struct arena *a)
{
	return a->chunk ? a->chunk->used_before + a->chunk->used : 0;
}
