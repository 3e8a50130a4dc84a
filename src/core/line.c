#include "core/line.h"

#include "base/str.h"
#include "base/thai.h"
#include "sql/sql.h"

enum { MAX_CODE = 32 };

struct str line_checked(struct ctx *cx, const char *field, struct str s,
    size_t max_chars, bool required)
{
	if (!str_utf8(s)) {
		field_wrong(cx, str_of(field), MSG_field_not_utf8, STR(""));
		return STR("");
	}
	/* Marks that go are counted too: this bounds the work. */
	bool too_long = s.n > max_chars * 8;
	if (!too_long) {
		s = thai_normal(cx->arena, s);
		too_long = str_chars(s) > max_chars;
	}
	if (too_long)
		field_wrong(cx, str_of(field), MSG_field_too_long,
		    str_fmt(cx->arena, "%zu", max_chars));
	else if (required && s.n == 0)
		field_wrong(cx, str_of(field), MSG_field_required, STR(""));
	return s;
}

/* A Thai mark that stands above or below the letter before it. */
static bool is_thai_mark(uint32_t c)
{
	return c == 0x0e31 || (c >= 0x0e33 && c <= 0x0e3a) ||
	       (c >= 0x0e47 && c <= 0x0e4e);
}

struct str line_head(struct str s, size_t max_bytes)
{
	struct str rest = s;
	size_t cut = 0, at = 0;
	uint32_t c;

	if (s.n <= max_bytes)
		return s;
	while (at <= max_bytes && str_take_utf8(&rest, &c)) {
		if (!is_thai_mark(c))
			cut = at;
		at = s.n - rest.n;
	}
	return str_upto(s, cut);
}

static bool is_code(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool plain = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!plain && (c != '-' || i == 0 || i == s.n - 1))
			return false;
	}
	return s.n > 0 && s.n <= MAX_CODE;
}

static struct str upper(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n);

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		p[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	return str_n(p, s.n);
}

struct str code_checked(struct ctx *cx, const char *field, struct str s)
{
	s = str_trim(s);
	if (s.n <= MAX_CODE)
		s = upper(cx->arena, s);
	if (!is_code(s))
		field_wrong(cx, str_of(field), MSG_error_code_form, STR(""));
	return s;
}

enum err unit_exists(struct ctx *cx, struct str code, bool *ret)
{
	struct row row;

	return sql_find(cx, SQL("select code from unit where code = $1"),
	    VALS(val_str(code)), &row, ret);
}

enum err office_exists(struct ctx *cx, struct str code, bool *ret)
{
	struct row row;

	return sql_find(cx, SQL("select code from office where code = $1"),
	    VALS(val_str(code)), &row, ret);
}
