#include "evidence_work.h"

#include <string.h>

#include <sodium.h>

const struct note_signer *evidence_signer(void)
{
	static struct note_signer s = { .key = {
					    .name = STR_INIT("pratu.gate/fuzz"),
					    .id = { 'f', 'u', 'z', 'z' } } };
	static const unsigned char seed[32] = "the same in each run";
	static bool made;
	if (!made)
		REQUIRE(crypto_sign_seed_keypair(
			    s.key.public, s.secret, seed) == 0);
	made = true;
	return &s;
}

const struct note_keys *evidence_keys(void)
{
	static struct note_keys keys;
	keys.n = 1;
	keys.v[0] = evidence_signer()->key;
	return &keys;
}

struct str changed_at(
    struct arena *a, struct str s, size_t at, unsigned char by)
{
	char *p = arena_alloc(a, s.n);
	REQUIRE(s.n > 0);
	memcpy(p, s.p, s.n);
	at %= s.n;
	p[at] = (char)((unsigned char)p[at] ^ (by ? by : 1));
	return str_n(p, s.n);
}
