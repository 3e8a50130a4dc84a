#include "gate/table.h"

#include <stdatomic.h>

#include "base/crypt.h"
#include "base/str.h"
#include "base/time.h"
#include "gate/keeper.h"
#include "gate/table_file.h"
#include "sheet/clean.h"
#include "sql/sql.h"

/* Of rows and, for their texts may be long, of bytes. */
enum { BATCH = 256, BATCH_BYTES = 1 << 20 };

/* A column as it is told: one of the file, or a part of its name. */
struct told_column {
	size_t from, part; /* part: from 1; 0: itself */
};

struct table {
	struct gate_visit *v;
	struct inbound in;
	struct table_file file;
	struct sheet_column *columns;
	const struct fetched_codes **lists; /* of each column; or NULL */
	size_t n_file;                      /* columns of the file */
	struct column *told;
	struct told_column *is;
	size_t n; /* with the parts of names */
	/* A bit for each row of the file that is left out; its next row. */
	struct str left;
	size_t at;
	struct table_cell *cells;
	struct sheet_name name; /* whose parts are told now */
	struct table_row row;
	struct cell *batch;
	struct arena *each; /* of one row, or batch */
	struct arena_mark mark;
};

static atomic_int turns;

static void end_turn(void *arg)
{
	atomic_fetch_sub((atomic_int *)arg, 1);
}

enum err table_turn(struct gate_visit *v)
{
	if (atomic_fetch_add(&turns, 1) >= TABLES_AT_ONCE) {
		atomic_fetch_sub(&turns, 1);
		return fail_detail(&v->cx, ERR_BUSY, "tables are being read");
	}
	arena_defer(v->cx.arena, end_turn, &turns);
	return OK;
}

/* The bytes may be there for another's sake. */
static bool day_is_over(const struct ctx *cx, struct str day)
{
	struct str today = date_iso(cx->arena, date_of_ms(cx->now));
	return day.n > 0 && str_cmp(day, today) <= 0;
}

static enum err find(struct table *t, struct str upload, struct str request)
{
	struct ctx *cx = &t->v->cx;
	enum err e = store_read(cx, t->v->gate->shared);
	if (!e)
		e = inbound_get(cx, upload, &t->in);
	store_end(cx);
	if (e)
		return e;
	if (!str_eq(t->in.request, request))
		return fail_detail(cx, ERR_NOT_FOUND, "another's table");
	if (t->in.state == INBOUND_lost || t->in.state == INBOUND_destroyed ||
	    day_is_over(cx, t->in.destroy_on))
		return fail(cx, ERR_GONE, MSG_error_table_lost);
	if (t->in.state != INBOUND_read)
		return fail(cx, ERR_CONFLICT, MSG_error_table_unread);
	return OK;
}

/* Who comes to use it is the first to see. */
static enum err tell_lost(struct table *t, struct str how)
{
	struct ctx *cx = &t->v->cx;
	enum err e = store_write(cx, t->v->gate->shared);
	if (!e)
		e = inbound_lost(cx, t->in.upload, how);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e ? e : fail(cx, ERR_GONE, MSG_error_table_lost);
}

static const json_t *chosen(const struct table *t, struct str name)
{
	return json_named(json_list(t->in.choice, "columns"), name);
}

static enum err read_left(struct table *t, const json_t *notes)
{
	struct str left = json_text(notes, "left");
	if (left.n == 0)
		return OK;
	return base64_decode(t->v->cx.arena, left, &t->left)
	           ? OK
	           : fail_detail(&t->v->cx, ERR_BROKEN, "notes: left");
}

/* The codes of its lists, and which rows are left out, as when it was read. */
static enum err read_notes(struct table *t, struct code_lists **ret)
{
	json_t *notes;
	*ret = ARENA_NEW(t->v->cx.arena, struct code_lists);
	if (!code_lists_named(t->in.choice) && !json_flag(t->in.found, "once"))
		return OK;
	enum err e = table_notes_read(t->v, t->in.upload, &notes);
	if (e)
		return e;
	code_lists_kept(t->v->cx.arena, json_list(notes, "lists"), *ret);
	return read_left(t, notes);
}

static void tell(struct table *t, size_t from, size_t part, struct str name,
    struct str title_th, struct str title_en)
{
	enum sheet_check check = t->columns[from].check;
	t->is[t->n] = (struct told_column){ .from = from, .part = part };
	t->told[t->n++] = (struct column){ .name = name,
		.title_th = title_th,
		.title_en = title_en,
		.type = part > 0 ? TYPE_TEXT : sheet_check_type(check) };
}

