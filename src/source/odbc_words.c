/* An officer's SQL for a database whose grammar we do not have: word by word.
 * What may be read in two ways is refused (tokens.h), and so is every word that
 * could do more than select. It is the smaller wall; the role is the real one. */
#include <stdlib.h>

#include "base/str.h"
#include "source/odbc.h"

/* Whatever its place. Sorted. */
static const struct str words[] = {
#define WORD(text) STR_INIT(text),
#include "source/odbc_words.def"
#undef WORD
};

/* What functions and tables of a database's own begin with. */
static const struct str beginnings[] = {
	STR_INIT("all_"),
	STR_INIT("dba_"),
	STR_INIT("dblink"),
	STR_INIT("dbms_"),
	STR_INIT("lo_"),
	STR_INIT("mysql"),
	STR_INIT("pg_"),
	STR_INIT("sp_"),
	STR_INIT("sqlite_"),
	STR_INIT("sys_"),
	STR_INIT("user_"),
	STR_INIT("utl_"),
	STR_INIT("xp_"),
	STR_INIT("v$"),
	STR_INIT("pragma_"),
	STR_INIT("master"),
};

static int compare(const void *a, const void *b)
{
	const struct str *x = a, *y = b;

	return str_cmp(*x, *y);
}

static enum err check_word(struct ctx *cx, struct str word)
{
	struct str key = str_lower(cx->arena, word);

	if (bsearch(&key, words, COUNT(words), sizeof(key), compare) != NULL)
		return fail1(cx, ERR_INVALID, MSG_error_sql_function, key);
	for (size_t i = 0; i < COUNT(beginnings); i++)
		if (str_starts(key, beginnings[i]))
			return fail1(
			    cx, ERR_INVALID, MSG_error_sql_function, key);
	return OK;
}

/* A name in quotes may be any column, but no table or function of the
 * database's own. What is called is a function in quotes too. */
static enum err check_name(struct ctx *cx, struct str quoted, struct str behind)
{
	struct str name = str_from(str_upto(quoted, quoted.n - 1), 1);
	struct str key = str_lower(cx->arena, name);

	if (str_starts(str_trim(behind), STR("(")))
		return check_word(cx, name);
	for (size_t i = 0; i < COUNT(beginnings); i++)
		if (str_starts(key, beginnings[i]))
			return fail1(
			    cx, ERR_INVALID, MSG_error_sql_function, key);
	if (str_eq(key, STR("information_schema")) ||
	    str_eq(key, STR("performance_schema")) || str_eq(key, STR("sys")))
		return fail1(cx, ERR_INVALID, MSG_error_sql_table, key);
	return OK;
}

/* @ is a variable, # a comment or a temporary table, { an escape of ODBC, $ a
 * text of PostgreSQL; \ is an escape in some texts and none in others. */
static enum err check_sign(struct ctx *cx, struct str sign)
{
	if (str_index(STR("@#{}$\\"), sign.p[0]) < 6)
		return fail1(cx, ERR_INVALID, MSG_error_sql_syntax, sign);
	return OK;
}

enum err odbc_check_words(struct ctx *cx, struct str sql)
{
	enum err e = OK;

	for (;;) {
		struct token t = token_next(&sql, RULES_ANY);
		struct str text = str_dup(cx->arena, t.text);

		switch (t.kind) {
		case TOKEN_END:
			return OK;
		case TOKEN_WORD:
			e = check_word(cx, text);
			break;
		case TOKEN_NAME:
			e = check_name(cx, text, sql);
			break;
		case TOKEN_SIGN:
			e = check_sign(cx, text);
			break;
		case TOKEN_STRING:
			if (str_index(text, '\\') < text.n)
				e = check_sign(cx, STR("\\"));
			break;
		case TOKEN_COMMENT:
		case TOKEN_BAD:
			e = fail1(cx, ERR_INVALID, MSG_error_sql_syntax,
			    str_upto(text, 2));
			break;
		case TOKEN_PARAMETER:
			break;
		}
		if (e != OK)
			return e;
	}
}
