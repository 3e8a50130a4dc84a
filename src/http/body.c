#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "http/exchange.h"

enum { BLOCK_BYTES = 32768, MIN_RATE = 1024 };

static int read_status(long n)
{
	return n == -2 ? 408 : -1;
}

/* The body in one piece. Not from the arena, which zeroes what it gives: the
 * kernel then has pages ready only for what really comes. */
static int read_whole(struct exchange *ex, struct pace *p, size_t n_bytes)
{
	char *to = malloc(n_bytes);
	REQUIRE(to);
	arena_defer(ex->arena, free, to);
	for (size_t at = 0; at < n_bytes;) {
		long n = conn_read(ex->conn, p, to + at, n_bytes - at);
		if (n < 0)
			return read_status(n);
		at += (size_t)n;
	}
	ex->req.body = str_n(to, n_bytes);
	return 0;
}

static void close_fd(void *fd)
{
	close(*(int *)fd);
}

/* A file without a name. Some file systems have no O_TMPFILE. */
static int spool_open(struct arena *a, const char *folder)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	static const char last[] = "/.spool-XXXXXX";
	size_t n = strlen(folder);
	char *name = arena_alloc(a, n + sizeof(last));
	memcpy(name, folder, n);
	memcpy(name + n, last, sizeof(last));
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	return fd;
}

static int read_spool(struct exchange *ex, struct pace *p, uint64_t n_bytes)
{
	int *fd = ARENA_NEW(ex->arena, int);
	char *block = arena_alloc(ex->arena, BLOCK_BYTES);

	*fd = ex->options->spool_dir
	          ? spool_open(ex->arena, ex->options->spool_dir)
	          : -1;
	if (*fd < 0)
		return 500;
	arena_defer(ex->arena, close_fd, fd);
	for (uint64_t left = n_bytes; left > 0;) {
		size_t some = left < BLOCK_BYTES ? (size_t)left : BLOCK_BYTES;
		long n = conn_read(ex->conn, p, block, some);
		if (n < 0)
			return read_status(n);
		if (!file_write_all(*fd, block, (size_t)n))
			return 500;
		left -= (uint64_t)n;
	}
	if (lseek(*fd, 0, SEEK_SET) != 0)
		return 500;
	ex->req.body_fd = *fd;
	return 0;
}

static bool say_continue(struct exchange *ex, struct pace *p)
{
	char line[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct iovec v = { .iov_base = line, .iov_len = sizeof(line) - 1 };
	if (!ex->expects || !ex->http11 || ex->conn->n_in > 0)
		return true;
	return conn_send(ex->conn, p, &v, 1, false);
}

int body_read(struct exchange *ex)
{
	const struct route *t = ex->route;
	struct request *r = &ex->req;
	struct str type = request_header(r, STR("Content-Type"));
	struct str coding = request_header(r, STR("Content-Encoding"));
	uint64_t n = r->body_bytes;

	if (n == 0 && t->body != BODY_SPOOL)
		return 0;
	if (t->body == BODY_NONE || n > t->max_body)
		return 413;
	if (coding.n > 0 && !str_eq_nocase(coding, STR("identity")))
		return 415;
	struct pace in = { .start_ms = mono_ms(), .min_rate = MIN_RATE };
	struct pace out = in;
	if (n > 0 && !say_continue(ex, &out))
		return -1;
	if (t->body == BODY_SPOOL)
		return read_spool(ex, &in, n);
	int status = read_whole(ex, &in, (size_t)n);
	if (status || t->body != BODY_FORM)
		return status;
	struct str body = r->body;
	r->body = STR("");
	return form_read(r, type, body);
}
