/* crypt.h - digests, secrets and passwords (GnuTLS for SHA-256 and HMAC,
 * libsodium for argon2id and random bytes; docs/ARCHITECTURE.md says why). */
#ifndef BASE_CRYPT_H
#define BASE_CRYPT_H

#include "base/arena.h"
#include "base/base.h"

struct sha256 {
	unsigned char b[32];
};

/* Once in each process, before anything else here; aborts on failure. */
void crypt_init(void);

struct sha256 sha256_of(struct str);
struct str sha256_hex(struct arena *, struct sha256);
/* In pieces. The state belongs to the arena. */
struct sha256_state;
struct sha256_state *sha256_begin(struct arena *);
void sha256_add(struct sha256_state *, const void *, size_t);
struct sha256 sha256_end(struct sha256_state *);
struct sha256 hmac_sha256(struct str key, struct str text);
bool bytes_eq_secret(
    const void *a, const void *b, size_t n); /* constant time */

/* `n_bytes` random bytes as base64url without padding. */
struct str random_text(struct arena *, size_t n_bytes);
/* `prefix` and 256 random bits, as "prt_…" and "prk_…"; stored only as
 * secret_hash of it. */
struct str secret_new(struct arena *, struct str prefix);
struct sha256 secret_hash(struct str secret);
/* `n` letters and digits of [a-z0-9], unguessable: ids of connections. */
struct str random_id(struct arena *, size_t n);

/* argon2id, 19 MiB, t=2; two at once at the most, the others wait. */
struct str password_hash(struct arena *, struct str password);
bool password_check(struct str hash, struct str password);
/* The same work without an account, so that time tells nothing. */
void password_waste(struct str password);

/* Sealed and authenticated with the key (libsodium secretbox, a nonce of its
 * own), as base64; unseal says false for what was not sealed with it. */
struct str seal(struct arena *, struct sha256 key, struct str text);
bool unseal(
    struct arena *, struct sha256 key, struct str sealed, struct str *ret);

struct str base64(struct arena *, struct str);
struct str base64url(struct arena *, struct str); /* no padding */
bool base64_decode(
    struct arena *, struct str, struct str *ret); /* both kinds */

#endif
