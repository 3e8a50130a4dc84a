/* pg.h - private to src/sql: connecting to PostgreSQL. */
#ifndef SQL_PG_H
#define SQL_PG_H

#include <libpq-fe.h>

#include "sql/driver.h"

/* A connection that may have failed: PQstatus tells; PQfinish is the caller's.
 * ERR_INVALID when the DSN cannot be read or holds a password. */
MUST_CHECK enum err pg_connect(
    struct ctx *, const struct target *, PGconn **ret);

#endif
