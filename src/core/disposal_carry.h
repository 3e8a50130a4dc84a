/* disposal_carry.h - a round that may be carried out (disposal_round.h), line by
 * line: what the courier asks and tells.
 *
 * The event of the request is first (`disposed`, with the digests), then the bytes
 * go, then the round has its event. Who was killed in between finds the request's
 * event, removes what is still there and tells the round; so it goes on wherever
 * it was, and twice is no harm. From the request's event on nothing of its
 * correspondence is given out. */
#ifndef CORE_DISPOSAL_CARRY_H
#define CORE_DISPOSAL_CARRY_H

#include "core/disposal_round.h"

enum {
	CARRY_AT_ONCE = 20,  /* lines in one transaction */
	CARRY_QUIET_MIN = 60 /* that a file was not written to */
};

/* Of a request's correspondence; a file of these bytes. */
struct carry_file {
	struct str kind; /* "attachment" "copy" "mail" "reply" */
	struct str name, sha256;
	int64_t bytes;
	const char *how; /* "destroyed" "absent" "shared"; NULL: not yet */
};
struct carry_line {
	int64_t line; /* from 1 */
	struct str request;
	struct carry_file *files;
	size_t n_files;
	const int64_t *notices; /* whose mail may lie in the spool */
	size_t n_notices;
	bool over; /* all its files have a `how` */
};
struct carry_lines {
	struct str round;
	struct carry_line *v;
	size_t n;
	size_t passed;  /* these, and those that were left */
	int64_t failed; /* the line that made it fail; 0: none */
};

/* A round that is being carried out, the first after that id in a circle, so that
 * none waits for another; *ret empty: none, nor while the lists are not what the
 * events say. A read. */
MUST_CHECK enum err carry_round(
    struct ctx *, struct str after, struct str *ret);
/* The next lines, at most `at_once`, each request with its event from here on; those that may not
 * go any more are told to the round. None: the round is done. `skip` lines were
 * not over lately. Takes the chain; write transaction. */
MUST_CHECK enum err carry_begin(struct ctx *, struct str round, size_t skip,
    size_t at_once, struct carry_lines *ret);
/* Whether another request needs these bytes. A read. */
MUST_CHECK enum err carry_shared(
    struct ctx *, struct str request, const struct carry_file *, bool *ret);
/* Tells the round of those that are over. Takes the chain; write transaction. */
MUST_CHECK enum err carry_told(struct ctx *, const struct carry_lines *);

/* For evolve(). */
void disposed_take(struct case_file *, const struct event *);
/* The projection. */
MUST_CHECK enum err disposed_put(struct ctx *, const struct case_file *);
MUST_CHECK enum err disposed_same(
    struct ctx *, const struct case_file *, bool *ret);
/* ERR_GONE once the request's correspondence is destroyed. */
MUST_CHECK enum err disposed_refuse(struct ctx *, const struct case_file *);

#endif
