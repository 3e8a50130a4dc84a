/* misdeeds.h - what a process that reads a file must not be able to do: for
 * test_sheet_child.c, and misbehave.c. */
#ifndef TESTS_UNIT_MISDEEDS_H
#define TESTS_UNIT_MISDEEDS_H

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"

/* What a child must not be able to do. Each says whether it could. */
static bool opens(void)
{
	return open("/etc/passwd", O_RDONLY) >= 0;
}

static bool writes(void)
{
	return open("/tmp", O_TMPFILE | O_RDWR, 0600) >= 0;
}

static bool makes_memfd(void)
{
	return memfd_create("x", 0) >= 0;
}

static bool lists(void)
{
	return openat(AT_FDCWD, "/", O_RDONLY | O_DIRECTORY) >= 0;
}

static bool calls(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool calls_here(void)
{
	int fds[2];
	return socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0;
}

static bool forks(void)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static bool kills(void)
{
	/* To itself: the call alone counts, and getppid() is none that it has. */
	return kill(getpid(), 0) == 0;
}

static bool sleeps(void)
{
	const struct timespec t = { 0, 1000 };
	return nanosleep(&t, NULL) == 0;
}

static bool runs_what_it_wrote(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool makes_it_run(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p != MAP_FAILED && mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0;
}

/* What is not there: a program that began would end at its first call, as it
 * should, and hide that it began. That this comes back is the misdeed. */
static bool runs_another(void)
{
	static char name[] = "/none/such";
	char *argv[] = { name, NULL };
	execv(name, argv);
	return true;
}

static const struct misdeed {
	const char *name;
	bool (*does)(void);
} misdeeds[] = { { "opens", opens }, { "writes", writes },
	{ "makes_memfd", makes_memfd }, { "lists", lists }, { "calls", calls },
	{ "calls_here", calls_here }, { "forks", forks }, { "kills", kills },
	{ "sleeps", sleeps }, { "runs_what_it_wrote", runs_what_it_wrote },
	{ "makes_it_run", makes_it_run } };

#endif
