/* t.h - the frame of the unit tests: TAP on standard output, and a line for each
 * check that fails. A test is a function without arguments; main() runs them
 * with T_RUN and returns T_PLAN(). */
#ifndef TESTS_UNIT_T_H
#define TESTS_UNIT_T_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"

static int t_tests, t_failed_tests, t_failed_checks;

/* Lines shown for each test. */
#define T_SHOWN 10

/* Goes on after a failure; the format says which case it was. */
#define T_CHECK(cond, ...)                                                  \
	do {                                                                \
		if (!(cond)) {                                              \
			t_failed_checks++;                                  \
			printf("# %s:%d: %s: ", __FILE__, __LINE__, #cond); \
			printf(__VA_ARGS__);                                \
			printf("\n");                                       \
		}                                                           \
	} while (0)

/* Whether the text `got` is `want`, showing both when it is not. */
#define T_TEXT(got, want)                                                     \
	do {                                                                  \
		struct str t_got = (got), t_want = (want);                    \
		T_CHECK(t_got.n == t_want.n &&                                \
			    (t_got.n == 0 || __builtin_memcmp(t_got.p,        \
						 t_want.p, t_got.n) == 0),    \
		    "“%.*s” is not “%.*s”", STR_ARG(t_got), STR_ARG(t_want)); \
	} while (0)

#define T_RUN(fn) t_run(#fn, fn)
static inline void t_run(const char *name, void (*fn)(void))
{
	t_failed_checks = 0;
	fn();
	t_failed_tests += t_failed_checks != 0;
	printf(
	    "%s %d - %s\n", t_failed_checks ? "not ok" : "ok", ++t_tests, name);
	fflush(stdout);
}

/* Whether fn() ends in a failed REQUIRE. */
static inline bool t_aborts(void (*fn)(void))
{
	int status = 0;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		fn();
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid &&
	       WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static inline int t_plan(void)
{
	printf("1..%d\n", t_tests);
	return t_tests == 0 || t_failed_tests != 0;
}
#define T_PLAN() t_plan()

#endif
