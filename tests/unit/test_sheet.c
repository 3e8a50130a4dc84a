/* Rows out of workbooks and texts, and every file that is refused. */
#include "t.h"

#include <string.h>

#include "base/str.h"
#include "sheet/numfmt.h"
#include "sheet_files.h"

static struct arena *a;

static struct ctx fresh(void)
{
	arena_free(a);
	a = arena_new();
	return ctx_new(a, 0, LANG_EN);
}

/* The rows of these bytes under that name. */
static struct str rows(struct str bytes, const char *name)
{
	struct ctx cx = ctx_new(a, 0, LANG_EN);
	struct sheet_finding found = { 0 };

	struct str s = rows_of(&cx, sheet_file_of(a, bytes, name), 0, &found);
	if (found.kind)
		for (int lang = 0; lang < LANGS; lang++)
			T_CHECK(
			    sheet_finding_text(a, (enum lang)lang, &found).n >
				20,
			    "no sentence");
	return s;
}

static struct str book_rows(const struct book *b)
{
	return rows(book_of(a, b), "a.xlsx");
}

static void cells_of_every_kind(void)
{
	static const char sheet[] =
	    "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>1</v></c>"
	    "<c r=\"C1\" t=\"s\"><v>0</v></c></row>"
	    "<row r=\"3\" spans=\"1:3\"><c r=\"A3\"><v>12</v></c>"
	    "<c r=\"B3\"><v>0.1000</v></c><c r=\"C3\"><v>1E3</v></c>"
	    "<c r=\"D3\"><v>0.30000000000000004</v></c>"
	    "<c r=\"E3\"><v>-0</v></c><c r=\"F3\" s=\"4\"><v>1.5</v></c></row>"
	    "<row r=\"4\"><c r=\"A4\" s=\"1\"><v>46346</v></c>"
	    "<c r=\"B4\" s=\"2\"><v>46346.384722222225</v></c>"
	    "<c r=\"C4\" s=\"3\"><v>59</v></c><c r=\"D4\" s=\"3\"><v>61</v></c>"
	    "<c r=\"E4\" s=\"5\"><v>1.5</v></c>"
	    "<c r=\"F4\" s=\"1\"><v>-3</v></c>"
	    "<c r=\"G4\" t=\"d\"><v>2026-11-20</v></c></row>"
	    "<row r=\"5\"><c r=\"A5\" t=\"b\"><v>1</v></c>"
	    "<c r=\"B5\" t=\"e\"><v>#N/A</v></c>"
	    "<c r=\"C5\"><f>SUM(A3:A3)</f><v>12</v></c>"
	    "<c r=\"D5\" t=\"str\"><f>\"x\"</f><v>x</v></c>"
	    "<c r=\"E5\" t=\"str\"><f>\"\"</f><v></v></c>"
	    "<c r=\"F5\" t=\"inlineStr\"><is><t>in</t></is></c>"
	    "<c r=\"G5\" t=\"inlineStr\"><is><r><rPr><b/></rPr><t>r</t></r>"
	    "<r><t>un</t></r><rPh><t>no</t></rPh></is></c>"
	    "<c r=\"H5\" s=\"1\"/></row><row r=\"9\"/>";
	const struct book book = { .sheet = sheet,
		.strings = "<si><t>น้ำ &amp; _x000D_</t></si>"
			   "<si><r><t>A</t></r><r><t xml:space=\"preserve\"> b"
			   "</t></r><rPh><t>x</t></rPh></si>" };
	const char *want = "1: A b|-|น้ำ & \r\n"
			   "3: #12|#0.1|#1000|#0.30000000000000004|#0|#1.5\n"
			   "4: @2026-11-20|@2026-11-20T09:14:00|@1900-02-28|"
			   "@1900-03-01|@36:00:00|#-3|@2026-11-20\n"
			   "5: ?true|!#N/A|=#12|=x|-|in|run\n";
	struct book other = book;

	fresh();
	T_TEXT(book_rows(&book), str_of(want));
	other.deflate = true;
	T_TEXT(book_rows(&other), str_of(want));
	other.zip64 = true;
	T_TEXT(book_rows(&other), str_of(want));
	/* Names with a prefix, and places that are not told. */
	T_TEXT(book_rows(&(struct book){
		   .xml = "<x:worksheet xmlns:x=\"u\"><x:sheetData><x:row>"
			  "<x:c><x:v>1</x:v></x:c><x:c><x:v>2</x:v></x:c>"
			  "</x:row><x:row><x:c><x:v>3</x:v></x:c></x:row>"
			  "</x:sheetData><x:extLst><x:row><x:c><x:v>4</x:v>"
			  "</x:c></x:row></x:extLst></x:worksheet>" }),
	    STR("1: #1|#2\n2: #3\n"));
	T_TEXT(book_rows(
		   &(struct book){ .sheet = "<row><c s=\"1\"><v>0</v></c>"
					    "<c s=\"1\"><v>1462</v></c></row>",
		       .workbook = "<workbook xmlns:r=\"u\"><workbookPr "
				   "date1904=\"1\"/><sheets><sheet name=\"a\" "
				   "r:id=\"rId1\"/></sheets></workbook>" }),
	    STR("1: @1904-01-01|@1908-01-02\n"));
}

