/* Papers: templates and their faults, pages, the PDF's language. How they look is
 * measured by tests/web/test_paper_layout.py. */
#include "base/str.h"
#include "paper/template.h"
#include "t.h"

#include <string.h>

/* Fontconfig keeps offsets where others keep pointers, so LeakSanitizer takes what
 * the fonts of the process are made of for lost. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig.so\n";
}

static struct arena *a;

static json_t *json(struct ctx *cx, const char *text)
{
	json_t *v = NULL;
	T_CHECK(json_parse(cx, str_of(text), 4096, &v) == OK, "%s", text);
	return v;
}

static struct ctx fresh(void)
{
	return ctx_new(a, 1790000000000, LANG_EN);
}

static const char *const data =
    "{\"name\":\"นายสมชาย ใจดี\",\"no\":\"อว 1/2\",\"n\":12,\"empty\":\"\","
    "\"flag\":true,\"link\":\"http://x.example/9\","
    "\"signer\":{\"name\":\"นางสาวดี\"},"
    "\"list\":[{\"name\":\"ก\",\"at\":1},{\"name\":\"ข\",\"at\":2}],"
    "\"none\":[]}";

/* All text of the paper's blocks, one line each. */
static struct str told(const struct paper *p)
{
	struct str all = STR("");
	for (const struct paper_block *b = p->blocks; b; b = b->next) {
		all = str_fmt(a, "%.*s%.*s%.*s", STR_ARG(all),
		    STR_ARG(paper_plain(a, &b->label)),
		    STR_ARG(paper_plain(a, &b->words)));
		for (const struct paper_row *r = b->rows; r; r = r->next)
			for (size_t i = 0; i < b->n_columns; i++)
				all = str_fmt(a, "%.*s[%.*s]", STR_ARG(all),
				    STR_ARG(paper_plain(a, &r->cells[i])));
		for (size_t i = 0; i < b->n_lines; i++)
			all = str_fmt(a, "%.*s<%.*s>", STR_ARG(all),
			    STR_ARG(paper_plain(a, &b->lines[i])));
		all = str_cat(a, all, STR("/"));
	}
	return all;
}

static void test_fill(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "สวัสดี {name} {n}", "สวัสดี นายสมชาย ใจดี 12/" },
		{ ".. never\n\n  a  \n", "a/" },
		{ "{signer.name}|{name}", "นางสาวดี|นายสมชาย ใจดี/" },
		{ ".if flag\na\n.end\n.if empty\nb\n.end\n.unless none\nc\n.end",
		    "a/c/" },
		{ ".each list\n{name}{at}{no}\n.end", "ก1อว 1/2/ข2อว 1/2/" },
		{ ".table 10 * *\n.columns A | B\n.each list\n.row {at} | "
		  "{name}\n.end",
		    "[1][ก][][2][ข][]/" },
		{ ".to เรียน | **{name}**", "เรียนนายสมชาย ใจดี/" },
		{ ".sign {empty} | ({name}) | {empty} | {no}",
		    "<><(นายสมชาย ใจดี)><อว 1/2>/" },
		{ ".qr {link} | ดู", "ดู/" },
		{ ".qr {empty} | ดู", "" },
		{ ".if flag\n.if empty\nx\n.end\ny\n.end\nz", "y/z/" },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ctx cx = fresh();
		struct paper p;
		enum err e =
		    paper_fill(&cx, str_of(cases[i].text), json(&cx, data), &p);
		T_CHECK(e == OK, "%s", cases[i].text);
		if (!e)
			T_TEXT(told(&p), str_of(cases[i].want));
	}
}

static void test_faults(void)
{
	static const struct {
		const char *text;
		enum msg why;
		const char *what;
	} cases[] = {
		{ "a\n{nobody}", MSG_field_paper_unknown_field, "2: nobody" },
		{ "{signer.age}", MSG_field_paper_unknown_field,
		    "1: signer.age" },
		{ "{name.x}", MSG_field_paper_unknown_field, "1: name.x" },
		{ "{}", MSG_field_paper_unknown_field, "1: " },
		{ "{name", MSG_field_paper_brace, "1: {name" },
		{ "\n.shout x", MSG_field_paper_order, "2: shout" },
		{ ".", MSG_field_paper_order, "1: ?" },
		{ ".digits roman", MSG_field_paper_order, "1: roman" },
		{ ".if flag\na", MSG_field_paper_end, "1: if" },
		{ "a\n.end", MSG_field_paper_end, "2: end" },
		{ ".row a", MSG_field_paper_table, "1: a" },
		{ ".table 10\nx\n.row a", MSG_field_paper_table, "3: a" },
		{ ".table 10\n.row a | b", MSG_field_paper_cells, "2: a | b" },
		{ ".table 10 x", MSG_field_paper_number, "1: x" },
		{ ".space -1", MSG_field_paper_number, "1: -1" },
		{ ".head A | b | C", MSG_field_paper_cells, "1: A | b | C" },
		{ ".each nolist\n.end", MSG_field_paper_unknown_field,
		    "1: nolist" },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ctx cx = fresh();
		struct paper p;
		enum err e =
		    paper_fill(&cx, str_of(cases[i].text), json(&cx, data), &p);
		T_CHECK(e == ERR_INVALID, "%s: %d", cases[i].text, (int)e);
		if (e != ERR_INVALID)
			continue;
		T_CHECK(
		    cx.fault.fields->msg == cases[i].why, "%s", cases[i].text);
		T_TEXT(cx.fault.fields->arg, str_of(cases[i].what));
	}
}

