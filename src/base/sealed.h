/* sealed.h - a file that is of no use without a secret, and in which nothing can
 * be changed unseen: pieces of 64 KiB, each sealed by itself (libsodium's
 * XChaCha20-Poly1305), so that any place of it is read by one piece.
 *
 *   head   "PRTSEAL1", 24 bytes nonce, 48 bytes: the file's key, sealed with the
 *          secret (the eight letters are authenticated with it)
 *   piece  its bytes (65,536; fewer in the last) and 16 bytes of its tag
 *
 * The key is random and this file's alone, so a piece's nonce may be its number;
 * number and whether it is the last are authenticated. A file cut off, made
 * longer, with pieces in another order or from another file does not open. An
 * empty file has one empty piece. */
#ifndef BASE_SEALED_H
#define BASE_SEALED_H

#include "base/crypt.h"

#define SEALED_PIECE ((size_t)64 << 10)
enum { SEALED_HEAD = 80, SEALED_TAG = 16, SEALED_MAGIC = 8 };

enum sealed_is {
	SEALED_FINE,
	SEALED_CHANGED, /* not what was sealed with this secret */
	SEALED_DISK,    /* errno says why */
};

/* In each process that uses the rest, before it fences itself in. */
void sealed_init(void);

/* Being written: from fd's place on, which must be its beginning. */
struct sealed_out;
MUST_CHECK bool sealed_begin(
    struct arena *, int fd, struct sha256 secret, struct sealed_out **ret);
/* False leaves errno; all that follows is false as well. */
MUST_CHECK bool sealed_write(struct sealed_out *, const void *, size_t);
/* The last piece; without it the file does not open. */
MUST_CHECK bool sealed_end(struct sealed_out *);

struct sealed_key {
	unsigned char b[32];
};
/* Open for reading, and its last piece looked at; for one thread at a time. */
struct sealed;
/* A file without the eight letters is taken as it is (*ret without a key). */
MUST_CHECK enum sealed_is sealed_open(
    struct arena *, int fd, struct sha256 secret, struct sealed **ret);
/* The same for who was given the file's own key. */
MUST_CHECK enum sealed_is sealed_open_key(
    struct arena *, int fd, const struct sealed_key *, struct sealed **ret);
/* NULL: it is not sealed. */
const struct sealed_key *sealed_key_of(const struct sealed *);
int sealed_fd(const struct sealed *);
uint64_t sealed_bytes(const struct sealed *); /* of what was sealed */
/* So many bytes from there, all of them; what is not there is SEALED_CHANGED.
 * Nothing of a piece is given out before its tag was right. */
MUST_CHECK enum sealed_is sealed_read(
    struct sealed *, uint64_t at, void *to, size_t n);

#endif
