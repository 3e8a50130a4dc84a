/* hook_reach.h - where a hook may lead: an https URL of the public Internet, or
 * what [hooks] of pratu.conf allows. The address is asked of the very socket that
 * is about to connect (courier/hook_post.c), so what a name resolves to in between
 * changes nothing. */
#ifndef CORE_HOOK_REACH_H
#define CORE_HOOK_REACH_H

#include "base/cidr.h"
#include "base/msg.h"

struct sockaddr;

enum { HOOK_NETWORKS = 32, HOOK_PORTS = 8, HOOK_MAX_URL = 500 };

struct hook_reach {
	struct cidr allow[HOOK_NETWORKS];
	size_t n_allow;
	int port[HOOK_PORTS];
	size_t n_ports; /* 0: no hook leaves */
};
/* "10.0.0.0/8, 192.0.2.7" and "443, 8443"; false when one is none, or there are
 * too many. Both may be empty. */
bool hook_reach_parse(
    struct str allow, struct str ports, struct hook_reach *ret);

struct hook_url {
	bool https;
	struct str host; /* without [ ] */
	int port;
};
/* http(s)://host[:port]/path?query of printable ASCII: no user, no fragment. */
bool hook_url_parse(struct str url, struct hook_url *ret);

/* Whether a connection may go there; without TLS only where [hooks] allows. */
bool hook_address_ok(
    const struct hook_reach *, const unsigned char address[16], bool https);
bool hook_socket_ok(
    const struct hook_reach *, const struct sockaddr *, bool https);

/* What is wrong with the URL of a hook, as far as it can be told without asking
 * anybody: MSG_NONE when nothing is. Addresses in any notation are looked at. */
enum msg hook_url_wrong(
    struct arena *, const struct hook_reach *, struct str url);

#endif
