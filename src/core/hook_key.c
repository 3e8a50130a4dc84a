#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "core/hooks.h"

enum { KEY_BYTES = 32 };

static enum err broken(struct ctx *cx, const char *what)
{
	return fail_detail(cx, ERR_BROKEN, "hooks.key: %s", what);
}

/* Whole under its name or not there; whoever is first has made it. */
static enum err make_key(struct ctx *cx, struct str path)
{
	struct str temp = str_fmt(cx->arena, "%.*s.%.*s", STR_ARG(path),
	    STR_ARG(random_id(cx->arena, 8)));
	const char *name = str_cstr(cx->arena, temp);
	int fd = open(
	    name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return broken(cx, strerror(errno));
	bool good = file_write_synced(fd, random_text(cx->arena, KEY_BYTES));
	int why = errno;
	close(fd);
	if (good && link(name, str_cstr(cx->arena, path)) != 0 &&
	    errno != EEXIST) {
		good = false;
		why = errno;
	}
	unlink(name);
	return good ? OK : broken(cx, strerror(why));
}

static enum err read_key(struct ctx *cx, int fd, struct sha256 *ret)
{
	char text[128];
	struct str key;
	ssize_t n = read(fd, text, sizeof text);
	close(fd);
	if (n <= 0 ||
	    !base64_decode(cx->arena, str_trim(str_n(text, (size_t)n)), &key) ||
	    key.n != KEY_BYTES)
		return broken(cx, "it is no key");
	memcpy(ret->b, key.p, sizeof ret->b);
	explicit_bzero(text, sizeof text);
	return OK;
}

enum err hooks_key(struct ctx *cx, struct str people_dir, struct sha256 *ret)
{
	struct str path =
	    str_fmt(cx->arena, "%.*s/hooks.key", STR_ARG(people_dir));
	const char *name = str_cstr(cx->arena, path);
	int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC, fd = open(name, flags);
	if (fd < 0 && errno == ENOENT) {
		enum err e = make_key(cx, path);
		if (e)
			return e;
		fd = open(name, flags);
	}
	return fd < 0 ? broken(cx, strerror(errno)) : read_key(cx, fd, ret);
}
