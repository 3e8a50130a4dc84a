/* What the gate does for the desk: a look at a query's first rows. Only the
 * desk's own user may call (gate.c). */
#include "base/str.h"
#include "core/deliveries.h"
#include "core/look.h"
#include "fmt/mask.h"
#include "gate/beside.h"
#include "gate/order.h"
#include "gate/record.h"
#include "gate/spec.h"
#include "source/source.h"
#include "sql/sql.h"

#define MAX_ORDER ((size_t)8 << 20)

enum err order_read(struct gate_visit *v, json_t **ret)
{
	enum lang lang;
	enum err e = json_parse(&v->cx, v->rq->body, MAX_ORDER, ret);
	if (e)
		return e;
	/* What is wrong is told to the officer, in his language. */
	if (lang_parse(json_text(*ret, "lang"), &lang))
		v->cx.lang = lang;
	return OK;
}

static bool is_his(enum err e)
{
	switch ((int)e) {
	case ERR_INVALID:
	case ERR_CONFLICT:
	case ERR_TIME_LIMIT:
	case ERR_TOO_LARGE:
		return true;
	default:
		return false;
	}
}

enum err order_wrong(struct ctx *cx, enum err e, struct str prefix)
{
	if (!is_his(e))
		return e;
	if (e != ERR_INVALID || cx->fault.fields == NULL) {
		enum msg msg = cx->fault.msg;
		struct str arg = cx->fault.arg[0];
		field_wrong(
		    cx, str_cat(cx->arena, prefix, STR("sql")), msg, arg);
		return fields_end(cx);
	}
	for (struct field_error *f = cx->fault.fields; f; f = f->next)
		if (!str_starts(f->field, STR("parts[")) &&
		    !str_eq(f->field, STR("formats")) &&
		    !str_eq(f->field, STR("outlets")))
			f->field = str_cat(cx->arena, prefix, f->field);
	return e;
}

static json_t *cell_json(const struct cell *c)
{
	int64_t i;
	switch (c->kind) {
	case CELL_NULL:
		return json_null();
	case CELL_INTEGER:
		return str_i64(c->s, &i) ? json_integer(i) : json_null();
	case CELL_REAL:
	case CELL_TEXT:
		return json_stringn(c->s.p ? c->s.p : "", c->s.n);
	case CELL_BYTES:
		return json_string("…");
	}
	return json_null();
}

static json_t *rows_json(struct arena *a, const struct batch *rows)
{
	json_t *list = json_new_array(a);
	for (size_t r = 0; r < rows->n_rows; r++) {
		json_t *row = json_array();
		for (size_t c = 0; c < rows->n_columns; c++)
			json_array_append_new(row,
			    cell_json(&rows->cells[r * rows->n_columns + c]));
		json_array_append_new(list, row);
	}
	return list;
}

/* The masks that the officer names are on the preview already: what is dropped
 * is null. Its codes are those of no connection. */
static struct columns with_masks(
    struct arena *a, struct columns found, const json_t *named)
{
	struct columns all = spec_columns(a, named);
	struct column *v = ARENA_ARRAY(a, struct column, found.n + 1);
	for (size_t i = 0; i < found.n; i++) {
		v[i] = found.v[i];
		for (size_t k = 0; k < all.n; k++)
			if (str_eq(all.v[k].name, v[i].name))
				v[i].mask = all.v[k].mask;
	}
	return (struct columns){ .v = v, .n = found.n };
}

/* A look at what was prepared names the artefact; one while preparing, the
 * query. */
static enum err record_begin(
    struct gate_visit *v, const json_t *order, struct delivery *ret)
{
	struct str artefact = json_text(order, "digest");
	bool made = artefact.n > 0;
	*ret = (struct delivery){ .request = json_text(order, "request"),
		.key = json_text(order, "by"),
		.form = made ? STR("look") : STR("preview"),
		.address = STR("desk"),
		.query = made ? json_text(order, "name") : STR(""),
		.digest = made ? artefact
		               : sha256_hex(v->cx.arena,
				     sha256_of(json_text(order, "sql"))) };
	return record_look(&v->cx, v->gate, ret);
}

static enum err record_end(
    struct gate_visit *v, struct str id, bool whole, size_t rows, uint64_t bad)
{
	return record_result(&v->cx, v->gate, id, whole, (int64_t)rows, 0,
	    (int64_t)bad, STR(""));
}

static bool nobody_waits(void *visit)
{
	const struct gate_visit *v = visit;
	return request_gone(v->rq);
}

static enum err look(struct gate_visit *v, const json_t *order,
    struct description *ret, struct batch *ret_rows)
{
	struct source source;
	struct params params = NO_PARAMS;
	struct beside tables = { 0 };
	enum err e = spec_params(&v->cx, json_list(order, "params"), &params);
	if (!e)
		e = gate_source(v, json_text(order, "source"), &source);
	if (!e)
		e = beside_open(v, order, json_text(order, "request"), &tables);
	struct source_limits limits = *beside_limits(&tables);
	limits.stop = nobody_waits;
	limits.stop_arg = v;
	if (!e)
		e = beside_source(v, order, &tables, &limits, &source);
	if (!e)
		e = source_preview(&v->cx, &source, json_text(order, "sql"),
		    params, NO_ARGS, &limits, SOURCE_PREVIEW_ROWS, ret,
		    ret_rows);
	return order_wrong(&v->cx, e, STR(""));
}

/* No record, no rows: it is begun before the source is asked, so that looks
 * cannot be had beyond their number, and says in the end whether there were
 * any. */
static enum err look_recorded(struct gate_visit *v, const json_t *order,
    struct description *ret, struct batch *ret_rows)
{
	struct delivery d;
	enum err e = record_begin(v, order, &d);
	if (e)
		return e;
	enum err looked = look(v, order, ret, ret_rows);
	struct fault why = v->cx.fault;
	e = record_end(v, d.id, !looked, looked ? 0 : ret_rows->n_rows,
	    looked ? 0 : ret->bad_texts);
	if (!looked) {
		response_header(v->rs, STR("Delivery-Id"), d.id);
		return e;
	}
	v->cx.fault = why;
	return looked;
}

enum err desk_preview(struct gate_visit *v)
{
	json_t *order, *o = json_new_object(v->cx.arena);
	struct description found;
	struct batch rows;
	enum err e = order_read(v, &order);
	if (!e)
		e = look_recorded(v, order, &found, &rows);
	if (e)
		return e;
	struct columns masked =
	    with_masks(v->cx.arena, found.columns, json_list(order, "columns"));
	struct sha256 key =
	    gate_key(v->gate, "mask of previews", random_text(v->cx.arena, 16));
	rows =
	    masker_rows(masker_new(v->cx.arena, masked, masked.n, key), &rows);
	json_put(o, "columns", spec_columns_json(v->cx.arena, masked));
	json_put(o, "rows", rows_json(v->cx.arena, &rows));
	json_put_int(o, "bad_texts", (int64_t)found.bad_texts);
	return gate_json(v, 200, o);
}