static void the_sheet_that_is_chosen(void)
{
	struct ctx cx = fresh();
	struct sheet_finding found = { 0 };
	struct str bytes = book_of(a, &(struct book){ 0 });
	struct sheet_file file = sheet_file_of(a, bytes, "a.xlsx");
	struct sheet *s = NULL;
	size_t n = 0;

	T_TEXT(rows_of(&cx, file, 1, &found), STR("1: two\n"));
	T_TEXT(rows_of(&cx, file, 2, &found), STR("sheet-absent  \n"));
	T_CHECK(sheet_open(&cx, &file, &s) == OK, "opens");
	const struct sheet_tab *tabs = sheet_tabs(s, &n);
	T_CHECK(n == 2 && !tabs[0].hidden && tabs[1].hidden, "%zu", n);
	T_TEXT(tabs[0].name, STR("ข้อมูล"));
}

static void formats_that_show_dates(void)
{
	static const struct {
		const char *code;
		enum numfmt want;
	} cases[] = {
		{ "General", NUMFMT_NUMBER },
		{ "0.00E+00", NUMFMT_NUMBER },
		{ "#,##0 \"days\"", NUMFMT_NUMBER },
		{ "[Red]0;[Blue]-0", NUMFMT_NUMBER },
		{ "\\d0", NUMFMT_NUMBER },
		{ "_-* #,##0.00_-", NUMFMT_NUMBER },
		{ "yyyy-mm-dd", NUMFMT_DATE },
		{ "[$-107041E]d mmm yy;@", NUMFMT_DATE },
		{ "[$-D07041E]d mmmm bbbb", NUMFMT_DATE },
		{ "mmm", NUMFMT_DATE },
		{ "dd/mm/yyyy hh:mm", NUMFMT_DATETIME },
		{ "[h]:mm:ss", NUMFMT_TIME },
		{ "[h]", NUMFMT_TIME },
		{ "h:mm AM/PM", NUMFMT_TIME },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		T_CHECK(numfmt_of(str_of(cases[i].code)) == cases[i].want, "%s",
		    cases[i].code);
	T_CHECK(numfmt_builtin(14) == NUMFMT_DATE &&
		    numfmt_builtin(81) == NUMFMT_DATE &&
		    numfmt_builtin(10) == NUMFMT_NUMBER,
	    "built in");
}

/* What is wrong with a workbook, by what stands in it. */
static void workbooks_that_are_refused(void)
{
	static const struct {
		const char *what;
		struct book book;
		const char *want;
	} cases[] = {
		{ "a document type",
		    { .xml = "<!DOCTYPE w [<!ENTITY e \"x\">]><worksheet/>" },
		    "xml-dtd  xl/worksheets/sheet1.xml\n" },
		{ "an open element", { .xml = "<worksheet><sheetData>" },
		    "xml-damaged  xl/worksheets/sheet1.xml\n" },
		{ "a foreign encoding",
		    { .xml =
			    "<?xml version=\"1.0\" encoding=\"tis-620\"?><w/>" },
		    "xml-damaged  xl/worksheets/sheet1.xml\n" },
		{ "a formula never calculated",
		    { .sheet = "<row r=\"7\"><c r=\"B7\"><f>1+1</f><v></v></c>"
			       "</row>" },
		    "formula-empty B7 \n" },
		{ "a formula without a value",
		    { .sheet = "<row><c><f>1+1</f></c></row>" },
		    "formula-empty A1 \n" },
		{ "a number that is none",
		    { .sheet = "<row><c><v>twelve</v></c></row>" },
		    "cell-damaged A1 \n" },
		{ "infinity", { .sheet = "<row><c><v>1E999</v></c></row>" },
		    "cell-damaged A1 \n" },
		{ "a string that is not there",
		    { .sheet = "<row><c t=\"s\"><v>1</v></c></row>",
			.strings = "<si><t>x</t></si>" },
		    "cell-damaged A1 \n" },
		{ "an unknown type",
		    { .sheet = "<row><c t=\"x\"><v>1</v></c></row>" },
		    "cell-damaged A1 \n" },
		{ "a row again", { .sheet = "<row r=\"2\"/><row r=\"2\"/>" },
		    "order 2 \n" },
		{ "a cell again",
		    { .sheet = "<row><c r=\"B1\"/><c r=\"A1\"/></row>" },
		    "order B1 \n" },
		{ "a cell of another row",
		    { .sheet = "<row r=\"2\"><c r=\"B3\"/></row>" },
		    "order 2 \n" },
		{ "a row too many",
		    { .sheet = "<row r=\"1048576\"><c><v>1</v></c></row>"
			       "<row r=\"1048577\"/>" },
		    "1048576: #1\nrows 1048577 1048576\n" },
		{ "a row far too many",
		    { .sheet = "<row r=\"99999999999999999999\"/>" },
		    "rows  1048576\n" },
		{ "50,000 columns",
		    { .sheet = "<row><c r=\"BUYB1\"><v>1</v></c></row>" },
		    "columns BUYB1 1024\n" },
		{ "a link to another file",
		    { .relations =
			    "<Relationships><Relationship Id=\"a\" Type=\"http"
			    "://x/externalLink\" Target=\"e.xml\"/>"
			    "</Relationships>" },
		    "external  \n" },
		{ "a connection",
		    { .relations =
			    "<Relationships><Relationship Id=\"a\" Type=\"http"
			    "://x/connections\" Target=\"e.xml\"/>"
			    "</Relationships>" },
		    "external  \n" },
		{ "macros", { .more_name = "xl/vbaProject.bin", .more = "x" },
		    "macros  \n" },
		{ "macros by type",
		    { .types = "<Types><Override PartName=\"/xl/workbook.xml\" "
			       "ContentType=\"application/vnd.ms-excel.sheet."
			       "macroEnabled.main+xml\"/></Types>" },
		    "macros  \n" },
		{ "old macros",
		    { .more_name = "xl/macrosheets/sheet1.xml", .more = "x" },
		    "macros  \n" },
		{ "no sheet", { .workbook = "<workbook><sheets/></workbook>" },
		    "sheet-absent  \n" },
		{ "a sheet that is not there",
		    { .relations =
			    "<Relationships><Relationship Id=\"rId1\" Type=\"u"
			    "/worksheet\" Target=\"gone.xml\"/>"
			    "</Relationships>" },
		    "part-absent  xl/gone.xml\n" },
		{ "binary", { .more_name = "xl/workbook.bin", .more = "x" },
		    "binary-excel  \n" },
		{ "a way out", { .more_name = "../../etc/passwd", .more = "x" },
		    "zip-name  \n" },
		{ "a place of its own", { .more_name = "/etc/x", .more = "x" },
		    "zip-name  \n" },
		{ "a backslash", { .more_name = "xl\\x", .more = "x" },
		    "zip-name  \n" },
		{ "a name twice",
		    { .more_name = "XL/Workbook.xml", .more = "x" },
		    "zip-twice  XL/Workbook.xml\n" },
	};

	fresh();
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str got = book_rows(&cases[i].book);
		T_CHECK(str_eq(got, str_of(cases[i].want)),
		    "%s: “%.*s” is not “%s”", cases[i].what, STR_ARG(got),
		    cases[i].want);
	}
}

