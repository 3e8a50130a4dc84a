#include "sheet/columns.h"

#include "base/buf.h"
#include "base/str.h"
#include "base/thai.h"

enum column_type sheet_check_type(enum sheet_check c)
{
	static const enum column_type types[SHEET_CHECKS] = {
#define CHECK(name, type, msg) [SHEET_CHECK_##name] = (type),
#include "base/checks.def"
#undef CHECK
	};
	REQUIRE(c < SHEET_CHECKS);
	return types[c];
}

enum { NAME_MOST = 40, KEY_MOST = 300 };

/* Without blanks, dots, and what stands in brackets behind. */
static struct str heading_key(struct arena *a, struct str s)
{
	struct buf b = buf_new(a, KEY_MOST);

	s = thai_search_key(a, str_upto(s, str_index(s, '(')));
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ' && s.p[i] != '.' && s.p[i] != '\n')
			buf_char(&b, s.p[i]);
	return buf_view(&b);
}

static bool known_name(struct arena *a, struct str title, struct str *ret)
{
	static const struct {
		const char *heading, *name;
	} known[] = {
#define HEADING(heading, name) { heading, name },
#include "sheet/headings.def"
#undef HEADING
	};
	struct str key = heading_key(a, title);

	for (size_t i = 0; i < COUNT(known); i++)
		if (str_eq(key, heading_key(a, str_of(known[i].heading)))) {
			*ret = str_of(known[i].name);
			return true;
		}
	return false;
}

/* ASCII letters and digits, everything between them one low line. */
static struct str plain_name(struct arena *a, struct str title)
{
	struct buf b = buf_new(a, NAME_MOST);
	struct str s = str_lower(a, title);
	bool gap = false;

	for (size_t i = 0; i < s.n && b.n < NAME_MOST - 4; i++) {
		char c = s.p[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (!word) {
			gap = true;
			continue;
		}
		if (gap && b.n > 0)
			buf_char(&b, '_');
		gap = false;
		buf_char(&b, c);
	}
	struct str made = buf_view(&b);
	bool letter = made.n > 0 && made.p[0] >= 'a';
	return letter ? made : STR("");
}

static bool is_taken(const struct sheet_column *v, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].name, name))
			return true;
	return false;
}

/* The known name of a heading, its own letters, or its place. */
static struct str name_of(
    struct arena *a, const struct sheet_column *v, size_t i, struct str title)
{
	struct str base, name;

	if (!known_name(a, title, &base))
		base = plain_name(a, title);
	if (base.n == 0)
		base = str_fmt(a, "column_%zu", i + 1);
	name = base;
	for (size_t k = 2; is_taken(v, i, name); k++)
		name = str_fmt(a, "%.*s_%zu", STR_ARG(base), k);
	return name;
}

static bool found(struct sheet_finding *ret, enum sheet_trouble t, uint32_t row,
    size_t column, struct str detail)
{
	*ret = (struct sheet_finding){ .kind = t,
		.row = row,
		.column = (uint32_t)column,
		.detail = detail };
	return false;
}

bool sheet_columns(struct arena *a, const struct sheet_row *row,
    struct sheet_column **ret, size_t *ret_n, struct sheet_finding *ret_found)
{
	if (!row || row->n == 0)
		return found(ret_found, SHEET_heading_none, 0, 0, STR(""));
	struct sheet_column *v = ARENA_ARRAY(a, struct sheet_column, row->n);
	struct str *keys = ARENA_ARRAY(a, struct str, row->n);
	for (size_t i = 0; i < row->n; i++) {
		v[i].title = thai_normal(a, row->v[i].s);
		if (v[i].title.n == 0)
			return found(ret_found, SHEET_heading_empty,
			    row->number, i + 1, STR(""));
		if (v[i].title.n > SHEET_TITLE_BYTES)
			return found(ret_found, SHEET_heading_long, row->number,
			    i + 1, STR(""));
		keys[i] = thai_search_key(a, v[i].title);
		for (size_t k = 0; k < i; k++)
			if (str_eq(keys[i], keys[k]))
				return found(ret_found, SHEET_heading_twice,
				    row->number, i + 1, v[i].title);
		v[i].name = name_of(a, v, i, v[i].title);
	}
	*ret = v;
	*ret_n = row->n;
	return true;
}
