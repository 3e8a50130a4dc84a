/* fence.h - the wall around a process: Landlock, which the kernel holds for a
 * process that asked for it, without root. Once entered it can only narrow. A
 * path that has no rule cannot be opened, whatever its mode says; descriptors
 * that are open already stay usable. */
#ifndef CLI_FENCE_H
#define CLI_FENCE_H

#include "base/ctx.h"

/* FENCE_RUN: one program, which the kernel reads to run it. */
enum fence_right { FENCE_READ, FENCE_WRITE, FENCE_RUN };

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

/* That this program may be run again: its file, whatever became of its name since,
 * and the loader that the kernel starts it with. No other file may be run, but
 * what may be read can be handed to the loader, as it could be mapped without. */
void fence_allow_self(struct arena *, struct fence *);

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
