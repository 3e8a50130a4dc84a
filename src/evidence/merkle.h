/* merkle.h - the tree of RFC 6962 2.1: a leaf's hash is SHA-256(0x00 || leaf), a
 * node's SHA-256(0x01 || left || right). All nodes of full subtrees are kept in
 * the order in which they are finished (each leaf, then the parents that it
 * completes), so that a log only ever appends to them and any root or proof
 * needs few of them, however many leaves there are. */
#ifndef EVIDENCE_MERKLE_H
#define EVIDENCE_MERKLE_H

#include "base/crypt.h"

enum { MERKLE_LEVELS = 64 };

struct sha256 merkle_leaf(struct arena *, struct str leaf);
struct sha256 merkle_node(
    const struct sha256 *left, const struct sha256 *right);
bool sha256_eq(const struct sha256 *, const struct sha256 *);

/* Where the n-th node of a level (leaves: 0) is kept, and how many nodes a log
 * of so many leaves keeps. */
uint64_t merkle_place(unsigned level, uint64_t n);
uint64_t merkle_places(uint64_t leaves);

/* The full subtrees of a log, from the left: enough to go on, and for the
 * root. */
struct merkle_edge {
	uint64_t leaves;
	size_t n;
	struct sha256 v[MERKLE_LEVELS];
};
/* The nodes that the leaf finishes, itself first, go to `ret`; how many. */
size_t merkle_edge_add(
    struct merkle_edge *, struct sha256 leaf, struct sha256 ret[MERKLE_LEVELS]);
/* Of no leaves: SHA-256 of nothing. */
struct sha256 merkle_edge_root(const struct merkle_edge *);

/* Where nodes are read from; false: not there. */
struct merkle_nodes {
	bool (*read)(void *arg, uint64_t place, struct sha256 *ret);
	void *arg;
};
/* Each is false when a node could not be read. */
MUST_CHECK bool merkle_edge_load(
    const struct merkle_nodes *, uint64_t leaves, struct merkle_edge *ret);
MUST_CHECK bool merkle_root(
    const struct merkle_nodes *, uint64_t leaves, struct sha256 *ret);

/* 2.1.1 and 2.1.2. */
struct merkle_proof {
	size_t n;
	struct sha256 v[2 * MERKLE_LEVELS];
};
/* index < leaves. */
MUST_CHECK bool merkle_inclusion(const struct merkle_nodes *, uint64_t index,
    uint64_t leaves, struct merkle_proof *ret);
/* 0 < before <= leaves. */
MUST_CHECK bool merkle_consistency(const struct merkle_nodes *, uint64_t before,
    uint64_t leaves, struct merkle_proof *ret);

/* Whether the proof proves it (RFC 9162 2.1.3.2 and 2.1.4.2). */
bool merkle_inclusion_holds(const struct merkle_proof *,
    const struct sha256 *leaf, uint64_t index, uint64_t leaves,
    const struct sha256 *root);
bool merkle_consistency_holds(const struct merkle_proof *, uint64_t before,
    const struct sha256 *root_before, uint64_t leaves,
    const struct sha256 *root);

#endif
