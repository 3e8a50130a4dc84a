/* JSON (RFC 8259): an array of objects, one a line; and NDJSON, the objects
 * alone. */
#include "base/buf.h"
#include "base/str.h"
#include "fmt/form.h"

static size_t put_special(struct out *o, const unsigned char *p, size_t n)
{
	char d[2] = { '\\', 0 };

	(void)n;
	switch (*p) {
	case '"':
	case '\\':
		d[1] = (char)*p;
		break;
	case '\n':
		d[1] = 'n';
		break;
	case '\r':
		d[1] = 'r';
		break;
	case '\t':
		d[1] = 't';
		break;
	default:
		OUT_LIT(o, "\\u");
		out_hex4(o, *p);
		return 1;
	}
	out_bytes(o, d, sizeof(d));
	return 1;
}

static const bool special[256] = {
	OUT_CONTROLS,
	['\t'] = 1,
	['\n'] = 1,
	['"'] = 1,
	['\\'] = 1,
};

static void put_text(struct out *o, struct str s)
{
	out_char(o, '"');
	out_escaped(o, s, special, put_special);
	out_char(o, '"');
}

/* Readers keep numbers as doubles: exact up to 2^53 (RFC 8259 clause 6). */
static bool exact_as_double(struct str s)
{
	int64_t v = 0;

	if (s.n <= 15)
		return true;
	return str_i64(s, &v) && v <= (INT64_C(1) << 53) &&
	       v >= -(INT64_C(1) << 53);
}

static void put_cell(struct out *o, const struct cell *c)
{
	switch (c->kind) {
	case CELL_NULL:
		OUT_LIT(o, "null");
		break;
	case CELL_INTEGER:
		if (exact_as_double(c->s))
			out_str(o, c->s);
		else
			put_text(o, c->s);
		break;
	case CELL_REAL:
		out_str(o, c->s);
		break;
	case CELL_TEXT:
		put_text(o, c->s);
		break;
	case CELL_BYTES:
		out_char(o, '"');
		out_base64(o, c->s);
		out_char(o, '"');
		break;
	}
}

/* What stands before each column's value: {"a": or ,"b": . */
static void make_keys(struct encoder *e)
{
	struct str *keys = ARENA_ARRAY(e->arena, struct str, e->columns.n);

	for (size_t i = 0; i < e->columns.n; i++) {
		struct str name = e->columns.v[i].name;
		struct buf b = buf_new(e->arena, 6 * name.n + 16);

		buf_char(&b, i == 0 ? '{' : ',');
		buf_json(&b, name);
		buf_char(&b, ':');
		REQUIRE(buf_ok(&b));
		keys[i] = buf_view(&b);
	}
	e->own = keys;
}

static void put_row(struct encoder *e, const struct cell *row)
{
	const struct str *keys = e->own;

	for (size_t i = 0; i < e->columns.n; i++) {
		out_str(&e->out, keys[i]);
		put_cell(&e->out, &row[i]);
	}
}

static void json_begin(struct encoder *e)
{
	make_keys(e);
	out_char(&e->out, '[');
}

static void json_rows(struct encoder *e, const struct batch *b)
{
	for (size_t r = 0; r < b->n_rows; r++) {
		if (e->part_rows + r > 0)
			OUT_LIT(&e->out, ",\n");
		put_row(e, b->cells + r * b->n_columns);
		out_char(&e->out, '}');
	}
}

static void json_end(struct encoder *e)
{
	OUT_LIT(&e->out, "]\n");
}

static void ndjson_rows(struct encoder *e, const struct batch *b)
{
	for (size_t r = 0; r < b->n_rows; r++) {
		put_row(e, b->cells + r * b->n_columns);
		OUT_LIT(&e->out, "}\n");
	}
}

static void ndjson_end(struct encoder *e)
{
	(void)e;
}

const struct form_ops form_json = {
	.part_begin = json_begin,
	.rows = json_rows,
	.part_end = json_end,
};

const struct form_ops form_ndjson = {
	.part_begin = make_keys,
	.rows = ndjson_rows,
	.part_end = ndjson_end,
};
