/* What the gate shows the desk of a table that was sent in: a look at its first
 * rows and at what is wrong. Values pass through the desk and stay nowhere in it;
 * each look is recorded, and counted with a person's others. */
#include "base/read_as.h"
#include "base/str.h"
#include "core/line.h"
#include "gate/order.h"
#include "gate/record.h"
#include "gate/table.h"
#include "gate/table_file.h"

/* 20 rows of 1,024 columns are still what the desk takes. */
enum { LOOK_ROWS = 20, LOOK_WRONG = 200, LOOK_BYTES = 160 };

/* A long one is cut, and shows that it is. */
static json_t *cell_json(struct arena *a, const struct table_cell *c)
{
	struct str s = c->wrong ? c->sent : c->value;
	if (s.n > LOOK_BYTES)
		s = str_cat(a, line_head(s, LOOK_BYTES), STR("…"));
	return s.n > 0 ? json_stringn(s.p, s.n) : json_null();
}

/* A wrong cell as it was sent. */
static enum err first_rows(struct gate_visit *v, struct table *t, json_t *o)
{
	const struct table_row *row = NULL;
	json_t *rows = json_new_array(v->cx.arena);
	json_t *numbers = json_new_array(v->cx.arena);
	enum err e = table_again(t);
	for (size_t i = 0; i < LOOK_ROWS && !e; i++) {
		e = table_row_next(t, &row);
		if (e || row == NULL)
			break;
		json_t *cells = json_array();
		for (size_t k = 0; k < row->n; k++)
			json_array_append_new(
			    cells, cell_json(v->cx.arena, &row->v[k]));
		json_array_append_new(rows, cells);
		json_array_append_new(numbers, json_integer(row->number));
	}
	json_put(o, "rows", rows);
	json_put(o, "numbers", numbers);
	return e;
}

static json_t *wrong_json(
    struct gate_visit *v, const json_t *notes, const json_t *noted)
{
	json_t *o = json_new_object(v->cx.arena);
	int64_t row = json_int(noted, "row", 0);
	int64_t column = json_int(noted, "column", 0);
	json_put_int(o, "row", row);
	json_put_int(o, "column", column);
	json_put_text(o, "name", json_text(noted, "name"));
	json_put_text(o, "place", cell_place(v->cx.arena, row, column));
	json_put_text(o, "value", json_text(noted, "value"));
	json_put_text(o, "message", table_noted_why(v, notes, noted));
	return o;
}

static enum err put_notes(struct gate_visit *v, struct str upload, json_t *o)
{
	json_t *notes, *list = json_new_array(v->cx.arena);
	enum err e = table_notes_read(v, upload, &notes);
	if (e)
		return e;
	const json_t *wrong = json_list(notes, "wrong");
	const json_t *twice = json_list(notes, "double");
	for (size_t i = 0; i < json_array_size(wrong) && i < LOOK_WRONG; i++)
		json_add(list, wrong_json(v, notes, json_array_get(wrong, i)));
	json_put(o, "wrong", list);
	json_put(o, "double", twice ? twice : json_new_array(v->cx.arena));
	return OK;
}

enum err table_look_begin(struct gate_visit *v, const json_t *order,
    const struct inbound *in, const struct inbound *with, struct delivery *ret)
{
	*ret = (struct delivery){ .request = in->request,
		.key = json_text(order, "by"),
		.form = STR("table"),
		.address = STR("desk"),
		.query = with ? str_fmt(v->cx.arena, "%.*s %.*s",
				    STR_ARG(in->upload), STR_ARG(with->upload))
		              : in->upload,
		.digest = in->sha256 };
	return record_look(&v->cx, v->gate, ret);
}

enum err table_look_end(
    struct gate_visit *v, struct str id, enum err looked, size_t rows)
{
	struct fault why = v->cx.fault;
	enum err e = record_result(
	    &v->cx, v->gate, id, !looked, (int64_t)rows, 0, 0, STR(""));
	if (looked) {
		v->cx.fault = why;
		return looked;
	}
	if (!e)
		response_header(v->rs, STR("Delivery-Id"), id);
	return e;
}

enum err desk_table_look(struct gate_visit *v)
{
	json_t *order, *o = json_new_object(v->cx.arena);
	struct table *t = NULL;
	struct delivery d;
	enum err e = order_read(v, &order);
	if (!e)
		e = table_turn(v);
	if (!e)
		e = table_open(v, json_text(order, "upload"),
		    json_text(order, "request"), false, &t);
	/* No record, no rows. */
	if (!e)
		e = table_look_begin(v, order, table_of(t), NULL, &d);
	if (e)
		return e;
	json_put(o, "columns", table_columns_json(t));
	enum err looked = first_rows(v, t, o);
	if (!looked)
		looked = put_notes(v, table_of(t)->upload, o);
	e = table_look_end(
	    v, d.id, looked, json_array_size(json_list(o, "rows")));
	return e ? e : gate_json(v, 200, o);
}
