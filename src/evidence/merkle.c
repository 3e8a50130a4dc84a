#include "evidence/merkle.h"

#include <string.h>

#include "base/str.h"

struct sha256 merkle_leaf(struct arena *a, struct str leaf)
{
	char *p = arena_alloc(a, leaf.n + 1);
	p[0] = 0;
	if (leaf.n)
		memcpy(p + 1, leaf.p, leaf.n);
	return sha256_of(str_n(p, leaf.n + 1));
}

struct sha256 merkle_node(const struct sha256 *left, const struct sha256 *right)
{
	char both[1 + 2 * sizeof left->b];
	both[0] = 1;
	memcpy(both + 1, left->b, sizeof left->b);
	memcpy(both + 1 + sizeof left->b, right->b, sizeof right->b);
	return sha256_of(str_n(both, sizeof both));
}

bool sha256_eq(const struct sha256 *a, const struct sha256 *b)
{
	return memcmp(a->b, b->b, sizeof a->b) == 0;
}

uint64_t merkle_place(unsigned level, uint64_t n)
{
	uint64_t place = level;
	/* The last leaf below the node, and what was written up to it. */
	for (unsigned i = 0; i < level; i++)
		n = 2 * n + 1;
	for (; n > 0; n >>= 1)
		place += n;
	return place;
}

uint64_t merkle_places(uint64_t leaves)
{
	uint64_t n = 0;
	for (; leaves > 0; leaves >>= 1)
		n += leaves;
	return n;
}

size_t merkle_edge_add(
    struct merkle_edge *e, struct sha256 leaf, struct sha256 ret[MERKLE_LEVELS])
{
	size_t n = 0;
	ret[n++] = leaf;
	for (uint64_t bits = e->leaves; bits & 1; bits >>= 1) {
		leaf = merkle_node(&e->v[--e->n], &leaf);
		ret[n++] = leaf;
	}
	REQUIRE(e->n < MERKLE_LEVELS);
	e->v[e->n++] = leaf;
	e->leaves++;
	return n;
}

struct sha256 merkle_edge_root(const struct merkle_edge *e)
{
	if (e->n == 0)
		return sha256_of(STR(""));
	struct sha256 root = e->v[e->n - 1];
	for (size_t i = e->n - 1; i-- > 0;)
		root = merkle_node(&e->v[i], &root);
	return root;
}

bool merkle_edge_load(
    const struct merkle_nodes *nodes, uint64_t leaves, struct merkle_edge *ret)
{
	uint64_t before = 0;
	*ret = (struct merkle_edge){ .leaves = leaves };
	for (unsigned level = MERKLE_LEVELS; level-- > 0;) {
		if (!(leaves >> level & 1))
			continue;
		if (!nodes->read(nodes->arg,
			merkle_place(level, before >> level),
			&ret->v[ret->n++]))
			return false;
		before += UINT64_C(1) << level;
	}
	return true;
}

bool merkle_root(
    const struct merkle_nodes *nodes, uint64_t leaves, struct sha256 *ret)
{
	struct merkle_edge edge;
	if (!merkle_edge_load(nodes, leaves, &edge))
		return false;
	*ret = merkle_edge_root(&edge);
	return true;
}

