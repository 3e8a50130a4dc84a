/* What holds for an officer's SQL on every kind of source. */
#include <string.h>

#include "base/str.h"
#include "source/driver.h"

#define COLUMN_NAME_BYTES ((size_t)128)

/* Past white space and comments (SQLite, "SQL Comment Syntax"). */
struct str sql_skip_blank(struct str s)
{
	while (s.n > 0) {
		struct str before = s;

		while (s.n > 0 && strchr(" \t\n\r\f", s.p[0]) != NULL &&
		       s.p[0] != '\0')
			s = str_from(s, 1);
		if (str_starts(s, STR("--"))) {
			s = str_from(s, str_index(s, '\n'));
		} else if (str_take(&s, STR("/*"))) {
			while (s.n > 0 && !str_starts(s, STR("*/")))
				s = str_from(s, 1);
			s = str_from(s, 2);
		}
		if (s.n == before.n)
			break;
	}
	return s;
}

static bool begins_with_word(struct str s, struct str word)
{
	char c = '\0';

	if (!str_eq_nocase(str_upto(s, word.n), word))
		return false;
	if (s.n > word.n)
		c = s.p[word.n];
	return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		 (c >= '0' && c <= '9') || c == '_' || c == '$' ||
		 ((unsigned char)c & 0x80) != 0);
}

enum err sql_check_text(struct ctx *cx, struct str sql)
{
	struct str body = sql_skip_blank(sql);

	if (sql.n > SOURCE_SQL_BYTES)
		return fail(cx, ERR_INVALID, MSG_error_sql_too_long);
	if (!str_utf8(sql) || str_index(sql, '\0') < sql.n)
		return fail(cx, ERR_INVALID, MSG_error_sql_not_text);
	if (body.n == 0)
		return fail(cx, ERR_INVALID, MSG_error_sql_empty);
	if (!begins_with_word(body, STR("select")) &&
	    !begins_with_word(body, STR("with")))
		return fail(cx, ERR_INVALID, MSG_error_sql_not_select);
	return OK;
}

enum err sql_check_column(struct ctx *cx, struct str name,
    const struct column *before, size_t n_before)
{
	bool bad = name.n == 0 || name.n > COLUMN_NAME_BYTES || !str_utf8(name);

	for (size_t k = 0; k < name.n && !bad; k++)
		bad = (unsigned char)name.p[k] < 0x20 || name.p[k] == 0x7f;
	if (bad)
		return fail1(cx, ERR_INVALID, MSG_error_sql_column_name,
		    str_dup(cx->arena, name));
	for (size_t k = 0; k < n_before; k++) {
		if (str_eq_nocase(name, before[k].name))
			return fail1(cx, ERR_INVALID,
			    MSG_error_sql_column_twice,
			    str_dup(cx->arena, name));
	}
	return OK;
}

struct str preview_cut(struct arena *a, const struct cell *c)
{
	size_t n = c->s.n;

	if (n > SOURCE_PREVIEW_BYTES) {
		n = SOURCE_PREVIEW_BYTES;
		while (c->kind == CELL_TEXT && n > 0 &&
		       ((unsigned char)c->s.p[n] & 0xc0) == 0x80)
			n--;
	}
	return str_dup(a, str_upto(c->s, n));
}
