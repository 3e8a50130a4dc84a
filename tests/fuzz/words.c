/* An officer's SQL for a database whose grammar we do not have. What is let
 * through is read again the plain way, quotes left out: no word of the list
 * stands there, not even behind a number's digits or as the name of what is
 * called, and nothing that one database reads as a comment, escape or variable.
 * Marks stand where the parameters stood, and all else is as it was. */
#include "fuzz.h"
#include "source/odbc.h"

static const struct str words[] = {
#define WORD(text) STR_INIT(text),
#include "source/odbc_words.def"
#undef WORD
};

static const struct param params[] = {
	{ .name = STR_INIT("a") },
	{ .name = STR_INIT("level") },
};

static void check_no_word(struct arena *a, struct str s)
{
	s = str_lower(a, s);
	for (size_t i = 0; i < COUNT(words); i++)
		REQUIRE(!str_eq(s, words[i]));
}

/* A run of what words are made of. Who reads its digits as a number of their
 * own reads a word behind them. */
static void check_run(struct arena *a, struct str run)
{
	check_no_word(a, run);
	if (run.p[0] < '0' || run.p[0] > '9')
		return;
	for (size_t i = 1; i < run.n; i++)
		check_no_word(a, str_from(run, i));
}

static bool in_run(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
	       (unsigned char)c >= 0x80;
}

/* Where what begins with a quote or bracket ends. */
static size_t quoted(struct arena *a, struct str s)
{
	char end = s.p[0] == '[' ? ']' : s.p[0];
	size_t n = 1 + str_index(str_from(s, 1), end);
	REQUIRE(n < s.n);
	struct str inside = str_from(str_upto(s, n), 1);
	struct str behind = str_trim(str_from(s, n + 1));
	if (s.p[0] != '\'' && str_starts(behind, STR("(")))
		check_no_word(a, inside);
	REQUIRE(s.p[0] != '\'' || !str_has(inside, STR("\\")));
	return n + 1;
}

/* Length of `::` or of a parameter, which may have any name. */
static size_t colon(struct str s)
{
	size_t n = 1;
	if (str_starts(s, STR("::")))
		return 2;
	if (n < s.n && (s.p[n] == '$' || (s.p[n] >= '0' && s.p[n] <= '9')))
		return n;
	while (n < s.n && in_run(s.p[n]))
		n++;
	return n;
}

/* How many question marks there are, outside of quotes. */
static size_t check_plain(struct arena *a, struct str s)
{
	size_t marks = 0, n;
	for (; s.n > 0; s = str_from(s, n)) {
		n = 1;
		if (str_index(STR("'\"`["), s.p[0]) < 4) {
			n = quoted(a, s);
		} else if (s.p[0] == ':') {
			n = colon(s);
		} else if (in_run(s.p[0])) {
			while (n < s.n && in_run(s.p[n]))
				n++;
			check_run(a, str_upto(s, n));
		} else {
			REQUIRE(str_index(STR("@#{}\\"), s.p[0]) == 5);
			REQUIRE(!str_starts(s, STR("--")) &&
				!str_starts(s, STR("/*")));
			marks += s.p[0] == '?';
		}
	}
	return marks;
}

/* Words and what is between them are all there is. */
static void check_tokens(struct str in, enum token_rules rules)
{
	struct str left = in;
	for (;;) {
		struct str before = left;
		struct token t = token_next(&left, rules);
		if (t.kind == TOKEN_END)
			break;
		REQUIRE(t.text.n > 0 && t.text.p + t.text.n == left.p);
		struct str blank =
		    str_upto(before, (size_t)(t.text.p - before.p));
		REQUIRE(str_trim(blank).n == 0);
	}
	REQUIRE(left.n == 0);
}

/* Names put back for the marks, one semicolon aside. */
static void check_marked(struct arena *a, struct str in, const struct marked *m)
{
	struct str out = STR(""), old = in;
	size_t from = 0;
	for (size_t i = 0; i < m->n; i++) {
		REQUIRE(m->at[i] >= from && m->sql.p[m->at[i]] == '?');
		out = str_cat(a, out,
		    str_fmt(a, "%.*s:%.*s",
			STR_ARG(str_from(str_upto(m->sql, m->at[i]), from)),
			STR_ARG(params[m->params[i]].name)));
		from = m->at[i] + 1;
	}
	out = str_cat(a, out, str_from(m->sql, from));
	size_t same = 0;
	while (same < out.n && same < old.n && out.p[same] == old.p[same])
		same++;
	if (out.n != old.n) {
		REQUIRE(same < old.n && old.p[same] == ';');
		old = str_cat(a, str_upto(old, same), str_from(old, same + 1));
	}
	REQUIRE(str_eq(out, old));
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct marked m;
	enum err e;
	check_tokens(in, RULES_ANY);
	check_tokens(in, RULES_POSTGRESQL);
	/* Checked before, for every kind of source. */
	if (!str_utf8(in) || str_index(in, '\0') < in.n || in.n > 4000)
		return;
	bool fine = odbc_check_words(cx, in) == OK;
	if (!fine)
		fuzz_failed(cx, ERR_INVALID);
	size_t marks = fine ? check_plain(cx->arena, in) : 0;
	e = sql_mark(cx, in, (struct params){ params, COUNT(params) },
	    RULES_ANY, MARK_QUESTION, &m);
	REQUIRE(e == OK || e == ERR_INVALID);
	if (e)
		return;
	check_marked(cx->arena, in, &m);
	REQUIRE(m.n >= COUNT(params));
	if (fine)
		REQUIRE(marks == 0 && check_plain(cx->arena, m.sql) == m.n);
}
