/* XLSX (ECMA-376): a workbook written from front to back. Texts stand in their
 * cells (inline), so nothing is kept but the names of the sheets. The content
 * types name worksheets as the default for .xml, so that they can stand first
 * without knowing how many sheets will come. */
#include "base/str.h"
#include "fmt/sheet.h"
#include "fmt/zip.h"

#define SHEETS_MAX ((size_t)1024)
#define WIDTH_MIN ((size_t)8)
#define WIDTH_MAX ((size_t)60)

#define XML_HEAD \
	"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define TYPE_PREFIX \
	"application/vnd.openxmlformats-officedocument.spreadsheetml."
#define MAIN_NS "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define REL_NS \
	"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE_NS "http://schemas.openxmlformats.org/package/2006/"

struct xlsx {
	struct zip *zip;
	struct str *names;
	size_t n_sheets;
	size_t nth;       /* sheet of the part in hand, from 1 */
	size_t sheet_row; /* rows in the sheet in hand, header included */
	size_t rows_max;
	bool open;
	struct str *letters; /* of the part's columns */
	size_t *widths;
};

static void put_file(struct zip *z, struct str name, struct str text)
{
	zip_begin(z, name);
	out_str(zip_out(z), text);
	zip_end(z);
}

static void start(struct encoder *e)
{
	struct xlsx *x = ARENA_NEW(e->arena, struct xlsx);

	e->own = x;
	x->zip = zip_new(e->arena, &e->out, 0);
	x->names = ARENA_ARRAY(e->arena, struct str, SHEETS_MAX);
	x->rows_max = e->options.rows_per_sheet;
	if (x->rows_max == 0 || x->rows_max > SHEET_ROWS_MAX)
		x->rows_max = SHEET_ROWS_MAX;
	REQUIRE(x->rows_max >= 2);
	put_file(x->zip, STR("[Content_Types].xml"),
	    STR(XML_HEAD
		"<Types xmlns=\"" PACKAGE_NS "content-types\">"
		"<Default Extension=\"rels\" ContentType=\"application/vnd."
		"openxmlformats-package.relationships+xml\"/>"
		"<Default Extension=\"xml\" ContentType=\"" TYPE_PREFIX
		"worksheet+xml\"/>"
		"<Override PartName=\"/xl/workbook.xml\" ContentType=\"" TYPE_PREFIX
		"sheet.main+xml\"/>"
		"<Override PartName=\"/xl/styles.xml\" ContentType=\"" TYPE_PREFIX
		"styles+xml\"/></Types>"));
	put_file(x->zip, STR("_rels/.rels"),
	    STR(XML_HEAD "<Relationships xmlns=\"" PACKAGE_NS "relationships\">"
			 "<Relationship Id=\"rId1\" Type=\"" REL_NS
			 "/officeDocument\" "
			 "Target=\"xl/workbook.xml\"/></Relationships>"));
	/* cellXfs in the order of enum sheet_style */
	put_file(x->zip, STR("xl/styles.xml"),
	    STR(XML_HEAD
		"<styleSheet xmlns=\"" MAIN_NS "\"><numFmts count=\"2\">"
		"<numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/>"
		"<numFmt numFmtId=\"165\" "
		"formatCode=\"yyyy\\-mm\\-dd\\ hh:mm:ss\"/></numFmts>"
		"<fonts count=\"2\"><font><sz val=\"11\"/>"
		"<name val=\"Calibri\"/></font><font><b/><sz val=\"11\"/>"
		"<name val=\"Calibri\"/></font></fonts><fills count=\"2\">"
		"<fill><patternFill patternType=\"none\"/></fill>"
		"<fill><patternFill patternType=\"gray125\"/></fill></fills>"
		"<borders count=\"1\"><border><left/><right/><top/><bottom/>"
		"<diagonal/></border></borders><cellStyleXfs count=\"1\">"
		"<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/>"
		"</cellStyleXfs><cellXfs count=\"5\">"
		"<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" "
		"xfId=\"0\"/>"
		"<xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" "
		"xfId=\"0\" applyFont=\"1\"/>"
		"<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" "
		"xfId=\"0\" applyNumberFormat=\"1\"/>"
		"<xf numFmtId=\"165\" fontId=\"0\" fillId=\"0\" borderId=\"0\" "
		"xfId=\"0\" applyNumberFormat=\"1\"/>"
		"<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" "
		"xfId=\"0\" applyAlignment=\"1\"><alignment "
		"vertical=\"top\" wrapText=\"1\"/></xf></cellXfs>"
		"<cellStyles count=\"1\"><cellStyle name=\"Normal\" "
		"xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>"));
}

