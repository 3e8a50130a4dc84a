/* LIKE as the gate means it, for both cases: SQLite's own folds ASCII and
 * nothing else. */
#include <unicode/uchar.h>

#include "base/str.h"
#include "source/lite.h"

#define STEPS_BETWEEN_LOOKS 65536

struct matcher {
	struct lite *lite;
	bool fold;
	int64_t steps;
	bool over;
};

/* The code point at *at; a byte that is not UTF-8 stands for itself, above all
 * code points. */
static uint32_t next_char(struct str s, size_t *at)
{
	unsigned char first = (unsigned char)s.p[*at];
	struct str rest = str_from(s, *at);
	uint32_t c = 0;

	if (first >= 0x80 && str_take_utf8(&rest, &c)) {
		*at = s.n - rest.n;
		return c;
	}
	(*at)++;
	return first < 0x80 ? first : 0x110000U + first;
}

static uint32_t folded(const struct matcher *m, uint32_t c)
{
	if (!m->fold)
		return c;
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + 32 : c;
	if (c > 0x10ffff)
		return c;
	return (uint32_t)u_foldCase((UChar32)c, U_FOLD_CASE_DEFAULT);
}

/* One step of the pattern at *at against the character c. */
static bool step(
    const struct matcher *m, struct str pattern, size_t *at, uint32_t c)
{
	uint32_t p = next_char(pattern, at);

	if (p == '_')
		return true;
	if (p == '\\' && *at < pattern.n)
		p = next_char(pattern, at);
	return folded(m, p) == folded(m, c);
}

/* Greedy: only the last % is ever tried again, so the work is at most the
 * product of the lengths; and the budget is looked at meanwhile. */
static bool matches(struct matcher *m, struct str pattern, struct str text)
{
	size_t p = 0, t = 0, star_p = SIZE_MAX, star_t = 0;

	while (t < text.n) {
		if (++m->steps % STEPS_BETWEEN_LOOKS == 0 &&
		    lite_over(m->lite)) {
			m->over = true;
			return false;
		}
		if (p < pattern.n && pattern.p[p] == '%') {
			star_p = ++p;
			star_t = t;
			continue;
		}

		size_t p_next = p, t_next = t;
		uint32_t c = next_char(text, &t_next);
		if (p < pattern.n && step(m, pattern, &p_next, c)) {
			p = p_next;
			t = t_next;
			continue;
		}
		if (star_p == SIZE_MAX)
			return false;
		next_char(text, &star_t);
		p = star_p;
		t = star_t;
	}
	while (p < pattern.n && pattern.p[p] == '%')
		p++;
	return p == pattern.n;
}

static struct str text_of(sqlite3_value *v)
{
	const void *p = sqlite3_value_text(v);

	return (struct str){ .p = p, .n = (size_t)sqlite3_value_bytes(v) };
}

static void run(sqlite3_context *cx, sqlite3_value **v, bool fold)
{
	struct matcher m = { .lite = sqlite3_user_data(cx), .fold = fold };
	struct str text = text_of(v[0]), pattern = text_of(v[1]);

	if (text.p == NULL || pattern.p == NULL) {
		sqlite3_result_null(cx);
		return;
	}

	bool yes = matches(&m, pattern, text);
	if (m.over)
		sqlite3_result_error_code(cx, SQLITE_INTERRUPT);
	else
		sqlite3_result_int(cx, yes);
}

static void like(sqlite3_context *cx, int n, sqlite3_value **v)
{
	(void)n;
	run(cx, v, false);
}

static void ilike(sqlite3_context *cx, int n, sqlite3_value **v)
{
	(void)n;
	run(cx, v, true);
}

int lite_add_like(struct lite *l)
{
	int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
	int rc = sqlite3_create_function_v2(
	    l->db, "pratu_like", 2, flags, l, like, NULL, NULL, NULL);

	if (rc != SQLITE_OK)
		return rc;
	return sqlite3_create_function_v2(
	    l->db, "pratu_ilike", 2, flags, l, ilike, NULL, NULL, NULL);
}
