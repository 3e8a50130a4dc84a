/* supervise.h - keeps the three processes running. The supervisor opens the
 * listening sockets, starts each process by fork and exec of this program with
 * its own sockets, and restarts one that ends: after 50 ms, doubling to 5 s
 * while it keeps ending within 10 s. It has no thread and opens no database. No
 * process outlives it: the kernel kills them when it dies, whatever the reason.
 */
#ifndef CLI_SUPERVISE_H
#define CLI_SUPERVISE_H

#include "cli/config.h"

/* Runs until SIGTERM or SIGINT. `ready` is called once, when all three answer.
 * EXIT_DONE; EXIT_FAILED when an address is held; the exit code of a process
 * that could not start for a reason that waiting does not cure. */
int supervise(
    struct cli *, const struct config *, void (*ready)(void *arg), void *arg);

#endif
