/* ledger_state.h - what ledger.c and ledger_open.c share. */
#ifndef EVIDENCE_LEDGER_STATE_H
#define EVIDENCE_LEDGER_STATE_H

#include <pthread.h>

#include "evidence/ledger.h"
#include "evidence/segment.h"

struct waiter;

struct ledger {
	struct ledger_options options;
	struct arena *arena; /* as long as the log */
	struct str id, origin, path;
	int folder, lock_fd, hashes, checkpoints;
	struct merkle_nodes nodes;

	/* Of the one thread that writes for all, and of who opens. */
	int fd; /* the segment's */
	struct segment_head head;
	uint64_t at; /* where the next group goes */
	struct merkle_edge edge;
	unsigned char *room; /* for a group */

	pthread_mutex_t lock; /* for what follows */
	pthread_cond_t grown;
	struct waiter *first, **last;
	size_t waiting;
	bool writing;  /* somebody is */
	uint64_t used; /* bytes of the segment */
	bool failed;
	uint64_t leaves;

	pthread_mutex_t next_lock; /* the next segment's file */
	int next_fd;               /* -1: not made yet */

	pthread_mutex_t sign_lock; /* the checkpoints' file */
	uint64_t signed_size;
	struct str note; /* of `note_room` */
	char note_room[NOTE_MAX_BYTES];
};

#define NEXT_SEGMENT "next"

/* A file of zeros, synced: *ret_fd. ERR_BUSY when there is no room. */
enum err segment_make(struct ctx *, struct ledger *, int *ret_fd);
/* Gives it head and name. Errors but ERR_BUSY are for good. */
enum err segment_begin(
    struct ctx *, struct ledger *, int fd, uint64_t number, uint64_t first);
/* Writes nodes that a leaf finished. */
bool ledger_keep_nodes(
    struct ledger *, uint64_t place, const struct sha256 *, size_t n);

#endif
