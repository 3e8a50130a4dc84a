#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "core/source_list.h"

struct str source_secret_path(
    struct arena *a, struct str gate_dir, struct str name)
{
	return str_fmt(
	    a, "%.*s/sources/%.*s.secret", STR_ARG(gate_dir), STR_ARG(name));
}

enum err source_secret_read(
    struct ctx *cx, struct str gate_dir, struct str name, struct str *ret)
{
	struct str path = source_secret_path(cx->arena, gate_dir, name);
	char *text = arena_alloc(cx->arena, SOURCE_SECRET_BYTES + 2);

	*ret = (struct str){ 0 };
	int fd = open(str_cstr(cx->arena, path), O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return OK;
	ssize_t n = fd < 0 ? -1 : read(fd, text, SOURCE_SECRET_BYTES + 1);
	int why = errno;
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return fail_detail(
		    cx, ERR_BROKEN, "%.*s: %s", STR_ARG(path), strerror(why));
	/* What an editor put after it is not meant. */
	struct str s = str_n(text, (size_t)n);
	while (s.n > 0 && (str_ends(s, STR("\n")) || str_ends(s, STR("\r"))))
		s.n--;
	*ret = s;
	return OK;
}
