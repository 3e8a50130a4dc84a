/* cidr.h - networks of addresses: "10.0.0.0/8", "2001:db8::/32"; a bare
 * address is itself. Every address is held as 16 bytes, IPv4 as
 * ::ffff:a.b.c.d. */
#ifndef BASE_CIDR_H
#define BASE_CIDR_H

#include "base/arena.h"
#include "base/base.h"

struct cidr {
	unsigned char base[16];
	int bits; /* of 128 */
};

/* Bits set after the prefix are refused: they are a slip of the pen. */
bool cidr_parse(struct str, struct cidr *ret);
bool cidr_has(const struct cidr *, const unsigned char address[16]);
/* Always with the prefix length: "192.0.2.7/32". */
struct str cidr_text(struct arena *, const struct cidr *);

#endif
