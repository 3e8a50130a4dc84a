/* query.h - what a caller may ask of an approved query, as a tree, and the SQL
 * made of it.
 *
 * Both dialects of the gate (query string and JSON) are parsed into a struct
 * query; query_compile() checks it against what was approved and writes SQL in
 * which every value is bound and every name is one of the approved columns'.
 *
 * Meaning. A value is read by its column's type and compared as the source
 * compares. NULL meets no test but `is`; `not` follows SQL's three values. NULLs
 * sort as the smallest values unless the order says otherwise. `like` minds
 * case, `ilike` folds it (Unicode simple folding): % and * any characters, _ one
 * character, \ takes the next one as it is. A column with mask "drop" does not
 * exist; one with another mask can be neither tested nor ordered by. */
#ifndef SOURCE_QUERY_H
#define SOURCE_QUERY_H

#include "base/batch.h"
#include "base/ctx.h"
#include "source/param.h"

#define QUERY_DEPTH 8
#define QUERY_TESTS ((size_t)100)
#define QUERY_IN_VALUES ((size_t)500) /* in one list, and in one query */
#define QUERY_ORDER ((size_t)16)
#define QUERY_PATTERN_BYTES ((size_t)1000)
#define QUERY_OFFSET_MAX INT64_C(100000000)

enum op {
#define OP(name, text, sql) OP_##name,
#include "source/ops.def"
#undef OP
	OPS
};
/* From "eq" …; false when it is none of them. */
bool op_parse(struct str, enum op *ret);
struct str op_name(enum op);
/* The operator that a word was probably meant to be; absent: no idea. */
struct str op_near(struct arena *, struct str);

enum cond_kind { COND_TEST, COND_AND, COND_OR };

/* A node of the filter. For COND_AND and COND_OR `first` is the list of what is
 * joined (none at all: always true, for "or" always false); for COND_TEST
 * the column, the operator and its values as written: one, or for OP_IN any
 * number; OP_IS takes "null", "true" or "false". */
struct cond {
	enum cond_kind kind;
	bool negated;
	struct cond *first, *next;
	struct str column;
	enum op op;
	const struct str *values;
	size_t n_values;
	/* Instead of values, in a struct paging: a cell of the column as the
	 * source gave it. OP_IS takes a null one. */
	const struct cell *own;
	bool exact; /* texts by their bytes, whatever the source's order */
};

enum nulls { NULLS_SMALLEST, NULLS_FIRST, NULLS_LAST };
struct order {
	struct str column;
	bool descending;
	enum nulls nulls;
};

/* How the pages of a question follow each other: never a caller's words, so on
 * any column that is shown as it is, filterable or not. */
struct paging {
	const struct order *ties; /* after the caller's order */
	size_t n_ties;
	bool exact;               /* ties order texts by their bytes */
	const struct cond *after; /* which rows; NULL: all */
};

struct query {
	const struct str *select; /* none: all columns */
	size_t n_select;
	const struct cond *filter; /* NULL: none */
	const struct order *order;
	size_t n_order;
	int64_t limit;               /* -1: none */
	int64_t offset;              /* 0: none */
	struct args args;            /* of the declared parameters */
	const struct paging *paging; /* NULL: one answer, in its own order */
	bool count; /* one row, how many there are; order and limit are idle */
};
/* Everything: all columns, no filter, no limit. */
struct query query_all(void);

/* What was approved. */
struct approved {
	struct str sql; /* passed source_describe */
	struct params params;
	struct columns columns; /* exactly those of the SQL, in its order */
	const bool *filterable; /* one for each column; NULL: none is */
	const struct str *key;  /* columns in which no two rows are alike */
	size_t n_key;           /* 0: not known */
};

/* Ready to run, for source_open(). The text is SQLite's; other sources write
 * theirs of the query when they know the columns' types there. */
struct compiled {
	struct str sql;
	struct columns columns;          /* of the result */
	size_t n_shown;                  /* the first ones; then places' own */
	const size_t *places;            /* with paging: where the columns of */
	size_t n_places;                 /* order and ties stand */
	const struct approved *approved; /* must live as long as this */
	struct query query;              /* checked; what it points to too */
	const struct cell *param_values; /* of approved->params */
	const struct cell *values;       /* bound to @1, @2, … */
	size_t n_values;
};

/* ERR_DENIED: a test or an order on a column that is not filterable.
 * ERR_INVALID: unknown columns, values that are not of the column's type,
 * parameters, limits; one field error each, named by column or keyword. */
MUST_CHECK enum err query_compile(struct ctx *, const struct approved *,
    const struct query *, struct compiled *ret);

/* The same without SQL: whether it would compile. */
MUST_CHECK enum err query_check(
    struct ctx *, const struct approved *, const struct query *);

#endif
