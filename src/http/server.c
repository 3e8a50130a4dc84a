#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "http/exchange.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { STACK_BYTES = 2 << 20 };
#elif defined(__has_feature)
#	if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { STACK_BYTES = 2 << 20 };
#	else
enum { STACK_BYTES = 256 << 10 };
#	endif
#else
enum { STACK_BYTES = 256 << 10 };
#endif

enum {
	CONNECTIONS = 1000,
	PER_ADDRESS = 200,
	EVICT_MS = 100,
	CUT_MS = 5000,
};

struct server {
	struct server_options options;
	int wake; /* eventfd: ends the acceptor */
	pthread_t acceptor;
	pthread_attr_t attr;
	_Atomic bool stopping;
	pthread_mutex_t lock; /* for what follows */
	pthread_cond_t left;  /* a connection has ended */
	struct conn *conns;
	unsigned n_conns;
};

static void conn_add(struct server *s, struct conn *c)
{
	pthread_mutex_lock(&s->lock);
	c->next = s->conns;
	if (c->next)
		c->next->prev = c;
	s->conns = c;
	s->n_conns++;
	pthread_mutex_unlock(&s->lock);
}

/* Out of the list before its descriptor is closed: whoever walks the list may
 * shut down any socket in it. */
static void conn_remove(struct server *s, struct conn *c)
{
	pthread_mutex_lock(&s->lock);
	if (c->prev)
		c->prev->next = c->next;
	else
		s->conns = c->next;
	if (c->next)
		c->next->prev = c->prev;
	close(c->fd);
	free(c->in);
	free(c);
	s->n_conns--;
	pthread_cond_broadcast(&s->left);
	pthread_mutex_unlock(&s->lock);
}

static void *conn_main(void *arg)
{
	struct conn *c = arg;
	struct server *s = c->server;
	bool polite = false;

	while (!atomic_load(&s->stopping) &&
	       exchange_run(c, &s->options, &s->stopping, &polite))
		atomic_store(&c->idle_since, mono_ms());
	if (polite)
		conn_end(c);
	conn_remove(s, c);
	return NULL;
}

static struct address address_of(const struct sockaddr_storage *at)
{
	struct address a = { .b = { [10] = 0xff, [11] = 0xff } };
	if (at->ss_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, at, sizeof(v4));
		memcpy(a.b + 12, &v4.sin_addr, 4);
	} else if (at->ss_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, at, sizeof(v6));
		memcpy(a.b, &v6.sin6_addr, 16);
	} else {
		a = (struct address){ 0 };
	}
	return a;
}

static struct conn *conn_new(
    struct server *s, int fd, const struct sockaddr_storage *at)
{
	struct conn *c = calloc(1, sizeof(*c));
	REQUIRE(c);
	c->in = malloc(CONN_BYTES);
	REQUIRE(c->in);
	c->server = s;
	c->fd = fd;
	c->peer = address_of(at);
	c->over_unix = at->ss_family == AF_UNIX;
	c->peer_uid = -1;
	atomic_store(&c->idle_since, mono_ms());
	if (c->over_unix) {
		struct ucred who;
		socklen_t n = sizeof(who);
		if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0)
			c->peer_uid = (int64_t)who.uid;
	} else {
		int yes = 1;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	}
	return c;
}

static void wait_left(struct server *s, int64_t until_ms)
{
	struct timespec t = {
		.tv_sec = until_ms / 1000,
		.tv_nsec = until_ms % 1000 * 1000000,
	};
	pthread_cond_timedwait(&s->left, &s->lock, &t);
}

/* Ends the connection that has waited longest for its next request. */
static bool evict_idle(struct server *s)
{
	struct conn *oldest = NULL;
	int64_t since = INT64_MAX;
	for (struct conn *c = s->conns; c; c = c->next) {
		int64_t i = atomic_load(&c->idle_since);
		if (i > 0 && i <= since) {
			oldest = c;
			since = i;
		}
	}
	if (oldest)
		shutdown(oldest->fd, SHUT_RD);
	return oldest;
}

/* Whether one more from this address may come in. */
static bool has_room(struct server *s, const struct sockaddr_storage *at)
{
	const struct server_options *o = &s->options;
	struct address who = address_of(at);
	int64_t until = mono_ms() + EVICT_MS;
	unsigned same = 0;

	pthread_mutex_lock(&s->lock);
	for (struct conn *c = s->conns; c && at->ss_family != AF_UNIX;
	     c = c->next)
		same += memcmp(&c->peer, &who, sizeof(who)) == 0;
	bool room = same < o->max_per_address;
	if (room && s->n_conns >= o->max_connections && evict_idle(s)) {
		while (s->n_conns >= o->max_connections && mono_ms() < until)
			wait_left(s, until);
	}
	room = room && s->n_conns < o->max_connections;
	pthread_mutex_unlock(&s->lock);
	return room;
}