static struct str long_text(const char *unit, size_t n)
{
	struct buf b = buf_new(a, (size_t)1 << 30);

	buf_reserve(&b, strlen(unit) * n);
	for (size_t i = 0; i < n; i++)
		buf_str(&b, str_of(unit));
	return buf_view(&b);
}

static const char *framed(const char *before, struct str mid, const char *after)
{
	return str_cstr(a, str_fmt(a, "%s%.*s%s", before, STR_ARG(mid), after));
}

static void what_is_too_long(void)
{
	fresh();
	struct str long_cell = long_text("ก", 43700);
	T_TEXT(
	    book_rows(&(struct book){ .sheet = framed("<row><c t=\"str\"><v>",
					  long_cell, "</v></c></row>") }),
	    STR("cell-large A1 128\n"));
	T_TEXT(book_rows(&(struct book){
		   .strings = framed("<si><t>", long_cell, "</t></si>") }),
	    STR("cell-large  128\n"));
	struct str cells =
	    long_text("<c t=\"str\"><v>12345678901234567890123456"
		      "789012345678901234567890</v></c>",
		1024);
	T_CHECK(book_rows(
		    &(struct book){ .sheet = framed("<row>", cells, "</row>") })
			.n > 50000,
	    "1,024 columns are read");
	cells = long_text("<c><v>1</v></c>", 1025);
	T_TEXT(book_rows(
		   &(struct book){ .sheet = framed("<row>", cells, "</row>") }),
	    STR("columns AMK1 1024\n"));
	/* Formats alone make no column. */
	cells = long_text("<c s=\"1\"/>", 16384);
	T_TEXT(book_rows(&(struct book){
		   .sheet = framed("<row><c><v>1</v></c>", cells, "</row>") }),
	    STR("1: #1\n"));
	T_TEXT(
	    book_rows(&(struct book){ .xml = framed("<worksheet a=\"",
					  long_text("a", 3000000), "\"/>") }),
	    STR("xml-large  xl/worksheets/sheet1.xml\n"));
	T_TEXT(book_rows(
		   &(struct book){ .xml = str_cstr(a, long_text("<a>", 100)) }),
	    STR("xml-large  xl/worksheets/sheet1.xml\n"));
}

