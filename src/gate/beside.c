#include "gate/beside.h"

#include "base/str.h"
#include "core/upload.h"
#include "gate/order.h"
#include "gate/table.h"
#include "source/meet.h"
#include "sql/sql.h"

static const struct source_limits limits_tables = {
	.steps = INT64_C(1000000000),
	.time_ms = 60000,
};

const struct source_limits *beside_limits(const struct beside *b)
{
	return b->n > 0 ? &limits_tables : &source_limits_officer;
}

struct one {
	struct gate_visit *v;
	struct table *table;
};

/* A table tells the visit what is wrong; the run that reads it may have a context
 * of its own. */
static enum err told(struct ctx *cx, const struct one *o, enum err e)
{
	if (e && cx != &o->v->cx)
		cx->fault = o->v->cx.fault;
	return e;
}

static enum err again(struct ctx *cx, void *arg)
{
	struct one *o = arg;
	return told(cx, o, table_again(o->table));
}

static enum err next(struct ctx *cx, void *arg, struct batch *ret)
{
	struct one *o = arg;
	return told(cx, o, table_next(o->table, ret));
}

static enum err open_one(struct gate_visit *v, const json_t *said,
    struct str request, struct given *ret)
{
	struct one *o = ARENA_NEW(v->cx.arena, struct one);
	o->v = v;
	*ret = (struct given){ .name = json_text(said, "name"),
		.again = again,
		.next = next,
		.arg = o };
	enum err e =
	    table_open(v, json_text(said, "file"), request, true, &o->table);
	if (!e)
		ret->columns = table_columns(o->table);
	return e;
}

static struct str field_of(
    struct gate_visit *v, const char *list, size_t i, const char *member)
{
	return str_fmt(v->cx.arena, "%s[%zu].%s", list, i, member);
}

/* What its sender or the officer can put right. */
static bool is_of_table(enum err e)
{
	return e == ERR_INVALID || e == ERR_NOT_FOUND || e == ERR_CONFLICT ||
	       e == ERR_GONE;
}

enum err beside_open(struct gate_visit *v, const json_t *part,
    struct str request, struct beside *ret)
{
	const json_t *list = json_list(part, "tables");
	size_t n = json_array_size(list);
	enum err e = OK;
	if (n > GIVEN_TABLES)
		return fail_detail(&v->cx, ERR_INVALID, "too many tables");
	ret->v = ARENA_ARRAY(v->cx.arena, struct given, n + 1);
	for (size_t i = 0; i < n && !e; i++) {
		e = open_one(v, json_array_get(list, i), request, &ret->v[i]);
		if (is_of_table(e)) {
			field_wrong(&v->cx, field_of(v, "tables", i, "file"),
			    v->cx.fault.msg, v->cx.fault.arg[0]);
			e = fields_end(&v->cx);
		}
	}
	ret->n = n;
	return e;
}

enum err beside_used(struct gate_visit *v, const json_t *part)
{
	const json_t *list = json_list(part, "tables");
	if (json_array_size(list) == 0)
		return OK;
	enum err e = store_write(&v->cx, v->gate->shared);
	for (size_t i = 0; i < json_array_size(list) && !e; i++)
		e = upload_used(
		    &v->cx, json_text(json_array_get(list, i), "file"));
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	return e;
}

static enum err meet(struct gate_visit *v, const json_t *takes,
    const struct beside *b, const struct source_limits *run,
    struct source *source)
{
	struct ctx *cx = &v->cx;
	struct meeting *m = NULL;
	enum err e = meet_begin(cx, MEET_ROWS, MEET_BYTES, &m);
	for (size_t i = 0; i < b->n && !e; i++)
		e = meet_given(cx, m, &b->v[i], run);
	for (size_t i = 0; i < json_array_size(takes) && !e; i++) {
		const json_t *t = json_array_get(takes, i);
		e = meet_take(cx, m, source, json_text(t, "name"),
		    json_text(t, "sql"), &source_limits_officer, run);
		e = order_wrong(cx, e, field_of(v, "take", i, ""));
	}
	return e ? e : meet_end(cx, m, source);
}

enum err beside_source(struct gate_visit *v, const json_t *part,
    const struct beside *b, const struct source_limits *run,
    struct source *source)
{
	const json_t *takes = json_list(part, "take");
	if (b->n == 0)
		return OK;
	if (json_array_size(takes) > 0)
		return meet(v, takes, b, run, source);
	source->given = b->v;
	source->n_given = b->n;
	return OK;
}
