/* driver.h - private to src/sql: what SQLite and PostgreSQL do for the store.
 *
 * A driver knows connections and single statements; turns, transactions' ends
 * and limits of time are the store's (store.c). A connection is used by one
 * thread at a time and has an arena of its own. After any failure in a
 * transaction the store only rolls back, so drivers need not care what may
 * still work; what cannot even do that sets `broken` and is closed. */
#ifndef SQL_DRIVER_H
#define SQL_DRIVER_H

#include "sql/inspect.h"
#include "sql/sql.h"

/* Where a store is. Lives as long as the store. */
struct target {
	const char *path;          /* SQLite */
	const char *dsn, *schema;  /* PostgreSQL */
	const char *user, *secret; /* PostgreSQL; NULL when libpq finds them */
};

/* Prepared statements of one connection by the address of their text, which
 * is a literal's and so never another's. */
struct cache {
	struct cache_slot {
		const char *text;
		void *statement;
	} * slots;
	size_t n, n_slots;
};
void *cache_get(const struct cache *, const char *text); /* or NULL */
void cache_put(struct cache *, struct arena *, const char *text, void *);

struct conn {
	struct arena *arena;
	void *handle; /* sqlite3 or PGconn */
	bool writes, broken;
	struct cache cache;
};

struct query {
	const char *text;
	struct vals vals;
	size_t max_rows;
	bool first_only; /* further rows are not wanted, nor an error */
};

struct driver {
	MUST_CHECK enum err (*open)(struct ctx *, const struct target *,
	    bool writes, struct conn **ret);
	void (*close)(struct conn *);
	MUST_CHECK enum err (*begin)(
	    struct ctx *, struct conn *, int64_t wait_ms);
	MUST_CHECK enum err (*commit)(struct ctx *, struct conn *);
	void (*rollback)(struct conn *);
	/* One cached statement. Rows and values live in cx->arena. */
	MUST_CHECK enum err (*run)(struct ctx *, struct conn *,
	    const struct query *, struct rows **ret, int64_t *ret_changed);
	/* One statement of a migration; no values, no rows. */
	MUST_CHECK enum err (*run_text)(
	    struct ctx *, struct conn *, const char *text);
	/* Only one process migrates at a time; until the transaction ends. */
	MUST_CHECK enum err (*lock_schema)(struct ctx *, struct conn *);
	/* A table that this connection would find under its bare name? */
	MUST_CHECK enum err (*has_table)(
	    struct ctx *, struct conn *, const char *name, bool *ret);
	/* May leave the transaction or the connection unusable. */
	MUST_CHECK enum err (*plan)(
	    struct ctx *, struct conn *, const char *text, struct plan *ret);
};

extern const struct driver driver_sqlite, driver_pg;

/* Rows being collected: rows_add gives the place for the next one's values. */
struct rows *rows_new(
    struct arena *, size_t n_columns, const char **ret_columns[]);
struct val *rows_add(struct arena *, struct rows *);

/* For statements that are not SQL(): the connection of cx->db. */
struct conn *db_conn(struct ctx *);
const struct driver *db_driver(struct ctx *);
/* Notes that cx->db takes no more statements; returns `e`. */
enum err db_failed(struct ctx *, enum err e);
/* Whether it does still. Says why not. */
MUST_CHECK enum err db_usable(struct ctx *);

/* The first of a long text, for details in the log. */
struct str text_head(const char *text);

/* [a-z0-9_], 1 to 40: names of schemas, databases and roles. */
bool name_is_plain(struct str);

#endif