static void put_u32(struct str s, size_t at, uint32_t v)
{
	union {
		const char *c;
		char *p;
	} to = { .c = s.p };
	for (int i = 0; i < 4; i++)
		to.p[at + (size_t)i] = (char)(v >> 8 * i);
}

/* Where the nth of them begins. */
static size_t find(struct str s, const char *what, int nth)
{
	size_t n = strlen(what);
	for (size_t i = 0; i + n <= s.n; i++)
		if (memcmp(s.p + i, what, n) == 0 && nth-- == 0)
			return i;
	T_CHECK(false, "no %s", what);
	return 0;
}

static void archives_that_lie(void)
{
	const struct book book = { .sheet = "<row><c><v>1</v></c></row>" };
	struct str s;

	fresh();
	/* The second file's header is said to be where the first one's is. */
	s = book_of(a, &book);
	put_u32(s, find(s, "PK\1\2", 1) + 42, 0);
	T_TEXT(rows(s, "a.xlsx"), STR("zip-damaged  _rels/.rels\n"));
	/* Two names for the same bytes: the first reaches over the second. */
	s = book_of(a, &book);
	size_t local = find(s, "PK\3\4", 0), entry = find(s, "PK\1\2", 0);
	put_u32(s, local + 18, 800);
	put_u32(s, local + 22, 800);
	put_u32(s, entry + 20, 800);
	put_u32(s, entry + 24, 800);
	T_TEXT(rows(s, "a.xlsx"), STR("zip-overlap  _rels/.rels\n"));
	s = book_of(a, &book);
	put_u32(s, find(s, "PK\1\2", 6) + 16, 1);
	T_TEXT(
	    rows(s, "a.xlsx"), STR("zip-damaged  xl/worksheets/sheet1.xml\n"));
	s = book_of(a, &book);
	put_u32(s, find(s, "<v>1</v>", 0), 0x323e763c);
	T_TEXT(rows(s, "a.xlsx"),
	    STR("1: #2\nzip-damaged  xl/worksheets/sheet1.xml\n"));
	s = book_of(a, &book);
	T_TEXT(rows(str_upto(s, s.n - 100), "a.xlsx"), STR("truncated  \n"));
	T_TEXT(rows(str_upto(s, 500), "a.xlsx"), STR("truncated  \n"));
	T_TEXT(
	    rows(str_cat(a, s, STR("more")), "a.xlsx"), STR("truncated  \n"));
	/* Something before the archive moves every place. */
	T_TEXT(rows(str_cat(a, STR("PK\3\4"), s), "a.xlsx"),
	    STR("zip-damaged  \n"));
	const struct part sealed[] = { { "xl/x.xml", STR_INIT("x"), false,
	    1 } };
	T_TEXT(rows(zip_of(a, sealed, 1), "a.xlsx"),
	    STR("zip-encrypted  xl/x.xml\n"));
	const struct part bomb[] = { { "xl/x.xml",
	    long_text("0123456789abcdef", 2 << 20), true, 0 } };
	T_TEXT(rows(zip_of(a, bomb, 1), "a.xlsx"), STR("zip-bomb  xl/x.xml\n"));
	s = book_of(a, &book);
	put_u32(s, find(s, "PK\1\2", 6) + 24, 0xfffffff0);
	T_TEXT(rows(s, "a.xlsx"), STR("zip-bomb  xl/worksheets/sheet1.xml\n"));
}

