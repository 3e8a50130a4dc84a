#include "sheet_files.h"

#include <isa-l.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/read_as.h"
#include "base/str.h"

static void put16(struct buf *b, unsigned v)
{
	buf_char(b, (char)v);
	buf_char(b, (char)(v >> 8));
}

static void put32(struct buf *b, uint64_t v)
{
	put16(b, (unsigned)(v & 0xffff));
	put16(b, (unsigned)(v >> 16 & 0xffff));
}

static void put64(struct buf *b, uint64_t v)
{
	put32(b, v);
	put32(b, v >> 32);
}

static const unsigned char *bytes_of(struct str s)
{
	return (const unsigned char *)s.p;
}

static struct str deflated(struct arena *a, struct str s)
{
	struct isal_zstream z;
	size_t max = s.n + s.n / 8 + 1000;
	union {
		const void *c;
		uint8_t *u;
	} in = { .c = s.p };
	uint8_t *out = arena_alloc(a, max);
	uint8_t *level = arena_alloc(a, ISAL_DEF_LVL3_DEFAULT);

	isal_deflate_stateless_init(&z);
	z.next_in = in.u;
	z.avail_in = (uint32_t)s.n;
	z.next_out = out;
	z.avail_out = (uint32_t)max;
	z.end_of_stream = 1;
	z.level = 3;
	z.level_buf = level;
	z.level_buf_size = ISAL_DEF_LVL3_DEFAULT;
	REQUIRE(isal_deflate_stateless(&z) == COMP_OK);
	return str_n((const char *)out, z.total_out);
}

struct made {
	struct str packed;
	uint32_t crc;
	uint64_t at;
};

static void put_head(struct buf *b, const struct part *p, const struct made *m,
    bool is64, bool local)
{
	struct str name = str_of(p->name);

	put16(b, is64 ? 45 : 20);
	put16(b, p->flags);
	put16(b, p->deflate ? 8 : 0);
	put32(b, 0x21 << 16);
	put32(b, m->crc);
	put32(b, is64 ? 0xffffffff : m->packed.n);
	put32(b, is64 ? 0xffffffff : p->text.n);
	put16(b, (unsigned)name.n);
	put16(b, !is64 ? 0 : local ? 20 : 28);
}

static void put_field64(
    struct buf *b, const struct part *p, const struct made *m, bool local)
{
	put16(b, 1);
	put16(b, local ? 16 : 24);
	put64(b, p->text.n);
	put64(b, m->packed.n);
	if (!local)
		put64(b, m->at);
}

static void put_end(
    struct buf *b, size_t n, uint64_t start, uint64_t bytes, bool is64)
{
	uint64_t at = b->n;

	if (is64) {
		buf_bytes(b, "PK\6\6", 4);
		put64(b, 44);
		put32(b, 45 | 45 << 16);
		put64(b, 0);
		put64(b, n);
		put64(b, n);
		put64(b, bytes);
		put64(b, start);
		buf_bytes(b, "PK\6\7", 4);
		put32(b, 0);
		put64(b, at);
		put32(b, 1);
	}
	buf_bytes(b, "PK\5\6", 4);
	put32(b, 0);
	put16(b, is64 ? 0xffff : (unsigned)n);
	put16(b, is64 ? 0xffff : (unsigned)n);
	put32(b, is64 ? 0xffffffff : bytes);
	put32(b, is64 ? 0xffffffff : start);
	put16(b, 0);
}

static struct str archive(
    struct arena *a, const struct part *v, size_t n, bool is64)
{
	struct buf b = buf_new(a, (size_t)1 << 30);
	struct made *made = ARENA_ARRAY(a, struct made, n);

