/* odbc.h - connections by ODBC; inside src/source only. What differs between
 * the databases behind it is told apart by the name that the driver gives. */
#ifndef SOURCE_ODBC_H
#define SOURCE_ODBC_H

#include <sql.h>
#include <sqlext.h>

#include "source/dialect.h"
#include "source/rows.h"
#include "source/tokens.h"

enum product {
	PRODUCT_OTHER,
	PRODUCT_SQLITE,
	PRODUCT_POSTGRESQL,
	PRODUCT_MARIADB, /* and MySQL */
	PRODUCT_ORACLE,
	PRODUCT_MSSQL,
};

struct odbc {
	SQLHENV env;
	SQLHDBC db;
	SQLHSTMT st;
	enum product product;
	bool cp874; /* its texts are bytes of CP874 */
	bool connected, officer;
	bool read_only; /* the driver says so */
	char quote;     /* of names */
	struct budget budget;
	const char *key; /* of the pool; NULL: not to be kept */
	bool good;       /* read to its end, so another may go on with it */
};

/* A kept one, if not for an officer, or a new one. Closes with cx's arena, its
 * transaction rolled back; is kept then when it is `good`. ERR_BUSY. */
MUST_CHECK enum err odbc_open(struct ctx *, const struct source *,
    const struct source_limits *, bool officer, struct odbc **ret);
void odbc_close(struct odbc *);

/* A kept connection once more: its time limit, and a new transaction. False when
 * it is none any more. */
bool odbc_begin_again(struct ctx *, struct odbc *);

/* The pool: at most 16 idle ones a source, for a minute. */
const char *odbc_pool_key(struct arena *, const struct source *);
bool odbc_pool_take(struct ctx *, struct odbc *, const char *key);
bool odbc_pool_give(struct odbc *);
void odbc_tidy(void);
size_t odbc_kept(void); /* for tests */

MUST_CHECK enum err odbc_fail(
    struct ctx *, struct odbc *, SQLSMALLINT kind, SQLHANDLE, bool preparing);
/* Prepares on o->st. */
MUST_CHECK enum err odbc_prepare(struct ctx *, struct odbc *, struct str sql);
/* Runs it: the parameters at their marks, then the values. */
MUST_CHECK enum err odbc_run(struct ctx *, struct odbc *, const struct marked *,
    const struct cell *params, const struct cell *values, size_t n_values);

/* Text of the driver's. */
struct str odbc_text(
    struct ctx *, const struct odbc *, const SQLWCHAR *, size_t n_units);

/* The columns of the prepared or running statement. */
struct odbc_column {
	struct str name;
	SQLSMALLINT type;
	enum column_type meant;
};
MUST_CHECK enum err odbc_columns(
    struct ctx *, struct odbc *, struct odbc_column **ret, size_t *ret_n);

/* The row that SQLFetch() gave. */
MUST_CHECK enum err odbc_row(
    struct ctx *, struct odbc *, struct rows *, const struct odbc_column *);

struct odbc_own {
	enum product product;
	const struct odbc_column *columns;
};
/* But for body, approved and own. */
struct dialect odbc_dialect(const struct odbc *);

/* Word by word: one SELECT, nothing forbidden. ERR_INVALID. */
MUST_CHECK enum err odbc_check_words(struct ctx *, struct str sql);

enum err odbc_look(struct ctx *, const struct source *, struct source_report *);
enum err odbc_preview(struct ctx *, const struct source *, struct str sql,
    struct params, struct args, const struct source_limits *, size_t max_rows,
    struct description *, struct batch *);

#endif