/* A stream that gives more, or less, than its headers say. */
static void sizes_that_lie(void)
{
	struct book book = { .sheet = "<row><c><v>1</v></c></row>",
		.deflate = true };

	fresh();
	for (int d = -1; d <= 1; d += 2) {
		struct str s = book_of(a, &book);
		size_t entry = find(s, "PK\1\2", 6);
		size_t local = find(s, "PK\3\4", 6);
		uint32_t n = (uint32_t)(unsigned char)s.p[entry + 24];
		put_u32(s, entry + 24, (uint32_t)((int)n + d));
		put_u32(s, local + 22, (uint32_t)((int)n + d));
		T_TEXT(rows(s, "a.xlsx"),
		    d < 0
			? STR("zip-damaged  xl/worksheets/sheet1.xml\n")
			: STR("1: #1\nzip-damaged  xl/worksheets/sheet1.xml\n"));
	}
}

static struct str wide(const char *ascii)
{
	struct buf b = buf_new(a, 1000);
	for (; *ascii; ascii++) {
		buf_char(&b, *ascii);
		buf_char(&b, '\0');
	}
	return buf_view(&b);
}

static void other_kinds_of_file(void)
{
	const struct part ods[] = { { "mimetype", STR_INIT("x"), false, 0 },
		{ "content.xml", STR_INIT("x"), false, 0 } };
	const struct part docx[] = { { "word/document.xml", STR_INIT("x"),
	    false, 0 } };
	const struct part other[] = { { "a.txt", STR_INIT("x"), false, 0 } };
	const struct str cfb = STR("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");

	fresh();
	T_TEXT(rows(STR(""), "a.xlsx"), STR("empty  \n"));
	T_TEXT(rows(zip_of(a, ods, 2), "a.ods"), STR("opendocument  \n"));
	T_TEXT(rows(zip_of(a, docx, 1), "a.xlsx"), STR("document  \n"));
	T_TEXT(rows(zip_of(a, other, 1), "a.xlsx"), STR("not-table  \n"));
	T_TEXT(rows(str_cat(a, cfb, wide("Workbook")), "a.xls"),
	    STR("old-excel  \n"));
	T_TEXT(rows(str_cat(a, cfb, wide("EncryptedPackage")), "a.xlsx"),
	    STR("password  \n"));
	T_TEXT(rows(STR("%PDF-1.7\n"), "a.xlsx"), STR("pdf  \n"));
	T_TEXT(rows(STR(" <HTML><table>"), "a.xls"), STR("web-page  \n"));
	T_TEXT(rows(STR("a,b\n1,2\n"), "A.XLSX"), STR("named-xlsx  \n"));
	T_TEXT(rows(book_of(a, &(struct book){ 0 }), "a.csv"),
	    STR("named-csv  \n"));
	T_TEXT(rows(STR("\x89PNG\r\n"), "a.csv"), STR("not-table  \n"));
	T_TEXT(rows(STR("a,b\n1,\0\n"), "a.csv"), STR("binary  \n"));
}

