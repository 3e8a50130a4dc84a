#include "base/crypt.h"

#include <pthread.h>
#include <semaphore.h>
#include <string.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <sodium.h>

#include "base/str.h"

#define PASSWORD_PASSES 2
#define PASSWORD_MEMORY_BYTES ((size_t)19 << 20)
#define PASSWORDS_AT_ONCE 2

static sem_t password_slots;
static bool ready; /* written once, before there are threads */

static void init(void)
{
	REQUIRE(sodium_init() >= 0);
	REQUIRE(gnutls_global_init() == 0);
	REQUIRE(sem_init(&password_slots, 0, PASSWORDS_AT_ONCE) == 0);
	ready = true;
}

void crypt_init(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	REQUIRE(pthread_once(&once, init) == 0);
}

struct sha256_state {
	gnutls_hash_hd_t hash; /* NULL after its end */
};

static void close_state(void *arg)
{
	struct sha256_state *st = arg;
	if (st->hash)
		gnutls_hash_deinit(st->hash, NULL);
	st->hash = NULL;
}

struct sha256_state *sha256_begin(struct arena *a)
{
	struct sha256_state *st = ARENA_NEW(a, struct sha256_state);
	REQUIRE(gnutls_hash_init(&st->hash, GNUTLS_DIG_SHA256) == 0);
	arena_defer(a, close_state, st);
	return st;
}

void sha256_add(struct sha256_state *st, const void *p, size_t n)
{
	REQUIRE(st->hash);
	REQUIRE(n == 0 || gnutls_hash(st->hash, p, n) == 0);
}

struct sha256 sha256_end(struct sha256_state *st)
{
	struct sha256 ret;
	REQUIRE(st->hash);
	gnutls_hash_deinit(st->hash, ret.b);
	st->hash = NULL;
	return ret;
}

struct sha256 sha256_of(struct str s)
{
	struct sha256 ret;
	REQUIRE(gnutls_hash_fast(
		    GNUTLS_DIG_SHA256, s.n ? s.p : "", s.n, ret.b) == 0);
	return ret;
}

struct str sha256_hex(struct arena *a, struct sha256 h)
{
	return str_hex(a, h.b, sizeof h.b);
}

struct sha256 hmac_sha256(struct str key, struct str text)
{
	struct sha256 ret;
	REQUIRE(gnutls_hmac_fast(GNUTLS_MAC_SHA256, key.n ? key.p : "", key.n,
		    text.n ? text.p : "", text.n, ret.b) == 0);
	return ret;
}

bool bytes_eq_secret(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

struct str random_text(struct arena *a, size_t n_bytes)
{
	char *p = arena_alloc(a, n_bytes);
	randombytes_buf(p, n_bytes);
	return base64url(a, str_n(p, n_bytes));
}

struct str secret_new(struct arena *a, struct str prefix)
{
	return str_cat(a, prefix, random_text(a, 32));
}

struct sha256 secret_hash(struct str secret)
{
	return sha256_of(secret);
}

struct str random_id(struct arena *a, size_t n)
{
	static const char letters[36] = "abcdefghijklmnopqrstuvwxyz0123456789";
	/* Many at once: each call for some is one to the kernel. */
	unsigned char bytes[64];
	const unsigned fair = 256 / sizeof letters * sizeof letters;
	char *p = arena_alloc(a, n);
	for (size_t i = 0, left = 0; i < n;) {
		if (left == 0) {
			randombytes_buf(bytes, sizeof bytes);
			left = sizeof bytes;
		}
		if (bytes[--left] < fair)
			p[i++] = letters[bytes[left] % sizeof letters];
	}
	return str_n(p, n);
}

static void take_slot(void)
{
	REQUIRE(ready); /* or it would wait for ever */
	while (sem_wait(&password_slots) != 0)
		; /* only ever interrupted by a signal */
}

static void leave_slot(void)
{
	REQUIRE(sem_post(&password_slots) == 0);
}

static void hash_password(struct str password, char ret[crypto_pwhash_STRBYTES])
{
	take_slot();
	int failed = crypto_pwhash_str(ret, password.n ? password.p : "",
	    password.n, PASSWORD_PASSES, PASSWORD_MEMORY_BYTES);
	leave_slot();
	REQUIRE(!failed); /* out of memory */
}

struct str password_hash(struct arena *a, struct str password)
{
	char text[crypto_pwhash_STRBYTES];
	hash_password(password, text);
	return str_dup(a, str_of(text));
}

bool password_check(struct str hash, struct str password)
{
	char text[crypto_pwhash_STRBYTES] = { 0 };
	if (hash.n == 0 || hash.n >= sizeof text) {
		password_waste(password);
		return false;
	}
	memcpy(text, hash.p, hash.n);
	take_slot();
	int differs = crypto_pwhash_str_verify(
	    text, password.n ? password.p : "", password.n);
	leave_slot();
	return !differs;
}

void password_waste(struct str password)
{
	char text[crypto_pwhash_STRBYTES];
	hash_password(password, text);
}

static struct str encode(struct arena *a, struct str s, int variant)
{
	size_t cap = sodium_base64_encoded_len(s.n, variant);
	char *p = arena_alloc(a, cap);
	sodium_bin2base64(p, cap, (const unsigned char *)s.p, s.n, variant);
	return str_of(p);
}

struct str base64(struct arena *a, struct str s)
{
	return encode(a, s, sodium_base64_VARIANT_ORIGINAL);
}

struct str base64url(struct arena *a, struct str s)
{
	return encode(a, s, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool base64_decode(struct arena *a, struct str s, struct str *ret)
{
	bool url = str_has(s, STR("-")) || str_has(s, STR("_"));
	bool padded = str_ends(s, STR("="));
	int variant =
	    url ? (padded ? sodium_base64_VARIANT_URLSAFE
			  : sodium_base64_VARIANT_URLSAFE_NO_PADDING)
		: (padded ? sodium_base64_VARIANT_ORIGINAL
			  : sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	size_t cap = s.n / 4 * 3 + 3, n = 0;
	unsigned char *p = arena_alloc(a, cap);
	if (s.n && sodium_base642bin(p, cap, s.p, s.n, NULL, &n, NULL, variant))
		return false;
	*ret = str_n((const char *)p, n);
	return true;
}

struct str seal(struct arena *a, struct sha256 key, struct str text)
{
	size_t n = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
	unsigned char *p = arena_alloc(a, n + text.n);
	_Static_assert(sizeof key.b == crypto_secretbox_KEYBYTES, "key");
	randombytes_buf(p, crypto_secretbox_NONCEBYTES);
	REQUIRE(crypto_secretbox_easy(p + crypto_secretbox_NONCEBYTES,
		    (const unsigned char *)text.p, text.n, p, key.b) == 0);
	return base64(a, str_n((const char *)p, n + text.n));
}

bool unseal(
    struct arena *a, struct sha256 key, struct str sealed, struct str *ret)
{
	struct str box;
	size_t n = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
	if (!base64_decode(a, sealed, &box) || box.n < n)
		return false;
	const unsigned char *p = (const unsigned char *)box.p;
	unsigned char *text = arena_alloc(a, box.n - n + 1);
	if (crypto_secretbox_open_easy(text, p + crypto_secretbox_NONCEBYTES,
		box.n - crypto_secretbox_NONCEBYTES, p, key.b) != 0)
		return false;
	*ret = str_n((const char *)text, box.n - n);
	return true;
}
