/* courier.h - the process that serves nobody: it sends what the outbox holds and
 * does what is due. It opens people/ and shared/, never gate/. */
#ifndef COURIER_COURIER_H
#define COURIER_COURIER_H

#include "core/site.h"

struct courier_options {
	const struct site *site;
	int stop_fd; /* readable when the process shall end */
	/* Called once, when the stores are open. */
	void (*ready)(void *arg);
	void *ready_arg;
};

/* Works until stop_fd is readable. The process's exit code: 0, or 1 with the
 * reason logged. */
int courier_run(const struct courier_options *);

#endif
