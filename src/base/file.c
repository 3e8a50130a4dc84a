#include "base/file.h"

#include <errno.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/str.h"

bool file_write_synced(int fd, struct str s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s = str_from(s, (size_t)n);
	}
	return fsync(fd) == 0;
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
