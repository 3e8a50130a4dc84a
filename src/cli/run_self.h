/* run_self.h - runs this program again and reads what it prints. */
#ifndef CLI_RUN_SELF_H
#define CLI_RUN_SELF_H

#include "base/arena.h"
#include "base/base.h"

/* `argv` ends with NULL; argv[0] is the name in ps. At most `max_bytes` of its
 * standard output; stderr is ours. The exit code, or -1: it could not be run,
 * printed more, or died of a signal. */
int run_self(struct arena *, const char *const *argv, size_t max_bytes,
    struct str *ret_output);

#endif
