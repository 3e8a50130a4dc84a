#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "http/conn.h"

enum { BACKLOG = 511, AGAIN_MS = 2000 };

struct place {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_un un;
	} at;
	socklen_t n;
};

static bool place_tcp(struct arena *a, struct str s, struct place *ret)
{
	size_t colon = s.n;
	while (colon > 0 && s.p[colon - 1] != ':')
		colon--;
	struct str port_text = str_from(s, colon);
	int64_t port;
	if (colon < 2 || !str_i64(port_text, &port) || port < 0 || port > 65535)
		return false;
	struct str host = str_upto(s, colon - 1);
	uint16_t be = htons((uint16_t)port);
	if (str_starts(host, STR("[")) && str_ends(host, STR("]"))) {
		host = str_n(host.p + 1, host.n - 2);
		ret->at.v6.sin6_family = AF_INET6;
		ret->at.v6.sin6_port = be;
		ret->n = sizeof(ret->at.v6);
		return inet_pton(AF_INET6, str_cstr(a, host),
			   &ret->at.v6.sin6_addr) == 1;
	}
	ret->at.v4.sin_family = AF_INET;
	ret->at.v4.sin_port = be;
	ret->n = sizeof(ret->at.v4);
	return inet_pton(AF_INET, str_cstr(a, host), &ret->at.v4.sin_addr) == 1;
}

static bool place_of(struct arena *a, struct str s, struct place *ret)
{
	*ret = (struct place){ 0 };
	if (str_index(s, '\0') < s.n)
		return false;
	if (!str_take(&s, STR("unix:")))
		return place_tcp(a, s, ret);
	if (s.n == 0 || s.n >= sizeof(ret->at.un.sun_path))
		return false;
	ret->at.un.sun_family = AF_UNIX;
	memcpy(ret->at.un.sun_path, s.p, s.n);
	ret->n = sizeof(ret->at.un);
	return true;
}

/* Removes the file of a server that has gone; one that answers stays. */
static void unlink_stale(const struct place *p)
{
	struct stat st;
	const char *path = p->at.un.sun_path;
	if (lstat(path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	if (connect(fd, &p->at.any, p->n) != 0 && errno == ECONNREFUSED)
		unlink(path);
	close(fd);
}

static bool bind_to(int fd, const struct place *p)
{
	int yes = 1;
	if (p->at.any.sa_family == AF_UNIX) {
		unlink_stale(p);
		return bind(fd, &p->at.any, p->n) == 0 &&
		       chmod(p->at.un.sun_path, 0660) == 0;
	}
	return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) ==
	           0 &&
	       bind(fd, &p->at.any, p->n) == 0;
}

int listen_on(struct arena *a, struct str address)
{
	struct place p;
	int64_t until = mono_ms() + AGAIN_MS;

	if (!place_of(a, address, &p)) {
		errno = EINVAL;
		return -1;
	}
	for (;;) {
		int fd = socket(p.at.any.sa_family,
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd < 0)
			return -1;
		if (bind_to(fd, &p) && listen(fd, BACKLOG) == 0)
			return fd;
		int why = errno;
		close(fd);
		errno = why;
		if (why != EADDRINUSE || mono_ms() > until)
			return -1;
		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	}
}
