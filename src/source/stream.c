#include "source/stream.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "source/lite_pool.h"
#include "source/query.h"

struct lite_stream *stream_new(struct ctx *cx, struct lite *l, sqlite3_stmt *st)
{
	struct lite_stream *s = ARENA_NEW(cx->arena, struct lite_stream);
	size_t rows = 0;

	s->lite = l;
	s->st = st;
	s->n_columns = (size_t)sqlite3_column_count(st);
	REQUIRE(s->n_columns > 0);
	REQUIRE(s->n_columns <= SOURCE_CELLS);
	rows = SOURCE_CELLS / s->n_columns;
	s->max_rows = rows > SOURCE_BATCH_ROWS ? SOURCE_BATCH_ROWS : rows;
	s->head.room = (struct source_room){ l->cells, l->text };
	return s;
}

static struct str repair(struct lite_stream *s, struct str bad)
{
	if (s->repaired == NULL)
		s->repaired = arena_inside(s->lite->arena);

	struct buf b = buf_new(s->repaired, 3 * bad.n + 1);
	while (bad.n > 0) {
		struct str before = bad;
		uint32_t c = 0;

		if (str_take_utf8(&bad, &c)) {
			buf_str(&b, str_upto(before, before.n - bad.n));
		} else {
			buf_str(&b, STR("\xef\xbf\xbd"));
			bad = str_from(bad, 1);
		}
	}
	s->head.bad_texts++;
	s->head.outside = true;
	return buf_view(&b);
}

/* Into the batch's text, or false when there is no room. */
static bool copy(struct lite_stream *s, struct str in, struct cell *ret)
{
	if (in.n > SOURCE_BATCH_BYTES - s->used)
		return false;
	if (in.n > 0)
		memcpy(s->head.room.text + s->used, in.p, in.n);
	ret->s = (struct str){ .p = s->head.room.text + s->used, .n = in.n };
	s->used += in.n;
	return true;
}

/* The cell; with `views`, long ones stay in the database's memory, where they
 * hold until it steps on. The value is asked by itself, since each function of
 * a column looks for it anew; no other thread has this connection. */
static bool take_cell(
    struct lite_stream *s, int at, bool views, struct cell *ret)
{
	sqlite3_value *v = sqlite3_column_value(s->st, at);
	char number[REAL_TEXT_BYTES];
	struct str in = { 0 };

	switch (sqlite3_value_type(v)) {
	case SQLITE_INTEGER:
		ret->kind = CELL_INTEGER;
		in.n = integer_text(sqlite3_value_int64(v), number);
		in.p = number;
		return copy(s, in, ret);
	case SQLITE_FLOAT:
		ret->kind = CELL_REAL;
		in.n = real_text(sqlite3_value_double(v), number);
		in.p = number;
		return copy(s, in, ret);
	case SQLITE_TEXT:
		ret->kind = CELL_TEXT;
		in.p = (const char *)sqlite3_value_text(v);
		in.n = (size_t)sqlite3_value_bytes(v);
		if (in.p != NULL && !str_utf8(in)) {
			ret->s = repair(s, in);
			return true;
		}
		break;
	case SQLITE_BLOB:
		ret->kind = CELL_BYTES;
		in.p = sqlite3_value_blob(v);
		in.n = (size_t)sqlite3_value_bytes(v);
		break;
	default:
		*ret = (struct cell){ .kind = CELL_NULL };
		return true;
	}
	if (in.p == NULL) /* how the database gives an empty blob */
		in = STR("");
	if (views) {
		ret->s = in;
		return true;
	}
	return copy(s, in, ret);
}

static bool take_row(struct lite_stream *s, bool views, struct cell *row)
{
	size_t before = s->used;
	uint64_t bad = s->head.bad_texts;

	for (size_t i = 0; i < s->n_columns; i++) {
		if (!take_cell(s, (int)i, views, &row[i])) {
			s->used = before;
			s->head.bad_texts = bad;
			return false;
		}
	}
	return true;
}

/* Makes the next row the one at hand; false at the end. */
static enum err advance(struct ctx *cx, struct lite_stream *s, bool *ret)
{
	*ret = true;
	if (s->waiting)
		return OK;

	int rc = sqlite3_step(s->st);
	if (rc == SQLITE_ROW)
		return OK;
	*ret = false;
	s->done = true;
	s->broken = rc != SQLITE_DONE;
	return s->broken ? lite_fail(cx, s->lite, rc, false) : OK;
}

