/* Encoders: small golden outputs of each form, and what must not depend on how
 * the rows came. XLSX is read back by tests/web/test_forms.py. */
#include "fmt/encoder.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "fmt/sheet.h"
#include "fmt/zip.h"
#include "t.h"

static struct arena *a;

static const struct column columns[] = {
	{ .name = STR_INIT("id"),
	    .title_th = STR_INIT("รหัส"),
	    .title_en = STR_INIT("No."),
	    .type = TYPE_INTEGER },
	{ .name = STR_INIT("ชื่อ \"x\""), .type = TYPE_TEXT },
	{ .name = STR_INIT("r"),
	    .title_en = STR_INIT("R<1>"),
	    .type = TYPE_NUMBER },
	{ .name = STR_INIT("b"), .type = TYPE_BYTES },
};

#define I(text)                              \
	{                                    \
		CELL_INTEGER, STR_INIT(text) \
	}
#define R(text)                           \
	{                                 \
		CELL_REAL, STR_INIT(text) \
	}
#define T(text)                           \
	{                                 \
		CELL_TEXT, STR_INIT(text) \
	}
#define B(text)                            \
	{                                  \
		CELL_BYTES, STR_INIT(text) \
	}
#define NIL                       \
	{                         \
		.kind = CELL_NULL \
	}
static const struct cell cells[] = {
	I("1"),
	T("สมชาย"),
	R("3.0"),
	B("\x00\xff"),
	I("9007199254740992"),
	T(""),
	R("-1e-05"),
	B(""),
	I("9007199254740993"),
	NIL,
	NIL,
	NIL,
	I("-9007199254740993"),
	T("a,\"b\"\r\nc\\<&>'"),
	R("1e999"),
	B("\xfb"),
	I("-5"),
	T("=1+1"),
	R("0.1"),
	B("abc"),
	I("123456789012345"),
	T("\x01_x0041_\t\x7f"),
	R("1e+16"),
	B("ab"),
};
static const size_t n_rows = COUNT(cells) / COUNT(columns);

static bool keep(void *arg, const void *p, size_t n)
{
	buf_bytes(arg, p, n);
	return buf_ok(arg);
}

static void begin(void)
{
	arena_free(a);
	a = arena_new();
}

/* All rows, `step` at a time. */
static struct str encode_with(
    enum form f, const struct encode_options *o, size_t step, bool flush)
{
	struct buf *b = ARENA_NEW(a, struct buf);

	*b = buf_new(a, 1 << 20);
	struct encoder *e =
	    encoder_new(a, f, (struct sink){ .write = keep, .arg = b }, o);
	encoder_begin(e, STR("แผ่น/1"),
	    (struct columns){ .v = columns, .n = COUNT(columns) });
	for (size_t r = 0; r < n_rows; r += step) {
		struct batch batch = {
			.n_rows = step < n_rows - r ? step : n_rows - r,
			.n_columns = COUNT(columns),
			.cells = cells + r * COUNT(columns),
		};

		encoder_rows(e, &batch);
		if (flush)
			encoder_flush(e);
	}
	T_CHECK(encoder_end(e), "fault %d", (int)encoder_fault(e));
	T_CHECK(
	    encoder_bytes(e) == b->n && encoder_rows_taken(e) == n_rows, " ");
	return buf_view(b);
}

static struct str encode(enum form f)
{
	struct encode_options o = { .lang = LANG_TH };

	return encode_with(f, &o, n_rows, false);
}

static void json_is_an_array_of_objects(void)
{
	begin();
	T_TEXT(encode(FORM_JSON),
	    STR("[{\"id\":1,\"ชื่อ \\\"x\\\"\":\"สมชาย\",\"r\":3.0,"
		"\"b\":\"AP8=\"},\n"
		"{\"id\":9007199254740992,\"ชื่อ \\\"x\\\"\":\"\","
		"\"r\":-1e-05,\"b\":\"\"},\n"
		"{\"id\":\"9007199254740993\",\"ชื่อ \\\"x\\\"\":null,"
		"\"r\":null,\"b\":null},\n"
		"{\"id\":\"-9007199254740993\",\"ชื่อ \\\"x\\\"\":"
		"\"a,\\\"b\\\"\\r\\nc\\\\<&>'\",\"r\":1e999,"
		"\"b\":\"+w==\"},\n"
		"{\"id\":-5,\"ชื่อ \\\"x\\\"\":\"=1+1\",\"r\":0.1,"
		"\"b\":\"YWJj\"},\n"
		"{\"id\":123456789012345,\"ชื่อ \\\"x\\\"\":"
		"\"\\u0001_x0041_\\t\x7f\",\"r\":1e+16,"
		"\"b\":\"YWI=\"}]\n"));
}

