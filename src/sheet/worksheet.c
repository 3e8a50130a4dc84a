#include "sheet/worksheet.h"

#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "sheet/xml.h"

enum place { IN_NOTHING, IN_VALUE, IN_FORMULA };

/* t="…" of a cell. */
enum cell_type { T_NUMBER, T_SHARED, T_TEXT, T_BOOL, T_ERROR, T_DAY };

struct worksheet {
	struct xml xml;
	struct workbook *book;
	struct row_made made;
	/* How many of worksheet, sheetData, row, c, then v, f or is, then t (in r
	 * or not) the element in hand stands in. */
	int matched;
	enum place place;
	bool in_run;
	/* The row and the cell in hand, from 1; 0: none yet. */
	uint32_t row, column;
	size_t n; /* cells of the row up to the last that holds something */
	enum cell_type type;
	enum numfmt format;
	bool formula;
	size_t start;
	uint64_t cells;
	bool whole; /* a row is ready */
};

static void stop(struct worksheet *s, enum sheet_trouble t, struct str detail)
{
	xml_stop(&s->xml, refuse_at(s->xml.w, t, s->row, s->column, detail));
}

static void stop_most(struct worksheet *s, enum sheet_trouble t, uint64_t most)
{
	stop(s, t, most_of(s->xml.w, most, 1));
}

/* Digits alone, and no more of them than a row has. */
static bool take_number(const char *s, uint32_t *ret)
{
	uint32_t v = 0;
	size_t n = 0;

	for (; s[n] >= '0' && s[n] <= '9' && n < 9; n++)
		v = v * 10 + (uint32_t)(s[n] - '0');
	*ret = v;
	return n > 0 && s[n] == '\0' && v > 0;
}

/* "AB12"; up to five letters, which is beyond all limits. */
static bool take_reference(const char *s, uint32_t *column, uint32_t *row)
{
	uint32_t v = 0;
	size_t n = 0;

	for (; s[n] >= 'A' && s[n] <= 'Z' && n < 5; n++)
		v = v * 26 + (uint32_t)(s[n] - 'A') + 1;
	*column = v;
	return n > 0 && take_number(s + n, row);
}

static void begin_row(struct worksheet *s, const char *const *v)
{
	const char *r = xml_attribute(v, "r");
	uint32_t before = s->row;

	s->column = 0;
	s->n = 0;
	s->made.text.n = 0;
	s->row++;
	if (r && !take_number(r, &s->row)) {
		s->row = before;
		stop_most(s, SHEET_rows, s->xml.w->limits.rows);
	} else if (s->row <= before) {
		stop(s, SHEET_order, STR(""));
	} else if (s->row > s->xml.w->limits.rows) {
		stop_most(s, SHEET_rows, s->xml.w->limits.rows);
	}
}

static bool type_of(const char *t, enum cell_type *ret)
{
	static const struct {
		const char *name;
		enum cell_type is;
	} types[] = { { "s", T_SHARED }, { "n", T_NUMBER }, { "str", T_TEXT },
		{ "inlineStr", T_TEXT }, { "b", T_BOOL }, { "e", T_ERROR },
		{ "d", T_DAY } };

	for (size_t i = 0; i < COUNT(types); i++)
		if (strcmp(t, types[i].name) == 0) {
			*ret = types[i].is;
			return true;
		}
	return false;
}

static enum numfmt format_of(const struct worksheet *s, const char *style)
{
	uint32_t i = 0;

	if (!style || (strcmp(style, "0") != 0 && !take_number(style, &i)) ||
	    i >= s->book->n_formats)
		return NUMFMT_NUMBER;
	return (enum numfmt)s->book->formats[i];
}

