#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

int err_status(enum err e)
{
	static const int statuses[ERRS] = {
		[OK] = 200,
#define ERR(name, status) [ERR_##name] = (status),
#include "base/err.def"
#undef ERR
	};
	REQUIRE(e < ERRS);
	return statuses[e];
}

_Noreturn void require_failed(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: required: %s\n", file, line, what);
	abort();
}
