/* source.h - rows out of a source: a system that holds the university's data.
 *
 * A source is only ever read. An officer's SQL is one SELECT, checked by
 * source_describe(); what was approved runs as a `struct compiled` of
 * source/query.h. Every stream has a connection of its own and a budget of time
 * (SQLite: and steps), and reads only:
 * - SQLite: the file is opened read-only; an authorizer lets through nothing
 *   but selecting and a list of pure functions (source/functions.def), tables
 *   and views of the source and nothing of the database's own.
 * - PostgreSQL: every transaction is read-only; the SQL's tree, by the server's
 *   own parser, has nothing but selecting, the source's tables and functions of
 *   a list (source/pg_functions.def).
 * - ODBC: the SQL is one SELECT word by word; the connection is asked to be
 *   read-only and its transaction is rolled back.
 * On the last two the real fence is a role that may SELECT what is needed and
 * nothing else: source_look() says whether it is so.
 *
 * At most 128 streams at once read an SQLite source, 16 any other. One more waits
 * up to two seconds for one of them to end, 64 of those at the most: ERR_BUSY.
 *
 * Failures. ERR_INVALID: the SQL or a parameter is wrong; the message says how
 * and may hold the database's own words, for officers. At the gate (streams)
 * no message names anything of the source: ERR_BUSY it is down, ERR_CONFLICT
 * its shape is not the approved one, ERR_TIME_LIMIT the budget is used up,
 * ERR_GONE the caller said stop, ERR_TOO_LARGE a value over 16 MiB, ERR_BROKEN
 * all else; fault.detail has the database's words, for the log.
 *
 * A sort of more than about a megabyte spills into files in the folder that
 * SQLITE_TMPDIR names (else /var/tmp): a process that fences itself in must
 * leave one writable, or such a query fails as if the source were down.
 *
 * Values. A cell is as the source holds it (SQLite: its storage class). A real
 * is the shortest text that reads back to the same double, with a point or an
 * exponent; infinity is 1e999. Text is UTF-8: bad bytes become U+FFFD and are
 * counted. */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include "base/batch.h"
#include "base/ctx.h"
#include "source/param.h"

#define SOURCE_SQL_BYTES ((size_t)65536)
#define SOURCE_COLUMNS ((size_t)500)
#define SOURCE_CELL_BYTES ((size_t)16 << 20)
#define SOURCE_BATCH_ROWS ((size_t)256)
#define SOURCE_BATCH_BYTES ((size_t)32768)
#define SOURCE_PREVIEW_ROWS ((size_t)20)
#define SOURCE_PREVIEW_BYTES ((size_t)1024) /* of one text or bytes */

struct given;
enum source_kind { SOURCE_SQLITE, SOURCE_POSTGRESQL, SOURCE_ODBC };

struct source {
	enum source_kind kind;
	struct str path;   /* SQLite: absolute */
	struct str dsn;    /* PostgreSQL: a URI; ODBC: a connection string */
	struct str secret; /* the password; absent: none. source_parse leaves it
	                    * to the caller, for no DSN may hold it */
	bool cp874;        /* texts are CP874 (TIS-620 and Windows-874) */
	/* Tables that stand beside its own for each run: source/given.h. */
	const struct given *given;
	size_t n_given;
	bool once; /* a file that goes after its run: meet.h */
};

/* "sqlite:/absolute/path.db", "postgresql://user@host:port/db?…" or
 * "odbc:DSN=…;…"; all goes to cx's arena. The last two take pratu_encoding=cp874
 * (or tis-620, utf-8) for texts that their database does not convert itself.
 * ERR_INVALID; a password in it is refused too. Opens nothing. */
MUST_CHECK enum err source_parse(
    struct ctx *, struct str dsn, struct source *ret);
/* Whether it can be opened and read now: ERR_BUSY if not. */
MUST_CHECK enum err source_check(struct ctx *, const struct source *);