static void ndjson_is_an_object_a_line(void)
{
	begin();

	struct str got = encode(FORM_NDJSON), line = { 0 };
	size_t n = 0;
	T_CHECK(str_starts(got, STR("{\"id\":1,\"ชื่อ \\\"x\\\"\":\"สมชาย\","
				    "\"r\":3.0,\"b\":\"AP8=\"}\n{\"id\":")),
	    "%.*s", STR_ARG(got));
	while (str_cut(got, '\n', &line, &got)) {
		T_CHECK(str_starts(line, STR("{")) && str_ends(line, STR("}")),
		    "%.*s", STR_ARG(line));
		n++;
	}
	T_CHECK(n == n_rows && got.n == 0, "%zu lines", n);
}

static void csv_tells_null_from_empty(void)
{
	begin();
	T_TEXT(encode(FORM_CSV),
	    STR("id,\"ชื่อ \"\"x\"\"\",r,b\r\n"
		"1,สมชาย,3.0,AP8=\r\n"
		"9007199254740992,\"\",-1e-05,\"\"\r\n"
		"9007199254740993,,,\r\n"
		"-9007199254740993,\"a,\"\"b\"\"\r\nc\\<&>'\",1e999,+w==\r\n"
		"-5,=1+1,0.1,YWJj\r\n"
		"123456789012345,\x01_x0041_\t\x7f,1e+16,YWI=\r\n"));
}

static void csv_for_excel_is_marked_and_guarded(void)
{
	struct encode_options o = { .excel = true };

	begin();
	T_TEXT(encode_with(FORM_CSV, &o, 2, false),
	    STR("\xef\xbb\xbfid,\"ชื่อ \"\"x\"\"\",r,b\r\n"
		"1,สมชาย,3.0,AP8=\r\n"
		"9007199254740992,\"\",-1e-05,\"\"\r\n"
		"9007199254740993,,,\r\n"
		"-9007199254740993,\"a,\"\"b\"\"\r\nc\\<&>'\",1e999,'+w==\r\n"
		"-5,'=1+1,0.1,YWJj\r\n"
		"123456789012345,\x01_x0041_\t\x7f,1e+16,YWI=\r\n"));
}

static void xml_names_nil_and_base64(void)
{
	begin();
	T_TEXT(encode(FORM_XML),
	    STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<rows xmlns:xsi=\"http://www.w3.org/2001/"
		"XMLSchema-instance\">\n"
		"<row><id>1</id><ชื่อ_x0020__x0022_x_x0022_>สมชาย"
		"</ชื่อ_x0020__x0022_x_x0022_><r>3.0</r>"
		"<b encoding=\"base64\">AP8=</b></row>\n"
		"<row><id>9007199254740992</id><ชื่อ_x0020__x0022_x_x0022_>"
		"</ชื่อ_x0020__x0022_x_x0022_><r>-1e-05</r>"
		"<b encoding=\"base64\"></b></row>\n"
		"<row><id>9007199254740993</id>"
		"<ชื่อ_x0020__x0022_x_x0022_ xsi:nil=\"true\"/>"
		"<r xsi:nil=\"true\"/><b xsi:nil=\"true\"/></row>\n"
		"<row><id>-9007199254740993</id>"
		"<ชื่อ_x0020__x0022_x_x0022_>"
		"a,&#34;b&#34;&#13;\nc\\&lt;&amp;&gt;'"
		"</ชื่อ_x0020__x0022_x_x0022_><r>1e999</r>"
		"<b encoding=\"base64\">+w==</b></row>\n"
		"<row><id>-5</id><ชื่อ_x0020__x0022_x_x0022_>=1+1"
		"</ชื่อ_x0020__x0022_x_x0022_><r>0.1</r>"
		"<b encoding=\"base64\">YWJj</b></row>\n"
		"<row><id>123456789012345</id>"
		"<ชื่อ_x0020__x0022_x_x0022_ encoding=\"base64\">"
		"AV94MDA0MV8Jfw==</ชื่อ_x0020__x0022_x_x0022_>"
		"<r>1e+16</r><b encoding=\"base64\">YWI=</b></row>\n"
		"</rows>\n"));
}

