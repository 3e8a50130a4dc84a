/* What differs between two tables that were sent in, by a column that names their
 * rows: counts, and the names of some. Of each row a few bytes are kept. */
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "core/line.h"
#include "gate/order.h"
#include "gate/record.h"
#include "gate/table.h"

/* Samples in all are a hundred. */
enum { CHANGED = 50, ADDED = 25, REMOVED = 25, KEY_BYTES = 200 };
#define ROW_BYTES ((size_t)16 << 20)

/* A column that both have. */
struct both {
	struct str name;
	size_t now, before;
};

struct sample {
	uint64_t key;
	struct str text;
	uint64_t *cells; /* digests of its columns, as they are now */
};

struct difference {
	struct gate_visit *v;
	struct table *now, *before;
	size_t key_now, key_before;
	struct both *both;
	size_t n_both;
	/* Rows of the one before: digests of key and columns; the lowest bit of
	 * `row` says that it was met. */
	uint64_t *keys, *rows;
	size_t mask, n_before;
	bool over; /* more rows than were told when it was read */
	struct sample changed[CHANGED];
	size_t n_changed, n_added, n_removed;
	int64_t added, removed, altered, same, twice;
	json_t *samples;
	struct arena *each;
	struct arena_mark mark;
};

static uint64_t digest(struct str s)
{
	struct sha256 d = sha256_of(s);
	uint64_t v;
	memcpy(&v, d.b, sizeof v);
	return v | 2; /* never 0, also without its lowest bit */
}

static struct str text_of(const struct table_cell *c)
{
	return c->wrong ? c->sent : c->value;
}

/* Lengths keep "ab","c" from "a","bc". */
static uint64_t row_digest(
    struct difference *d, const struct table_row *row, bool now)
{
	struct buf b = buf_new(d->each, ROW_BYTES);
	for (size_t i = 0; i < d->n_both; i++) {
		const struct table_cell *c =
		    &row->v[now ? d->both[i].now : d->both[i].before];
		struct str s = text_of(c);
		buf_fmt(&b, "%d%zu:", c->wrong, s.n);
		buf_str(&b, s);
	}
	return digest(buf_view(&b)) & ~UINT64_C(1);
}

static bool find_column(struct columns c, struct str name, size_t *ret)
{
	for (*ret = 0; *ret < c.n; ++*ret)
		if (str_eq(c.v[*ret].name, name))
			return true;
	return false;
}

static size_t slot_of(const struct difference *d, uint64_t key)
{
	size_t at = (size_t)(key >> 2) & d->mask;
	while (d->keys[at] != 0 && d->keys[at] != key)
		at = (at + 1) & d->mask;
	return at;
}

static void add_sample(struct difference *d, struct str key, const char *what,
    const json_t *columns)
{
	json_t *o = json_new_object(d->v->cx.arena);
	json_put_text(o, "key", line_head(key, KEY_BYTES));
	json_put_text(o, "what", str_of(what));
	json_put(
	    o, "columns", columns ? columns : json_new_array(d->v->cx.arena));
	json_add(d->samples, o);
}

static void take_before(struct difference *d, const struct table_row *row)
{
	uint64_t key = digest(text_of(&row->v[d->key_before]));
	size_t at = slot_of(d, key);
	if (d->keys[at] != 0) {
		d->twice++;
		return;
	}
	/* One more than were told leaves no free place to end a search at. */
	if (d->n_before == d->mask) {
		d->over = true;
		return;
	}
	d->n_before++;
	d->keys[at] = key;
	d->rows[at] = row_digest(d, row, false);
}

static void keep_changed(
    struct difference *d, uint64_t key, const struct table_row *row)
{
	if (d->n_changed == CHANGED)
		return;
	struct arena *a = d->v->cx.arena;
	struct sample *s = &d->changed[d->n_changed++];
	s->key = key;
	s->text =
	    str_dup(a, line_head(text_of(&row->v[d->key_now]), KEY_BYTES));
	s->cells = ARENA_ARRAY(a, uint64_t, d->n_both + 1);
	for (size_t i = 0; i < d->n_both; i++)
		s->cells[i] = digest(text_of(&row->v[d->both[i].now]));
}

static void take_now(struct difference *d, const struct table_row *row)
{
	struct str text = text_of(&row->v[d->key_now]);
	uint64_t key = digest(text);
	size_t at = slot_of(d, key);
	if (d->keys[at] == 0) {
		if (d->added++ < ADDED)
			add_sample(d, text, "added", NULL);
		return;
	}
	if ((d->rows[at] & 1) != 0) {
		d->twice++;
		return;
	}
	if (d->rows[at] == row_digest(d, row, true)) {
		d->same++;
	} else {
		d->altered++;
		keep_changed(d, key, row);
	}
	d->rows[at] |= 1;
}

/* Its columns that are others now. */
static const json_t *altered_columns(
    struct difference *d, const struct sample *s, const struct table_row *row)
{
	json_t *list = json_new_array(d->v->cx.arena);
	for (size_t i = 0; i < d->n_both; i++)
		if (s->cells[i] != digest(text_of(&row->v[d->both[i].before])))
			json_add_text(list, d->both[i].name);
	return list;
}

