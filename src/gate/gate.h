/* gate.h - the process that serves machines and readers of delivered data. It
 * opens gate/, shared/ and the sources, never people/. */
#ifndef GATE_GATE_H
#define GATE_GATE_H

#include "core/site.h"

/* The exit code that asks for a restart at once: a source was added whose file
 * lies outside of what this process may read. */
enum { GATE_EXIT_FENCE = 75 };

struct gate_options {
	const struct site *site;
	int listen_fd; /* listening already */
	int socket_fd; /* the Unix socket for the desk, listening already */
	int stop_fd;   /* readable when the process shall end */
	/* The folders of sources that the fence lets this process read. */
	const struct str *readable;
	size_t n_readable;
	bool fenced; /* false: the kernel has no Landlock, all is readable */
	/* Called once, when requests are answered. */
	void (*ready)(void *arg);
	void *ready_arg;
};

/* Serves until stop_fd is readable. The process's exit code: 0, 1 with the
 * reason logged, or GATE_EXIT_FENCE. */
int gate_run(const struct gate_options *);

#endif
