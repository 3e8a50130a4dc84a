#include "core/hook_reach.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/str.h"

/* IANA's special-purpose registries: what is nobody's on the Internet. IPv6 is
 * given out of 2000::/3 alone; of that, what leads elsewhere (Teredo, 6to4) or is
 * for documents. Addresses that carry an IPv4 one in them are not in it. */
static const char *const private4[] = { "0.0.0.0/8", "10.0.0.0/8",
	"100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
	"240.0.0.0/4" };
static const char *const private6[] = { "2001::/23", "2001:db8::/32",
	"2002::/16", "3fff::/20" };

static bool is_among(
    const char *const *v, size_t n, const unsigned char address[16])
{
	for (size_t i = 0; i < n; i++) {
		struct cidr c;
		REQUIRE(cidr_parse(str_of(v[i]), &c));
		if (cidr_has(&c, address))
			return true;
	}
	return false;
}

static bool is_public(const unsigned char address[16])
{
	static const char *const mapped[] = { "::ffff:0:0/96" };
	static const char *const given_out[] = { "2000::/3" };
	if (is_among(mapped, 1, address))
		return !is_among(private4, COUNT(private4), address);
	return is_among(given_out, 1, address) &&
	       !is_among(private6, COUNT(private6), address);
}

bool hook_address_ok(
    const struct hook_reach *r, const unsigned char address[16], bool https)
{
	for (size_t i = 0; i < r->n_allow; i++)
		if (cidr_has(&r->allow[i], address))
			return true;
	return https && is_public(address);
}

bool hook_socket_ok(
    const struct hook_reach *r, const struct sockaddr *to, bool https)
{
	unsigned char address[16] = { [10] = 0xff, [11] = 0xff };
	if (to->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;
		memcpy(&in6, to, sizeof in6);
		memcpy(address, &in6.sin6_addr, 16);
	} else if (to->sa_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, to, sizeof in);
		memcpy(address + 12, &in.sin_addr, 4);
	} else {
		return false;
	}
	return hook_address_ok(r, address, https);
}

bool hook_reach_parse(
    struct str allow, struct str ports, struct hook_reach *ret)
{
	struct str one;
	*ret = (struct hook_reach){ .n_allow = 0 };
	for (bool more = allow.n > 0; more;) {
		more = str_cut(allow, ',', &one, &allow);
		if (ret->n_allow == HOOK_NETWORKS ||
		    !cidr_parse(str_trim(one), &ret->allow[ret->n_allow++]))
			return false;
	}
	for (bool more = ports.n > 0; more;) {
		int64_t n;
		more = str_cut(ports, ',', &one, &ports);
		if (ret->n_ports == HOOK_PORTS || !str_i64(str_trim(one), &n) ||
		    n < 1 || n > 65535)
			return false;
		ret->port[ret->n_ports++] = (int)n;
	}
	return true;
}

static bool host_ok(struct str host)
{
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];
		bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		          (c >= '0' && c <= '9') || c == '.' || c == '-';
		if (!ok)
			return false;
	}
	return host.n > 0 && host.n < 254;
}

/* Takes "host[:port]"; port 0 when none is named. */
static bool authority_parse(struct str s, struct hook_url *ret)
{
	int64_t port = 0;
	size_t end = str_index(s, ':');
	bool literal = str_take_char(&s, '[');
	if (literal) {
		struct cidr c;
		end = str_index(s, ']');
		ret->host = str_upto(s, end);
		if (end == s.n || str_index(ret->host, '/') < ret->host.n ||
		    str_index(ret->host, ':') == ret->host.n ||
		    !cidr_parse(ret->host, &c))
			return false;
		s = str_from(s, end + 1);
	} else {
		ret->host = str_upto(s, end);
		s = str_from(s, end);
		if (!host_ok(ret->host))
			return false;
	}
	if (s.n > 0 && (!str_take_char(&s, ':') || s.n == 0 || s.n > 5 ||
			   !str_i64(s, &port) || port < 1 || port > 65535))
		return false;
	ret->port = (int)port;
	return true;
}

bool hook_url_parse(struct str url, struct hook_url *ret)
{
	struct str rest = url;
	*ret = (struct hook_url){ .port = 0 };
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] > '~' || url.p[i] == '#' ||
		    url.p[i] == '\\' || url.p[i] == '"')
			return false;
	ret->https = str_take(&rest, STR("https://"));
	if (url.n > HOOK_MAX_URL ||
	    (!ret->https && !str_take(&rest, STR("http://"))))
		return false;
	size_t slash = str_index(rest, '/'), query = str_index(rest, '?');
	if (!authority_parse(
		str_upto(rest, slash < query ? slash : query), ret))
		return false;
	if (ret->port == 0)
		ret->port = ret->https ? 443 : 80;
	return true;
}

static bool port_ok(const struct hook_reach *r, int port)
{
	for (size_t i = 0; i < r->n_ports; i++)
		if (r->port[i] == port)
			return true;
	return false;
}

/* Numeric hosts alone, in all the ways the C library takes them ("127.1",
 * "0x7f000001"): a name is nobody's until the socket is opened. */
static bool literal_ok(
    struct arena *a, const struct hook_reach *r, const struct hook_url *u)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	struct str host = u->host;
	if (str_ends(host, STR(".")))
		host.n--;
	if (str_eq_nocase(host, STR("localhost")) ||
	    str_ends(str_lower(a, host), STR(".localhost")))
		host = STR("127.0.0.1");
	if (getaddrinfo(str_cstr(a, host), NULL, &hints, &found) != 0)
		return true;
	bool ok = hook_socket_ok(r, found->ai_addr, u->https);
	freeaddrinfo(found);
	return ok;
}

enum msg hook_url_wrong(
    struct arena *a, const struct hook_reach *r, struct str url)
{
	struct hook_url u;
	if (!hook_url_parse(url, &u))
		return MSG_field_hook_url;
	if (!u.https && r->n_allow == 0)
		return MSG_field_hook_https;
	if (!port_ok(r, u.port))
		return MSG_field_hook_port;
	return literal_ok(a, r, &u) ? MSG_NONE : MSG_field_hook_address;
}