/* Once more, for the names of what has gone and the columns of what changed. */
static void take_again(struct difference *d, const struct table_row *row)
{
	struct str text = text_of(&row->v[d->key_before]);
	uint64_t key = digest(text);
	size_t at = slot_of(d, key);
	if ((d->rows[at] & 1) == 0) {
		d->rows[at] |= 1;
		if (d->removed++ < REMOVED)
			add_sample(d, text, "removed", NULL);
		return;
	}
	for (size_t i = 0; i < d->n_changed; i++) {
		struct sample *s = &d->changed[i];
		if (s->key != key || s->cells == NULL)
			continue;
		add_sample(d, s->text, "changed", altered_columns(d, s, row));
		s->cells = NULL;
	}
}

static enum err each_row(struct difference *d, struct table *t,
    void (*take)(struct difference *, const struct table_row *))
{
	const struct table_row *row = NULL;
	enum err e = table_again(t);
	while (!e && !(e = table_row_next(t, &row)) && row != NULL) {
		take(d, row);
		arena_rewind(d->each, d->mark);
		if (request_gone(d->v->rq))
			e = fail_detail(&d->v->cx, ERR_BUSY, "nobody waits");
	}
	return e;
}

/* Columns that only one of them has, by name. */
static json_t *only_in(struct arena *a, struct columns one, struct columns two)
{
	json_t *list = json_new_array(a);
	size_t at;
	for (size_t i = 0; i < one.n; i++)
		if (!find_column(two, one.v[i].name, &at))
			json_add_text(list, one.v[i].name);
	return list;
}

static enum err ready(struct difference *d, struct str key)
{
	struct ctx *cx = &d->v->cx;
	struct columns now = table_columns(d->now);
	struct columns before = table_columns(d->before);
	if (!find_column(now, key, &d->key_now) ||
	    !find_column(before, key, &d->key_before)) {
		field_wrong(cx, STR("key"), MSG_field_no_such_column, key);
		return fields_end(cx);
	}
	d->both = ARENA_ARRAY(cx->arena, struct both, before.n + 1);
	for (size_t i = 0; i < before.n; i++) {
		struct both *b = &d->both[d->n_both];
		*b = (struct both){ .name = before.v[i].name, .before = i };
		d->n_both += find_column(now, b->name, &b->now);
	}
	int64_t rows = json_int(table_of(d->before)->found, "rows", 0);
	size_t slots = 16;
	while (slots / 4 * 3 < (size_t)rows)
		slots *= 2;
	d->mask = slots - 1;
	d->keys = ARENA_ARRAY(cx->arena, uint64_t, slots);
	d->rows = ARENA_ARRAY(cx->arena, uint64_t, slots);
	d->samples = json_new_array(cx->arena);
	d->each = arena_inside(cx->arena);
	d->mark = arena_mark(d->each);
	return OK;
}

static enum err compare(struct difference *d)
{
	enum err e = each_row(d, d->before, take_before);
	if (!e && d->over)
		e = fail_detail(
		    &d->v->cx, ERR_BROKEN, "a table has more rows than before");
	if (!e)
		e = each_row(d, d->now, take_now);
	return e ? e : each_row(d, d->before, take_again);
}

static json_t *answer(const struct difference *d)
{
	struct arena *a = d->v->cx.arena;
	struct columns now = table_columns(d->now);
	struct columns before = table_columns(d->before);
	json_t *o = json_new_object(a);
	json_put_int(o, "added", d->added);
	json_put_int(o, "removed", d->removed);
	json_put_int(o, "changed", d->altered);
	json_put_int(o, "same", d->same);
	json_put_int(o, "double", d->twice);
	json_put(o, "columns_added", only_in(a, now, before));
	json_put(o, "columns_removed", only_in(a, before, now));
	json_put(o, "samples", d->samples);
	return o;
}

static enum err open_both(struct difference *d, const json_t *order)
{
	struct str request = json_text(order, "request");
	enum err e = table_open(
	    d->v, json_text(order, "upload"), request, false, &d->now);
	return e ? e
	         : table_open(d->v, json_text(order, "with"), request, false,
		       &d->before);
}

enum err desk_table_difference(struct gate_visit *v)
{
	struct difference *d = ARENA_NEW(v->cx.arena, struct difference);
	struct delivery look;
	json_t *order;
	d->v = v;
	enum err e = order_read(v, &order);
	if (!e)
		e = table_turn(v);
	if (!e)
		e = open_both(d, order);
	if (!e)
		e = ready(d, json_text(order, "key"));
	if (!e)
		e = table_look_begin(
		    v, order, table_of(d->now), table_of(d->before), &look);
	if (e)
		return e;
	enum err compared = compare(d);
	e = table_look_end(v, look.id, compared, json_array_size(d->samples));
	return e ? e : gate_json(v, 200, answer(d));
}
