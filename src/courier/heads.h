/* heads.h - the head of the chain of events, signed each minute when it has
 * moved: a note (evidence/note.h) whose size is the number of the newest event
 * and whose root is that event's hash. So an event that was taken away from the
 * end is missed, and so is a chain that was written anew. The notes are in
 * people/heads; the newest goes out once a day, to where nobody can reach it who
 * reaches this machine. */
#ifndef COURIER_HEADS_H
#define COURIER_HEADS_H

#include "core/site.h"
#include "evidence/note.h"

#define HEADS_ORIGIN "pratu.desk"
struct str heads_file(struct arena *, const struct site *);
/* The public key. */
struct str heads_keys(struct arena *, const struct site *);

struct heads {
	const struct site *site;
	struct note_signer signer;
	int fd;
	uint64_t signed_seq;
	int64_t size;    /* of the file, when that was signed or read */
	struct str note; /* the newest; of `room` */
	char room[NOTE_MAX_BYTES];
};
/* Texts are the arena's. */
MUST_CHECK enum err heads_open(
    struct ctx *, const struct site *, struct heads *ret);
/* Signs the head when it has moved; couriers do so one after another. ERR_CONFLICT
 * when the chain is shorter than what was signed, or the file than it was. Opens a
 * transaction of its own, as heads_send does. */
MUST_CHECK enum err heads_sign(
    struct ctx *, struct store *people, struct heads *);
/* On the first look of a day after the first: notices with the newest head and
 * the gates' newest checkpoints, to the addresses that the configuration names,
 * or else to the administrators; once, however many couriers there are. */
MUST_CHECK enum err heads_send(
    struct ctx *, struct store *people, const struct heads *);

#endif