static void html_is_a_whole_page(void)
{
	struct encode_options o = { .lang = LANG_EN,
		.title = STR("A & <b>"),
		.caption = STR("\"c\"") };
	struct str got = { 0 };

	begin();
	got = encode_with(FORM_HTML, &o, 1, false);
	T_CHECK(str_starts(
		    got, STR("<!doctype html>\n<html lang=\"en\">\n<head>\n")),
	    "%.*s", STR_ARG(got));
	T_CHECK(str_has(got, STR("<title>A &amp; &lt;b&gt;</title>")), " ");
	T_CHECK(str_has(got, STR("<h1>A &amp; &lt;b&gt;</h1>")), " ");
	T_CHECK(str_has(got, STR("<caption>&#34;c&#34;</caption>")), " ");
	T_CHECK(str_has(got, encoder_html_style()), " ");
	T_CHECK(str_has(got, STR("<thead><tr><th scope=\"col\">No.</th>"
				 "<th scope=\"col\">ชื่อ &#34;x&#34;</th>"
				 "<th scope=\"col\">R&lt;1&gt;</th>"
				 "<th scope=\"col\">b</th></tr></thead>")),
	    "%.*s", STR_ARG(got));
	T_CHECK(str_has(got,
		    STR("<tr><td class=\"n\">9007199254740993</td><td></td>"
			"<td></td><td></td></tr>\n")),
	    " ");
	T_CHECK(str_has(got, STR("<td>a,&#34;b&#34;&#13;\nc\\&lt;&amp;&gt;'")),
	    " ");
	T_CHECK(
	    str_ends(got, STR("</tbody>\n</table>\n</body>\n</html>\n")), " ");
}

static void bytes_do_not_depend_on_batches(void)
{
	struct encode_options o = { .lang = LANG_TH };

	for (size_t f = 0; f < FORMS; f++) {
		begin();
		struct str whole = encode((enum form)f);
		if (f != FORM_XLSX)
			T_CHECK(str_eq(whole,
				    encode_with((enum form)f, &o, 1, false)),
			    "form %zu, row by row", f);
		/* The first four rows have the widest cells. */
		T_CHECK(str_eq(whole, encode_with((enum form)f, &o, 4, true)),
		    "form %zu, flushed", f);
	}
}

static void no_rows_is_a_whole_answer_too(void)
{
	static const struct {
		enum form form;
		struct str want;
	} cases[] = {
		{ FORM_JSON, STR_INIT("[]\n") },
		{ FORM_NDJSON, STR_INIT("") },
		{ FORM_CSV, STR_INIT("id,\"ชื่อ \"\"x\"\"\",r,b\r\n") },
	};
	struct encode_options o = { 0 };

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin();
		struct buf b = buf_new(a, 65536);
		struct encoder *e = encoder_new(a, cases[i].form,
		    (struct sink){ .write = keep, .arg = &b }, &o);

		encoder_begin(e, STR("x"),
		    (struct columns){ .v = columns, .n = COUNT(columns) });
		T_CHECK(encoder_end(e), " ");
		T_TEXT(buf_view(&b), cases[i].want);
	}
}

static bool refuse_later(void *arg, const void *p, size_t n)
{
	int *left = arg;

	(void)p;
	(void)n;
	return --*left >= 0;
}

static void a_sink_that_says_no_ends_it(void)
{
	struct encode_options o = { 0 };

	for (size_t f = 0; f < FORMS; f++) {
		int left = 1;
		struct batch batch = { .n_rows = n_rows,
			.n_columns = COUNT(columns),
			.cells = cells };

		begin();
		struct encoder *e = encoder_new(a, (enum form)f,
		    (struct sink){ .write = refuse_later, .arg = &left }, &o);
		encoder_begin(e, STR("x"),
		    (struct columns){ .v = columns, .n = COUNT(columns) });
		for (int i = 0; i < 20000; i++)
			encoder_rows(e, &batch);
		T_CHECK(encoder_fault(e) == ENCODE_SINK, "form %zu", f);
		T_CHECK(!encoder_end(e), "form %zu", f);
		T_CHECK(left == -1, "form %zu: called %d times after", f,
		    -1 - left);
	}
}

