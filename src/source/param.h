/* param.h - declared parameters of an officer's SQL, and typed values.
 *
 * A value comes as text, is read by the type it must have, and becomes a cell
 * that is bound: never a piece of SQL. */
#ifndef SOURCE_PARAM_H
#define SOURCE_PARAM_H

#include "base/batch.h"
#include "base/ctx.h"

#define PARAMS_MAX ((size_t)100)
#define PARAM_ENUM_MAX ((size_t)200)
#define VALUE_BYTES ((size_t)8192)

/* docs/API.md, `params`. Texts are as written; absent (p == NULL) is "none". */
struct param {
	struct str name; /* [a-z][a-z0-9_]{0,62}; no reserved word */
	enum column_type type;
	bool required;
	struct str preset;         /* the default */
	struct str min, max;       /* integer, number, date, datetime */
	int64_t max_length;        /* code points of a text; 0 is 1,000 */
	const struct str *allowed; /* enum */
	size_t n_allowed;
	bool body_only; /* never in a URL: the gate refuses it there */
};
struct params {
	const struct param *v;
	size_t n;
};
#define NO_PARAMS ((struct params){ .v = NULL, .n = 0 })

/* What a caller gave. */
struct arg {
	struct str name, value;
};
struct args {
	const struct arg *v;
	size_t n;
};
#define NO_ARGS ((struct args){ .v = NULL, .n = 0 })

/* Reads `text` as a value of that type. Integer: decimal in int64_t. Number: a
 * JSON number. Boolean: true false 1 0. Date: YYYY-MM-DD. Datetime: a date,
 * then perhaps T or a blank, HH:MM[:SS[.fraction]], then perhaps Z or ±HH:MM.
 * Text: UTF-8. Bytes cannot be given. The cell is text for dates, an integer
 * 0 or 1 for booleans; it is a view of `text`. */
bool value_parse(enum column_type, struct str text, struct cell *ret);

/* Checks declarations: ERR_INVALID with one field error for each fault. */
MUST_CHECK enum err params_check(struct ctx *, struct params);

/* The value of each parameter, in the order of the declarations; NULL where
 * nothing was given and there is no default. Unknown, missing and wrong ones
 * are ERR_INVALID, one field error each. With `partial`, missing ones are NULL
 * too. */
MUST_CHECK enum err params_bind(struct ctx *, struct params, struct args,
    bool partial, const struct cell **ret);

#endif
