/* guess.c - columns.h: what a column most probably is, by its heading and by its
 * first cells. */
#include "base/str.h"
#include "base/thai.h"
#include "sheet/columns.h"

enum { ID_DIGITS = 8 }; /* of one length: more than a year, a term, a score */

enum said { SAID_NOTHING, SAID_ID, SAID_NUMBER, SAID_SUM, SAID_OWN };

struct said_word {
	const char *s;
	enum said is;
};

static const struct said_word words[] = {
#define WORD(is, s) { s, SAID_##is },
#define TEXT(is, s)
#include "sheet/words.def"
#undef WORD
#undef TEXT
};

static const struct said_word texts[] = {
#define WORD(is, s)
#define TEXT(is, s) { s, SAID_##is },
#include "sheet/words.def"
#undef WORD
#undef TEXT
};

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_small(char c)
{
	return c >= 'a' && c <= 'z';
}

/* The next word of Latin letters, which begins after anything else, and with a
 * capital after a small letter ("studentID"); false when there is none. */
static bool next_word(struct str *s, struct str *ret)
{
	size_t n = 0;

	while (s->n > 0 && !is_small(s->p[0]) && !is_capital(s->p[0]))
		*s = str_from(*s, 1);
	while (n < s->n && (is_small(s->p[n]) || is_capital(s->p[n])) &&
	       (n == 0 || !is_capital(s->p[n]) || !is_small(s->p[n - 1])))
		n++;
	*ret = str_upto(*s, n);
	*s = str_from(*s, n);
	return n > 0;
}

static enum said word_says(struct str word)
{
	for (size_t i = 0; i < COUNT(words); i++)
		if (str_eq_nocase(word, str_of(words[i].s)))
			return words[i].is;
	return SAID_NOTHING;
}

/* Of ids the last word counts ("id of the faculty" is none, "budget code" is), and
 * a total number is a sum. */
static enum said words_say(struct str s)
{
	struct str word;
	enum said last = SAID_NOTHING;
	bool sum = false;

	while (next_word(&s, &word)) {
		last = word_says(word);
		if (last == SAID_OWN)
			return SAID_OWN;
		sum |= last == SAID_SUM;
	}
	if (last == SAID_ID || (last == SAID_NUMBER && !sum))
		return SAID_ID;
	return sum ? SAID_SUM : SAID_NOTHING;
}

/* What is said closest counts: "เลขประจำตัวประชาชน" is more than "เลขประจำตัว". */
static enum said text_says(struct str title)
{
	enum said is = SAID_NOTHING;
	size_t most = 0;

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct str one = str_of(texts[i].s);
		if (one.n > most && str_starts(title, one)) {
			most = one.n;
			is = texts[i].is;
		}
	}
	return is;
}

/* The heading as it stands, then the name that it got; what stands in brackets
 * says nothing. Rows that are counted ("ลำดับที่") are called `no`, and no ids. */
static enum said heading_says(const struct sheet_column *c)
{
	struct str title =
	    str_trim(str_upto(c->title, str_index(c->title, '(')));
	enum said is = text_says(title);

	if (is == SAID_NOTHING)
		is = words_say(title);
	if (is == SAID_NOTHING && str_index(c->name, '_') < c->name.n)
		is = words_say(c->name);
	return is;
}

static bool is_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

static bool has_letter(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] & 0x80) != 0 || is_small(s.p[i]) ||
		    is_capital(s.p[i]))
			return true;
	return false;
}

/* Digits in groups are one id; of words with digits ("CS 101") nobody knows whether
 * the blank belongs to them, so they stay texts until somebody says more. */
static bool note_id(struct sheet_guess *g, struct arena *a,
    const struct sheet_cell *cell, struct str value)
{
	struct str s = thai_normal(a, cell->s);

	if (str_index(s, ' ') < s.n && has_letter(value))
		return false;
	if (!is_digits(value))
		return true;
	if (g->whole == 0 || value.n < g->shortest)
		g->shortest = value.n;
	if (value.n > g->longest)
		g->longest = value.n;
	g->whole++;
	return true;
}

/* Texts alone: a number cell has no zeros before it. */
static bool begins_with_zero(struct arena *a, const struct sheet_cell *cell)
{
	struct str s = str_trim(thai_digits_ascii(a, cell->s));
	return cell->kind == SHEET_TEXT && s.n > 1 && s.p[0] == '0' &&
	       s.p[1] >= '0' && s.p[1] <= '9';
}

void sheet_guess_add(
    struct sheet_guess *g, struct arena *a, const struct sheet_cell *cell)
{
	struct sheet_value value;
	enum msg wrong;

	if (cell->kind == SHEET_EMPTY || str_trim(cell->s).n == 0)
		return;
	g->n++;
	struct arena_mark mark = arena_mark(a);
	g->zeros |= begins_with_zero(a, cell);
	for (int c = SHEET_CHECK_id; c < SHEET_CHECK_code; c++) {
		const struct sheet_column column = { .check =
							 (enum sheet_check)c };
		bool fits = sheet_check(a, &column, cell, &value, &wrong);
		if (fits && c == SHEET_CHECK_id)
			fits = note_id(g, a, cell, value.s);
		g->fits[c] += fits;
		arena_rewind(a, mark);
	}
}

static bool most_are(const struct sheet_guess *g, uint32_t n)
{
	return g->n > 0 && (uint64_t)n * 20 >= (uint64_t)g->n * 19;
}

/* Whole numbers that are none to reckon with, whatever their heading. */
static bool look_like_ids(const struct sheet_guess *g)
{
	return most_are(g, g->whole) &&
	       (g->zeros ||
		   (g->shortest == g->longest && g->shortest >= ID_DIGITS));
}

enum sheet_check sheet_guess_end(
    const struct sheet_guess *g, const struct sheet_column *column)
{
	/* The narrower before the wider. */
	static const enum sheet_check narrow[] = { SHEET_CHECK_citizen_id,
		SHEET_CHECK_email, SHEET_CHECK_date, SHEET_CHECK_datetime };
	static const enum sheet_check wide[] = { SHEET_CHECK_integer,
		SHEET_CHECK_number, SHEET_CHECK_phone, SHEET_CHECK_boolean };
	enum said said = heading_says(column);

	for (size_t i = 0; i < COUNT(narrow); i++)
		if (most_are(g, g->fits[narrow[i]]))
			return narrow[i];
	if (said == SAID_ID && most_are(g, g->fits[SHEET_CHECK_id]))
		return SHEET_CHECK_id;
	if (g->zeros && most_are(g, g->fits[SHEET_CHECK_phone]))
		return SHEET_CHECK_phone;
	if (said == SAID_NOTHING && look_like_ids(g))
		return SHEET_CHECK_id;
	for (size_t i = 0; i < COUNT(wide); i++) {
		bool digits = wide[i] == SHEET_CHECK_integer ||
		              wide[i] == SHEET_CHECK_number;
		if (most_are(g, g->fits[wide[i]]) && !(digits && g->zeros))
			return wide[i];
	}
	return SHEET_CHECK_text;
}