static void a_text_that_excel_cannot_hold_is_a_fault(void)
{
	struct encode_options o = { 0 };
	struct buf b;
	size_t sizes[] = { 32767, 32768 };

	for (size_t i = 0; i < 2; i++) {
		begin();
		b = buf_new(a, 1 << 20);
		char *p = arena_alloc(a, 3 * sizes[i]);
		/* ก: three bytes, one UTF-16 unit */
		for (size_t k = 0; k < sizes[i]; k++)
			memcpy(p + 3 * k, "ก", 3);
		struct cell c = { CELL_TEXT, { p, 3 * sizes[i] } };
		struct column col = { .name = STR("t") };
		struct batch batch = {
			.n_rows = 1, .n_columns = 1, .cells = &c
		};
		struct encoder *e = encoder_new(a, FORM_XLSX,
		    (struct sink){ .write = keep, .arg = &b }, &o);

		encoder_begin(
		    e, STR("x"), (struct columns){ .v = &col, .n = 1 });
		encoder_rows(e, &batch);
		T_CHECK(encoder_end(e) == (i == 0), "%zu", i);
		T_CHECK(
		    encoder_fault(e) == (i == 0 ? ENCODE_FINE : ENCODE_TEXT),
		    "%zu", i);
	}
}

static void sheet_names_are_excels(void)
{
	static const struct str taken[] = { STR_INIT("Staff"),
		STR_INIT("ข้อมูล (2)") };
	static const struct {
		struct str wanted;
		size_t nth;
		struct str want;
	} cases[] = {
		{ STR_INIT("ข้อมูล"), 1, STR_INIT("ข้อมูล") },
		{ STR_INIT("ข้อมูล"), 2, STR_INIT("ข้อมูล (3)") },
		{ STR_INIT("STAFF"), 1, STR_INIT("STAFF (2)") },
		{ STR_INIT("a/b:c*d?e[f]g\\h"), 1,
		    STR_INIT("a b c d e f g h") },
		{ STR_INIT("'quoted'"), 1, STR_INIT("quoted") },
		{ STR_INIT(""), 1, STR_INIT("Sheet") },
		{ STR_INIT("history"), 1, STR_INIT("Sheet history") },
		{ STR_INIT("0123456789012345678901234567890123"), 1,
		    STR_INIT("0123456789012345678901234567890") },
		{ STR_INIT("0123456789012345678901234567890123"), 2,
		    STR_INIT("012345678901234567890123456 (2)") },
		/* 31 units would part ที่ from its mark */
		{ STR_INIT("012345678901234567890123456789ที่"), 1,
		    STR_INIT("012345678901234567890123456789") },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin();
		T_TEXT(sheet_name(a, cases[i].wanted, cases[i].nth, taken,
			   COUNT(taken)),
		    cases[i].want);
	}
	char letters[4];
	T_TEXT(str_n(letters, sheet_letters(0, letters)), STR("A"));
	T_TEXT(str_n(letters, sheet_letters(25, letters)), STR("Z"));
	T_TEXT(str_n(letters, sheet_letters(26, letters)), STR("AA"));
	T_TEXT(str_n(letters, sheet_letters(701, letters)), STR("ZZ"));
	T_TEXT(str_n(letters, sheet_letters(702, letters)), STR("AAA"));
	T_TEXT(str_n(letters, sheet_letters(16383, letters)), STR("XFD"));
	T_CHECK(
	    sheet_width(STR("ที่นี่ ab")) == 5, "%zu", sheet_width(STR("ที่นี่ ab")));
}

/* One cell as it stands in a sheet. */
static struct str cell_xml(
    enum column_type type, enum cell_kind kind, struct str s)
{
	struct buf *b = ARENA_NEW(a, struct buf);
	struct out *o = ARENA_NEW(a, struct out);
	struct cell c = { kind, s };

	*b = buf_new(a, 65536);
	o->sink = (struct sink){ .write = keep, .arg = b };
	T_CHECK(sheet_cell(o, STR("B"), STR("2"), type, &c), " ");
	out_flush(o);
	return buf_view(b);
}

