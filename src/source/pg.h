/* pg.h - connections to PostgreSQL sources; inside src/source only.
 *
 * A connection speaks UTF-8, writes ISO dates, reads only, and is kept for the
 * next run on the same source: at most 8 idle ones a source, for a minute. */
#ifndef SOURCE_PG_H
#define SOURCE_PG_H

#include <libpq-fe.h>

#include "source/dialect.h"
#include "source/rows.h"
#include "source/tokens.h"

/* pg_type.oid of what is treated in a way of its own; they never change. */
enum pg_type {
	PG_BOOL = 16,
	PG_BYTEA = 17,
	PG_NAME = 19,
	PG_INT8 = 20,
	PG_INT2 = 21,
	PG_INT4 = 23,
	PG_TEXT = 25,
	PG_OID = 26,
	PG_FLOAT4 = 700,
	PG_FLOAT8 = 701,
	PG_INET = 869,
	PG_BPCHAR = 1042,
	PG_VARCHAR = 1043,
	PG_DATE = 1082,
	PG_TIMESTAMP = 1114,
	PG_TIMESTAMPTZ = 1184,
	PG_NUMERIC = 1700,
};

/* A prepared statement; it lives as long as its connection. */
struct pg_statement {
	struct pg_statement *next;
	char name[24];
	PGresult *description;
	size_t n_sql;
	char sql[];
};

struct pg_conn {
	struct pg_conn *next; /* idle ones */
	PGconn *db;
	char *key; /* DSN and password */
	struct pg_statement *statements;
	unsigned n_statements, n_made;
	int64_t timeout_ms; /* statement_timeout as set */
	int64_t idle_since;
	bool icu;   /* knows the collation und-x-icu */
	bool raw;   /* its texts may be anything: encoding SQL_ASCII */
	bool cp874; /* … and are CP874 */
	bool spoiled;
	bool once; /* has tables of one run: closed after it */
};

struct pg_run {
	struct pg_conn *c;
	struct budget budget;
	bool officer;
};

/* Closes what was idle for long. */
void pg_tidy(void);

/* A bare connection, whatever became of it: for PQstatus and PQfinish. */
PGconn *pg_dial(const struct source *, struct arena *);

/* A connection of the pool, or a new one; a new one with source->given. It goes back, or is closed when it is
 * spoiled, by pg_give(), at the latest with cx's arena. ERR_BUSY. */
MUST_CHECK enum err pg_take(struct ctx *, const struct source *,
    const struct source_limits *, bool officer, struct pg_run **ret);
void pg_give(struct pg_run *);

/* Makes and fills the tables of source->given: pg_given.c. */
MUST_CHECK enum err pg_given(
    struct ctx *, struct pg_run *, const struct source *);

/* The next result of what was sent; NULL: no more. Waits as long as the budget
 * allows. A result that is an error is a failure. */
MUST_CHECK enum err pg_result(
    struct ctx *, struct pg_run *, bool preparing, PGresult **ret);
/* Reads until there is no more. */
MUST_CHECK enum err pg_done(struct ctx *, struct pg_run *);
/* Ends what runs, and what it still sends. */
void pg_cancel(struct pg_run *);
/* One text of ours with text values; *ret goes with cx's arena. */
MUST_CHECK enum err pg_query(struct ctx *, struct pg_run *, const char *sql,
    int n, const char *const *values, PGresult **ret);
/* Text and names as the server takes them. */
struct str pg_text(struct ctx *, const struct pg_run *, struct str);

MUST_CHECK enum err pg_prepare(struct ctx *, struct pg_run *, struct str sql,
    struct params, const struct pg_statement **ret);
/* Whether what failed last is a plan that a changed table has spoiled. */
bool pg_plan_spoiled(const struct ctx *);

/* Sends a statement, its rows one by one. */
MUST_CHECK enum err pg_send(struct ctx *, struct pg_run *,
    const struct pg_statement *, struct params, const struct cell *params_v,
    const struct cell *values, size_t n_values);

/* The dialect of a query whose approved columns have these types. */
struct pg_own {
	const Oid *types;
	size_t n_before; /* values before ours */
	bool icu;
};
extern const struct dialect pg_dialect; /* but for body, approved and own */

/* A column's type in words of contract.md. */
enum column_type pg_column_type(Oid);
/* The cell of a value in a result. */
MUST_CHECK enum err pg_cell(struct ctx *, struct rows *, const struct pg_run *,
    const PGresult *, int row, int column, struct cell *ret);

/* What the tree of an officer's SQL shows: pg_tree.c. */
struct pg_table {
	struct str schema, name, alias; /* schema absent: by the search path */
};
struct pg_column {
	struct str table, name; /* alias, absent: any; name absent: all */
};
struct pg_tree {
	struct pg_table *tables;
	struct pg_column *columns;
	size_t n_tables, n_columns;
	bool is_plain; /* one SELECT of one table, its rows once each */
};
/* ERR_INVALID unless it is one SELECT of nothing forbidden. */
MUST_CHECK enum err pg_tree_check(
    struct ctx *, const struct marked *, struct pg_tree *ret);

/* The driver's parts. */
enum err pg_look(struct ctx *, const struct source *, struct source_report *);
enum err pg_tables(
    struct ctx *, const struct source *, size_t max, struct str *, size_t *);
enum err pg_preview(struct ctx *, const struct source *, struct str sql,
    struct params, struct args, const struct source_limits *, size_t max_rows,
    struct description *, struct batch *);

#endif
