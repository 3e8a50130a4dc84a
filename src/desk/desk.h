/* desk.h - the process that serves people: pages, and the same acts as a JSON
 * API. It opens people/ and shared/, never gate/. */
#ifndef DESK_DESK_H
#define DESK_DESK_H

#include "core/site.h"

struct desk_options {
	const struct site *site;
	int listen_fd; /* listening already */
	int stop_fd;   /* readable when the process shall end */
	/* Called once, when requests are answered. */
	void (*ready)(void *arg);
	void *ready_arg;
};

/* Serves until stop_fd is readable. The process's exit code: 0, or 1 with the
 * reason logged. */
int desk_run(const struct desk_options *);

#endif
