#include "source/tokens.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "source/source.h"

#define PLACES_MAX ((size_t)1000)

static bool begins_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       ((unsigned char)c & 0x80) != 0;
}

static bool in_word(char c)
{
	return begins_word(c) || (c >= '0' && c <= '9') || c == '$';
}

static size_t word_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && in_word(s.p[n]))
		n++;
	return n;
}

/* Length of what begins with the quote s.p[0], in which the quote is doubled;
 * 0: it has no end. */
static size_t quoted_length(struct str s, bool backslash)
{
	char quote = s.p[0];

	for (size_t i = 1; i < s.n; i++) {
		if (backslash && s.p[i] == '\\')
			i++;
		else if (s.p[i] == quote && i + 1 < s.n && s.p[i + 1] == quote)
			i++;
		else if (s.p[i] == quote)
			return i + 1;
	}
	return 0;
}

static size_t comment_length(struct str s, bool nested)
{
	int depth = 0;

	if (str_starts(s, STR("--")))
		return str_index(s, '\n');
	for (size_t i = 0; i + 1 < s.n; i++) {
		if (s.p[i] == '/' && s.p[i + 1] == '*' &&
		    (nested || depth == 0)) {
			depth++;
			i++;
		} else if (s.p[i] == '*' && s.p[i + 1] == '/') {
			i++;
			if (--depth == 0)
				return i + 1;
		}
	}
	return 0;
}

/* $tag$…$tag$; 0: it is none. *ret_open: it has no end. */
static size_t dollar_length(struct str s, bool *ret_open)
{
	size_t n = 1;

	while (n < s.n && s.p[n] != '$' && in_word(s.p[n]))
		n++;
	if (n >= s.n || s.p[n] != '$' || (n > 1 && !begins_word(s.p[1])))
		return 0;
	n++;
	for (size_t i = n; i + n <= s.n; i++)
		if (memcmp(s.p + i, s.p, n) == 0)
			return i + n;
	*ret_open = true;
	return 0;
}

static struct token take(struct str *cursor, enum token_kind kind, size_t n)
{
	struct token t = { .kind = n == 0 ? TOKEN_BAD : kind };

	t.text = str_upto(*cursor, n == 0 ? cursor->n : n);
	*cursor = str_from(*cursor, t.text.n);
	return t;
}

static bool has_quote(struct str s)
{
	return str_index(s, '\'') < s.n || str_index(s, '"') < s.n ||
	       str_index(s, '`') < s.n;
}

/* `name` and [name], which are names to some and signs to others. */
static struct token take_odd_name(struct str *cursor)
{
	char end = cursor->p[0] == '[' ? ']' : '`';
	struct str rest = str_from(*cursor, 1);
	size_t n = str_index(rest, end);

	if (n == rest.n || has_quote(str_upto(rest, n)))
		n = 0;
	else
		n += 2;
	return take(cursor, TOKEN_NAME, n);
}

/* A word; with PostgreSQL's rules E'…' too. The other rules refuse what opens a
 * text in a way of its own: q'[…]' of Oracle, u&'…'. */
static struct token take_word(struct str *cursor, enum token_rules rules)
{
	size_t n = word_length(*cursor);
	struct str word = str_upto(*cursor, n), rest = str_from(*cursor, n);

	if (rules == RULES_ANY &&
	    ((str_starts(rest, STR("'")) && (word.p[n - 1] | 0x20) == 'q') ||
		(str_starts(rest, STR("&")) && str_eq_nocase(word, STR("u")))))
		return take(cursor, TOKEN_BAD, 0);
	if (rules == RULES_POSTGRESQL && str_starts(rest, STR("'")) &&
	    str_eq_nocase(word, STR("e"))) {
		size_t k = quoted_length(rest, true);

		return take(cursor, TOKEN_STRING, k == 0 ? 0 : n + k);
	}
	return take(cursor, TOKEN_WORD, n);
}

static struct token take_colon(struct str *cursor)
{
	struct str rest = str_from(*cursor, 1);

	if (str_starts(rest, STR(":")))
		return take(cursor, TOKEN_SIGN, 2);
	if (rest.n > 0 && begins_word(rest.p[0]))
		return take(cursor, TOKEN_PARAMETER, 1 + word_length(rest));
	return take(cursor, TOKEN_SIGN, 1);
}

static struct token take_sign(struct str *cursor, enum token_rules rules)
{
	bool postgresql = rules == RULES_POSTGRESQL, open = false;
	struct str s = *cursor;

	switch (s.p[0]) {
	case '\'':
		return take(cursor, TOKEN_STRING, quoted_length(s, false));
	case '"':
		return take(cursor, TOKEN_NAME, quoted_length(s, false));
	case '`':
	case '[':
		if (!postgresql)
			return take_odd_name(cursor);
		break;
	case ':':
		return take_colon(cursor);
	case '$':
		if (postgresql) {
			size_t n = dollar_length(s, &open);

			if (n > 0 || open)
				return take(cursor, TOKEN_STRING, n);
		}
		break;
	default:
		break;
	}
	return take(cursor, TOKEN_SIGN, 1);
}

