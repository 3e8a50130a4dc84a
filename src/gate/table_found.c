#include "gate/table_found.h"

#include "base/crypt.h"
#include "base/str.h"
#include "core/line.h"
#include "sheet/clean.h"

/* By so many rows the checks of columns are found. */
enum { HELD_ROWS = 2000, VALUE_BYTES = 200, MEANT_MOST = 300 };
#define HELD_BYTES ((size_t)4 << 20)

struct found_column {
	struct sheet_column is;
	bool chosen; /* its check */
	const struct fetched_codes *list;
	struct sheet_guess guess;
	uint64_t empty, wrong;
};

struct table_found {
	struct table_file *file;
	const struct code_lists *lists;
	size_t meant;        /* wrong codes for which one was looked for */
	struct arena *arena; /* the visit's */
	struct found_column *columns;
	size_t n;
	uint64_t rows, wrong, twice;
	struct sheet_seen *seen;
	bool once;           /* rows that stood before are left out */
	unsigned char *left; /* a bit for each row that is */
	size_t left_bytes;   /* of them that have one */
	/* The first rows; row is NULL when they were looked at. */
	struct arena *held;
	struct arena_mark held_mark;
	struct sheet_row *row;
	size_t n_held;
	struct arena *each; /* of one row */
	struct arena_mark mark;
	json_t *wrong_list, *twice_list;
};

static enum err refuse(
    struct table_file *t, enum sheet_trouble kind, uint32_t row, size_t column)
{
	t->found = (struct sheet_finding){
		.kind = kind, .row = row, .column = (uint32_t)column
	};
	return sheet_finding_fail(&t->v->cx, &t->found);
}

static void choose(struct table_found *f, const json_t *choice)
{
	const json_t *list = json_list(choice, "columns");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *said = json_array_get(list, i);
		for (size_t k = 0; k < f->n; k++) {
			struct found_column *c = &f->columns[k];
			if (!str_eq(json_text(said, "name"), c->is.name))
				continue;
			table_column_as(f->arena, f->lists, said, &c->is);
			c->list =
			    code_lists_get(f->lists, json_text(said, "list"));
			c->chosen = json_text(said, "check").n > 0;
		}
	}
}

enum err table_found_begin(struct table_file *t, const json_t *choice,
    const struct code_lists *lists, const struct sheet_row *headings,
    struct table_found **ret)
{
	struct arena *a = t->v->cx.arena;
	struct table_found *f = ARENA_NEW(a, struct table_found);
	struct sheet_column *v;
	if (!sheet_columns(a, headings, &v, &f->n, &t->found))
		return sheet_finding_fail(&t->v->cx, &t->found);
	f->file = t;
	f->lists = lists;
	f->arena = a;
	f->columns = ARENA_ARRAY(a, struct found_column, f->n + 1);
	for (size_t i = 0; i < f->n; i++)
		f->columns[i].is = v[i];
	choose(f, choice);
	f->once = json_flag(choice, "once");
	f->seen = sheet_seen_new(a, sheet_limits_usual.rows, f->once);
	if (f->once)
		f->left = ARENA_ARRAY(
		    a, unsigned char, sheet_limits_usual.rows / 8 + 1);
	f->held = arena_inside(a);
	f->held_mark = arena_mark(f->held);
	f->row = ARENA_ARRAY(f->held, struct sheet_row, HELD_ROWS);
	f->each = arena_inside(a);
	f->mark = arena_mark(f->each);
	f->wrong_list = json_new_array(a);
	f->twice_list = json_new_array(a);
	*ret = f;
	return OK;
}

/* Of which list, and which of its codes may be meant: of the first that are wrong,
 * for each is held against all codes. */
static void note_code(
    struct table_found *f, size_t i, const struct sheet_cell *cell, json_t *o)
{
	const struct fetched_codes *list = f->columns[i].list;
	if (list == NULL)
		return;
	json_put_text(o, "list", list->id);
	if (f->meant++ < MEANT_MOST)
		json_put_text(o, "meant", codes_meant(f->each, list, cell->s));
}

