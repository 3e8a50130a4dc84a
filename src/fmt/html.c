/* HTML: one complete page with one table, for people. */
#include "base/str.h"
#include "fmt/form.h"

#define STYLE                                                                \
	"body{font-family:sans-serif;margin:1rem}"                           \
	"table{border-collapse:collapse}"                                    \
	"caption{text-align:start;padding:.5rem 0}"                          \
	"th,td{border:1px solid #bbb;padding:.25rem .5rem;text-align:start;" \
	"vertical-align:top;white-space:pre-wrap}"                           \
	"th{position:sticky;top:0;background:#eee}"                          \
	".n{text-align:end}"

struct str encoder_html_style(void)
{
	return STR(STYLE);
}

static void html_begin(struct encoder *e)
{
	struct out *o = &e->out;
	struct str title = e->options.title.n > 0 ? e->options.title : e->part;

	OUT_LIT(o, "<!doctype html>\n<html lang=\"");
	out_str(o, e->options.lang == LANG_TH ? STR("th") : STR("en"));
	OUT_LIT(o, "\">\n<head>\n<meta charset=\"utf-8\">\n"
		   "<meta name=\"viewport\" content=\"width=device-width\">\n"
		   "<title>");
	out_markup(o, title);
	OUT_LIT(o, "</title>\n<style>" STYLE "</style>\n</head>\n<body>\n<h1>");
	out_markup(o, title);
	OUT_LIT(o, "</h1>\n<table>\n");
	if (e->options.caption.n > 0) {
		OUT_LIT(o, "<caption>");
		out_markup(o, e->options.caption);
		OUT_LIT(o, "</caption>\n");
	}
	OUT_LIT(o, "<thead><tr>");
	for (size_t i = 0; i < e->columns.n; i++) {
		OUT_LIT(o, "<th scope=\"col\">");
		out_markup(o, column_title(e, &e->columns.v[i]));
		OUT_LIT(o, "</th>");
	}
	OUT_LIT(o, "</tr></thead>\n<tbody>\n");
}

static void put_cell(struct out *o, const struct cell *c)
{
	if (c->kind == CELL_INTEGER || c->kind == CELL_REAL)
		OUT_LIT(o, "<td class=\"n\">");
	else
		OUT_LIT(o, "<td>");
	if (c->kind == CELL_BYTES)
		out_base64(o, c->s);
	else if (c->kind != CELL_NULL)
		out_markup(o, c->s);
	OUT_LIT(o, "</td>");
}

static void html_rows(struct encoder *e, const struct batch *b)
{
	const struct cell *c = b->cells;

	for (size_t r = 0; r < b->n_rows; r++) {
		OUT_LIT(&e->out, "<tr>");
		for (size_t i = 0; i < b->n_columns; i++, c++)
			put_cell(&e->out, c);
		OUT_LIT(&e->out, "</tr>\n");
	}
}

static void html_end(struct encoder *e)
{
	OUT_LIT(&e->out, "</tbody>\n</table>\n</body>\n</html>\n");
}

const struct form_ops form_html = {
	.part_begin = html_begin,
	.rows = html_rows,
	.part_end = html_end,
};