static void begin_cell(struct worksheet *s, const char *const *v)
{
	const char *r = NULL, *t = NULL, *style = NULL;
	uint32_t before = s->column, row = s->row;

	for (; *v; v += 2) {
		if (v[0][1] != '\0')
			continue;
		if (v[0][0] == 'r')
			r = v[1];
		else if (v[0][0] == 't')
			t = v[1];
		else if (v[0][0] == 's')
			style = v[1];
	}
	s->column++;
	if (r && (!take_reference(r, &s->column, &row) || row != s->row ||
		     s->column <= before)) {
		s->column = before;
		stop(s, SHEET_order, STR(""));
		return;
	}
	s->type = T_NUMBER;
	if (t && !type_of(t, &s->type)) {
		stop(s, SHEET_cell_damaged, STR(""));
		return;
	}
	s->format = format_of(s, style);
	s->formula = false;
	s->start = s->made.text.n;
}

/* What stands in a cell. Inline text is is/t or is/r/t. */
static void begin_inside(struct worksheet *s, const char *name)
{
	if (s->matched == 4 && xml_is(name, "v")) {
		s->place = IN_VALUE;
		s->matched = 5;
	} else if (s->matched == 4 && xml_is(name, "f")) {
		s->formula = true;
		s->matched = 5;
	} else if (s->matched == 4 && xml_is(name, "is")) {
		s->in_run = false;
		s->matched = 5;
	} else if (s->matched == 5 && s->place == IN_NOTHING && !s->formula) {
		if (!s->in_run && xml_is(name, "r")) {
			s->in_run = true;
			s->matched = 6;
		} else if (xml_is(name, "t")) {
			s->place = IN_VALUE;
			s->matched = 6;
		}
	} else if (s->matched == 6 && s->in_run && xml_is(name, "t")) {
		s->place = IN_VALUE;
		s->matched = 7;
	}
}

static void XMLCALL start(void *user, const XML_Char *name, const XML_Char **v)
{
	static const char *const path[] = { "worksheet", "sheetData", "row",
		"c" };
	struct worksheet *s = user;

	if (!xml_enter(&s->xml) || s->matched != s->xml.depth - 1)
		return;
	if (s->matched >= (int)COUNT(path)) {
		begin_inside(s, name);
		return;
	}
	if (!xml_is(name, path[s->matched]))
		return;
	s->matched++;
	if (s->matched == 3)
		begin_row(s, v);
	else if (s->matched == 4)
		begin_cell(s, v);
}

static void XMLCALL text(void *user, const XML_Char *p, int n)
{
	struct worksheet *s = user;

	if (s->place == IN_VALUE)
		buf_bytes(&s->made.text, p, (size_t)n);
}

static struct str written(const struct worksheet *s)
{
	return str_from(buf_view(&s->made.text), s->start);
}

/* The text of the cell is `written`; puts in its place what it means. */
static bool put_shared(struct worksheet *s)
{
	int64_t i;

	if (!str_i64(str_trim(written(s)), &i) || i < 0 || !s->book->strings ||
	    (uint64_t)i >= strings_count(s->book->strings))
		return false;
	s->made.text.n = s->start;
	enum err e = strings_get(s->book->strings, (uint64_t)i, &s->made.text);
	if (e)
		xml_stop(&s->xml, e);
	return true;
}

static bool put_number(struct worksheet *s, enum sheet_cell_kind *ret)
{
	char room[64];
	struct buf *b = &s->made.text;
	struct str w = str_trim(written(s));

	if (w.n == 0 || w.n > sizeof room)
		return false;
	memcpy(room, w.p, w.n);
	w.p = room;
	b->n = s->start;
	*ret = SHEET_NUMBER;
	if (s->format != NUMFMT_NUMBER &&
	    serial_put(b, w, s->format, s->book->from_1904, ret))
		return true;
	b->n = s->start;
	return number_put(b, w);
}

static bool put_bool(struct worksheet *s)
{
	struct str w = str_trim(written(s));
	bool yes = str_eq(w, STR("1")) || str_eq(w, STR("true"));

	if (!yes && !str_eq(w, STR("0")) && !str_eq(w, STR("false")))
		return false;
	s->made.text.n = s->start;
	buf_str(&s->made.text, yes ? STR("true") : STR("false"));
	return true;
}

/* t="d": the text is ISO 8601 already. */
static enum sheet_cell_kind day_kind(struct str w)
{
	struct date d;
	int64_t ms;