static void sheet_cells_are_numbers_texts_dates(void)
{
#define TEXT_CELL(xml) \
	STR("<c r=\"B2\" t=\"inlineStr\"><is><t>" xml "</t></is></c>")
#define KEPT_CELL(xml)                                                       \
	STR("<c r=\"B2\" t=\"inlineStr\"><is><t xml:space=\"preserve\">" xml \
	    "</t></is></c>")
	begin();
	T_TEXT(cell_xml(TYPE_INTEGER, CELL_INTEGER, STR("123456789012345")),
	    STR("<c r=\"B2\"><v>123456789012345</v></c>"));
	T_TEXT(cell_xml(TYPE_INTEGER, CELL_INTEGER, STR("-123456789012345")),
	    STR("<c r=\"B2\"><v>-123456789012345</v></c>"));
	T_TEXT(cell_xml(TYPE_INTEGER, CELL_INTEGER, STR("1234567890123456")),
	    TEXT_CELL("1234567890123456"));
	T_TEXT(
	    cell_xml(TYPE_NUMBER, CELL_REAL, STR("1e999")), TEXT_CELL("1e999"));
	T_TEXT(cell_xml(TYPE_NUMBER, CELL_REAL, STR("0.1")),
	    STR("<c r=\"B2\"><v>0.1</v></c>"));
	T_TEXT(cell_xml(TYPE_BOOLEAN, CELL_INTEGER, STR("1")),
	    STR("<c r=\"B2\" t=\"b\"><v>1</v></c>"));
	T_TEXT(cell_xml(TYPE_BOOLEAN, CELL_INTEGER, STR("2")),
	    STR("<c r=\"B2\"><v>2</v></c>"));
	T_TEXT(cell_xml(TYPE_TEXT, CELL_TEXT, STR("0012")), TEXT_CELL("0012"));
	T_TEXT(cell_xml(TYPE_TEXT, CELL_TEXT, STR("=1+1")), TEXT_CELL("=1+1"));
	T_TEXT(cell_xml(TYPE_TEXT, CELL_TEXT, STR("<a&b>")),
	    TEXT_CELL("&lt;a&amp;b&gt;"));
	T_TEXT(cell_xml(TYPE_TEXT, CELL_TEXT, STR(" a")), KEPT_CELL(" a"));
	T_TEXT(cell_xml(TYPE_TEXT, CELL_TEXT, STR("a\nb")), KEPT_CELL("a\nb"));
	T_TEXT(cell_xml(TYPE_TEXT, CELL_TEXT, STR("\x01 _x0041_ _x _")),
	    KEPT_CELL("_x0001_ _x005F_x0041_ _x _"));
	T_TEXT(cell_xml(TYPE_TEXT, CELL_TEXT, STR("\xef\xbf\xbe\xef\xbf\xbd")),
	    TEXT_CELL("_xFFFE_\xef\xbf\xbd"));
	T_TEXT(cell_xml(TYPE_TEXT, CELL_TEXT, STR("2026-11-20")),
	    TEXT_CELL("2026-11-20"));
	T_TEXT(cell_xml(TYPE_DATE, CELL_TEXT, STR("2026-11-20")),
	    STR("<c r=\"B2\" s=\"2\"><v>46346</v></c>"));
	T_TEXT(cell_xml(TYPE_DATE, CELL_TEXT, STR("1900-03-01")),
	    STR("<c r=\"B2\" s=\"2\"><v>61</v></c>"));
	T_TEXT(cell_xml(TYPE_DATE, CELL_TEXT, STR("9999-12-31")),
	    STR("<c r=\"B2\" s=\"2\"><v>2958465</v></c>"));
	T_TEXT(cell_xml(TYPE_DATE, CELL_TEXT, STR("1900-02-28")),
	    TEXT_CELL("1900-02-28"));
	T_TEXT(cell_xml(TYPE_DATE, CELL_TEXT, STR("2026-02-30")),
	    TEXT_CELL("2026-02-30"));
	T_TEXT(cell_xml(TYPE_DATE, CELL_TEXT, STR("20/11/2569")),
	    TEXT_CELL("20/11/2569"));
	T_TEXT(cell_xml(TYPE_DATE, CELL_INTEGER, STR("5")),
	    STR("<c r=\"B2\"><v>5</v></c>"));
	T_TEXT(cell_xml(TYPE_DATETIME, CELL_TEXT, STR("2026-11-20 12:00")),
	    STR("<c r=\"B2\" s=\"3\"><v>46346.50000000000</v></c>"));
	T_TEXT(cell_xml(TYPE_DATETIME, CELL_TEXT, STR("2026-11-20T18:00:00")),
	    STR("<c r=\"B2\" s=\"3\"><v>46346.75000000000</v></c>"));
	T_TEXT(cell_xml(TYPE_DATETIME, CELL_TEXT, STR("2026-11-20T18:00:00Z")),
	    TEXT_CELL("2026-11-20T18:00:00Z"));
	T_TEXT(cell_xml(TYPE_DATETIME, CELL_TEXT, STR("2026-11-20 24:00")),
	    TEXT_CELL("2026-11-20 24:00"));
	T_TEXT(cell_xml(TYPE_TEXT, CELL_NULL, STR("")), STR(""));
#undef TEXT_CELL
#undef KEPT_CELL
}