/* What a condition hides today is looked at all the same. */
static void test_check(void)
{
	struct ctx cx = fresh();
	struct paper p;
	struct str text = STR(".if empty\n{nobody}\n.end");
	T_CHECK(paper_fill(&cx, text, json(&cx, data), &p) == OK, "hidden");
	T_CHECK(paper_check(&cx, text, json(&cx, data)) == ERR_INVALID, "seen");
}

static struct str print(const char *text, int *ret_pages)
{
	struct ctx cx = fresh();
	struct paper p;
	struct str pdf = STR("");
	enum err e = paper_fill(&cx, str_of(text), json(&cx, data), &p);
	if (!e)
		e = paper_pdf(&cx, &p, &pdf, ret_pages);
	T_CHECK(e == OK, "%.*s", STR_ARG(cx.fault.detail));
	return pdf;
}

static void test_pdf(void)
{
	int pages = 0;
	struct str pdf = print(".memo บันทึกข้อความ\n{name}", &pages);
	T_CHECK(str_starts(pdf, STR("%PDF-1.")), "begin");
	T_CHECK(str_ends(pdf, STR("%%EOF\n")), "end");
	T_CHECK(str_has(pdf, STR("/Lang (th)")), "language");
	T_CHECK(str_has(pdf, STR("/DisplayDocTitle true")), "title shown");
	T_CHECK(pages == 1, "%d", pages);
	int again = 0;
	T_CHECK(str_eq(pdf, print(".memo บันทึกข้อความ\n{name}", &again)),
	    "equal papers are equal bytes");
	print("a\n.page\nb\n.page\nc", &pages);
	T_CHECK(pages == 3, "%d", pages);
}

/* A page is a page however much a template asks for. */
static void test_limits(void)
{
	struct ctx cx = fresh();
	struct paper p = { .lang = STR("th") };
	struct str out;
	int pages;
	for (int i = 0; i <= PAPER_PAGES_MAX; i++)
		paper_add(a, &p, PAPER_BREAK);
	T_CHECK(paper_pdf(&cx, &p, &out, &pages) == ERR_TOO_LARGE, "pages");
	char *long_text = arena_alloc(a, TEMPLATE_BYTES_MAX + 1);
	memset(long_text, 'a', TEMPLATE_BYTES_MAX + 1);
	T_CHECK(paper_fill(&cx, str_n(long_text, TEMPLATE_BYTES_MAX + 1),
		    json(&cx, data), &p) == ERR_TOO_LARGE,
	    "template");
}

/* Lists within lists are gone through so often and no more, though nothing that
 * they say takes room; `n` items each. */
static json_t *bomb(size_t n)
{
	json_t *list = json_array(), *v = json_object();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_object());
	json_object_set_new(v, "list", list);
	json_object_set_new(v, "empty", json_string(""));
	return v;
}

/* `body` in so many .each. */
static struct str nested(struct str body, int depth)
{
	for (int i = 0; i < depth; i++)
		body = str_fmt(a, ".each list\n%.*s\n.end", STR_ARG(body));
	return body;
}

static void refused_for_repeats(struct str text, json_t *v, const char *line)
{
	struct ctx cx = fresh();
	struct paper p;
	enum err e = paper_fill(&cx, text, v, &p);
	T_CHECK(e == ERR_TOO_LARGE, "%.*s: %d", STR_ARG(text), (int)e);
	if (e != ERR_TOO_LARGE)
		return;
	T_TEXT(fault_code(&cx), STR("paper-repeats"));
	T_TEXT(cx.fault.arg[0], str_of(line));
	T_CHECK(str_has(fault_text(&cx), str_fmt(a, "at line %s", line)),
	    "English: %.*s", STR_ARG(fault_text(&cx)));
	cx.lang = LANG_TH;
	T_CHECK(str_has(fault_text(&cx), str_fmt(a, "หยุดที่บรรทัดที่ %s", line)),
	    "Thai: %.*s", STR_ARG(fault_text(&cx)));
}