static struct str part_title(
    struct arena *a, enum lang lang, struct str title, size_t part)
{
	static const enum msg words[NAME_PARTS] = { MSG_table_name_title,
		MSG_table_name_first, MSG_table_name_middle,
		MSG_table_name_last };
	return str_fmt(a, "%.*s: %.*s", STR_ARG(title),
	    STR_ARG(msg_text(lang, words[part])));
}

/* The parts of a name stand behind it. */
static void tell_parts(struct table *t, size_t from, const json_t *parts)
{
	struct arena *a = t->v->cx.arena;
	struct str title = t->columns[from].title;
	for (size_t k = 0; k < json_array_size(parts) && k < NAME_PARTS; k++)
		tell(t, from, k + 1, json_as_text(json_array_get(parts, k)),
		    part_title(a, LANG_TH, title, k),
		    part_title(a, LANG_EN, title, k));
}

static void make_room(struct table *t, const json_t *list)
{
	struct arena *a = t->v->cx.arena;
	size_t most;
	t->n_file = most = json_array_size(list);
	for (size_t i = 0; i < t->n_file; i++)
		most += json_array_size(
		    json_list(json_array_get(list, i), "parts"));
	t->columns = ARENA_ARRAY(a, struct sheet_column, t->n_file + 1);
	t->lists = ARENA_ARRAY(a, const struct fetched_codes *, t->n_file + 1);
	t->told = ARENA_ARRAY(a, struct column, most + 1);
	t->is = ARENA_ARRAY(a, struct told_column, most + 1);
	t->cells = ARENA_ARRAY(a, struct table_cell, most + 1);
}

/* As they were found; typed codes stand in the choice. */
static void read_columns(struct table *t, const struct code_lists *lists)
{
	struct arena *a = t->v->cx.arena;
	const json_t *list = json_list(t->in.found, "columns");
	make_room(t, list);
	for (size_t i = 0; i < t->n_file; i++) {
		const json_t *said = json_array_get(list, i);
		struct sheet_column *c = &t->columns[i];
		c->title = json_text(said, "title");
		c->name = json_text(said, "name");
		table_column_as(a, lists, chosen(t, c->name), c);
		table_column_as(a, lists, said, c);
		t->lists[i] = code_lists_get(lists, json_text(said, "list"));
		tell(t, i, 0, c->name, c->title, c->title);
		tell_parts(t, i, json_list(said, "parts"));
	}
}

enum err table_open(struct gate_visit *v, struct str upload, struct str request,
    bool whole, struct table **ret)
{
	struct table *t = ARENA_NEW(v->cx.arena, struct table);
	struct str lost = { 0 };
	struct sha256 key;
	struct code_lists *lists = NULL;
	t->v = v;
	/* Why it is not read is said before that it is not. */
	enum err e = keeper_key(&v->cx, v->gate->keeper, &key);
	if (!e)
		e = find(t, upload, request);
	if (e)
		return e;
	e = table_file_open(v, &t->in, whole, &t->file, &lost);
	if (e == ERR_GONE)
		return tell_lost(t, lost);
	if (!e)
		e = table_file_look(&t->file, &t->in);
	if (!e)
		e = read_notes(t, &lists);
	if (e)
		return e;
	read_columns(t, lists);
	t->each = arena_inside(v->cx.arena);
	t->mark = arena_mark(t->each);
	*ret = t;
	return OK;
}

const struct inbound *table_of(const struct table *t)
{
	return &t->in;
}

json_t *table_columns_json(const struct table *t)
{
	const json_t *found = json_list(t->in.found, "columns");
	json_t *list = json_new_array(t->v->cx.arena);
	for (size_t i = 0; i < t->n; i++) {
		const json_t *of = json_array_get(found, t->is[i].from);
		json_t *o = json_new_object(t->v->cx.arena);
		if (t->is[i].part == 0) {
			json_add(list, of);
			continue;
		}
		json_put_text(o, "title",
		    t->v->cx.lang == LANG_TH ? t->told[i].title_th
					     : t->told[i].title_en);
		json_put_text(o, "name", t->told[i].name);
		json_put_text(o, "type", STR("text"));
		json_put_text(o, "part_of", json_text(of, "name"));
		json_add(list, o);
	}
	return list;
}

int64_t table_column_of(const struct table *t, size_t i)
{
	return (int64_t)t->is[i].from + 1;
}

struct columns table_columns(const struct table *t)
{
	return (struct columns){ .v = t->told, .n = t->n };
}

