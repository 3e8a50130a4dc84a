/* seal.h - text that only who has the key can read, and that nobody can alter or
 * carry elsewhere (libsodium, XChaCha20-Poly1305 with random nonces). */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include "base/crypt.h"

/* base64url. It opens only together with the same `bound`. */
struct str seal_text(
    struct arena *, struct sha256 key, struct str text, struct str bound);
/* False when it is none, was altered, or belongs to something else. */
bool seal_open(struct arena *, struct sha256 key, struct str sealed,
    struct str bound, struct str *ret);

#endif
