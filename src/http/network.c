#include <arpa/inet.h>
#include <string.h>

#include "base/cidr.h"
#include "base/str.h"
#include "http/http.h"

bool network_parse(struct str s, struct network *ret)
{
	struct cidr c;
	if (!cidr_parse(s, &c))
		return false;
	memcpy(ret->base.b, c.base, sizeof(ret->base.b));
	ret->bits = c.bits;
	return true;
}

bool network_has(struct network n, struct address a)
{
	struct cidr c = { .bits = n.bits };
	memcpy(c.base, n.base.b, sizeof(c.base));
	return cidr_has(&c, a.b);
}

struct str address_text(struct arena *arena, struct address a)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN];
	bool v4 = memcmp(a.b, mapped, sizeof(mapped)) == 0;
	const void *from = v4 ? a.b + sizeof(mapped) : a.b;
	REQUIRE(inet_ntop(v4 ? AF_INET : AF_INET6, from, text, sizeof(text)));
	return str_dup(arena, str_of(text));
}