/* The greatest power of two below n; n > 1. */
static uint64_t split(uint64_t n)
{
	return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

/* The root over the leaves [from, end): at most one recursion a level. */
static bool root_of(const struct merkle_nodes *nodes, uint64_t from,
    uint64_t end, struct sha256 *ret)
{
	uint64_t n = end - from;
	if ((n & (n - 1)) == 0) {
		unsigned level = (unsigned)__builtin_ctzll(n);
		return nodes->read(
		    nodes->arg, merkle_place(level, from >> level), ret);
	}
	struct sha256 left, right;
	uint64_t middle = from + split(n);
	if (!root_of(nodes, from, middle, &left) ||
	    !root_of(nodes, middle, end, &right))
		return false;
	*ret = merkle_node(&left, &right);
	return true;
}

static void turn_round(struct merkle_proof *p)
{
	for (size_t i = 0; i < p->n / 2; i++) {
		struct sha256 other = p->v[i];
		p->v[i] = p->v[p->n - 1 - i];
		p->v[p->n - 1 - i] = other;
	}
}

/* From the root down: the proof is made in the other order. */
bool merkle_inclusion(const struct merkle_nodes *nodes, uint64_t index,
    uint64_t leaves, struct merkle_proof *ret)
{
	uint64_t from = 0, end = leaves;
	REQUIRE(index < leaves);
	ret->n = 0;
	while (end - from > 1) {
		uint64_t middle = from + split(end - from);
		bool left = index < middle;
		if (!root_of(nodes, left ? middle : from, left ? end : middle,
			&ret->v[ret->n++]))
			return false;
		if (left)
			end = middle;
		else
			from = middle;
	}
	turn_round(ret);
	return true;
}

bool merkle_consistency(const struct merkle_nodes *nodes, uint64_t before,
    uint64_t leaves, struct merkle_proof *ret)
{
	uint64_t from = 0, end = leaves;
	bool whole = true; /* the old tree is a full part of this one */
	REQUIRE(before > 0 && before <= leaves);
	ret->n = 0;
	while (before < end) {
		uint64_t middle = from + split(end - from);
		bool left = before <= middle;
		if (!root_of(nodes, left ? middle : from, left ? end : middle,
			&ret->v[ret->n++]))
			return false;
		if (left) {
			end = middle;
		} else {
			from = middle;
			whole = false;
		}
	}
	if (!whole && !root_of(nodes, from, end, &ret->v[ret->n++]))
		return false;
	turn_round(ret);
	return true;
}

bool merkle_inclusion_holds(const struct merkle_proof *p,
    const struct sha256 *leaf, uint64_t index, uint64_t leaves,
    const struct sha256 *root)
{
	if (index >= leaves || p->n > COUNT(p->v))
		return false;
	uint64_t at = index, last = leaves - 1;
	struct sha256 r = *leaf;
	for (size_t i = 0; i < p->n; i++) {
		if (last == 0)
			return false;
		if ((at & 1) == 0 && at != last) {
			r = merkle_node(&r, &p->v[i]);
		} else {
			r = merkle_node(&p->v[i], &r);
			while ((at & 1) == 0 && at != 0) {
				at >>= 1;
				last >>= 1;
			}
		}
		at >>= 1;
		last >>= 1;
	}
	return last == 0 && sha256_eq(&r, root);
}

/* Walks both trees up from the node that stands first in the proof. */
static bool consistent(const struct sha256 *v, size_t n, uint64_t at,
    uint64_t last, struct sha256 *ret_old, struct sha256 *ret_new)
{
	while (at & 1) {
		at >>= 1;
		last >>= 1;
	}
	*ret_old = *ret_new = v[0];
	for (size_t i = 1; i < n; i++) {
		if (last == 0)
			return false;
		if ((at & 1) == 1 || at == last) {
			*ret_old = merkle_node(&v[i], ret_old);
			*ret_new = merkle_node(&v[i], ret_new);
			while ((at & 1) == 0 && at != 0) {
				at >>= 1;
				last >>= 1;
			}
		} else {
			*ret_new = merkle_node(ret_new, &v[i]);
		}
		at >>= 1;
		last >>= 1;
	}
	return last == 0;
}

bool merkle_consistency_holds(const struct merkle_proof *p, uint64_t before,
    const struct sha256 *root_before, uint64_t leaves,
    const struct sha256 *root)
{
	struct sha256 v[COUNT(p->v) + 1], old, new;
	size_t n = 0;
	if (before == 0 || before > leaves || p->n > COUNT(p->v))
		return false;
	if (before == leaves)
		return p->n == 0 && sha256_eq(root_before, root);
	/* A full old tree is itself the node to begin with. */
	if ((before & (before - 1)) == 0)
		v[n++] = *root_before;
	memcpy(&v[n], p->v, p->n * sizeof p->v[0]);
	n += p->n;
	return n > 0 && p->n > 0 &&
	       consistent(v, n, before - 1, leaves - 1, &old, &new) &&
	       sha256_eq(&old, root_before) && sha256_eq(&new, root);
}
