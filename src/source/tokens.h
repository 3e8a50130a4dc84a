/* tokens.h - an officer's SQL as a row of words, for what must be known before a
 * database sees it: where parameters stand. Inside src/source only. */
#ifndef SOURCE_TOKENS_H
#define SOURCE_TOKENS_H

#include "source/param.h"

enum token_kind {
	TOKEN_END,
	TOKEN_WORD, /* a name or a keyword */
	TOKEN_NAME, /* in quotes of names */
	TOKEN_STRING,
	TOKEN_PARAMETER, /* :name */
	TOKEN_SIGN,      /* one character, or :: */
	TOKEN_COMMENT,
	TOKEN_BAD, /* what has no end, or may be read in two ways */
};
struct token {
	enum token_kind kind;
	struct str text;
};

/* PostgreSQL's words (E'…', $tag$…$tag$, comments within comments); any other
 * source's are read so that no database can see an end of a text or name where
 * we see none: what may be read in two ways is TOKEN_BAD. */
enum token_rules { RULES_POSTGRESQL, RULES_ANY };
struct token token_next(struct str *cursor, enum token_rules);

/* The SQL with its parameters as `$1` (number of the declared one) or `?`. */
enum mark { MARK_NUMBER, MARK_QUESTION };
struct marked {
	struct str sql;
	/* For each place, in order: which parameter, where in `sql`. */
	const size_t *params, *at;
	size_t n;
};
/* Every parameter of the SQL is declared, and the other way about; else
 * ERR_INVALID. A semicolon at the end is left out. */
MUST_CHECK enum err sql_mark(struct ctx *, struct str sql, struct params,
    enum token_rules, enum mark, struct marked *ret);

#endif