static void turn_away(int fd)
{
	static const char text[] = "HTTP/1.1 503 Service Unavailable\r\n"
				   "Retry-After: 1\r\n"
				   "X-Content-Type-Options: nosniff\r\n"
				   "Content-Length: 0\r\n"
				   "Connection: close\r\n\r\n";
	/* Best effort: an empty socket takes as little at once. */
	if (send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL) > 0)
		shutdown(fd, SHUT_WR);
	close(fd);
}

static void take_one(
    struct server *s, int fd, const struct sockaddr_storage *at)
{
	pthread_t thread;

	if (!has_room(s, at)) {
		turn_away(fd);
		return;
	}
	struct conn *c = conn_new(s, fd, at);
	conn_add(s, c);
	if (pthread_create(&thread, &s->attr, conn_main, c) != 0)
		conn_remove(s, c);
}

static void *accept_main(void *arg)
{
	struct server *s = arg;
	struct pollfd p[] = {
		{ .fd = s->options.listen_fd, .events = POLLIN },
		{ .fd = s->wake, .events = POLLIN },
	};
	while (!atomic_load(&s->stopping)) {
		struct sockaddr_storage at;
		socklen_t n = sizeof(at);
		if (poll(p, COUNT(p), -1) < 0 && errno != EINTR)
			break;
		if (!(p[0].revents & POLLIN))
			continue;
		int fd = accept4(s->options.listen_fd, (struct sockaddr *)&at,
		    &n, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			take_one(s, fd, &at);
			continue;
		}
		if (errno != EMFILE && errno != ENFILE && errno != ENOMEM &&
		    errno != ENOBUFS)
			continue;
		pthread_mutex_lock(&s->lock);
		if (evict_idle(s))
			wait_left(s, mono_ms() + EVICT_MS);
		pthread_mutex_unlock(&s->lock);
		socket_wait(s->wake, POLLIN, mono_ms() + EVICT_MS);
	}
	return NULL;
}

/* Threads of the server take no signals meant for the process; a fault of their
 * own still ends it. */
static void block_signals(sigset_t *ret_before)
{
	static const int own[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	sigset_t all;
	sigfillset(&all);
	for (size_t i = 0; i < COUNT(own); i++)
		sigdelset(&all, own[i]);
	pthread_sigmask(SIG_SETMASK, &all, ret_before);
}

static bool server_begin(struct server *s)
{
	pthread_condattr_t monotonic;
	sigset_t before;

	/* The listener may be shared by several processes: without this the
	 * one that loses the race would hang in accept(). */
	int flags = fcntl(s->options.listen_fd, F_GETFL);
	if (flags < 0 ||
	    fcntl(s->options.listen_fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return false;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&s->left, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_attr_init(&s->attr);
	pthread_attr_setstacksize(&s->attr, STACK_BYTES);
	pthread_attr_setdetachstate(&s->attr, PTHREAD_CREATE_DETACHED);
	block_signals(&before);
	int e = pthread_create(&s->acceptor, NULL, accept_main, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = e;
	return e == 0;
}

struct server *server_start(const struct server_options *o)
{
	struct server *s = calloc(1, sizeof(*s));
	REQUIRE(s);
	s->options = *o;
	if (!s->options.max_connections)
		s->options.max_connections = CONNECTIONS;
	if (!s->options.max_per_address)
		s->options.max_per_address = PER_ADDRESS;
	s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->wake >= 0 && server_begin(s))
		return s;
	int why = errno;
	if (s->wake >= 0)
		close(s->wake);
	free(s);
	errno = why;
	return NULL;
}

/* Waits until no connection is left; false when `until_ms` came first. */
static bool wait_all(struct server *s, int64_t until_ms)
{
	while (s->n_conns > 0 && mono_ms() < until_ms)
		wait_left(s, until_ms);
	return s->n_conns == 0;
}

bool server_stop(struct server *s, int wait_ms)
{
	uint64_t one = 1;
	int64_t now = mono_ms();

	if (!s)
		return true;
	atomic_store(&s->stopping, true);
	if (write(s->wake, &one, sizeof(one)) < 0)
		REQUIRE(errno == EAGAIN);
	pthread_join(s->acceptor, NULL);
	close(s->options.listen_fd);

	pthread_mutex_lock(&s->lock);
	for (struct conn *c = s->conns; c; c = c->next) {
		if (atomic_load(&c->idle_since) > 0)
			shutdown(c->fd, SHUT_RD);
	}
	bool gone = wait_all(s, now + wait_ms);
	for (struct conn *c = s->conns; c; c = c->next)
		shutdown(c->fd, SHUT_RDWR);
	gone = gone || wait_all(s, mono_ms() + CUT_MS);
	pthread_mutex_unlock(&s->lock);
	if (!gone)
		return false;
	close(s->wake);
	pthread_attr_destroy(&s->attr);
	pthread_cond_destroy(&s->left);
	pthread_mutex_destroy(&s->lock);
	free(s);
	return true;
}
