#include "cli/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"

static bool read_fd(struct arena *a, int fd, size_t max_bytes, struct str *ret)
{
	struct buf b = buf_new(a, max_bytes);
	char part[4096];

	for (;;) {
		ssize_t n = read(fd, part, sizeof part);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
			break;
		buf_bytes(&b, part, (size_t)n);
		if (!buf_ok(&b)) {
			errno = EFBIG;
			return false;
		}
	}
	*ret = buf_view(&b);
	return true;
}

bool disk_read(
    struct arena *a, struct str path, size_t max_bytes, struct str *ret)
{
	if (str_eq(path, STR("-")))
		return read_fd(a, STDIN_FILENO, max_bytes, ret);
	int fd = open(str_cstr(a, path), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool ok = read_fd(a, fd, max_bytes, ret);
	int why = errno;
	close(fd);
	errno = why;
	return ok;
}

bool disk_write(struct arena *a, struct str path, struct str text)
{
	const char *to = str_cstr(a, path);
	const char *new = str_cstr(a, str_cat(a, path, STR(".new")));

	int fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	bool ok = file_write_synced(fd, text);
	int why = errno;
	close(fd);
	errno = why;
	return ok && rename(new, to) == 0;
}

bool folder_make(struct arena *a, struct str path)
{
	const char *name = str_cstr(a, path);
	struct stat st;

	if (mkdir(name, 0700) == 0)
		return true;
	if (errno != EEXIST || stat(name, &st) != 0)
		return false;
	if (S_ISDIR(st.st_mode))
		return true;
	errno = ENOTDIR;
	return false;
}

struct str path_real(struct arena *a, struct str path)
{
	char whole[PATH_MAX];

	if (!realpath(str_cstr(a, path), whole))
		return (struct str){ NULL, 0 };
	return str_dup(a, str_of(whole));
}

struct str path_parent(struct str path)
{
	while (path.n > 1 && path.p[path.n - 1] != '/')
		path.n--;
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	return path;
}
