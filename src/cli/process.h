/* process.h - one of the three processes, from its limits to its end: bounds,
 * name, fence, then desk_run, courier_run or gate_run. */
#ifndef CLI_PROCESS_H
#define CLI_PROCESS_H

#include "cli/config.h"
#include "cli/fence.h"

struct process_fds {
	int listen; /* desk and gate; -1 none */
	int socket; /* gate: the Unix socket for the desk; -1 none */
	int ready;  /* one byte is written when it answers; -1 nobody waits */
};

/* The listening sockets of one process. EXIT_FAILED when an address is held,
 * which is said. */
int process_listen(
    struct cli *, const struct config *, enum process, struct process_fds *);

/* No core dumps, many descriptors, few malloc arenas, a name. */
void process_bounds(const char *name);

/* What the process may open, and the folders of sources in it. */
struct process_fence {
	struct fence fence;
	struct str sources[64];
	size_t n_sources;
	int abi; /* once entered; 0: the kernel has no Landlock */
};
/* Enters it. EXIT_DONE, or the reason is said. */
int process_fence(struct cli *, const struct config *, const struct site *,
    enum process, struct process_fence *);

/* Runs it to its end, on SIGTERM or SIGINT; its exit code. */
int process_run(
    struct cli *, const struct config *, enum process, struct process_fds);

#endif