static void test_repeats(void)
{
	/* A million rounds: each ends by itself where none are counted. */
	static const struct {
		const char *body, *line;
	} cases[] = {
		{ "", "3" },
		{ ".top {empty}", "4" },
		{ ".title", "4" },
		{ ".urgency {empty}", "4" },
		{ ".qr {empty} | x", "4" },
		{ ".if empty\nx\n.end", "4" },
	};
	json_t *v = bomb(100);
	for (size_t i = 0; i < COUNT(cases); i++)
		refused_for_repeats(
		    nested(str_of(cases[i].body), 3), v, cases[i].line);
	json_decref(v);
	/* Four thousand million: within a minute on any machine. */
	v = bomb(40);
	alarm(60);
	refused_for_repeats(nested(STR(""), 6), v, "6");
	alarm(0);
	json_decref(v);
}

static struct str times(const char *what, size_t n)
{
	struct buf b = buf_new(a, (size_t)16 << 20);
	for (size_t i = 0; i < n; i++)
		buf_str(&b, str_of(what));
	return buf_view(&b);
}

/* Nor does one line grow without end, nor a paper that is long by right fail. */
static void test_text_limit(void)
{
	struct str title =
	    str_fmt(a, ".title %.*s", STR_ARG(times("{x}", 10000)));
	struct ctx cx = fresh();
	struct paper p;
	json_t *v = json_object();
	json_object_set_new(v, "x",
	    json_string(str_cstr(a, times("ก", TEMPLATE_TEXT_MAX / 30000))));
	T_CHECK(paper_fill(&cx, title, v, &p) == OK, "%.*s",
	    STR_ARG(fault_text(&cx)));
	T_CHECK(p.title.n > TEMPLATE_TEXT_MAX - 40000, "%zu", p.title.n);
	json_object_set_new(v, "x",
	    json_string(str_cstr(a, times("ก", TEMPLATE_TEXT_MAX / 29000))));
	T_CHECK(paper_fill(&cx, title, v, &p) == ERR_TOO_LARGE, "text");
	T_TEXT(fault_code(&cx), STR("paper-too-long"));
	json_decref(v);
	v = bomb(19000);
	json_object_set_new(v, "full", json_string("x"));
	cx = fresh();
	T_CHECK(
	    paper_fill(&cx,
		str_fmt(a,
		    ".table * * * * * * * * * *\n.each list\n.row %.*s\n.end",
		    STR_ARG(times("{full} | ", 9))),
		v, &p) == OK,
	    "%.*s", STR_ARG(fault_text(&cx)));
	json_decref(v);
}

static enum err printed(const char *order, struct str text, int pages)
{
	struct ctx cx = fresh();
	struct paper p;
	struct str pdf;
	struct str all = str_fmt(a, "%s %.*s", order, STR_ARG(text));
	int n;
	for (int i = 1; i < pages; i++)
		all = str_cat(a, all, STR("\n.page"));
	enum err e = paper_fill(&cx, all, json(&cx, data), &p);
	T_CHECK(e == OK, "%s", order);
	return e ? e : paper_pdf(&cx, &p, &pdf, &n);
}

/* What stands on every page leaves room for what does not. */
static void test_margins(void)
{
	static const char *const orders[] = { ".top", ".foot", ".number",
		".secrecy", ".memo x\n.secrecy" };
	/* Lines of 160 mm at 12 pt; stamps are wider by far. */
	for (size_t i = 0; i < COUNT(orders); i++) {
		bool stamp = i >= 3;
		T_CHECK(
		    printed(orders[i], times("คำ ", stamp ? 20 : 200), 2) == OK,
		    "%s", orders[i]);
		T_CHECK(
		    printed(orders[i], times("คำ ", 1200), 2) == ERR_TOO_LARGE,
		    "%s taller than 50 mm", orders[i]);
		T_CHECK(
		    printed(orders[i], times("คำ ", 9000), 2) == ERR_TOO_LARGE,
		    "%s of many bytes", orders[i]);
	}
	/* Also where the places make it so. */
	T_CHECK(printed(".number", times("{page} ", 2000), 1) == ERR_TOO_LARGE,
	    "numbers");
}

static void test_pictures(void)
{
	struct str png = STR("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
			     "\0\1\0\0\0\1\0\0\10\6\0\0\0\0\0\0\0");
	T_CHECK(!paper_picture_fits(STR("")), "nothing");
	T_CHECK(!paper_picture_fits(png), "65,536 wide, and no data");
	T_CHECK(!paper_picture_fits(STR("GIF89a")), "another kind");
}

int main(void)
{
	a = arena_new();
	T_RUN(test_fill);
	T_RUN(test_faults);
	T_RUN(test_check);
	T_RUN(test_pdf);
	T_RUN(test_limits);
	T_RUN(test_repeats);
	T_RUN(test_text_limit);
	T_RUN(test_margins);
	T_RUN(test_pictures);
	arena_free(a);
	return T_PLAN();
}
