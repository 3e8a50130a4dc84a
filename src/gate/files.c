#include "gate/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "gate/keeper.h"

enum { NAME_CHARS = 20 };

static enum err disk_failed(struct gate_visit *v, const char *what)
{
	return fail_detail(&v->cx, ERR_BROKEN, "%s: %s", what, strerror(errno));
}

static struct str folder_of(struct gate_visit *v, struct str kind)
{
	return str_fmt(v->cx.arena, "%.*s/%.*s",
	    STR_ARG(v->gate->options->site->gate_dir), STR_ARG(kind));
}

static struct str path_of(
    const struct gate_visit *v, struct str kind, struct str name)
{
	struct arena *a = v->cx.arena;
	return str_fmt(a, "%.*s/%.*s/%.2s/%.*s",
	    STR_ARG(v->gate->options->site->gate_dir), STR_ARG(kind), name.p,
	    STR_ARG(name));
}

/* A digest, or an id: no name leads out of the folder. */
static bool is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') &&
		    !(s.p[i] >= '0' && s.p[i] <= '9'))
			return false;
	return s.n >= 2 && s.n <= 64;
}

static bool make_folder(struct gate_visit *v, struct str path)
{
	return mkdir(str_cstr(v->cx.arena, path), 0700) == 0 || errno == EEXIST;
}

/* The visit is over by then: of it nothing is left to ask. */
static void drop(void *arg)
{
	struct kept *k = arg;
	if (k->fd >= 0) {
		close(k->fd);
		unlink(k->temporary);
	}
}

static bool is_plain(struct str kind)
{
	return str_eq(kind, STR("artefacts"));
}

