/* base.h - what every file of Pratu may count on: text with its length, the
 * closed list of failures, and checks that stay in release builds. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Text with its length, passed by value. Not NUL-terminated; may hold any
 * byte. {NULL, 0} is "absent" where a function says so, else the same as "". */
struct str {
	const char *p;
	size_t n;
};

#define STR(lit) ((struct str){ .p = "" lit, .n = sizeof(lit) - 1 })
/* For tables of constants, where a compound literal is not constant. */
#define STR_INIT(lit)                             \
	{                                         \
		.p = "" lit, .n = sizeof(lit) - 1 \
	}
/* printf("%.*s", STR_ARG(s)) */
#define STR_ARG(s) (int)(s).n, (s).p

/* Every way an operation can fail; see err.def. A function that can fail
 * returns one, is MUST_CHECK, and writes its results only on OK. */
enum err {
	OK,
#define ERR(name, status) ERR_##name,
#include "base/err.def"
#undef ERR
	ERRS
};

/* The HTTP status of `e`; 200 for OK. */
int err_status(enum err e);

/* A bug, not a failure: prints where and aborts; the supervisor restarts the
 * process. In release builds too. */
#define REQUIRE(cond) \
	((cond) ? (void)0 : require_failed(#cond, __FILE__, __LINE__))
_Noreturn void require_failed(const char *what, const char *file, int line);

#endif
