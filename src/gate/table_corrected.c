/* A table that was sent in, back to who sent it: its values as the checks have
 * them, what is wrong as it was, with what to do beside it and once more as a
 * list. By a ticket of the desk ("corrected", the upload), recorded as what is
 * given out. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/read_as.h"
#include "base/str.h"
#include "core/line.h"
#include "fmt/encoder.h"
#include "gate/record.h"
#include "gate/table.h"
#include "gate/table_file.h"
#include "sql/sql.h"

enum { BATCH = 64, LIST_COLUMNS = 5, LISTED_CUT = 1000, VALUE_BYTES = 200 };
#define WHY_BYTES ((size_t)30000) /* of a cell of Excel's */

/* A row of the list of what is to be put right. */
struct listed {
	int64_t row, column; /* from 1 on, as in the file that was sent */
	struct str name;     /* the column's */
	struct str value, why;
};

/* Made whole before it is sent, for its record comes first; in a file without a
 * name. */
struct copy {
	struct gate_visit *v;
	struct table *table;
	int fd;
	int64_t bytes, rows;
	struct sha256_state *digest;
	struct encoder *encoder;
	struct columns columns;
	struct cell *cells;
	size_t n;           /* rows in `cells` */
	struct listed *cut; /* cells of which Excel holds a beginning only */
	size_t n_cut;
	struct arena *each;
	struct arena_mark mark;
};

static void close_copy(void *arg)
{
	struct copy *c = arg;
	if (c->fd >= 0)
		close(c->fd);
}

static bool write_copy(void *arg, const void *p, size_t n)
{
	struct copy *c = arg;
	sha256_add(c->digest, p, n);
	c->bytes += (int64_t)n;
	return file_write_all(c->fd, p, n);
}

static struct str say(const struct copy *c, enum msg m)
{
	return msg_text(c->v->cx.lang, m);
}

static struct column text_column(struct str title)
{
	return (struct column){ .name = title,
		.title_th = title,
		.title_en = title,
		.type = TYPE_TEXT };
}

