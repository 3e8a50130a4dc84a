#include "base/worker.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void *run(void *arg)
{
	struct worker *w = arg;
	struct pollfd wake = { .fd = w->wake, .events = POLLIN };
	int64_t wait = w->first;
	while (poll(&wake, 1, (int)wait) <= 0)
		wait = w->turn(w->arg);
	return NULL;
}

void worker_start(
    struct worker *w, int64_t first_ms, worker_turn *turn, void *arg)
{
	w->wake = eventfd(0, EFD_CLOEXEC);
	atomic_init(&w->stop, false);
	w->turn = turn;
	w->arg = arg;
	w->first = first_ms;
	REQUIRE(w->wake >= 0);
	REQUIRE(pthread_create(&w->thread, NULL, run, w) == 0);
}

void worker_stop(struct worker *w)
{
	atomic_store(&w->stop, true);
	REQUIRE(eventfd_write(w->wake, 1) == 0);
	pthread_join(w->thread, NULL);
	close(w->wake);
}