static void part_begin(struct encoder *e)
{
	struct xlsx *x = e->own;
	size_t n = e->columns.n;

	x->nth = 0;
	if (n > SHEET_COLUMNS_MAX) {
		e->fault = ENCODE_COLUMNS;
		return;
	}
	x->letters = ARENA_ARRAY(e->arena, struct str, n);
	x->widths = ARENA_ARRAY(e->arena, size_t, n);
	for (size_t i = 0; i < n; i++) {
		char *p = arena_alloc(e->arena, 4);

		x->letters[i] = str_n(p, sheet_letters(i, p));
		x->widths[i] = sheet_width(column_title(e, &e->columns.v[i]));
		if (x->widths[i] < WIDTH_MIN)
			x->widths[i] = WIDTH_MIN;
	}
}

/* Widths by the titles and the first batch: later rows would come too late,
 * since they stand before the rows. */
static void measure(struct encoder *e, const struct batch *b)
{
	struct xlsx *x = e->own;
	const struct cell *c = b->cells;

	for (size_t r = 0; r < b->n_rows; r++) {
		for (size_t i = 0; i < b->n_columns; i++, c++) {
			size_t w = c->s.n > 4 * WIDTH_MAX ? WIDTH_MAX
			                                  : sheet_width(c->s);

			if (e->columns.v[i].type == TYPE_DATETIME && w < 19)
				w = 19;
			if (w > x->widths[i])
				x->widths[i] = w;
		}
	}
}

static void put_columns(struct encoder *e)
{
	struct xlsx *x = e->own;
	struct out *o = zip_out(x->zip);

	OUT_LIT(o, "<cols>");
	for (size_t i = 0; i < e->columns.n; i++) {
		size_t w = x->widths[i] > WIDTH_MAX ? WIDTH_MAX : x->widths[i];

		OUT_LIT(o, "<col min=\"");
		out_uint(o, i + 1);
		OUT_LIT(o, "\" max=\"");
		out_uint(o, i + 1);
		OUT_LIT(o, "\" width=\"");
		out_uint(o, w + 2);
		OUT_LIT(o, "\" customWidth=\"1\"/>");
	}
	OUT_LIT(o, "</cols>");
}

static void put_titles(struct encoder *e)
{
	struct xlsx *x = e->own;
	struct out *o = zip_out(x->zip);

	OUT_LIT(o, "<row r=\"1\">");
	for (size_t i = 0; i < e->columns.n; i++) {
		if (!sheet_text(o, x->letters[i], STR("1"), STYLE_HEADER,
			column_title(e, &e->columns.v[i])))
			e->fault = ENCODE_TEXT;
	}
	OUT_LIT(o, "</row>\n");
}

static void sheet_open(struct encoder *e)
{
	struct xlsx *x = e->own;
	struct out *o = zip_out(x->zip);

	REQUIRE(x->n_sheets < SHEETS_MAX);
	x->nth++;
	x->names[x->n_sheets] =
	    sheet_name(e->arena, e->part, x->nth, x->names, x->n_sheets);
	x->n_sheets++;
	zip_begin(x->zip,
	    str_fmt(e->arena, "xl/worksheets/sheet%zu.xml", x->n_sheets));
	OUT_LIT(o, XML_HEAD "<worksheet xmlns=\"" MAIN_NS "\"><sheetViews>"
			    "<sheetView workbookViewId=\"0\"");
	if (x->n_sheets == 1)
		OUT_LIT(o, " tabSelected=\"1\"");
	OUT_LIT(o, "><pane ySplit=\"1\" topLeftCell=\"A2\" "
		   "activePane=\"bottomLeft\" state=\"frozen\"/></sheetView>"
		   "</sheetViews>");
	put_columns(e);
	OUT_LIT(o, "<sheetData>\n");
	put_titles(e);
	x->sheet_row = 1;
	x->open = true;
}

static void sheet_close(struct encoder *e)
{
	struct xlsx *x = e->own;
	struct out *o = zip_out(x->zip);

	OUT_LIT(o, "</sheetData><autoFilter ref=\"A1:");
	out_str(o, x->letters[e->columns.n - 1]);
	out_uint(o, x->sheet_row);
	OUT_LIT(o, "\"/></worksheet>");
	zip_end(x->zip);
	x->open = false;
}

static void put_row(struct encoder *e, const struct cell *c)
{
	struct xlsx *x = e->own;
	struct out *o = zip_out(x->zip);
	char d[8];
	size_t at = sizeof(d);

	for (size_t v = ++x->sheet_row; v > 0; v /= 10)
		d[--at] = (char)('0' + v % 10);

	struct str row = str_n(d + at, sizeof(d) - at);
	OUT_LIT(o, "<row r=\"");
	out_str(o, row);
	OUT_LIT(o, "\">");
	for (size_t i = 0; i < e->columns.n; i++) {
		if (!sheet_cell(
			o, x->letters[i], row, e->columns.v[i].type, &c[i])) {
			e->fault = ENCODE_TEXT;
			return;
		}
	}
	OUT_LIT(o, "</row>\n");
}

