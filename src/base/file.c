#include "base/file.h"

#include <errno.h>
#include <sys/file.h>
#include <unistd.h>

bool file_write_all(int fd, const void *p, size_t n)
{
	const char *from = p;

	while (n > 0) {
		ssize_t done = write(fd, from, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		from += done;
		n -= (size_t)done;
	}
	return true;
}

bool file_write_synced(int fd, struct str s)
{
	return file_write_all(fd, s.p, s.n) && fsync(fd) == 0;
}

bool file_lock(int fd)
{
	while (flock(fd, LOCK_EX) != 0)
		if (errno != EINTR)
			return false;
	return true;
}

void file_unlock(int fd)
{
	REQUIRE(flock(fd, LOCK_UN) == 0);
}

bool file_lock_now(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) == 0;
}

bool file_share(int fd)
{
	while (flock(fd, LOCK_SH) != 0)
		if (errno != EINTR)
			return false;
	return true;
}
