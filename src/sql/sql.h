/* sql.h - the store: one API over SQLite and PostgreSQL, one SQL text for both.
 *
 * A statement is SQL("…") with $1, $2 …; only a literal compiles, so no text
 * from outside can become one. Every SQL() also stands in a linker section
 * (sql_registry), so that one test prepares all of them on both stores and
 * fails on a full scan that is not marked with SQL_SCAN().
 *
 * A `struct store` is one database ("people" or "shared"): one writing
 * connection behind a mutex and a few reading ones. A `struct db` is one
 * transaction on it, open from store_read/store_write until it is committed or
 * the arena goes; cx->db is the one that sql_* calls use. A read transaction
 * never turns into a write. SQLite: WAL and synchronous=FULL, read back when
 * opened, refused otherwise; writes `begin immediate`.
 *
 * A statement that fails ends the transaction's use, as on PostgreSQL so on
 * SQLite: what follows is ERR_BROKEN, and so is the commit. Who expects a
 * conflict writes `on conflict do nothing` and looks at the rows changed.
 *
 * Types: bigint, text, bytea, double precision; yes/no is bigint 0/1, moments
 * bigint UTC ms, JSON is text that SQL does not look into. Columns are read by
 * name. Rows are copied into the arena: nothing stays open behind them. Text is
 * UTF-8 without NUL (else ERR_BROKEN); reals are finite. A parameter takes its
 * type from where it stands: cast($1 as bigint) where it stands alone or in a
 * sum. Order of text depends on PostgreSQL's locale: order by bytea keys. */
#ifndef SQL_SQL_H
#define SQL_SQL_H

#include "base/base.h"
#include "base/ctx.h"

struct store;
struct db;

struct sql {
	const char *text;
};

/* What the registry keeps of a statement. */
struct sql_entry {
	const char *text, *file;
	int64_t line;
	int64_t may_scan;
};

/* ASan would put red zones between the entries; gcc's leaves sections alone. */
#ifdef __clang__
#	define SQL_SECTION_    \
		__attribute__(( \
		    section("pratu_sql"), used, no_sanitize("address")))
#else
#	define SQL_SECTION_ __attribute__((section("pratu_sql"), used))
#endif
#define SQL_ENTRY_(lit, scan)                                             \
	(__extension__({                                                  \
		static const struct sql_entry sql_entry_ SQL_SECTION_ = { \
			"" lit, __FILE__, __LINE__, scan                  \
		};                                                        \
		(struct sql){ sql_entry_.text };                          \
	}))
#define SQL(lit) SQL_ENTRY_(lit, 0)
/* Reads the whole table on purpose; say why beside it. */
#define SQL_SCAN(lit) SQL_ENTRY_(lit, 1)

/* All statements of the program. */
const struct sql_entry *sql_registry(size_t *ret_n);

struct val {
	enum { VAL_NULL, VAL_I64, VAL_REAL, VAL_STR, VAL_BYTES } type;
	int64_t i;
	double d;
	struct str s;
};

struct val val_null(void);
struct val val_i64(int64_t);
struct val val_real(double);
struct val val_str(struct str);         /* {NULL, 0} binds "" */
struct val val_str_or_null(struct str); /* empty binds NULL */
struct val val_bytes(struct str);

struct vals {
	const struct val *v;
	size_t n;
};
#define VALS(...)                                                 \
	((struct vals){ .v = (const struct val[]){ __VA_ARGS__ }, \
	    .n = COUNT(((const struct val[]){ __VA_ARGS__ })) })
#define NO_VALS ((struct vals){ .v = NULL, .n = 0 })

/* A result, whole, in the arena. At most 100,000 rows, else ERR_BROKEN. */
struct row {
	const struct rows *of;
	const struct val *v;
};
struct rows {
	size_t n, n_columns;
	const char *const *columns;
	struct row *row;
};

/* Opens one database. `dsn` is "sqlite:/path/file.db" or
 * "postgresql://user@host/db"; for PostgreSQL `schema` names the schema, which
 * becomes the search path. `readers` reading connections at the most (opened
 * when needed). The store lives until store_close. */
MUST_CHECK enum err store_open(struct ctx *, struct str dsn, const char *schema,
    size_t readers, struct store **ret);
/* The same with a role and its password, which a DSN never holds. `user` takes
 * the place of the DSN's; an absent one, or an absent secret, leaves the choice
 * to the DSN and to libpq (password file, peer). Blanks around the secret are
 * not part of it. SQLite ignores both. */
MUST_CHECK enum err store_open_secret(struct ctx *, struct str dsn,
    struct str user, struct str secret, const char *schema, size_t readers,
    struct store **ret);
void store_close(struct store *); /* accepts NULL; nothing may be open */
bool store_is_sqlite(const struct store *);

/* Sets cx->db to a transaction that goes with cx->arena: rolled back and handed
 * back unless committed or ended before. Waits for its turn; ERR_BUSY after
 * 10 s. */
MUST_CHECK enum err store_read(struct ctx *, struct store *);
MUST_CHECK enum err store_write(struct ctx *, struct store *);
/* On disk when it returns OK. cx->db becomes NULL. */
MUST_CHECK enum err store_commit(struct ctx *);
/* Rolls back (a read just ends). cx->db becomes NULL; no harm when it is. */
void store_end(struct ctx *);

/* Rows changed go to *ret_changed when it is not NULL. A broken unique or
 * foreign key is ERR_CONFLICT. */
MUST_CHECK enum err sql_exec(
    struct ctx *, struct sql, struct vals, int64_t *ret_changed);
MUST_CHECK enum err sql_all(
    struct ctx *, struct sql, struct vals, struct rows *ret);
/* Exactly the first row; ERR_NOT_FOUND when there is none. */
MUST_CHECK enum err sql_one(
    struct ctx *, struct sql, struct vals, struct row *ret);
/* The first row if any: *ret_found says. */
MUST_CHECK enum err sql_find(
    struct ctx *, struct sql, struct vals, struct row *ret, bool *ret_found);

/* A column that the statement does not have is a bug: REQUIRE. NULL reads as 0,
 * "" or false. */
int64_t row_i64(struct row, const char *column);
double row_real(struct row, const char *column);
struct str row_str(struct row, const char *column); /* text or bytes */
bool row_flag(struct row, const char *column);
bool row_is_null(struct row, const char *column);
/* Index of the text among `names`; `n` when it is none of them. */
size_t row_enum(
    struct row, const char *column, const char *const *names, size_t n);

/* Applies what is missing of the embedded migrations of `schema` ("people",
 * "shared"), each in its own transaction, in order. *ret_applied may be NULL. */
MUST_CHECK enum err store_migrate(
    struct ctx *, struct store *, const char *schema, int64_t *ret_applied);
/* OK when every migration is in; ERR_CONFLICT when some are missing or the
 * store is newer than the program. */
MUST_CHECK enum err store_check_schema(
    struct ctx *, struct store *, const char *schema);

#endif
