/* CSV (RFC 4180): CRLF, a header row of column names. NULL is empty, the empty
 * text is "", so that they differ. */
#include "base/str.h"
#include "fmt/form.h"

static bool needs_quotes(struct str s)
{
	static const bool special[256] = {
		['"'] = true, [','] = true, ['\r'] = true, ['\n'] = true
	};

	return s.n == 0 || out_plain(s, special) < s.n;
}

static size_t put_quote(struct out *o, const unsigned char *p, size_t n)
{
	(void)p;
	(void)n;
	OUT_LIT(o, "\"\"");
	return 1;
}

/* Excel and its kin run what begins so, even in quotes. */
static bool formula_like(struct str s)
{
	return s.n > 0 && memchr("=+-@\t\r", s.p[0], 6) != NULL;
}

static void put_text(struct encoder *e, struct str s)
{
	static const bool special[256] = { ['"'] = true };
	bool guard = e->options.excel && formula_like(s);

	if (!needs_quotes(s)) {
		if (guard)
			out_char(&e->out, '\'');
		out_str(&e->out, s);
		return;
	}
	out_char(&e->out, '"');
	if (guard)
		out_char(&e->out, '\'');
	out_escaped(&e->out, s, special, put_quote);
	out_char(&e->out, '"');
}

static void put_bytes(struct encoder *e, struct str s)
{
	/* base64 begins with + when the first six bits are 111110 */
	if (e->options.excel && s.n > 0 && ((unsigned char)s.p[0] >> 2) == 62)
		out_char(&e->out, '\'');
	if (s.n == 0)
		OUT_LIT(&e->out, "\"\"");
	out_base64(&e->out, s);
}

static void put_cell(struct encoder *e, const struct cell *c)
{
	switch (c->kind) {
	case CELL_NULL:
		break;
	case CELL_INTEGER:
	case CELL_REAL:
		out_str(&e->out, c->s);
		break;
	case CELL_TEXT:
		put_text(e, c->s);
		break;
	case CELL_BYTES:
		put_bytes(e, c->s);
		break;
	}
}

static void csv_begin(struct encoder *e)
{
	if (e->options.excel)
		OUT_LIT(&e->out, "\xef\xbb\xbf");
	if (e->options.bare)
		return;
	for (size_t i = 0; i < e->columns.n; i++) {
		if (i > 0)
			out_char(&e->out, ',');
		put_text(e, e->columns.v[i].name);
	}
	OUT_LIT(&e->out, "\r\n");
}

static void csv_rows(struct encoder *e, const struct batch *b)
{
	const struct cell *c = b->cells;

	for (size_t r = 0; r < b->n_rows; r++) {
		for (size_t i = 0; i < b->n_columns; i++, c++) {
			if (i > 0)
				out_char(&e->out, ',');
			put_cell(e, c);
		}
		OUT_LIT(&e->out, "\r\n");
	}
}

static void csv_end(struct encoder *e)
{
	(void)e;
}

const struct form_ops form_csv = {
	.part_begin = csv_begin,
	.rows = csv_rows,
	.part_end = csv_end,
};
