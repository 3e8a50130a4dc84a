/* fence.h - the fence around the process that reads a file somebody sent in. */
#ifndef SHEET_FENCE_H
#define SHEET_FENCE_H

#include "sheet/sheet.h"

/* From here on this process may compute, use the memory that the limits leave
 * it, and read and write the descriptors it has; any other call of the kernel
 * ends it at once (seccomp), as does time (RLIMIT_CPU). No file, no socket, no
 * process, no signal can be made. There is no way back. */
MUST_CHECK enum err sheet_fence_enter(
    struct ctx *, const struct sheet_limits *);

#endif
