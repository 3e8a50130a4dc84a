#include "evidence/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

bool file_pwrite(int fd, const void *p, size_t n, uint64_t at)
{
	const char *from = p;
	while (n > 0) {
		ssize_t done = pwrite(fd, from, n, (off_t)at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		from += done;
		at += (uint64_t)done;
		n -= (size_t)done;
	}
	return true;
}

bool file_pread(int fd, void *p, size_t n, uint64_t at)
{
	char *to = p;
	while (n > 0) {
		ssize_t done = pread(fd, to, n, (off_t)at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done == 0)
			errno = 0;
		if (done <= 0)
			return false;
		to += done;
		at += (uint64_t)done;
		n -= (size_t)done;
	}
	return true;
}

bool file_read(struct arena *a, int fd, size_t max, struct str *ret)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return false;
	if (st.st_size < 0 || (uint64_t)st.st_size > max) {
		errno = EFBIG;
		return false;
	}
	size_t n = (size_t)st.st_size;
	char *p = arena_alloc(a, n + 1);
	*ret = str_n(p, n);
	return file_pread(fd, p, n, 0);
}

bool folder_sync(int fd)
{
	return fsync(fd) == 0;
}

bool folder_of_sync(struct arena *a, struct str path)
{
	while (path.n > 1 && path.p[path.n - 1] != '/')
		path.n--;
	int fd = open(str_cstr(a, path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool good = folder_sync(fd);
	close(fd);
	return good;
}