enum err lite_next(
    struct ctx *cx, struct source_stream *head, struct batch *ret)
{
	struct lite_stream *s = (struct lite_stream *)head;
	struct batch b = { .n_columns = s->n_columns,
		.cells = s->head.room.cells };
	bool more = true;

	REQUIRE(s->lite != NULL);
	s->used = 0;
	s->head.outside = false;
	if (s->repaired != NULL)
		arena_rewind(s->repaired, (struct arena_mark){ 0 });
	if (!s->done && lite_over(s->lite)) {
		s->done = true;
		return lite_fail(cx, s->lite, SQLITE_INTERRUPT, false);
	}
	while (!s->done && b.n_rows < s->max_rows) {
		enum err e = advance(cx, s, &more);

		if (e != OK)
			return e;
		if (!more)
			break;
		struct cell *row = s->head.room.cells + b.n_rows * s->n_columns;
		s->waiting = !take_row(s, false, row);
		if (!s->waiting) {
			b.n_rows++;
			continue;
		}
		if (b.n_rows > 0)
			break;
		/* Numbers of any 500 columns fit the text. */
		s->waiting = false;
		s->head.outside = true;
		REQUIRE(take_row(s, true, row));
		b.n_rows = 1;
		break;
	}
	*ret = b;
	return OK;
}

static bool same_names(sqlite3_stmt *st, struct columns want)
{
	if ((size_t)sqlite3_column_count(st) != want.n)
		return false;
	for (size_t i = 0; i < want.n; i++) {
		if (!str_eq(str_of(sqlite3_column_name(st, (int)i)),
			want.v[i].name))
			return false;
	}
	return true;
}

static enum err drifted(struct ctx *cx, const char *why)
{
	enum err e = fail(cx, ERR_CONFLICT, MSG_error_source_drifted);

	cx->fault.detail = str_of(why);
	return e;
}

static enum err prepare_approved(struct ctx *cx, struct lite *l,
    const struct approved *a, sqlite3_stmt **ret)
{
	bool more = false;
	enum err e = lite_statement(cx, l, a->sql, ret, &more);

	if (e != OK)
		return e;
	if (*ret == NULL || !sqlite3_stmt_readonly(*ret) ||
	    !same_names(*ret, a->columns))
		return drifted(cx, "the columns are not the approved ones");
	return OK;
}

static enum err prepare(struct ctx *cx, struct lite *l,
    const struct compiled *q, sqlite3_stmt **ret)
{
	bool more = false;
	enum err e = prepare_approved(cx, l, q->approved, ret);

	if (e != OK || str_eq(q->sql, q->approved->sql))
		return e;
	e = lite_statement(cx, l, q->sql, ret, &more);
	if (e != OK)
		return e;
	if (*ret == NULL || !sqlite3_stmt_readonly(*ret) || more ||
	    !same_names(*ret, q->columns))
		return drifted(cx, "the compiled query differs");
	return OK;
}

static void close_deferred(void *arg)
{
	lite_stream_close(arg);
}

enum err lite_stream_open(struct ctx *cx, const struct source *source,
    const struct compiled *q, const struct source_limits *limits,
    struct source_stream **ret)
{
	struct lite *l = NULL;
	sqlite3_stmt *st = NULL;
	enum err e = lite_take(cx, source, limits, &l);

	if (e != OK)
		return e;
	e = prepare(cx, l, q, &st);
	if (e == OK)
		e = lite_bind(cx, l, st, q->approved->params, q->param_values,
		    q->values, q->n_values);
	if (e != OK) {
		lite_give(l, false);
		return e;
	}
	*ret = &stream_new(cx, l, st)->head;
	arena_defer(cx->arena, close_deferred, *ret);
	return OK;
}

void lite_stream_close(struct source_stream *head)
{
	struct lite_stream *s = (struct lite_stream *)head;

	s->done = true;
	if (s->lite != NULL)
		lite_give(s->lite, !s->broken);
	s->lite = NULL;
	s->repaired = NULL; /* gone with it */
}

bool lite_stream_version(const struct source_stream *head,
    unsigned char ret[SOURCE_VERSION_BYTES], size_t *ret_n)
{
	const struct lite_stream *s = (const struct lite_stream *)head;

	return s->lite != NULL && lite_version(s->lite, ret, ret_n);
}