static enum err copy_begin(struct copy *c)
{
	struct arena *a = c->v->cx.arena;
	const struct site *site = c->v->gate->options->site;
	struct columns found = table_columns(c->table);
	struct column *v = ARENA_ARRAY(a, struct column, found.n + 1);
	struct encode_options *o = ARENA_NEW(a, struct encode_options);
	c->fd =
	    open(str_cstr(a, str_fmt(a, "%.*s/tmp", STR_ARG(site->gate_dir))),
		O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	arena_defer(a, close_copy, c);
	if (c->fd < 0)
		return fail_detail(
		    &c->v->cx, ERR_BROKEN, "copy: %s", strerror(errno));
	for (size_t i = 0; i < found.n; i++)
		v[i] = found.v[i];
	v[found.n] = text_column(say(c, MSG_table_wrong_here));
	c->columns = (struct columns){ .v = v, .n = found.n + 1 };
	c->cells = ARENA_ARRAY(a, struct cell, BATCH * c->columns.n);
	c->cut = ARENA_ARRAY(a, struct listed, LISTED_CUT);
	c->digest = sha256_begin(a);
	c->each = arena_inside(a);
	c->mark = arena_mark(c->each);
	*o = (struct encode_options){ .lang = c->v->cx.lang };
	c->encoder = encoder_new(
	    a, FORM_XLSX, (struct sink){ .write = write_copy, .arg = c }, o);
	encoder_begin(c->encoder, say(c, MSG_table_data), c->columns);
	return table_again(c->table);
}

static enum err put_rows(struct copy *c)
{
	encoder_rows(c->encoder,
	    &(struct batch){
		.n_rows = c->n, .n_columns = c->columns.n, .cells = c->cells });
	c->n = 0;
	arena_rewind(c->each, c->mark);
	if (encoder_fault(c->encoder) == ENCODE_FINE)
		return OK;
	return fail_detail(&c->v->cx, ERR_BROKEN, "copy: not written: %d",
	    (int)encoder_fault(c->encoder));
}

static void put_why(
    const struct copy *c, struct buf *b, size_t i, struct str why)
{
	struct str title = c->columns.v[i].title_th;
	if (b->n + title.n + why.n + 4 > WHY_BYTES)
		return;
	if (b->n > 0)
		buf_str(b, STR("; "));
	buf_fmt(b, "%.*s: %.*s", STR_ARG(title), STR_ARG(why));
}

/* Its beginning, and seen to be no more than that: whoever puts the copy right and
 * sends it must know that the rest is in his own file alone. */
static void cut_cell(
    struct copy *c, struct buf *why, uint32_t row, size_t i, struct cell *cell)
{
	struct str head = encoder_sheet_head(cell->s);
	if (cell->kind != CELL_TEXT || head.n == cell->s.n)
		return;
	if (c->n_cut < LISTED_CUT)
		c->cut[c->n_cut++] = (struct listed){ .row = row,
			.column = table_column_of(c->table, i),
			.name = c->columns.v[i].name,
			.value = str_dup(
			    c->v->cx.arena, line_head(head, VALUE_BYTES)),
			.why = say(c, MSG_table_cut) };
	put_why(c, why, i, say(c, MSG_table_cut));
	cell->s = str_cat(c->each, head, STR("…"));
}

static void put_row(struct copy *c, const struct table_row *row)
{
	struct cell *to = &c->cells[c->n++ * c->columns.n];
	struct buf why = buf_new(c->each, WHY_BYTES);
	for (size_t i = 0; i < row->n; i++) {
		const struct table_cell *cell = &row->v[i];
		to[i] = table_cell_typed(c->each, c->columns.v[i].type, cell);
		if (cell->wrong) {
			put_why(
			    c, &why, i, table_why(c->table, i, cell, c->each));
			to[i] =
			    (struct cell){ .kind = cell->sent.n > 0 ? CELL_TEXT
				                                    : CELL_NULL,
				    .s = cell->sent };
		}
		cut_cell(c, &why, row->number, i, &to[i]);
		to[i].s = str_dup(c->each, to[i].s);
	}
	to[row->n] = (struct cell){ .kind = why.n > 0 ? CELL_TEXT : CELL_NULL,
		.s = buf_view(&why) };
	c->rows++;
}

static enum err copy_rows(struct copy *c)
{
	const struct table_row *row = NULL;
	enum err e = OK;
	while (!e && !(e = table_row_next(c->table, &row)) && row != NULL) {
		put_row(c, row);
		if (c->n == BATCH || arena_used(c->each) > (1 << 20))
			e = put_rows(c);
		if (!e && request_gone(c->v->rq))
			e = fail_detail(&c->v->cx, ERR_BUSY, "nobody waits");
	}
	return e ? e : put_rows(c);
}

static struct cell text_cell(struct str s)
{
	return (struct cell){ .kind = CELL_TEXT, .s = s };
}

static struct str title_of(const struct copy *c, struct str name)
{
	for (size_t i = 0; i + 1 < c->columns.n; i++)
		if (str_eq(c->columns.v[i].name, name))
			return c->columns.v[i].title_th;
	return STR("");
}

static void put_listed(struct copy *c, const struct listed *l)
{
	struct arena *a = c->v->cx.arena;
	const struct cell cells[LIST_COLUMNS] = {
		{ .kind = CELL_INTEGER,
		    .s = str_fmt(a, "%lld", (long long)l->row) },
		text_cell(cell_place(a, l->row, l->column)),
		text_cell(title_of(c, l->name)),
		text_cell(l->value),
		text_cell(l->why),
	};
	encoder_rows(c->encoder,
	    &(struct batch){
		.n_rows = 1, .n_columns = LIST_COLUMNS, .cells = cells });
}

/* The first thousand wrong cells, as they were noted; then what was cut. */
static enum err copy_list(struct copy *c)
{
	struct arena *a = c->v->cx.arena;
	struct column *v = ARENA_ARRAY(a, struct column, LIST_COLUMNS);
	const enum msg titles[LIST_COLUMNS] = { MSG_table_row, MSG_table_place,
		MSG_table_column, MSG_table_value, MSG_table_why };
	json_t *notes;
	enum err e = table_notes_read(c->v, table_of(c->table)->upload, &notes);
	if (e)
		return e;
	for (size_t i = 0; i < LIST_COLUMNS; i++)
		v[i] = text_column(say(c, titles[i]));
	v[0].type = TYPE_INTEGER;
	encoder_begin(c->encoder, say(c, MSG_table_wrong_list),
	    (struct columns){ .v = v, .n = LIST_COLUMNS });
	const json_t *list = json_list(notes, "wrong");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		put_listed(c, &(struct listed){ .row = json_int(o, "row", 0),
				  .column = json_int(o, "column", 0),
				  .name = json_text(o, "name"),
				  .value = json_text(o, "value"),
				  .why = table_noted_why(c->v, notes, o) });
	}
	for (size_t i = 0; i < c->n_cut; i++)
		put_listed(c, &c->cut[i]);
	return encoder_end(c->encoder)
	           ? OK
	           : fail_detail(&c->v->cx, ERR_BROKEN, "copy: not ended");
}

