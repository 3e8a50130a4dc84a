/* worker.h - a thread that works in turns until it is stopped: the courier's post,
 * hooks and mailbox, the gate's watches. */
#ifndef BASE_WORKER_H
#define BASE_WORKER_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/base.h"

/* One turn; the answer is after how many ms the next is due. What takes long looks
 * at `stop` in between. */
typedef int64_t worker_turn(void *arg);

struct worker {
	pthread_t thread;
	int wake; /* an eventfd */
	atomic_bool stop;
	worker_turn *turn;
	void *arg;
	int64_t first; /* ms until the first turn */
};

/* `w` stays where it is until it is stopped. */
void worker_start(
    struct worker *w, int64_t first_ms, worker_turn *turn, void *arg);
/* Waits for the turn that is under way, and for no other. */
void worker_stop(struct worker *);

#endif
