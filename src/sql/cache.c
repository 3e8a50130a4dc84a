#include "sql/driver.h"

static size_t first_slot(const char *text, size_t n_slots)
{
	/* Fibonacci hashing; literals stand close together. */
	uint64_t h = (uint64_t)(uintptr_t)text * 0x9e3779b97f4a7c15;

	return (size_t)(h >> 32) & (n_slots - 1);
}

static struct cache_slot *find_slot(
    struct cache_slot *slots, size_t n_slots, const char *text)
{
	size_t i = first_slot(text, n_slots);

	while (slots[i].text && slots[i].text != text)
		i = (i + 1) & (n_slots - 1);
	return &slots[i];
}

void *cache_get(const struct cache *c, const char *text)
{
	if (!c->n_slots)
		return NULL;
	return find_slot(c->slots, c->n_slots, text)->statement;
}

static void grow(struct cache *c, struct arena *a)
{
	size_t n_slots = c->n_slots ? c->n_slots * 2 : 64;
	struct cache_slot *slots = ARENA_ARRAY(a, struct cache_slot, n_slots);

	for (size_t i = 0; i < c->n_slots; i++)
		if (c->slots[i].text)
			*find_slot(slots, n_slots, c->slots[i].text) =
			    c->slots[i];
	c->slots = slots;
	c->n_slots = n_slots;
}

void cache_put(
    struct cache *c, struct arena *a, const char *text, void *statement)
{
	if (c->n * 2 >= c->n_slots)
		grow(c, a);
	*find_slot(c->slots, c->n_slots, text) =
	    (struct cache_slot){ .text = text, .statement = statement };
	c->n++;
}
