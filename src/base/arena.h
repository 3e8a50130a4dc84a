/* arena.h - memory that is freed as a whole.
 *
 * A request has one arena. Whatever is made for the request lives in it and
 * goes with it; so functions return early and nothing is freed by hand.
 * Resources (file descriptors, database handles) are tied to the arena by
 * arena_defer(). Out of memory aborts, so no allocation returns NULL; therefore
 * nothing a client sends may set a size without a limit. Not thread-safe: one
 * arena, one thread. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/base.h"

struct arena;

struct arena *arena_new(void);

/* Runs what was deferred, newest first, then frees all. Accepts NULL. */
void arena_free(struct arena *);
/* One that is freed with `outer`, and may be rewound by itself. */
struct arena *arena_inside(struct arena *outer);

/* Zeroed memory, aligned for any type. */
void *arena_alloc(struct arena *, size_t n_bytes);

/* The same, not zeroed: for a buffer of which only what was written is read. */
void *arena_room(struct arena *, size_t n_bytes);

/* An array of `count` zeroed things; aborts when the product overflows. */
void *arena_array(struct arena *, size_t count, size_t each_bytes);

#define ARENA_NEW(a, type) ((type *)arena_alloc(a, sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_array(a, n, sizeof(type)))

/* Calls fn(arg) when the arena is freed, or rewound past this point. */
void arena_defer(struct arena *, void (*fn)(void *), void *arg);

/* Marks a point; arena_rewind frees all that came after it (deferred calls
 * included), for loops that work on one batch after another. */
struct arena_mark {
	void *chunk;
	size_t used;
	void *defers;
};
struct arena_mark arena_mark(struct arena *);
void arena_rewind(struct arena *, struct arena_mark);

/* Bytes in use now; for limits and tests. */
size_t arena_used(const struct arena *);

#endif
