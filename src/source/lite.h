/* lite.h - a guarded connection to a SQLite source; inside src/source only.
 *
 * The guard holds whatever SQL comes: the file is opened read-only, the
 * authorizer allows selecting, pure functions and the source's own tables and
 * views, limits bound what a statement may be, and the progress handler ends
 * what has used up its budget. */
#ifndef SOURCE_LITE_H
#define SOURCE_LITE_H

#include <sqlite3.h>

#include "source/source.h"

enum refusal {
	REFUSED_NOTHING,
	REFUSED_ACT, /* not a reading one */
	REFUSED_FUNCTION,
	REFUSED_TABLE,
};

enum ending { NOT_ENDED, ENDED_STEPS, ENDED_TIME, ENDED_STOP };

struct lite {
	sqlite3 *db;
	struct arena *arena;
	bool officer; /* the database's words may be shown */
	/* Names of the source's tables and views, lower case, sorted. */
	struct str *tables;
	size_t n_tables, max_tables;
	/* What the authorizer refused first. */
	enum refusal refused;
	struct str refused_what;
	/* What was read, while `record` is set. */
	bool record;
	struct origin *reads;
	size_t n_reads, max_reads;
	/* The budget. */
	struct source_limits limits;
	int64_t steps_left, deadline_ms;
	enum ending ended;
	/* A function that asks the clock was prepared, in the statements of this
	 * turn: the answer may change though nothing was written. */
	bool by_clock;
	/* Set while lite_pool.c prepares its own, which the guard would refuse. */
	bool own_sql;
	struct kept *kept; /* the pool's; NULL: not of the pool */
	/* Its file, or what stands beside it, is of this run alone. */
	bool once;
	/* The batch of its one stream. */
	struct cell *cells; /* SOURCE_CELLS */
	char *text;         /* SOURCE_BATCH_BYTES */
};

/* Opens and guards; closes with cx's arena. With `officer`, failures may hold
 * the database's words. */
MUST_CHECK enum err lite_open(struct ctx *, const struct source *,
    const struct source_limits *, bool officer, struct lite **ret);
/* Begins a budget; what was refused or ended before is forgotten. */
void lite_budget(struct lite *, const struct source_limits *);
void lite_close(struct lite *); /* once; its statements go with it */

/* Prepares the first statement of `sql`; it is finalized by lite_close().
 * *ret may be NULL when there is none. *ret_tail is what follows it. */
MUST_CHECK enum err lite_prepare(struct ctx *, struct lite *, struct str sql,
    sqlite3_stmt **ret, struct str *ret_tail);

/* The failure that `rc` means, while preparing or running. */
MUST_CHECK enum err lite_fail(
    struct ctx *, struct lite *, int rc, bool preparing);

/* Whether the budget is used up; asked between batches too. */
bool lite_over(struct lite *);

/* Binds the parameters (by :name or $name) and the values (@1 …). */
MUST_CHECK enum err lite_bind(struct ctx *, struct lite *, sqlite3_stmt *,
    struct params, const struct cell *param_values, const struct cell *values,
    size_t n_values);

/* Tables and views that may be read; names whatever their case. */
bool lite_has_table(const struct lite *, struct str name);
void lite_add_table(struct lite *, struct str name);
/* Makes the tables of source->given: lite_given.c. */
MUST_CHECK enum err lite_given(
    struct ctx *, struct lite *, const struct source *);

/* Finds `key` of a description that is complete but for it; lite_key.c. */
void lite_key(
    struct ctx *, struct lite *, struct str sql, struct description *);

/* Registers pratu_like and pratu_ilike (text, pattern); like.c. */
int lite_add_like(struct lite *);

/* Decimal texts; `ret` holds REAL_TEXT_BYTES. real.c. */
#define REAL_TEXT_BYTES 32
size_t real_text(double, char *ret);
size_t integer_text(int64_t, char *ret);

#endif
