#include "base/cidr.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/str.h"

static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

static bool is_v4(const struct cidr *c)
{
	return c->bits >= 96 && memcmp(c->base, mapped, sizeof mapped) == 0;
}

/* The address in `s`; *ret_max is how many bits a prefix may have. */
static bool parse_address(struct str s, unsigned char ret[16], int *ret_max)
{
	char text[INET6_ADDRSTRLEN];

	if (s.n == 0 || s.n >= sizeof text || memchr(s.p, '\0', s.n))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	if (inet_pton(AF_INET6, text, ret) == 1) {
		*ret_max = 128;
		return true;
	}
	memcpy(ret, mapped, sizeof mapped);
	*ret_max = 32;
	return inet_pton(AF_INET, text, ret + 12) == 1;
}

/* Whether a bit of `b` from `bits` on is set. */
static bool any_after(const unsigned char b[16], int bits)
{
	for (int i = bits; i < 128; i++)
		if (b[i / 8] >> (7 - i % 8) & 1)
			return true;
	return false;
}

bool cidr_parse(struct str s, struct cidr *ret)
{
	struct str head, tail;
	struct cidr c = { .bits = 0 };
	int64_t bits = 0;
	int max = 0;

	bool prefix = str_cut(s, '/', &head, &tail);
	if (!parse_address(head, c.base, &max))
		return false;
	bits = max;
	if (prefix &&
	    (!str_take_uint(&tail, 3, &bits) || tail.n != 0 || bits > max))
		return false;
	c.bits = (int)bits + 128 - max;
	if (any_after(c.base, c.bits))
		return false;
	*ret = c;
	return true;
}

bool cidr_has(const struct cidr *c, const unsigned char address[16])
{
	int whole = c->bits / 8, rest = c->bits % 8;

	if (memcmp(c->base, address, (size_t)whole) != 0)
		return false;
	return rest == 0 ||
	       (c->base[whole] ^ address[whole]) >> (8 - rest) == 0;
}

struct str cidr_text(struct arena *a, const struct cidr *c)
{
	char text[INET6_ADDRSTRLEN];
	bool v4 = is_v4(c);

	REQUIRE(inet_ntop(v4 ? AF_INET : AF_INET6, c->base + (v4 ? 12 : 0),
	    text, sizeof text));
	return str_fmt(a, "%s/%d", text, c->bits - (v4 ? 96 : 0));
}