static enum err find(struct gate_visit *v, struct ticket *ret, struct table **t)
{
	struct inbound in;
	enum err e = store_read(&v->cx, v->gate->shared);
	if (!e)
		e = ticket_find(&v->cx, STR("corrected"), v->rq->args[0], ret);
	if (!e)
		e = inbound_get(&v->cx, ret->subject, &in);
	store_end(&v->cx);
	if (!e)
		e = table_turn(v);
	return e ? e : table_open(v, in.upload, in.request, true, t);
}

static enum err record(
    struct copy *c, const struct ticket *ticket, struct delivery *ret)
{
	struct arena *a = c->v->cx.arena;
	const struct inbound *in = table_of(c->table);
	*ret = (struct delivery){ .document = in->upload,
		.request = in->request,
		.key = ticket->holder,
		.digest = in->sha256,
		.address = address_text(a, c->v->rq->peer),
		.form = STR("corrected"),
		.query = in->name,
		.reading = in->version };
	return record_whole(&c->v->cx, c->v->gate, ret, c->rows, c->bytes,
	    sha256_hex(a, sha256_end(c->digest)));
}

/* "รายชื่อ.v2" of "รายชื่อ.v2.csv". */
static struct str stem(struct str name)
{
	for (size_t i = name.n; i > 1; i--)
		if (name.p[i - 1] == '.')
			return str_upto(name, i - 1);
	return name;
}

static void put_headers(const struct copy *c)
{
	struct gate_visit *v = c->v;
	struct arena *a = v->cx.arena;
	struct str name = str_fmt(a, "%.*s-%.*s.xlsx",
	    STR_ARG(stem(table_of(c->table)->name)),
	    STR_ARG(say(c, MSG_table_corrected)));
	response_set(v->rs, 200, form_media(FORM_XLSX), STR(""));
	response_header(v->rs, STR("Content-Disposition"),
	    str_fmt(a,
		"attachment; filename=\"data.xlsx\"; filename*=UTF-8''%.*s",
		STR_ARG(url_encode(a, name))));
	response_header(v->rs, STR("Referrer-Policy"), STR("no-referrer"));
}

static void send(struct copy *c, struct str delivery)
{
	struct response *rs = c->v->rs;
	put_headers(c);
	rs->file_fd = c->fd;
	rs->file_bytes = (uint64_t)c->bytes;
	c->fd = -1;
	response_header(rs, STR("Delivery-Id"), delivery);
}

enum err file_corrected(struct gate_visit *v)
{
	struct copy *c = ARENA_NEW(v->cx.arena, struct copy);
	struct ticket ticket;
	struct delivery d = { 0 };
	c->v = v;
	c->fd = -1;
	enum err e = find(v, &ticket, &c->table);
	/* No copy is made for who only asks whether there is one. */
	if (!e && str_eq(v->rq->method, STR("HEAD"))) {
		put_headers(c);
		gate_no_body(v);
		return OK;
	}
	if (!e)
		e = copy_begin(c);
	if (!e)
		e = copy_rows(c);
	if (!e)
		e = copy_list(c);
	/* No record, no data; and no data, no record. */
	if (!e)
		e = record(c, &ticket, &d);
	if (!e && lseek(c->fd, 0, SEEK_SET) != 0)
		e = fail_detail(&v->cx, ERR_BROKEN, "copy: lseek");
	if (!e)
		send(c, d.id);
	return e;
}
