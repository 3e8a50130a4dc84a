/* Networks: what is read prints as itself, has its first address and its last,
 * and not the ones beside it. */
#include "base/cidr.h"

#include <string.h>

#include "fuzz.h"

/* The address with every bit after the prefix set. */
static void last_address(const struct cidr *c, unsigned char ret[16])
{
	memcpy(ret, c->base, 16);
	for (int i = c->bits; i < 128; i++)
		ret[i / 8] = (unsigned char)(ret[i / 8] | 0x80 >> i % 8);
}

/* One more; false when there is none. */
static bool add_one(unsigned char a[16])
{
	for (int i = 15; i >= 0; i--)
		if (++a[i] != 0)
			return true;
	return false;
}

static bool less_one(unsigned char a[16])
{
	for (int i = 15; i >= 0; i--)
		if (a[i]-- != 0)
			return true;
	return false;
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct cidr c, again;
	unsigned char a[16];
	if (!cidr_parse(in, &c))
		return;
	REQUIRE(c.bits >= 0 && c.bits <= 128);
	REQUIRE(cidr_parse(cidr_text(cx->arena, &c), &again));
	REQUIRE(c.bits == again.bits && memcmp(c.base, again.base, 16) == 0);
	REQUIRE(cidr_has(&c, c.base));
	last_address(&c, a);
	REQUIRE(cidr_has(&c, a));
	REQUIRE(!add_one(a) || !cidr_has(&c, a));
	memcpy(a, c.base, 16);
	REQUIRE(!less_one(a) || !cidr_has(&c, a));
}