	for (size_t i = 0; i < n; i++) {
		made[i].at = b.n;
		made[i].crc =
		    crc32_gzip_refl(0, bytes_of(v[i].text), v[i].text.n);
		made[i].packed =
		    v[i].deflate ? deflated(a, v[i].text) : v[i].text;
		buf_bytes(&b, "PK\3\4", 4);
		put_head(&b, &v[i], &made[i], is64, true);
		buf_str(&b, str_of(v[i].name));
		if (is64)
			put_field64(&b, &v[i], &made[i], true);
		buf_str(&b, made[i].packed);
	}
	uint64_t start = b.n;
	for (size_t i = 0; i < n; i++) {
		buf_bytes(&b, "PK\1\2", 4);
		put16(&b, 45);
		put_head(&b, &v[i], &made[i], is64, false);
		put16(&b, 0);
		put16(&b, 0);
		put16(&b, 0);
		put32(&b, 0);
		put32(&b, is64 ? 0xffffffff : made[i].at);
		buf_str(&b, str_of(v[i].name));
		if (is64)
			put_field64(&b, &v[i], &made[i], false);
	}
	put_end(&b, n, start, b.n - start, is64);
	REQUIRE(buf_ok(&b));
	return buf_view(&b);
}

struct str zip_of(struct arena *a, const struct part *v, size_t n)
{
	return archive(a, v, n, false);
}

struct str zip64_of(struct arena *a, const struct part *v, size_t n)
{
	return archive(a, v, n, true);
}

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define RELS \
	"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define RELATION(id, type, target)                          \
	"<Relationship Id=\"" id "\" Type=\"" RELS "/" type \
	"\" Target=\"" target "\"/>"
#define RELATIONS(inner)                                                 \
	HEAD "<Relationships xmlns=\"http://schemas.openxmlformats.org/" \
	     "package/2006/relationships\">" inner "</Relationships>"

static const char top[] =
    RELATIONS(RELATION("rId1", "officeDocument", "xl/workbook.xml"));
static const char types[] =
    HEAD "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/"
	 "content-types\"><Override PartName=\"/xl/workbook.xml\" ContentType="
	 "\"application/vnd.openxmlformats-officedocument.spreadsheetml."
	 "sheet.main+xml\"/></Types>";
static const char relations[] = RELATIONS(RELATION("rId1", "worksheet",
    "worksheets/sheet1.xml") RELATION("rId2", "styles", "styles.xml")
	RELATION("rId3", "sharedStrings", "/xl/sharedStrings.xml")
	    RELATION("rId4", "worksheet", "worksheets/sheet2.xml"));
static const char workbook[] =
    HEAD "<workbook xmlns:r=\"" RELS "\"><sheets>"
	 "<sheet name=\"ข้อมูล\" sheetId=\"1\" r:id=\"rId1\"/>"
	 "<sheet name=\"Hidden\" sheetId=\"2\" state=\"hidden\" r:id=\"rId4\"/>"
	 "</sheets></workbook>";
static const char styles[] =
    HEAD "<styleSheet><numFmts count=\"2\">"
	 "<numFmt numFmtId=\"164\" formatCode=\"[$-41E]d\\ mmmm\\ yyyy\"/>"
	 "<numFmt numFmtId=\"165\" formatCode=\"#,##0.00\\ &quot;day&quot;\"/>"
	 "</numFmts><cellXfs count=\"6\"><xf numFmtId=\"0\"/>"
	 "<xf numFmtId=\"14\"/><xf numFmtId=\"22\"/><xf numFmtId=\"164\"/>"
	 "<xf numFmtId=\"165\"/><xf numFmtId=\"46\"/></cellXfs></styleSheet>";

static const char *either(const char *given, const char *usual)
{
	return given ? given : usual;
}