enum err file_begin(struct gate_visit *v, struct str kind, struct kept *ret)
{
	struct arena *a = v->cx.arena;
	struct kept k = { .v = v, .folder = folder_of(v, kind), .fd = -1 };
	struct sha256 key = { 0 };
	enum err e =
	    is_plain(kind) ? OK : keeper_key(&v->cx, v->gate->keeper, &key);
	if (e)
		return e;
	if (!make_folder(v, k.folder))
		return disk_failed(v, "mkdir");
	k.temporary = str_cstr(a, str_fmt(a, "%.*s/.%.*s", STR_ARG(k.folder),
				      STR_ARG(random_id(a, 20))));
	k.fd = open(k.temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (k.fd < 0)
		return disk_failed(v, "open");
	k.digest = sha256_begin(a);
	*ret = k;
	arena_defer(a, drop, ret);
	if (!is_plain(kind) && !sealed_begin(a, k.fd, key, &ret->sealed))
		return disk_failed(v, "write");
	return OK;
}

bool file_write(void *arg, const void *p, size_t n)
{
	struct kept *k = arg;
	bool good =
	    !k->failed && (k->sealed != NULL ? sealed_write(k->sealed, p, n)
					     : file_write_all(k->fd, p, n));
	if (!good) {
		k->failed = true;
		return false;
	}
	sha256_add(k->digest, p, n);
	k->bytes += (int64_t)n;
	return true;
}

bool file_copy(struct kept *k, struct sealed *from)
{
	enum { BLOCK = 32 << 10 };
	char block[BLOCK];
	uint64_t left = sealed_bytes(from);
	for (uint64_t at = 0; left > 0;) {
		size_t n = left < BLOCK ? (size_t)left : BLOCK;
		if (sealed_read(from, at, block, n) != SEALED_FINE ||
		    !file_write(k, block, n))
			return false;
		at += n;
		left -= n;
	}
	return true;
}

/* Gives it its name with the folder held, and as new: whoever destroys looks
 * again under the same hold (gate/dispose.c). */
static bool name_it(struct kept *k, struct str folder, struct str path)
{
	struct arena *a = k->v->cx.arena;
	int fd = open(str_cstr(a, folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool good = file_lock(fd) && futimens(k->fd, NULL) == 0 &&
	            rename(k->temporary, str_cstr(a, path)) == 0 &&
	            fsync(fd) == 0;
	int why = errno;
	close(fd); /* and lets it go */
	errno = why;
	return good;
}

static bool sync_folder(struct gate_visit *v, struct str path)
{
	int fd = open(
	    str_cstr(v->cx.arena, path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool good = fsync(fd) == 0;
	close(fd);
	return good;
}

static bool finish(struct kept *k)
{
	if (k->sealed != NULL && !sealed_end(k->sealed))
		k->failed = true;
	return !k->failed && fsync(k->fd) == 0;
}

/* In the folder of its first two letters. */
static enum err keep_under(struct kept *k, struct str name)
{
	struct gate_visit *v = k->v;
	struct arena *a = v->cx.arena;
	struct str folder = str_fmt(a, "%.*s/%.2s", STR_ARG(k->folder), name.p);
	struct str path =
	    str_fmt(a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(name));
	if (!make_folder(v, folder) || !name_it(k, folder, path) ||
	    !sync_folder(v, k->folder))
		return disk_failed(v, "rename");
	close(k->fd);
	k->fd = -1;
	return OK;
}

enum err file_keep(struct kept *k, struct str *ret_sha256)
{
	if (!finish(k))
		return disk_failed(k->v, "write");
	*ret_sha256 = sha256_hex(k->v->cx.arena, sha256_end(k->digest));
	return keep_under(k, *ret_sha256);
}

enum err file_keep_apart(
    struct kept *k, struct str *ret_name, struct str *ret_sha256)
{
	if (!finish(k))
		return disk_failed(k->v, "write");
	*ret_sha256 = sha256_hex(k->v->cx.arena, sha256_end(k->digest));
	*ret_name = random_id(k->v->cx.arena, NAME_CHARS);
	return keep_under(k, *ret_name);
}

void file_drop(struct gate_visit *v, struct str kind, struct str name)
{
	unlink(str_cstr(v->cx.arena, path_of(v, kind, name)));
}

static bool is_young(struct ctx *cx, const struct stat *st, int64_t age_ms)
{
	return age_ms > 0 && (int64_t)st->st_mtime * 1000 >= cx->now - age_ms;
}

bool file_remove(
    struct ctx *cx, const struct gate *gate, struct str name, int64_t age_ms)
{
	struct arena *a = cx->arena;
	struct stat st;
	const char *at = str_cstr(a, name);
	int fd = open(
	    str_cstr(a, str_fmt(a, "%.*s/uploads/%.2s",
			    STR_ARG(gate->options->site->gate_dir), name.p)),
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT;
	bool gone = false, good = file_lock(fd);
	if (good && fstatat(fd, at, &st, AT_SYMLINK_NOFOLLOW) != 0)
		gone = errno == ENOENT;
	else if (good && is_young(cx, &st, age_ms))
		errno = 0;
	else if (good)
		gone = unlinkat(fd, at, 0) == 0;
	int why = errno;
	close(fd); /* and lets it go */
	errno = why;
	return gone;
}

enum err file_keep_as(struct kept *k, struct str name)
{
	struct gate_visit *v = k->v;
	struct str path = str_fmt(
	    v->cx.arena, "%.*s/%.*s", STR_ARG(k->folder), STR_ARG(name));
	if (!is_name(name))
		return fail_detail(&v->cx, ERR_BROKEN, "no name of a file");
	if (!finish(k))
		return disk_failed(v, "write");
	if (!name_it(k, k->folder, path))
		return disk_failed(v, "rename");
	close(k->fd);
	k->fd = -1;
	return OK;
}

static void close_sealed(void *arg)
{
	close(sealed_fd(arg));
}

/* Not there, or not what was kept: of the file, or because the house has lost
 * its secret or its disk just now. */
static enum err not_it(struct gate_visit *v, enum err e, const char *why)
{
	if (keeper_look(v->gate->keeper) != KEEPER_FINE)
		return fail(&v->cx, ERR_BUSY, MSG_error_uploads_shut);
	return fail_detail(&v->cx, e, "%s", why);
}

enum err file_open_sealed(struct gate_visit *v, struct str kind,
    struct str name, struct sealed **ret, bool *ret_changed)
{
	struct arena *a = v->cx.arena;
	struct str folder = folder_of(v, kind);
	struct sha256 key;
	*ret_changed = false;
	if (!is_name(name))
		return fail_detail(&v->cx, ERR_NOT_FOUND, "no digest");
	enum err e = keeper_key(&v->cx, v->gate->keeper, &key);
	if (e)
		return e;
	if (str_eq(kind, STR("uploads")))
		folder = str_fmt(a, "%.*s/%.2s", STR_ARG(folder), name.p);
	int fd = open(str_cstr(a, str_fmt(a, "%.*s/%.*s", STR_ARG(folder),
				      STR_ARG(name))),
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT
		           ? not_it(v, ERR_NOT_FOUND, "no such file")
		           : disk_failed(v, "open");
	enum sealed_is is = sealed_open(a, fd, key, ret);
	if (is == SEALED_FINE) {
		arena_defer(a, close_sealed, *ret);
		return OK;
	}
	e = is == SEALED_DISK ? disk_failed(v, "read")
	                      : not_it(v, ERR_BROKEN, "a file was changed");
	close(fd);
	*ret_changed = e == ERR_BROKEN && is == SEALED_CHANGED;
	return e;
}

enum err file_open(struct gate_visit *v, struct str kind, struct str sha256,
    int *ret_fd, int64_t *ret_bytes)
{
	struct arena *a = v->cx.arena;
	struct str bytes;
	struct stat st;
	if (sha256.n != 64 || !str_unhex(a, sha256, &bytes))
		return fail_detail(&v->cx, ERR_NOT_FOUND, "no digest");
	struct str path = str_fmt(a, "%.*s/%.2s/%.*s",
	    STR_ARG(folder_of(v, kind)), sha256.p, STR_ARG(sha256));
	int fd = open(str_cstr(a, path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT
		           ? fail_detail(&v->cx, ERR_NOT_FOUND, "no such file")
		           : disk_failed(v, "open");
	if (fstat(fd, &st) != 0) {
		close(fd);
		return disk_failed(v, "fstat");
	}
	*ret_fd = fd;
	*ret_bytes = st.st_size;
	return OK;
}

/* What is shorter was never written whole. */
enum { SECRET_LEAST = 32, SECRET_MOST = 64 };

bool file_secret_find(
    struct arena *a, struct str gate_dir, const char *name, struct str *ret)
{
	char bytes[SECRET_MOST];
	*ret = STR("");
	int fd =
	    open(str_cstr(a, str_fmt(a, "%.*s/%s", STR_ARG(gate_dir), name)),
		O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT;
	ssize_t n = read(fd, bytes, sizeof bytes);
	close(fd);
	if (n >= SECRET_LEAST)
		*ret = str_dup(a, str_n(bytes, (size_t)n));
	return n >= 0;
}

/* Held while it is made: two gates that begin at once have one secret. */
struct str file_secret(struct arena *a, struct str gate_dir, const char *name)
{
	char bytes[SECRET_MOST];
	const char *path =
	    str_cstr(a, str_fmt(a, "%.*s/%s", STR_ARG(gate_dir), name));
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return (struct str){ 0 };
	ssize_t n = file_lock(fd) ? read(fd, bytes, sizeof bytes) : -1;
	struct str secret = n >= SECRET_LEAST
	                        ? str_dup(a, str_n(bytes, (size_t)n))
	                        : random_text(a, 32);
	bool good =
	    n >= SECRET_LEAST || (n == 0 && file_write_synced(fd, secret));
	close(fd);
	return good ? secret : (struct str){ 0 };
}