/* What a look at a source shows, for its administrator. */
enum yes_no { NOT_KNOWN, YES, NO };
struct source_report {
	enum yes_no tls;       /* of the connection; NOT_KNOWN: no network */
	enum yes_no read_only; /* what runs there through here can write
	                        * nothing, whatever the role may */
	enum yes_no can_write; /* the role may write something … */
	enum yes_no is_owner;  /* … or is a superuser, or may make others */
	struct str writable;   /* the first table that it may write */
	int64_t n_writable, n_readable; /* tables and views; -1: not known */
	bool wal_without_folder; /* SQLite in WAL mode, folder not writable */
	/* Texts that could not be decoded, among the first rows of its tables:
	 * how many rows were looked at (-1: none), such texts, and the first
	 * table that has some. */
	int64_t n_looked, n_bad;
	struct str bad_table;
};
MUST_CHECK enum err source_look(
    struct ctx *, const struct source *, struct source_report *ret);

/* What one run may use. Budgets count from its beginning. */
struct source_limits {
	int64_t steps;   /* of the database's virtual machine, by thousands */
	int64_t time_ms; /* the reader's slowness included */
	/* Asked about every thousand steps and at each batch; true ends the run.
	 * May be NULL. */
	bool (*stop)(void *arg);
	void *stop_arg;
};
extern const struct source_limits source_limits_officer; /* 50 M, 5 s */
extern const struct source_limits source_limits_stream;  /* 2e11, 15 min */

/* Where a column comes from; both absent when it is computed. */
struct origin {
	struct str table, column;
};

struct description {
	struct columns columns;       /* name and type; titles absent */
	const struct origin *origins; /* one for each column */
	/* Every table (or view) and column that the query reads, whether shown
	 * or not; a table read without a column has "". */
	const struct origin *reads;
	size_t n_reads;
	/* Columns of the result that together are the primary key of the one
	 * table read: no two rows are alike in them. None: not known. */
	const struct str *key;
	size_t n_key;
	/* Texts, of the rows read for this, that could not be decoded. */
	uint64_t bad_texts;
};

/* Checks an officer's SQL with its declared parameters and describes the
 * result. Types by declaration, else by the values of up to 100 rows, for
 * which parameters without a value in `args` are their default or NULL. */
MUST_CHECK enum err source_describe(struct ctx *, const struct source *,
    struct str sql, struct params, struct args, const struct source_limits *,
    struct description *ret);
/* source_describe and the first rows, at most SOURCE_PREVIEW_ROWS; texts and
 * bytes are cut at SOURCE_PREVIEW_BYTES. All in cx's arena. */
MUST_CHECK enum err source_preview(struct ctx *, const struct source *,
    struct str sql, struct params, struct args, const struct source_limits *,
    size_t max_rows, struct description *ret, struct batch *ret_rows);

struct compiled; /* source/query.h */
struct source_stream;

/* Starts what was compiled; the columns must still be the approved ones
 * (ERR_CONFLICT). The stream closes with cx's arena or by source_close. */
MUST_CHECK enum err source_open(struct ctx *, const struct source *,
    const struct compiled *, const struct source_limits *,
    struct source_stream **ret);
/* The next rows: at most SOURCE_BATCH_ROWS, about SOURCE_BATCH_BYTES, or one
 * larger row. No rows is the end. Cells hold until the next call. */
MUST_CHECK enum err source_next(
    struct ctx *, struct source_stream *, struct batch *ret);
void source_close(struct source_stream *);
/* Bytes that are alike only when the data that a stream reads, asked the same,
 * are: of a SQLite file whose query does not ask the clock. False: not known. */
#define SOURCE_VERSION_BYTES ((size_t)192)
bool source_version(const struct source_stream *,
    unsigned char ret[SOURCE_VERSION_BYTES], size_t *ret_n);
/* Texts so far that were not UTF-8, or not CP874. */
uint64_t source_bad_texts(const struct source_stream *);

/* Says in the environment that texts are UTF-8, for drivers of ODBC, some of
 * which convert by the locale. Once, before there are other threads. */
bool source_locale(void);

/* Closes connections that nothing has used for a minute; to be called now and
 * then. */
void source_tidy(void);

#endif