static void delimiters_and_quotes(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "a,b\r\n1,2\r\n", "1: a|b\n2: 1|2\n" },
		{ "a;b\n\"1,5\";2\n1,6;3\n", "1: a|b\n2: 1,5|2\n3: 1,6|3\n" },
		{ "a\tb\n1\t2", "1: a|b\n2: 1|2\n" },
		{ "sep=;\na;b,c\n", "2: a|b,c\n" },
		{ "one\ntwo\n", "1: one\n2: two\n" },
		{ "a,b\n\n\nx,\"p\nq\"\"r\"\n,\ny, z \n",
		    "1: a|b\n4: x|p\nq\"r\n6: y| z \n" },
		{ "a,b\n\"x,y\n", "1: a|b\nquote 2 \n" },
		{ "a,b\n\"x\"y,z\n", "1: a|b\nquote 2 \n" },
	};

	fresh();
	for (size_t i = 0; i < COUNT(cases); i++)
		T_TEXT(rows(str_of(cases[i].text), "a.csv"),
		    str_of(cases[i].want));
}

static void encodings_that_are_found(void)
{
	static const struct {
		struct str text;
		const char *want;
	} cases[] = {
		{ STR_INIT("\xef\xbb\xbfก,ข\n"), "1: ก|ข\n" },
		{ STR_INIT("\xa1,\xa2\n\xb9\xe9\xd3,x\n"),
		    "1: ก|ข\n2: น้ำ|x\n" },
		{ STR_INIT("\x93\xa1\xd2\xc3\x94,\x80\n"), "1: “การ”|€\n" },
		{ STR_INIT("\xff\xfe\x01\x0e,\0\x02\x0e\n\0"), "1: ก|ข\n" },
		{ STR_INIT("\xfe\xff\x0e\x01\0,\x0e\x02\0\n"), "1: ก|ข\n" },
		{ STR_INIT("a\0,\0\x02\x0e\n\0"), "1: a|ข\n" },
		{ STR_INIT("\x01\x0e\x02\x0e\x03\x0e\x04\x0e,\0\x07\x0e\n\0"),
		    "1: กขฃค|ง\n" },
		{ STR_INIT("\xff\xfe=\xd8\x00\xde,\0x\0"), "1: 😀|x\n" },
		{ STR_INIT("\xff\xfe=\xd8,\0x\0"), "encoding 1 \n" },
		{ STR_INIT("name,n\nRen\xe9"
			   "e,1\nM\xfcller,2\n"),
		    "encoding 2 \n" },
		{ STR_INIT("Ren\xe9"
			   "e,caf\xe9,Fran\xe7ois\n"),
		    "encoding 1 \n" },
		{ STR_INIT("กขค,งจ\nก\xa1,x\n"), "utf8-damaged 2 \n" },
	};

	fresh();
	for (size_t i = 0; i < COUNT(cases); i++)
		T_TEXT(rows(cases[i].text, "a.csv"), str_of(cases[i].want));
}