/* Its head, so that a list of wrong cells stays small. */
static void note_wrong(struct table_found *f, uint32_t row, size_t i,
    const struct sheet_cell *cell, enum msg why)
{
	json_t *o = json_object();
	json_put_int(o, "row", row);
	json_put_int(o, "column", (int64_t)i + 1);
	json_put_text(o, "name", f->columns[i].is.name);
	json_put_text(o, "value", line_head(cell->s, VALUE_BYTES));
	json_put_text(o, "key", msg_key(why));
	if (why == MSG_sheet_wrong_code)
		note_code(f, i, cell, o);
	json_array_append_new(f->wrong_list, o);
}

static void check_cell(struct table_found *f, uint32_t row, size_t i,
    const struct sheet_cell *cell)
{
	struct found_column *c = &f->columns[i];
	struct sheet_value value;
	enum msg why = MSG_NONE;
	if (cell->kind == SHEET_EMPTY || str_trim(cell->s).n == 0)
		c->empty++;
	if (sheet_check(f->each, &c->is, cell, &value, &why))
		return;
	c->wrong++;
	if (f->wrong++ < TABLE_WRONG)
		note_wrong(f, row, i, cell, why);
}

static void note_twice(
    struct table_found *f, const struct sheet_row *row, uint32_t first)
{
	if (f->twice++ >= TABLE_DOUBLE)
		return;
	json_t *o = json_object();
	json_put_int(o, "row", row->number);
	json_put_int(o, "first", first);
	json_array_append_new(f->twice_list, o);
}

/* The row that is looked at, from 0. */
static void leave_out(struct table_found *f)
{
	size_t row = (size_t)f->rows - 1;
	REQUIRE(row < sheet_limits_usual.rows);
	f->left[row / 8] |= (unsigned char)(1U << row % 8);
	f->left_bytes = row / 8 + 1;
}

static void check_row(struct table_found *f, const struct sheet_row *row)
{
	static const struct sheet_cell none = { .kind = SHEET_EMPTY };
	uint32_t first = sheet_seen(f->seen, row);
	f->rows++;
	if (first > 0)
		note_twice(f, row, first);
	if (first > 0 && f->once)
		leave_out(f);
	else
		for (size_t i = 0; i < f->n; i++)
			check_cell(
			    f, row->number, i, i < row->n ? &row->v[i] : &none);
	arena_rewind(f->each, f->mark);
}

/* Rows are views into the pipe's block. */
static void hold(struct table_found *f, const struct sheet_row *row)
{
	struct sheet_cell *v =
	    ARENA_ARRAY(f->held, struct sheet_cell, row->n + 1);
	for (size_t i = 0; i < row->n; i++) {
		v[i] = row->v[i];
		v[i].s = str_dup(f->held, row->v[i].s);
		if (i < f->n && !f->columns[i].chosen)
			sheet_guess_add(
			    &f->columns[i].guess, f->each, &row->v[i]);
	}
	arena_rewind(f->each, f->mark);
	f->row[f->n_held++] =
	    (struct sheet_row){ .number = row->number, .n = row->n, .v = v };
}

static void let_go(struct table_found *f)
{
	if (f->row == NULL)
		return;
	for (size_t i = 0; i < f->n; i++)
		if (!f->columns[i].chosen)
			f->columns[i].is.check = sheet_guess_end(
			    &f->columns[i].guess, &f->columns[i].is);
	for (size_t i = 0; i < f->n_held; i++)
		check_row(f, &f->row[i]);
	arena_rewind(f->held, f->held_mark);
	f->row = NULL;
}

enum err table_found_row(struct table_found *f, const struct sheet_row *row)
{
	if (row->n > f->n)
		return refuse(
		    f->file, SHEET_heading_empty, row->number, f->n + 1);
	if (f->row == NULL) {
		check_row(f, row);
		return OK;
	}
	hold(f, row);
	if (f->n_held == HELD_ROWS || arena_used(f->held) > HELD_BYTES)
		let_go(f);
	return OK;
}