static void rows(struct encoder *e, const struct batch *b)
{
	struct xlsx *x = e->own;

	if (x->nth == 0) {
		measure(e, b);
		sheet_open(e);
	}
	for (size_t r = 0; r < b->n_rows && e->fault == ENCODE_FINE; r++) {
		if (x->sheet_row >= x->rows_max ||
		    zip_plain(x->zip) > ZIP_ENTRY_MAX) {
			sheet_close(e);
			sheet_open(e);
		}
		put_row(e, b->cells + r * b->n_columns);
	}
	/* The compressor's sink is this encoder's: it fails with it. */
	if (zip_out(x->zip)->failed)
		e->out.failed = true;
}

static void part_end(struct encoder *e)
{
	struct xlsx *x = e->own;

	if (e->fault != ENCODE_FINE)
		return;
	if (x->nth == 0)
		sheet_open(e);
	if (x->open)
		sheet_close(e);
}

static void put_line(struct encoder *e, size_t nth, const struct sheet_line *l)
{
	struct xlsx *x = e->own;
	struct out *o = zip_out(x->zip);
	struct str row = str_fmt(e->arena, "%zu", nth);

	REQUIRE(l->n <= 26);
	OUT_LIT(o, "<row r=\"");
	out_str(o, row);
	OUT_LIT(o, "\">");
	for (size_t i = 0; i < l->n; i++) {
		char letter = (char)('A' + i);
		bool bold = l->heading || (i == 0 && l->n == 2);

		if (!sheet_text(o, str_n(&letter, 1), row,
			bold ? STYLE_HEADER : STYLE_PROSE, l->cells[i]))
			e->fault = ENCODE_TEXT;
	}
	OUT_LIT(o, "</row>\n");
}

static void put_note(struct encoder *e, const struct sheet_note *note)
{
	struct xlsx *x = e->own;
	struct out *o = zip_out(x->zip);

	if (x->n_sheets == SHEETS_MAX)
		return;
	x->names[x->n_sheets] =
	    sheet_name(e->arena, note->name, 1, x->names, x->n_sheets);
	x->n_sheets++;
	zip_begin(x->zip,
	    str_fmt(e->arena, "xl/worksheets/sheet%zu.xml", x->n_sheets));
	OUT_LIT(o,
	    XML_HEAD "<worksheet xmlns=\"" MAIN_NS "\"><cols>"
		     "<col min=\"1\" max=\"1\" width=\"34\" customWidth=\"1\"/>"
		     "<col min=\"2\" max=\"2\" width=\"60\" customWidth=\"1\"/>"
		     "<col min=\"3\" max=\"5\" width=\"24\" customWidth=\"1\"/>"
		     "</cols><sheetData>\n");
	for (size_t i = 0; i < note->n; i++)
		put_line(e, i + 1, &note->lines[i]);
	OUT_LIT(o, "</sheetData></worksheet>");
	zip_end(x->zip);
}

static void put_workbook(struct encoder *e)
{
	struct xlsx *x = e->own;
	struct out *o = zip_out(x->zip);

	zip_begin(x->zip, STR("xl/workbook.xml"));
	OUT_LIT(o,
	    XML_HEAD "<workbook xmlns=\"" MAIN_NS "\" xmlns:r=\"" REL_NS
		     "\"><bookViews><workbookView/></bookViews><sheets>");
	for (size_t i = 0; i < x->n_sheets; i++) {
		OUT_LIT(o, "<sheet name=\"");
		out_markup(o, x->names[i]);
		OUT_LIT(o, "\" sheetId=\"");
		out_uint(o, i + 1);
		OUT_LIT(o, "\" r:id=\"rId");
		out_uint(o, i + 1);
		OUT_LIT(o, "\"/>");
	}
	OUT_LIT(o, "</sheets></workbook>");
	zip_end(x->zip);
}

static void put_relation(
    struct out *o, size_t id, struct str kind, struct str target)
{
	OUT_LIT(o, "<Relationship Id=\"rId");
	out_uint(o, id);
	OUT_LIT(o, "\" Type=\"" REL_NS "/");
	out_str(o, kind);
	OUT_LIT(o, "\" Target=\"");
	out_str(o, target);
	OUT_LIT(o, "\"/>");
}

static void end(struct encoder *e)
{
	struct xlsx *x = e->own;
	struct out *o = zip_out(x->zip);

	if (e->options.note != NULL)
		put_note(e, e->options.note);
	put_workbook(e);
	zip_begin(x->zip, STR("xl/_rels/workbook.xml.rels"));
	OUT_LIT(o,
	    XML_HEAD "<Relationships xmlns=\"" PACKAGE_NS "relationships\">");
	for (size_t i = 1; i <= x->n_sheets; i++)
		put_relation(o, i, STR("worksheet"),
		    str_fmt(e->arena, "worksheets/sheet%zu.xml", i));
	put_relation(o, x->n_sheets + 1, STR("styles"), STR("styles.xml"));
	OUT_LIT(o, "</Relationships>");
	zip_end(x->zip);
	zip_finish(x->zip);
}

const struct form_ops form_xlsx = {
	.start = start,
	.part_begin = part_begin,
	.rows = rows,
	.part_end = part_end,
	.end = end,
};
