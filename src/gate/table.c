#include "gate/table.h"

#include <stdatomic.h>

#include "base/str.h"
#include "base/time.h"
#include "gate/keeper.h"
#include "gate/table_file.h"
#include "sql/sql.h"

/* Of rows and, for their texts may be long, of bytes. */
enum { BATCH = 256, BATCH_BYTES = 1 << 20 };

struct table {
	struct gate_visit *v;
	struct inbound in;
	struct table_file file;
	struct sheet_column *columns;
	struct column *told;
	const struct fetched_codes **lists; /* of each column; or NULL */
	size_t n;
	struct table_cell *cells;
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
	const json_t *list = json_list(t->in.choice, "columns");
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_eq(json_text(json_array_get(list, i), "name"), name))
			return json_array_get(list, i);
	return NULL;
}

/* The codes of its lists, as they were when it was read. */
static enum err read_lists(struct table *t, struct code_lists **ret)
{
	json_t *notes;
	*ret = ARENA_NEW(t->v->cx.arena, struct code_lists);
	if (!code_lists_named(t->in.choice))
		return OK;
	enum err e = table_notes_read(t->v, t->in.upload, &notes);
	if (!e)
		code_lists_kept(
		    t->v->cx.arena, json_list(notes, "lists"), *ret);
	return e;
}

/* As they were found; typed codes stand in the choice. */
static void read_columns(struct table *t, const struct code_lists *lists)
{
	struct arena *a = t->v->cx.arena;
	const json_t *list = json_list(t->in.found, "columns");
	t->n = json_array_size(list);
	t->columns = ARENA_ARRAY(a, struct sheet_column, t->n + 1);
	t->told = ARENA_ARRAY(a, struct column, t->n + 1);
	t->lists = ARENA_ARRAY(a, const struct fetched_codes *, t->n + 1);
	t->cells = ARENA_ARRAY(a, struct table_cell, t->n + 1);
	for (size_t i = 0; i < t->n; i++) {
		const json_t *said = json_array_get(list, i);
		struct sheet_column *c = &t->columns[i];
		c->title = json_text(said, "title");
		c->name = json_text(said, "name");
		table_column_as(a, lists, chosen(t, c->name), c);
		table_column_as(a, lists, said, c);
		t->lists[i] = code_lists_get(lists, json_text(said, "list"));
		t->told[i] = (struct column){ .name = c->name,
			.title_th = c->title,
			.title_en = c->title,
			.type = sheet_check_type(c->check) };
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
		e = read_lists(t, &lists);
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

struct columns table_columns(const struct table *t)
{
	return (struct columns){ .v = t->told, .n = t->n };
}

enum err table_again(struct table *t)
{
	const struct sheet_row *headings = NULL;
	enum err e = table_file_begin(&t->file);
	if (!e)
		e = table_file_next(&t->file, &headings);
	if (!e && (headings == NULL || headings->n != t->n))
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

static enum err one_row(struct table *t, const struct table_row **ret)
{
	const struct sheet_row *row = NULL;
	enum err e = table_file_next(&t->file, &row);
	*ret = NULL;
	if (e || row == NULL)
		return e;
	for (size_t i = 0; i < t->n; i++)
		t->cells[i] = check(t, i, row);
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
	return codes_why(
	    a, t->v->cx.lang, t->lists[i], (struct str){ 0 }, c->why);
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