void table_found_end(struct table_found *f)
{
	let_go(f);
}

static json_t *tabs_json(struct arena *a, const struct wire_head *head)
{
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < head->n_tabs && head->kind == SHEET_XLSX; i++) {
		json_t *o = json_new_object(a);
		json_put_text(o, "name", head->tabs[i].name);
		json_put_flag(o, "hidden", head->tabs[i].hidden);
		json_add(list, o);
	}
	return list;
}

static bool is_taken(
    const struct table_found *f, const json_t *list, struct str name)
{
	for (size_t i = 0; i < f->n; i++) {
		const json_t *parts =
		    json_list(json_array_get(list, i), "parts");
		if (str_eq(f->columns[i].is.name, name))
			return true;
		for (size_t k = 0; k < json_array_size(parts); k++)
			if (str_eq(
				json_as_text(json_array_get(parts, k)), name))
				return true;
	}
	return false;
}

/* What the columns of a name's parts are called, each like no other column. */
static json_t *parts_json(
    const struct table_found *f, const json_t *list, struct str name)
{
	struct arena *a = f->arena;
	json_t *parts = json_new_array(a);
	for (size_t i = 0; i < NAME_PARTS; i++) {
		struct str one =
		    str_fmt(a, "%.*s_%s", STR_ARG(name), sheet_name_parts[i]);
		struct str part = one;
		for (size_t k = 2; is_taken(f, list, part); k++)
			part = str_fmt(a, "%.*s_%zu", STR_ARG(one), k);
		json_add_text(parts, part);
	}
	return parts;
}

static json_t *columns_json(const struct table_found *f)
{
	json_t *list = json_new_array(f->arena);
	for (size_t i = 0; i < f->n; i++) {
		const struct found_column *c = &f->columns[i];
		json_t *o = table_column_json(f->arena, &c->is);
		if (c->list != NULL)
			json_put_text(o, "list", c->list->id);
		json_put_int(o, "empty", (int64_t)c->empty);
		json_put_int(o, "wrong", (int64_t)c->wrong);
		if (c->is.check == SHEET_CHECK_name)
			json_put(o, "parts", parts_json(f, list, c->is.name));
		json_add(list, o);
	}
	return list;
}

static struct str tab_name(const struct wire_head *head, size_t tab)
{
	return head->kind == SHEET_XLSX && tab < head->n_tabs
	           ? head->tabs[tab].name
	           : STR("");
}

json_t *table_found_json(
    const struct table_file *t, const struct table_found *f)
{
	struct arena *a = t->v->cx.arena;
	json_t *o = json_new_object(a);
	if (t->head == NULL)
		return o;
	bool text = t->head->kind == SHEET_CSV;
	char delimiter[1] = { t->head->delimiter };
	json_put_text(o, "kind", text ? STR("csv") : STR("xlsx"));
	json_put_text(o, "encoding",
	    text ? table_encoding_name(t->head->encoding) : STR(""));
	json_put_text(o, "delimiter", text ? str_n(delimiter, 1) : STR(""));
	json_put(o, "sheets", tabs_json(a, t->head));
	json_put_text(o, "sheet", tab_name(t->head, t->tab));
	if (f == NULL)
		return o;
	json_put(o, "columns", columns_json(f));
	json_put_int(o, "rows", (int64_t)f->rows);
	json_put_int(o, "wrong", (int64_t)f->wrong);
	json_put_int(o, "double", (int64_t)f->twice);
	json_put_flag(o, "once", f->once);
	return o;
}

json_t *table_found_notes(const struct table_found *f)
{
	json_t *o = json_new_object(f->arena);
	json_put(o, "wrong", f->wrong_list);
	json_put(o, "double", f->twice_list);
	json_put(o, "lists", code_lists_json(f->arena, f->lists));
	json_put_text(o, "left",
	    base64(f->arena, str_n((const char *)f->left, f->left_bytes)));
	return o;
}
