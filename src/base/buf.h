/* buf.h - bytes being written, with a limit.
 *
 * Writers cannot fail visibly: past its limit a buffer keeps what it has,
 * takes no more, and buf_ok() says so once, at the end. The bytes live in the
 * arena. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/arena.h"
#include "base/base.h"

struct buf {
	struct arena *arena;
	char *p;
	size_t n, cap, max;
	bool overflow;
};

/* An empty buffer that will hold `max_bytes` at the most. */
struct buf buf_new(struct arena *, size_t max_bytes);
/* Room for so much more, so that growing leaves nothing behind. */
void buf_reserve(struct buf *, size_t n_bytes);
void buf_bytes(struct buf *, const void *p, size_t n);
void buf_str(struct buf *, struct str);
void buf_char(struct buf *, char);
void buf_i64(struct buf *, int64_t);
PRINTF_LIKE(2, 3) void buf_fmt(struct buf *, const char *fmt, ...);
/* A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void buf_json(struct buf *, struct str);
/* Whether everything that was written is in it. */
bool buf_ok(const struct buf *);
/* What is in it now; valid until the next write. */
struct str buf_view(const struct buf *);

#endif