enum err table_again(struct table *t)
{
	const struct sheet_row *headings = NULL;
	t->at = 0;
	enum err e = table_file_begin(&t->file);
	if (!e)
		e = table_file_next(&t->file, &headings);
	if (!e && (headings == NULL || headings->n != t->n_file))
		e = fail_detail(
		    &t->v->cx, ERR_BROKEN, "a table has other columns");
	return e;
}

static struct table_cell check(
    struct table *t, size_t i, const struct sheet_row *row)
{
	static const struct sheet_cell none = { .kind = SHEET_EMPTY };
	const struct sheet_cell *cell = i < row->n ? &row->v[i] : &none;
	struct sheet_value value = { .s = STR("") };
	struct table_cell c = { .sent = cell->s, .why = MSG_NONE };
	c.wrong = !sheet_check(t->each, &t->columns[i], cell, &value, &c.why);
	c.value = c.wrong ? STR("") : value.s;
	return c;
}

/* Of the name that was looked at last, if it is one. */
static struct table_cell part_of(struct table *t, size_t i)
{
	size_t part = t->is[i].part - 1;
	const struct table_cell *whole = &t->cells[i - part - 1];
	if (part == 0)
		t->name = sheet_split_name(t->each, whole->value);
	return (struct table_cell){ .sent = STR(""),
		.value = sheet_name_part(&t->name, part),
		.why = MSG_NONE };
}

static bool is_left_out(const struct table *t, size_t row)
{
	return row / 8 < t->left.n &&
	       ((unsigned char)t->left.p[row / 8] >> row % 8 & 1) != 0;
}

static enum err one_row(struct table *t, const struct table_row **ret)
{
	const struct sheet_row *row = NULL;
	enum err e = table_file_next(&t->file, &row);
	while (!e && row != NULL && is_left_out(t, t->at++))
		e = table_file_next(&t->file, &row);
	*ret = NULL;
	if (e || row == NULL)
		return e;
	for (size_t i = 0; i < t->n; i++)
		t->cells[i] = t->is[i].part == 0 ? check(t, t->is[i].from, row)
		                                 : part_of(t, i);
	t->row = (struct table_row){
		.number = row->number, .n = t->n, .v = t->cells
	};
	*ret = &t->row;
	return OK;
}

enum err table_row_next(struct table *t, const struct table_row **ret)
{
	arena_rewind(t->each, t->mark);
	return one_row(t, ret);
}

struct str table_why(const struct table *t, size_t i,
    const struct table_cell *c, struct arena *a)
{
	return codes_why(a, t->v->cx.lang, t->lists[t->is[i].from],
	    (struct str){ 0 }, c->why);
}

struct cell table_cell_typed(
    struct arena *a, enum column_type type, const struct table_cell *c)
{
	struct str s = c->value;
	if (s.n == 0)
		return (struct cell){ .kind = CELL_NULL };
	if (type == TYPE_INTEGER)
		return (struct cell){ .kind = CELL_INTEGER, .s = s };
	if (type == TYPE_BOOLEAN)
		return (struct cell){ .kind = CELL_INTEGER,
			.s = str_eq(s, STR("true")) ? STR("1") : STR("0") };
	if (type != TYPE_NUMBER)
		return (struct cell){ .kind = CELL_TEXT, .s = s };
	bool whole = !str_has(s, STR(".")) && !str_has(s, STR("e")) &&
	             !str_has(s, STR("E"));
	return (struct cell){ .kind = CELL_REAL,
		.s = whole ? str_cat(a, s, STR(".0")) : s };
}

/* A row's texts are views into what the child sent last. */
static void keep(struct table *t, struct cell *to, const struct table_row *row)
{
	for (size_t i = 0; i < t->n; i++) {
		to[i] = table_cell_typed(t->each, t->told[i].type, &row->v[i]);
		to[i].s = str_dup(t->each, to[i].s);
	}
}

enum err table_next(struct table *t, struct batch *ret)
{
	const struct table_row *row;
	size_t n = 0;
	enum err e = OK;
	if (t->batch == NULL)
		t->batch =
		    ARENA_ARRAY(t->v->cx.arena, struct cell, BATCH * t->n + 1);
	arena_rewind(t->each, t->mark);
	while (n < BATCH && arena_used(t->each) < BATCH_BYTES &&
	       !(e = one_row(t, &row)) && row != NULL)
		keep(t, &t->batch[n++ * t->n], row);
	*ret =
	    (struct batch){ .n_rows = n, .n_columns = t->n, .cells = t->batch };
	return e;
}
