#include "base/seal.h"

#include <sodium.h>

#include "base/str.h"

#define NONCE ((size_t)crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
#define TAG ((size_t)crypto_aead_xchacha20poly1305_ietf_ABYTES)

_Static_assert(
    crypto_aead_xchacha20poly1305_ietf_KEYBYTES == sizeof(struct sha256),
    "a key is a digest");

static const unsigned char *bytes(struct str s)
{
	return (const unsigned char *)(s.n > 0 ? s.p : "");
}

struct str seal_text(
    struct arena *a, struct sha256 key, struct str text, struct str bound)
{
	unsigned char *out = arena_alloc(a, NONCE + text.n + TAG);
	unsigned long long n;

	randombytes_buf(out, NONCE);
	REQUIRE(crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, &n,
		    bytes(text), text.n, bytes(bound), bound.n, NULL, out,
		    key.b) == 0);
	return base64url(a, str_n((const char *)out, NONCE + (size_t)n));
}

bool seal_open(struct arena *a, struct sha256 key, struct str sealed,
    struct str bound, struct str *ret)
{
	struct str all;
	unsigned long long n;

	if (!base64_decode(a, sealed, &all) || all.n < NONCE + TAG)
		return false;
	unsigned char *out = arena_alloc(a, all.n);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, &n, NULL,
		bytes(all) + NONCE, all.n - NONCE, bytes(bound), bound.n,
		bytes(all), key.b) != 0)
		return false;
	*ret = str_n((const char *)out, (size_t)n);
	return true;
}
