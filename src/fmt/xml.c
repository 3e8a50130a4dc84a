/* XML in the shape of SQL/XML (ISO 9075-14): a row element for each row, an
 * element for each column, xsi:nil for NULL; what a name may not hold stands
 * there as _xHHHH_. Bytes, and texts that XML has no way to say, are base64
 * and say so. */
#include "base/buf.h"
#include "base/str.h"
#include "fmt/form.h"

/* ASCII and Thai of XML 1.0, fourth edition, appendix B: what every parser
 * takes. Other characters are escaped. */
static bool name_start(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (c >= 0xe01 && c <= 0xe2e) || c == 0xe30 || c == 0xe32 ||
	       c == 0xe33 || (c >= 0xe40 && c <= 0xe45);
}

static bool name_part(uint32_t c)
{
	return name_start(c) || (c >= '0' && c <= '9') || c == '-' ||
	       c == '.' || c == 0xe31 || (c >= 0xe34 && c <= 0xe3a) ||
	       (c >= 0xe46 && c <= 0xe4e) || (c >= 0xe50 && c <= 0xe59);
}

static struct str element_name(struct arena *a, struct str name)
{
	struct buf b = buf_new(a, 10 * name.n + 16);
	struct str rest = name;
	uint32_t c = 0;

	/* A name is UTF-8, or it would not have come from a source. */
	while (rest.n > 0) {
		bool first = rest.p == name.p;
		struct str before = rest;

		REQUIRE(str_take_utf8(&rest, &c));
		bool ok = first ? name_start(c) : name_part(c);
		if (str_starts(before, STR("_x")) ||
		    (first && str_eq_nocase(str_upto(name, 3), STR("xml"))))
			ok = false;
		if (ok)
			buf_str(&b, str_upto(before, before.n - rest.n));
		else
			buf_fmt(&b, c > 0xffff ? "_x%06X_" : "_x%04X_", c);
	}
	if (b.n == 0)
		buf_char(&b, '_');
	REQUIRE(buf_ok(&b));
	return buf_view(&b);
}

static void xml_begin(struct encoder *e)
{
	struct str *names = ARENA_ARRAY(e->arena, struct str, e->columns.n);

	for (size_t i = 0; i < e->columns.n; i++)
		names[i] = element_name(e->arena, e->columns.v[i].name);
	e->own = names;
	OUT_LIT(&e->out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<rows xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
	    "\n");
}

static void put_base64(struct encoder *e, struct str name, struct str s)
{
	OUT_LIT(&e->out, "<");
	out_str(&e->out, name);
	OUT_LIT(&e->out, " encoding=\"base64\">");
	out_base64(&e->out, s);
}

static void put_cell(struct encoder *e, struct str name, const struct cell *c)
{
	if (c->kind == CELL_NULL) {
		OUT_LIT(&e->out, "<");
		out_str(&e->out, name);
		OUT_LIT(&e->out, " xsi:nil=\"true\"/>");
		return;
	}
	if (c->kind == CELL_BYTES ||
	    (c->kind == CELL_TEXT && !xml_legal(c->s))) {
		put_base64(e, name, c->s);
	} else {
		OUT_LIT(&e->out, "<");
		out_str(&e->out, name);
		OUT_LIT(&e->out, ">");
		out_markup(&e->out, c->s);
	}
	OUT_LIT(&e->out, "</");
	out_str(&e->out, name);
	OUT_LIT(&e->out, ">");
}

static void xml_rows(struct encoder *e, const struct batch *b)
{
	const struct str *names = e->own;
	const struct cell *c = b->cells;

	for (size_t r = 0; r < b->n_rows; r++) {
		OUT_LIT(&e->out, "<row>");
		for (size_t i = 0; i < b->n_columns; i++, c++)
			put_cell(e, names[i], c);
		OUT_LIT(&e->out, "</row>\n");
	}
}

static void xml_end(struct encoder *e)
{
	OUT_LIT(&e->out, "</rows>\n");
}

const struct form_ops form_xml = {
	.part_begin = xml_begin,
	.rows = xml_rows,
	.part_end = xml_end,
};
