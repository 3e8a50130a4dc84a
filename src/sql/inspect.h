/* inspect.h - the store seen from beneath, for tests and for `pratu doctor`:
 * plans of statements, migrations other than the embedded ones, shorter
 * waiting. Nothing of it serves a request. */
#ifndef SQL_INSPECT_H
#define SQL_INSPECT_H

#include "base/embed.h"
#include "sql/sql.h"

/* What the database would do with a statement; nothing is executed. */
struct plan {
	bool prepares;      /* its tables and columns are there */
	bool scans;         /* it may read a whole table */
	bool types_unclear; /* a parameter is none of our four types:
	                     * PostgreSQL only, cast($1 as bigint) cures it */
	struct str text;    /* the plan, or why it does not prepare */
};
MUST_CHECK enum err store_plan(
    struct ctx *, struct store *, const char *text, struct plan *ret);

/* store_migrate and store_check_schema with migrations given by the caller:
 * files NNNN_name.sql, numbered from 0001 without gaps. */
MUST_CHECK enum err migrate_apply(struct ctx *, struct store *,
    const struct embedded *list, size_t n, int64_t *ret_applied);
MUST_CHECK enum err migrate_check(
    struct ctx *, struct store *, const struct embedded *list, size_t n);

/* The next statement in a migration's text, without comment lines: up to a ';'
 * at a line's end outside of quotes. False when only blanks are left. */
bool migrate_next(struct arena *, struct str *cursor, struct str *ret);

/* How long a transaction waits for its turn; 10 s unless told. Before the
 * store is used. */
void store_set_wait(struct store *, int64_t wait_ms);
/* Connections that are open now, in use or not. */
size_t store_connections(struct store *);

#endif