static bool is_digit(char c, bool hex)
{
	return (c >= '0' && c <= '9') ||
	       (hex && (c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* 12, 1e3, 0x1f. In 1into some databases read a word behind the number. */
static bool is_number(struct str s)
{
	bool hex = str_eq_nocase(str_upto(s, 2), STR("0x"));
	size_t n = hex ? 2 : 0;

	while (n < s.n && is_digit(s.p[n], hex))
		n++;
	if (!hex && n < s.n && (s.p[n] | 0x20) == 'e')
		n++;
	while (n < s.n && is_digit(s.p[n], hex))
		n++;
	return n == s.n;
}

static struct token take_number(struct str *cursor, enum token_rules rules)
{
	size_t n = word_length(*cursor);

	if (rules == RULES_ANY && !is_number(str_upto(*cursor, n)))
		n = 0;
	return take(cursor, TOKEN_SIGN, n);
}

struct token token_next(struct str *cursor, enum token_rules rules)
{
	struct str s = *cursor;

	while (
	    s.n > 0 && s.p[0] != '\0' && strchr(" \t\r\n\f\v", s.p[0]) != NULL)
		s = str_from(s, 1);
	*cursor = s;
	if (s.n == 0)
		return (struct token){ .kind = TOKEN_END };
	if (begins_word(s.p[0]))
		return take_word(cursor, rules);
	if (s.p[0] >= '0' && s.p[0] <= '9')
		return take_number(cursor, rules);
	if (str_starts(s, STR("--")) || str_starts(s, STR("/*")))
		return take(cursor, TOKEN_COMMENT,
		    comment_length(s, rules == RULES_POSTGRESQL));
	return take_sign(cursor, rules);
}

static size_t find_param(struct params ps, struct str name)
{
	size_t i = 0;

	while (i < ps.n && !str_eq(ps.v[i].name, name))
		i++;
	return i;
}

struct marker {
	struct ctx *cx;
	struct params params;
	enum mark mark;
	struct buf sql;
	size_t *which, *at, n;
};

static enum err put_mark(struct marker *m, struct str name)
{
	size_t i = find_param(m->params, name);

	if (i == m->params.n)
		return fail1(m->cx, ERR_INVALID,
		    MSG_error_sql_parameter_undeclared,
		    str_dup(m->cx->arena, name));
	if (m->n == PLACES_MAX)
		return fail(
		    m->cx, ERR_INVALID, MSG_error_sql_too_many_parameters);
	m->which[m->n] = i;
	m->at[m->n++] = m->sql.n;
	if (m->mark == MARK_QUESTION)
		buf_char(&m->sql, '?');
	else
		buf_fmt(&m->sql, "$%zu", i + 1);
	return OK;
}

static enum err all_used(struct marker *m)
{
	for (size_t i = 0; i < m->params.n; i++) {
		bool used = false;

		for (size_t k = 0; k < m->n && !used; k++)
			used = m->which[k] == i;
		if (!used)
			return fail1(m->cx, ERR_INVALID,
			    MSG_error_sql_parameter_unused,
			    m->params.v[i].name);
	}
	return OK;
}

/* Word after word, with what stands between them. `end`: a semicolon was seen,
 * after which only comments may follow. */
static enum err mark_all(
    struct marker *m, struct str sql, enum token_rules rules)
{
	bool end = false;

	for (;;) {
		struct str before = sql;
		struct token t = token_next(&sql, rules);
		struct str blank =
		    str_upto(before, before.n - sql.n - t.text.n);

		buf_str(&m->sql, blank);
		if (t.kind == TOKEN_END)
			return OK;
		if (t.kind == TOKEN_BAD)
			return fail1(m->cx, ERR_INVALID, MSG_error_sql_syntax,
			    str_dup(m->cx->arena, str_upto(t.text, 1)));
		if (end && t.kind != TOKEN_COMMENT)
			return fail(m->cx, ERR_INVALID, MSG_error_sql_not_one);
		if (t.kind == TOKEN_PARAMETER) {
			enum err e = put_mark(m, str_from(t.text, 1));
			if (e != OK)
				return e;
		} else if (str_eq(t.text, STR(";"))) {
			end = true;
		} else if (str_eq(t.text, STR("?")) && rules == RULES_ANY) {
			return fail(
			    m->cx, ERR_INVALID, MSG_error_sql_parameter_form);
		} else {
			buf_str(&m->sql, t.text);
		}
	}
}

enum err sql_mark(struct ctx *cx, struct str sql, struct params ps,
    enum token_rules rules, enum mark mark, struct marked *ret)
{
	struct marker m = { .cx = cx, .params = ps, .mark = mark };

	/* A name is at least as long as what stands for it, but for :a. */
	m.sql = buf_new(cx->arena, 3 * sql.n + 16);
	m.which = ARENA_ARRAY(cx->arena, size_t, PLACES_MAX);
	m.at = ARENA_ARRAY(cx->arena, size_t, PLACES_MAX);
	enum err e = mark_all(&m, sql, rules);
	if (e == OK)
		e = all_used(&m);
	if (e != OK)
		return e;
	REQUIRE(buf_ok(&m.sql));
	*ret = (struct marked){
		.sql = buf_view(&m.sql), .params = m.which, .at = m.at, .n = m.n
	};
	return OK;
}
