/* lite_pool.h - guarded connections that are kept between streams; inside
 * src/source only.
 *
 * Opening a SQLite source, reading its schema and letting the authorizer look
 * at a statement take longer than most answers. A connection that has served is
 * kept, guard and all, with the statements it knows, and serves the next stream
 * of the same file: never of another, since whatever changed the file otherwise
 * than through SQLite (another inode, size or time), or its schema, ends it. A
 * stream reads within one transaction. Bounds: POOL_IDLE kept in all, each for
 * a minute of other work, with POOL_STATEMENTS statements, POOL_USES streams. */
#ifndef SOURCE_LITE_POOL_H
#define SOURCE_LITE_POOL_H

#include "source/lite.h"

#define POOL_IDLE ((size_t)64)
#define POOL_STATEMENTS ((size_t)8)
#define POOL_USES 100000
#define POOL_ARENA_BYTES ((size_t)1 << 20)

/* A connection to the source, its budget begun. Give it back once. */
MUST_CHECK enum err lite_take(struct ctx *, const struct source *,
    const struct source_limits *, struct lite **ret);
/* Whatever was prepared with it ends; `good` false: it is not kept. */
void lite_give(struct lite *, bool good);

/* The statement of that text, known or prepared now. *ret NULL: the text has
 * none. *ret_more: something follows it. */
MUST_CHECK enum err lite_statement(struct ctx *, struct lite *, struct str sql,
    sqlite3_stmt **ret, bool *ret_more);

/* What the file was when its turn began, or a moment before: two alike are of
 * the same data. False: not known, or the statements ask the clock. */
#define LITE_VERSION_BYTES ((size_t)192)
bool lite_version(
    const struct lite *, unsigned char ret[LITE_VERSION_BYTES], size_t *ret_n);

/* For tests: connections that are kept now. */
size_t lite_kept(void);

#endif
