#include "base/arena.h"

#include <stdatomic.h>
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

/* Chunks that were given back, by their size, for the next request of whatever
 * thread: the allocator would ask for a lock, and put them together and apart
 * again each time. Whoever swaps one out of its place has it alone. */
static const size_t sizes[] = { 8 << 10, 16 << 10, 32 << 10,
	40 << 10 /* an encoder with its block */ };
enum { SIZES = COUNT(sizes), SPARE_EACH = 32 };
static struct chunk *_Atomic spare[SIZES][SPARE_EACH];

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

/* Which of the sizes that are kept; SIZES: none. */
static size_t size_of(size_t cap)
{
	size_t i = 0;
	while (i < SIZES && cap != sizes[i])
		i++;
	return one_by_one ? SIZES : i;
}

static struct chunk *take_chunk(size_t cap)
{
	size_t size = size_of(cap);
	struct chunk *c = NULL;
	for (size_t i = 0; size < SIZES && i < SPARE_EACH && !c; i++)
		if (atomic_load_explicit(&spare[size][i], memory_order_relaxed))
			c = atomic_exchange(&spare[size][i], NULL);
	return c ? c : must_malloc(sizeof *c + cap);
}

static void give_chunk(struct chunk *c)
{
	size_t size = size_of(c->cap);
	for (size_t i = 0; size < SIZES && i < SPARE_EACH; i++) {
		struct chunk *none = NULL;
		if (!atomic_load_explicit(
			&spare[size][i], memory_order_relaxed) &&
		    atomic_compare_exchange_strong(&spare[size][i], &none, c))
			return;
	}
	free(c);
}

static size_t cap_for(const struct arena *a, size_t n_bytes)
{
	if (one_by_one)
		return n_bytes;
	if (n_bytes <= a->next_cap)
		return a->next_cap;
	for (size_t i = 0; i < SIZES; i++)
		if (n_bytes <= sizes[i])
			return sizes[i];
	return n_bytes;
}

static void add_chunk(struct arena *a, size_t n_bytes)
{
	size_t cap = cap_for(a, n_bytes);
	/* Small ones that fill a chunk will go on; a large one says nothing. */
	if (n_bytes <= a->next_cap && a->next_cap < LAST_CHUNK)
		a->next_cap *= 2;
	struct chunk *c = take_chunk(cap);
	*c = (struct chunk){
		.older = a->chunk,
		.cap = cap,
		.used_before = arena_used(a),
	};
	a->chunk = c;
}

void *arena_room(struct arena *a, size_t n_bytes)
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
	c->used = start + n_bytes;
	return (char *)(c + 1) + start;
}

void *arena_alloc(struct arena *a, size_t n_bytes)
{
	return memset(arena_room(a, n_bytes), 0, n_bytes);
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

static void free_inside(void *arg)
{
	arena_free(arg);
}

struct arena *arena_inside(struct arena *outer)
{
	struct arena *a = arena_new();
	arena_defer(outer, free_inside, a);
	return a;
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
		give_chunk(c);
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
