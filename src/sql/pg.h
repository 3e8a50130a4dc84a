/* pg.h - private to src/sql: connections to PostgreSQL and their failures.
 * pg_conn.c makes connections, pg.c runs statements on them. */
#ifndef SQL_PG_H
#define SQL_PG_H

#include <libpq-fe.h>

#include "sql/driver.h"

/* A connection that may have failed: PQstatus tells; PQfinish is the caller's.
 * ERR_INVALID when the DSN cannot be read or holds a password. */
MUST_CHECK enum err pg_connect(
    struct ctx *, const struct target *, PGconn **ret);

/* driver.open and driver.close. */
MUST_CHECK enum err pg_open(
    struct ctx *, const struct target *, bool writes, struct conn **ret);
void pg_close(struct conn *);

bool pg_is_good(const PGresult *); /* NULL is not */
/* Record why, without values of the data, and mark a connection that is no
 * longer of use. `text` is the statement. */
enum err pg_fail_conn(struct ctx *, struct conn *);
enum err pg_fail_result(
    struct ctx *, struct conn *, const PGresult *, const char *text);
/* Takes the result, NULL included: OK when it is good. */
MUST_CHECK enum err pg_finish(
    struct ctx *, struct conn *, PGresult *, const char *text);

#endif