static uint64_t le(struct str s, size_t at, size_t n)
{
	uint64_t v = 0;

	for (size_t i = n; i > 0; i--)
		v = v << 8 | (unsigned char)s.p[at + i - 1];
	return v;
}

static void an_archive_past_4_gib_has_a_zip64_directory(void)
{
	const uint64_t base = UINT64_C(5) << 30;
	struct out *o = NULL;
	struct buf b;

	begin();
	b = buf_new(a, 65536);
	o = ARENA_NEW(a, struct out);
	o->sink = (struct sink){ .write = keep, .arg = &b };
	struct zip *z = zip_new(a, o, base);
	zip_begin(z, STR("a"));
	OUT_LIT(zip_out(z), "hello");
	zip_end(z);
	uint64_t start = o->bytes + o->n;
	zip_finish(z);
	out_flush(o);

	struct str s = buf_view(&b);
	size_t entry = (size_t)start, end64 = entry + 46 + 1 + 12;
	T_CHECK(le(s, entry, 4) == 0x02014b50, "directory entry");
	T_CHECK(le(s, entry + 42, 4) == 0xffffffff, "offset elsewhere");
	T_CHECK(le(s, entry + 47, 2) == 1 && le(s, entry + 51, 8) == base,
	    "its offset");
	T_CHECK(le(s, end64, 4) == 0x06064b50, "Zip64 end");
	T_CHECK(le(s, end64 + 48, 8) == base + start, "directory's offset");
	T_CHECK(le(s, end64 + 56, 4) == 0x07064b50 &&
		    le(s, end64 + 64, 8) == base + end64,
	    "Zip64 locator");
	T_CHECK(
	    s.n == end64 + 56 + 20 + 22 && le(s, end64 + 76, 4) == 0x06054b50,
	    "end");
}

static void forms_are_found_by_suffix_and_media_type(void)
{
	enum form f = FORMS;

	T_CHECK(form_parse(STR("xlsx"), &f) && f == FORM_XLSX, " ");
	T_CHECK(form_parse(STR("json"), &f) && f == FORM_JSON, " ");
	T_CHECK(!form_parse(STR("JSON"), &f) && !form_parse(STR(""), &f), " ");
	T_CHECK(form_of_media(STR("text/CSV"), &f) && f == FORM_CSV, " ");
	T_CHECK(
	    form_of_media(STR("application/x-ndjson"), &f) && f == FORM_NDJSON,
	    " ");
	T_CHECK(!form_of_media(STR("text/plain"), &f), " ");
	T_TEXT(form_media(FORM_JSON), STR("application/json"));
	T_TEXT(form_suffix(FORM_HTML), STR("html"));
}

static void drop_it(void)
{
	struct encode_options o = { 0 };
	struct column c = { .name = STR("t"), .mask = STR("drop") };
	int left = 100;

	encoder_begin(
	    encoder_new(a, FORM_CSV,
		(struct sink){ .write = refuse_later, .arg = &left }, &o),
	    STR("x"), (struct columns){ .v = &c, .n = 1 });
}

static void a_dropped_column_never_gets_here(void)
{
	T_CHECK(t_aborts(drop_it), " ");
}

int main(void)
{
	T_RUN(json_is_an_array_of_objects);
	T_RUN(ndjson_is_an_object_a_line);
	T_RUN(csv_tells_null_from_empty);
	T_RUN(csv_for_excel_is_marked_and_guarded);
	T_RUN(xml_names_nil_and_base64);
	T_RUN(html_is_a_whole_page);
	T_RUN(bytes_do_not_depend_on_batches);
	T_RUN(no_rows_is_a_whole_answer_too);
	T_RUN(a_sink_that_says_no_ends_it);
	T_RUN(a_text_that_excel_cannot_hold_is_a_fault);
	T_RUN(sheet_names_are_excels);
	T_RUN(sheet_cells_are_numbers_texts_dates);
	T_RUN(an_archive_past_4_gib_has_a_zip64_directory);
	T_RUN(forms_are_found_by_suffix_and_media_type);
	T_RUN(a_dropped_column_never_gets_here);
	arena_free(a);
	return T_PLAN();
}
