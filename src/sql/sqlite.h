/* sqlite.h - private to src/sql and its tests: whether a connection keeps what
 * it acknowledges. */
#ifndef SQL_SQLITE_H
#define SQL_SQLITE_H

#include <sqlite3.h>

#include "base/ctx.h"

/* ERR_BROKEN unless journal_mode is wal, synchronous full, foreign keys are
 * on and the file may be written (measured: a power cut loses acknowledged
 * rows in SQLite's default mode). */
MUST_CHECK enum err sqlite_durable(struct ctx *, sqlite3 *);

#endif
