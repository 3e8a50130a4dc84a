/* fence.h - the wall around a process: Landlock, which the kernel holds for a
 * process that asked for it, without root. Once entered it can only narrow. A
 * path that has no rule cannot be opened, whatever its mode says; descriptors
 * that are open already stay usable. */
#ifndef CLI_FENCE_H
#define CLI_FENCE_H

#include "base/ctx.h"

enum fence_right { FENCE_READ, FENCE_WRITE };

struct fence_rule {
	struct str path; /* a folder and all below it, or one file */
	enum fence_right right;
	bool may_lack; /* passed over when there is no such file */
};

struct fence {
	struct fence_rule rule[96];
	size_t n;
	/* No outgoing TCP but to these ports, where the kernel can refuse it. */
	bool no_connect;
	int port[16];
	size_t n_ports;
};

void fence_allow(struct fence *, struct str path, enum fence_right);
/* The same for what is not on every machine. */
void fence_allow_if_there(struct fence *, struct str path, enum fence_right);

void fence_allow_port(struct fence *, int port);

/* The kernel's version of Landlock: from 1; 0 when it has none. */
int fence_abi(void);

/* Enters it for the calling thread and what it starts: call it before other
 * threads are. Also gives up new privileges by exec, and binding TCP ports
 * (from ABI 4), signals and abstract sockets out of the fence (from ABI 6).
 * ERR_BROKEN when the kernel refuses; where it has no Landlock, OK and *ret_abi
 * is 0. */
MUST_CHECK enum err fence_enter(
    struct ctx *, const struct fence *, int *ret_abi);

#endif