	if (date_parse_iso(w, &d))
		return SHEET_DATE;
	if (w.n == 19 && date_parse_iso(str_upto(w, 10), &d))
		return SHEET_DATETIME;
	return time_parse_iso(w, &ms) ? SHEET_DATETIME : SHEET_TEXT;
}

static bool put_value(struct worksheet *s, enum sheet_cell_kind *ret)
{
	switch (s->type) {
	case T_NUMBER:
		return put_number(s, ret);
	case T_SHARED:
		*ret = SHEET_TEXT;
		return put_shared(s);
	case T_TEXT:
		*ret = SHEET_TEXT;
		workbook_unescape(&s->made.text, s->start);
		return true;
	case T_BOOL:
		*ret = SHEET_BOOL;
		return put_bool(s);
	case T_ERROR:
		*ret = SHEET_ERROR;
		return true;
	case T_DAY:
		*ret = day_kind(written(s));
		return true;
	}
	return false;
}

/* Fills up to its column; a cell beyond the limits matters once it holds
 * something. */
static void keep_cell(struct worksheet *s, enum sheet_cell_kind kind)
{
	const struct sheet_limits *l = &s->xml.w->limits;
	size_t at = s->column - 1;

	if (s->column > l->columns) {
		stop_most(s, SHEET_columns, l->columns);
	} else if (++s->cells > l->cells) {
		stop_most(s, SHEET_cells, l->cells);
	} else {
		for (; s->n < at; s->n++)
			s->made.cells[s->n] = (struct sheet_cell){ 0 };
		s->made.starts[at] = s->start;
		s->made.cells[at] = (struct sheet_cell){ .kind = kind,
			.formula = s->formula,
			.s.n = s->made.text.n - s->start };
		s->n = s->column;
	}
}

static void end_cell(struct worksheet *s)
{
	const struct sheet_limits *l = &s->xml.w->limits;
	enum sheet_cell_kind kind = SHEET_EMPTY;

	bool some = s->made.text.n > s->start;

	/* Only a formula that makes a text may make an empty one. */
	if (s->formula && !some && s->type != T_TEXT) {
		stop(s, SHEET_formula_empty, STR(""));
		return;
	}
	if (some && !put_value(s, &kind)) {
		stop(s, SHEET_cell_damaged, STR(""));
		return;
	}
	if (!buf_ok(&s->made.text))
		stop(s, SHEET_row_large,
		    most_of(s->xml.w, l->row_bytes, 1 << 20));
	else if (s->made.text.n - s->start > l->cell_bytes)
		stop(s, SHEET_cell_large,
		    most_of(s->xml.w, l->cell_bytes, 1 << 10));
	else if (s->made.text.n > s->start)
		keep_cell(s, kind);
}

static void end_row(struct worksheet *s)
{
	s->column = 0;
	if (s->n == 0)
		return;
	row_made_end(&s->made, s->row, s->n);
	s->whole = true;
	XML_StopParser(s->xml.parser, XML_TRUE);
}

static void XMLCALL end(void *user, const XML_Char *name)
{
	struct worksheet *s = user;

	(void)name;
	if (s->xml.err)
		return;
	if (s->matched == s->xml.depth) {
		if (s->matched == 4)
			end_cell(s);
		else if (s->matched == 3)
			end_row(s);
		else if (s->matched == 6 && s->in_run)
			s->in_run = false;
		s->place = IN_NOTHING;
		s->matched--;
	}
	xml_leave(&s->xml);
}

enum err worksheet_begin(struct work *w, struct workbook *b,
    const struct unzip_part *part, struct worksheet **ret)
{
	struct worksheet *s = ARENA_NEW(w->cx->arena, struct worksheet);

	s->book = b;
	s->made = row_made_new(w);
	enum err e = xml_begin(&s->xml, w, b->z, part, start, end, text);
	if (!e)
		*ret = s;
	return e;
}

enum err worksheet_next(struct worksheet *s, const struct sheet_row **ret)
{
	s->whole = false;
	enum err e = s->xml.ended ? OK : xml_go(&s->xml);
	if (e)
		return e;
	*ret = s->whole ? &s->made.row : NULL;
	return OK;
}