struct str book_of(struct arena *a, const struct book *b)
{
	struct str sheet = b->xml ? str_of(b->xml)
	                          : str_fmt(a,
					"%s<worksheet><sheetData>%s"
					"</sheetData></worksheet>",
					HEAD, either(b->sheet, ""));
	struct str strings =
	    str_fmt(a, "%s<sst>%s</sst>", HEAD, either(b->strings, ""));
	bool d = b->deflate;
	const struct part parts[] = {
		{ "[Content_Types].xml", str_of(either(b->types, types)), d,
		    0 },
		{ "_rels/.rels", str_of(top), d, 0 },
		{ "xl/workbook.xml", str_of(either(b->workbook, workbook)), d,
		    0 },
		{ "xl/_rels/workbook.xml.rels",
		    str_of(either(b->relations, relations)), d, 0 },
		{ "xl/styles.xml", str_of(either(b->styles, styles)), d, 0 },
		{ "xl/sharedStrings.xml", strings, d, 0 },
		{ "xl/worksheets/sheet1.xml", sheet, d, 0 },
		{ "xl/worksheets/sheet2.xml",
		    STR("<worksheet><sheetData><row><c t=\"str\"><v>two</v></c>"
			"</row></sheetData></worksheet>"),
		    d, 0 },
		{ b->more_name, str_of(b->more), d, 0 },
	};
	size_t n = COUNT(parts) - (b->more_name ? 0 : 1);

	return b->zip64 ? zip64_of(a, parts, n) : zip_of(a, parts, n);
}

static void close_fd(void *arg)
{
	close(*(int *)arg);
}

int file_of(struct arena *a, struct str bytes)
{
	int *fd = ARENA_NEW(a, int);

	*fd = memfd_create("sheet", MFD_CLOEXEC);
	REQUIRE(*fd >= 0);
	for (size_t done = 0; done < bytes.n;) {
		ssize_t n = write(*fd, bytes.p + done, bytes.n - done);
		REQUIRE(n > 0);
		done += (size_t)n;
	}
	arena_defer(a, close_fd, fd);
	return *fd;
}

struct sheet_file sheet_file_of(
    struct arena *a, struct str bytes, const char *name)
{
	return (struct sheet_file){ .fd = file_of(a, bytes),
		.name = str_of(name),
		.spill = file_of(a, STR("")),
		.limits = sheet_limits_usual };
}

struct str row_text(struct arena *a, const struct sheet_row *row)
{
	/* Before the text of each kind. */
	static const char *const marks[SHEET_CELL_KINDS] = {
		[SHEET_EMPTY] = "-",
		[SHEET_TEXT] = "",
		[SHEET_NUMBER] = "#",
		[SHEET_BOOL] = "?",
		[SHEET_DATE] = "@",
		[SHEET_DATETIME] = "@",
		[SHEET_TIME] = "@",
		[SHEET_ERROR] = "!",
	};
	struct buf b = buf_new(a, (size_t)32 << 20);

	buf_fmt(&b, "%u:", row->number);
	for (size_t i = 0; i < row->n; i++) {
		const struct sheet_cell *c = &row->v[i];
		buf_fmt(&b, "%s%s%s", i ? "|" : " ", c->formula ? "=" : "",
		    marks[c->kind]);
		buf_str(&b, c->s);
	}
	buf_char(&b, '\n');
	return buf_view(&b);
}

struct str rows_of(struct ctx *cx, struct sheet_file file, size_t tab,
    struct sheet_finding *ret)
{
	struct sheet *s = NULL;
	const struct sheet_row *row = NULL;
	struct buf b = buf_new(cx->arena, (size_t)64 << 20);

	file.found = ret;
	enum err e = sheet_open(cx, &file, &s);
	if (!e)
		e = sheet_choose(s, tab);
	if (!e)
		e = sheet_next(s, &row);
	for (; !e && row; e = sheet_next(s, &row))
		buf_str(&b, row_text(cx->arena, row));
	if (e == ERR_INVALID)
		buf_fmt(&b, "%.*s %.*s %.*s\n",
		    STR_ARG(sheet_trouble_code(ret->kind)),
		    STR_ARG(cell_place(cx->arena, ret->row, ret->column)),
		    STR_ARG(ret->detail));
	else if (e)
		buf_fmt(&b, "broken: %.*s\n", STR_ARG(cx->fault.detail));
	return buf_view(&b);
}
