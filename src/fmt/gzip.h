/* gzip.h - RFC 1952 as a stream, in constant memory (ISA-L, level 1). Give some,
 * take until nothing comes, give more. */
#ifndef FMT_GZIP_H
#define FMT_GZIP_H

#include "base/arena.h"

struct gzip;

struct gzip *gzip_new(struct arena *);
/* The bytes must stay until all of them were taken; `last` ends the stream. */
void gzip_give(struct gzip *, const void *, size_t n, bool last);
/* How many bytes went to `to`; 0: it wants more, or the stream has ended. */
size_t gzip_take(struct gzip *, char *to, size_t max);

#endif