/* However a long text falls into pieces, its rows are the same. */
static void texts_longer_than_a_piece(void)
{
	struct ctx cx = fresh();
	struct buf text = buf_new(a, (size_t)64 << 20);
	struct buf want = buf_new(a, (size_t)64 << 20);
	struct sheet_finding found = { 0 };

	for (int i = 1; i < 40000; i++) {
		int n = i % 977 == 0 ? 70000 : i % 53;
		struct str s = long_text(i % 2 ? "ก" : "x", (size_t)n / 3);
		buf_fmt(&text, "%d,\"%.*s\"\"\r\n\",z\r\n", i, STR_ARG(s));
		buf_fmt(&want, "%d: %d|%.*s\"\r\n|z\n", i, i, STR_ARG(s));
	}
	T_CHECK(str_eq(rows_of(&cx, sheet_file_of(a, buf_view(&text), "a.csv"),
			   0, &found),
		    buf_view(&want)),
	    "other rows");
	/* A quote that never ends stops before memory does. */
	struct str open =
	    str_cat(a, STR("a\n\""), long_text("xxxxxxx\n", 2 << 20));
	T_TEXT(rows(open, "a.csv"), STR("1: a\nrow-large 2 8\n"));
	T_TEXT(rows(long_text(",", 49999), "a.csv"), STR("columns 1 1024\n"));
	T_TEXT(
	    rows(long_text("x", 200000), "a.csv"), STR("cell-large A1 128\n"));
}

static void strings_on_disk(void)
{
	struct ctx cx = fresh();
	struct buf strings = buf_new(a, (size_t)256 << 20);
	struct buf sheet = buf_new(a, (size_t)64 << 20);
	struct buf want = buf_new(a, (size_t)256 << 20);
	struct sheet_finding found = { 0 };
	enum { N = 120000 };

	/* More than the pages in memory hold, asked for out of order. */
	struct str fill = long_text("ย", 80);
	for (int i = 0; i < N; i++)
		buf_fmt(&strings, "<si><t>%d%.*s</t></si>", i,
		    STR_ARG(str_upto(fill, (size_t)(i * 7 % 80) * 3)));
	for (int i = 0; i < N; i += 3) {
		int k = i % 2 ? (int)((int64_t)i * 7919 % N) : i;
		buf_fmt(&sheet, "<row><c t=\"s\"><v>%d</v></c></row>", k);
		buf_fmt(&want, "%d: %d%.*s\n", i / 3 + 1, k,
		    STR_ARG(str_upto(fill, (size_t)(k * 7 % 80) * 3)));
	}
	struct str bytes = book_of(
	    a, &(struct book){ .strings = str_cstr(a, buf_view(&strings)),
		   .sheet = str_cstr(a, buf_view(&sheet)),
		   .deflate = true });
	T_CHECK(
	    str_eq(rows_of(&cx, sheet_file_of(a, bytes, "a.xlsx"), 0, &found),
		buf_view(&want)),
	    "other strings");
}

int main(void)
{
	T_RUN(cells_of_every_kind);
	T_RUN(the_sheet_that_is_chosen);
	T_RUN(formats_that_show_dates);
	T_RUN(workbooks_that_are_refused);
	T_RUN(what_is_too_long);
	T_RUN(archives_that_lie);
	T_RUN(sizes_that_lie);
	T_RUN(other_kinds_of_file);
	T_RUN(delimiters_and_quotes);
	T_RUN(encodings_that_are_found);
	T_RUN(texts_longer_than_a_piece);
	T_RUN(strings_on_disk);
	arena_free(a);
	return T_PLAN();
}
