/* scratch.h - stores for one test: files in a temporary folder, or a new
 * database on the server of PRATU_TEST_PG (tests/pg.sh). All of it goes with
 * the arena. Failing to make one ends the test program. */
#ifndef TESTS_UNIT_SCRATCH_H
#define TESTS_UNIT_SCRATCH_H

#include "sql/sql.h"

enum scratch_kind { SCRATCH_SQLITE, SCRATCH_PG, SCRATCH_KINDS };
extern const char *const scratch_kind_names[SCRATCH_KINDS];

/* SQLite always; PostgreSQL when PRATU_TEST_PG is set. */
bool scratch_has(enum scratch_kind);

struct scratch {
	struct arena *arena;
	enum scratch_kind kind;
	struct str folder; /* SQLite: without a slash at its end */
	struct str dsn;    /* PostgreSQL: the administrator's */
};
struct scratch scratch_new(struct arena *, enum scratch_kind);

/* The tests, on each kind of store that there is. */
void scratch_each(void (*tests)(const struct scratch *));

/* The DSN of a schema; on PostgreSQL the schema is made if it is not there. */
struct str scratch_dsn(const struct scratch *, const char *schema);
/* Opened, and closed when the arena goes. */
struct store *scratch_store(
    const struct scratch *, const char *schema, size_t readers);
/* An empty folder that goes with the arena. */
struct str scratch_folder(struct arena *);
/* One statement as PostgreSQL's administrator. */
void scratch_admin(const struct scratch *, const char *text);

/* OK, or says what came instead and why. */
#define T_OK(cx, call)                                        \
	do {                                                  \
		enum err t_err = (call);                      \
		T_CHECK(t_err == OK, "error %u: %.*s", t_err, \
		    STR_ARG((cx)->fault.detail));             \
	} while (0)
#define T_ERR(cx, call, want)                                     \
	do {                                                      \
		enum err t_err = (call);                          \
		T_CHECK(t_err == (want), "error %u: %.*s", t_err, \
		    STR_ARG((cx)->fault.detail));                 \
	} while (0)

#endif
