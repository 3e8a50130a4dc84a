#include "cli/run_self.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"

static bool read_all(int fd, struct buf *b)
{
	char part[4096];

	for (;;) {
		ssize_t n = read(fd, part, sizeof part);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		buf_bytes(b, part, (size_t)n);
	}
}

int run_self(struct arena *a, const char *const *argv, size_t max_bytes,
    struct str *ret_output)
{
	struct buf b = buf_new(a, max_bytes);
	int fds[2], status = 0;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return -1;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		execv("/proc/self/exe", (char **)(uintptr_t)argv);
		_exit(127);
	}
	close(fds[1]);
	bool well = pid > 0 && read_all(fds[0], &b) && buf_ok(&b);
	close(fds[0]);
	if (pid > 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	if (!well || !WIFEXITED(status))
		return -1;
	*ret_output = buf_view(&b);
	return WEXITSTATUS(status);
}
