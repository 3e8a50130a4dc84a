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

/* The next code point of well-formed UTF-8; *n is how long it is. */
static uint32_t code_point(struct str s, size_t *n)
{
	unsigned char c = (unsigned char)s.p[0];
	size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	uint32_t v = c;

	if (len > s.n)
		len = 1;
	if (len > 1)
		v = c & (0x7fU >> len);
	for (size_t i = 1; i < len; i++)
		v = v << 6 | ((unsigned char)s.p[i] & 0x3fU);
	*n = len;
	return v;
}

static struct str element_name(struct arena *a, struct str name)
{
	struct buf b = buf_new(a, 10 * name.n + 16);

	for (size_t i = 0, len = 0; i < name.n; i += len) {
		struct str rest = str_from(name, i);
		uint32_t c = code_point(rest, &len);
		bool ok = i == 0 ? name_start(c) : name_part(c);

		if (c == '_' && str_starts(rest, STR("_x")))
			ok = false;
		if (i == 0 && str_eq_nocase(str_upto(name, 3), STR("xml")))
			ok = false;
		if (ok)
			buf_str(&b, str_upto(rest, len));
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
