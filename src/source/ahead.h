/* ahead.h - a stream that a thread of its own reads, a batch ahead of who
 * takes them, so that the database's work and the encoder's overlap. Nothing is read
 * while a row that is too large for the room of a batch is being taken. */
#ifndef SOURCE_AHEAD_H
#define SOURCE_AHEAD_H

#include "source/source.h"

struct ahead;

/* Has the stream to itself until ahead_end(), `limits.stop` of its opening
 * included. NULL when there is no thread to be had, or no gain in one: read it
 * yourself. */
struct ahead *ahead_begin(struct arena *, struct source_stream *);
/* As source_next(): cells hold until the next call. */
MUST_CHECK enum err ahead_next(struct ctx *, struct ahead *, struct batch *ret);
/* Waits until its thread is gone. One that still reads ends at its next look at
 * `limits.stop`, which must say so by now. */
void ahead_end(struct ahead *);

#endif
