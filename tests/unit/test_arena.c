#include "t.h"

#include <pthread.h>
#include <string.h>

#include "base/arena.h"

static char order[8];
static size_t n_order;

static void note(void *arg)
{
	order[n_order++] = *(const char *)arg;
}

static void memory_is_zeroed_aligned_and_apart(void)
{
	struct arena *a = arena_new();
	unsigned char *last = NULL;
	size_t last_n = 0;
	for (size_t n = 0; n < 3000; n += 7) {
		unsigned char *p = arena_alloc(a, n);
		T_CHECK((uintptr_t)p % _Alignof(max_align_t) == 0, "%zu", n);
		for (size_t i = 0; i < n; i++)
			T_CHECK(p[i] == 0, "byte %zu of %zu", i, n);
		memset(p, 0xaa, n);
		for (size_t i = 0; i < last_n; i++)
			T_CHECK(last[i] == 0xaa, "%zu overwritten", last_n);
		last = p;
		last_n = n;
	}
	size_t before = arena_used(a);
	uint64_t *v = ARENA_ARRAY(a, uint64_t, 1000);
	T_CHECK(v[999] == 0 && arena_used(a) - before >= 8000, "an array");
	before = arena_used(a);
	/* Larger than any chunk, and its end is not aligned: the next cannot
	 * stand behind it. */
	size_t large = ((size_t)2 << 20) + 1;
	char *big = arena_alloc(a, large), *next = arena_alloc(a, 1);
	T_CHECK((uintptr_t)next - (uintptr_t)big != large + 15, "past the end");
	arena_alloc(a, 100000);
	size_t grown = arena_used(a) - before - large;
	T_CHECK(grown > 100000 && grown < 101000, "%zu", grown);
	T_CHECK(arena_used(a) >= 3000 / 7 * 1500 - 3000, "%zu", arena_used(a));
	arena_free(a);
}

static void rewinding_frees_and_the_memory_comes_back_zeroed(void)
{
	struct arena *a = arena_new();
	char *kept = arena_alloc(a, 100);
	memset(kept, 'k', 100);
	struct arena_mark m = arena_mark(a);
	size_t before = arena_used(a);
	for (int round = 0; round < 5; round++) {
		char *p = arena_alloc(a, 100);
		T_CHECK(p[0] == 0 && p[99] == 0, "round %d", round);
		memset(p, 'x', 100);
		memset(arena_alloc(a, (size_t)3 << 20), 'y', (size_t)3 << 20);
		T_CHECK(arena_used(a) > before + (3 << 20), "round %d", round);
		arena_rewind(a, m);
		T_CHECK(arena_used(a) == before, "round %d: %zu", round,
		    arena_used(a));
	}
	for (size_t i = 0; i < 100; i++)
		T_CHECK(kept[i] == 'k', "%zu", i);
	arena_free(a);
}

static void deferred_calls_run_newest_first_and_once(void)
{
	struct arena *a = arena_new();
	char names[] = "abcd";
	n_order = 0;
	arena_defer(a, note, &names[0]);
	struct arena_mark m = arena_mark(a);
	arena_defer(a, note, &names[1]);
	arena_alloc(a, 100000);
	arena_defer(a, note, &names[2]);
	arena_rewind(a, m);
	T_CHECK(n_order == 2 && memcmp(order, "cb", 2) == 0, "%.*s",
	    (int)n_order, order);
	arena_defer(a, note, &names[3]);
	arena_free(a);
	T_CHECK(n_order == 4 && memcmp(order, "cbda", 4) == 0, "%.*s",
	    (int)n_order, order);
}

static void a_mark_of_an_empty_arena_frees_all(void)
{
	struct arena *a = arena_new();
	struct arena_mark m = arena_mark(a);
	char name = 'e';
	n_order = 0;
	arena_alloc(a, 10);
	arena_defer(a, note, &name);
	arena_rewind(a, m);
	T_CHECK(arena_used(a) == 0 && n_order == 1, "%zu", arena_used(a));
	arena_free(a);
	arena_free(NULL);
}

static void one_inside_goes_with_the_outer(void)
{
	struct arena *outer = arena_new(), *inner = arena_inside(outer);
	char name = 'i';
	n_order = 0;
	arena_defer(inner, note, &name);
	arena_rewind(inner, (struct arena_mark){ 0 });
	T_CHECK(n_order == 1, "rewound by itself: %zu", n_order);
	arena_defer(inner, note, &name);
	arena_free(outer);
	T_CHECK(n_order == 2, "freed with the outer: %zu", n_order);
}

static void ask_for_more_than_there_is(void)
{
	struct arena *a = arena_new();
	/* Not a constant: the compiler would see through it. */
	volatile size_t half = SIZE_MAX / 2;
	arena_array(a, half, 4);
}

static void an_array_that_overflows_aborts(void)
{
	T_CHECK(t_aborts(ask_for_more_than_there_is), "it returned");
}

/* What one arena gave back serves the next, of whatever thread: zeroed, and
 * never two at once. */
static void *take_turns(void *arg)
{
	unsigned char own = *(unsigned char *)arg;
	for (int round = 0; round < 300; round++) {
		struct arena *a = arena_new();
		unsigned char *v[4];
		for (size_t k = 0; k < COUNT(v); k++) {
			v[k] = arena_alloc(a, (size_t)6000 << k);
			for (size_t i = 0; i < (size_t)6000 << k; i++)
				if (v[k][i] != 0)
					return arg;
			memset(v[k], own, (size_t)6000 << k);
		}
		for (size_t k = 0; k < COUNT(v); k++)
			for (size_t i = 0; i < (size_t)6000 << k; i++)
				if (v[k][i] != own)
					return arg;
		arena_free(a);
	}
	return NULL;
}

static void chunks_change_hands(void)
{
	pthread_t threads[6];
	unsigned char own[COUNT(threads)];
	for (size_t i = 0; i < COUNT(threads); i++) {
		own[i] = (unsigned char)(i + 1);
		T_CHECK(
		    pthread_create(&threads[i], NULL, take_turns, &own[i]) == 0,
		    "thread");
	}
	for (size_t i = 0; i < COUNT(threads); i++) {
		void *found = NULL;
		pthread_join(threads[i], &found);
		T_CHECK(found == NULL, "thread %zu", i);
	}
}

int main(void)
{
	T_RUN(memory_is_zeroed_aligned_and_apart);
	T_RUN(rewinding_frees_and_the_memory_comes_back_zeroed);
	T_RUN(deferred_calls_run_newest_first_and_once);
	T_RUN(a_mark_of_an_empty_arena_frees_all);
	T_RUN(one_inside_goes_with_the_outer);
	T_RUN(an_array_that_overflows_aborts);
	T_RUN(chunks_change_hands);
	return T_PLAN();
}
