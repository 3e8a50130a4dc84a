#include "sheet/workbook.h"

#include <string.h>

#include "base/str.h"
#include "sheet/xml.h"

enum { MOST_RELATIONS = 1000, MOST_FORMATS = 65536, MOST_CODE = 1000 };

/* Another part, as a file of relations (OPC 9.3) names it. */
struct relation {
	struct str id, type; /* type: what follows its last slash */
	struct str target;
	struct relation *next;
};

struct relations {
	struct xml xml;
	struct str folder; /* against which targets are read */
	struct relation *first;
	size_t n;
};

/* "../media/x" from the folder "xl/worksheets". */
static struct str resolve(struct arena *a, struct str folder, struct str target)
{
	if (str_take_char(&target, '/'))
		return target;
	for (;;) {
		if (str_take(&target, STR("./")))
			continue;
		if (!str_take(&target, STR("../")))
			break;
		while (folder.n > 0 && folder.p[folder.n - 1] != '/')
			folder.n--;
		if (folder.n > 0)
			folder.n--;
	}
	return folder.n == 0
	           ? target
	           : str_fmt(a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(target));
}

static struct str after_slash(struct str s)
{
	size_t i = s.n;
	while (i > 0 && s.p[i - 1] != '/')
		i--;
	return str_from(s, i);
}

static void XMLCALL relation_start(
    void *user, const XML_Char *name, const XML_Char **v)
{
	struct relations *r = user;
	struct arena *a;
	const char *id, *type, *target;

	if (!xml_enter(&r->xml) || !xml_is(name, "Relationship"))
		return;
	a = r->xml.w->cx->arena;
	id = xml_attribute(v, "Id");
	type = xml_attribute(v, "Type");
	target = xml_attribute(v, "Target");
	if (!id || !type || !target)
		return;
	if (++r->n > MOST_RELATIONS) {
		xml_stop(
		    &r->xml, refuse(r->xml.w, SHEET_xml_large, r->xml.part));
		return;
	}
	struct relation *one = ARENA_NEW(a, struct relation);
	one->id = str_dup(a, str_of(id));
	one->type = str_dup(a, after_slash(str_of(type)));
	one->target = str_dup(a, resolve(a, r->folder, str_of(target)));
	one->next = r->first;
	r->first = one;
}

static void XMLCALL plain_end(void *user, const XML_Char *name)
{
	struct xml *x = user;

	(void)name;
	xml_leave(x);
}

/* Those of a part: xl/_rels/workbook.xml.rels of xl/workbook.xml; of the whole
 * archive when `part` is empty. */
static enum err read_relations(
    struct work *w, struct unzip *z, struct str part, struct relation **ret)
{
	struct arena *a = w->cx->arena;
	struct relations *r = ARENA_NEW(a, struct relations);
	struct str file = after_slash(part);
	struct str folder = str_upto(part, part.n - file.n);

	struct str name =
	    str_fmt(a, "%.*s_rels/%.*s.rels", STR_ARG(folder), STR_ARG(file));
	r->folder = str_upto(folder, folder.n > 0 ? folder.n - 1 : 0);
	const struct unzip_part *p = unzip_find(z, name);
	if (!p)
		return refuse(w, SHEET_part_absent, name);
	enum err e =
	    xml_begin(&r->xml, w, z, p, relation_start, plain_end, NULL);
	if (!e)
		e = xml_all(&r->xml);
	if (!e)
		*ret = r->first;
	return e;
}

static const struct relation *by_type(const struct relation *r, struct str type)
{
	while (r && !str_eq_nocase(r->type, type))
		r = r->next;
	return r;
}

static const struct relation *by_id(const struct relation *r, struct str id)
{
	while (r && !str_eq(r->id, id))
		r = r->next;
	return r;
}

/* What an archive is that has no workbook of ours in it. */
static enum err check_kind(struct work *w, const struct unzip *z)
{
	size_t n;
	const struct unzip_part *v = unzip_parts(z, &n);

	for (size_t i = 0; i < n; i++) {
		struct str s = after_slash(v[i].name);
		if (str_eq_nocase(s, STR("vbaProject.bin")) ||
		    str_starts(v[i].name, STR("xl/macrosheets/")))
			return refuse(w, SHEET_macros, STR(""));
	}
	if (unzip_find(z, STR("xl/workbook.bin")))
		return refuse(w, SHEET_binary_excel, STR(""));
	if (unzip_find(z, STR("mimetype")) && unzip_find(z, STR("content.xml")))
		return refuse(w, SHEET_opendocument, STR(""));
	if (unzip_find(z, STR("word/document.xml")) ||
	    unzip_find(z, STR("ppt/presentation.xml")))
		return refuse(w, SHEET_document, STR(""));
	if (!unzip_find(z, STR("_rels/.rels")) ||
	    !unzip_find(z, STR("[Content_Types].xml")))
		return refuse(w, SHEET_not_table, STR(""));
	return OK;
}

struct types {
	struct xml xml;
	bool macros;
};

static void XMLCALL types_start(
    void *user, const XML_Char *name, const XML_Char **v)
{
	struct types *t = user;

	if (!xml_enter(&t->xml))
		return;
	const char *type = xml_attribute(v, "ContentType");
	if (xml_is(name, "Override") && type &&
	    (strstr(type, "macroEnabled") || strstr(type, "vbaProject") ||
		strstr(type, "intlmacrosheet") || strstr(type, "macrosheet")))
		t->macros = true;
}

static enum err check_types(struct work *w, struct unzip *z)
{
	struct types *t = ARENA_NEW(w->cx->arena, struct types);
	const struct unzip_part *p = unzip_find(z, STR("[Content_Types].xml"));

	enum err e = xml_begin(&t->xml, w, z, p, types_start, plain_end, NULL);
	if (!e)
		e = xml_all(&t->xml);
	if (!e && t->macros)
		e = refuse(w, SHEET_macros, STR(""));
	return e;
}

/* What a workbook leans on that is not in it. */
static enum err check_relations(struct work *w, const struct relation *r)
{
	static const char *const outside[] = { "externalLink", "connections",
		"externalLinkPath", "xlExternalLinkPath" };

	for (size_t i = 0; i < COUNT(outside); i++)
		if (by_type(r, str_of(outside[i])))
			return refuse(w, SHEET_external, STR(""));
	if (by_type(r, STR("vbaProject")) || by_type(r, STR("xlMacrosheet")))
		return refuse(w, SHEET_macros, STR(""));
	return OK;
}

struct book_reader {
	struct xml xml;
	struct workbook *book;
	const struct relation *relations;
	bool in_sheets;
};

static enum err add_tab(struct book_reader *r, const char *const *v)
{
	struct work *w = r->xml.w;
	struct workbook *b = r->book;
	const char *name = xml_attribute(v, "name");
	const char *state = xml_attribute(v, "state");
	const char *id = xml_attribute_prefixed(v, "id");
	const struct relation *rel =
	    id ? by_id(r->relations, str_of(id)) : NULL;

	if (!rel || !name || strlen(name) > MOST_CODE)
		return refuse(w, SHEET_xml_damaged, r->xml.part);
	if (!str_eq_nocase(rel->type, STR("worksheet")))
		return OK;
	if (b->n_tabs == w->limits.sheets)
		return refuse(w, SHEET_sheets, most_of(w, w->limits.sheets, 1));
	const struct unzip_part *part = unzip_find(b->z, rel->target);
	if (!part)
		return refuse(w, SHEET_part_absent, rel->target);
	b->tabs[b->n_tabs] = (struct sheet_tab){
		.name = str_dup(w->cx->arena, str_of(name)),
		.hidden = state && strcmp(state, "visible") != 0,
	};
	b->parts[b->n_tabs++] = part;
	return OK;
}

static void XMLCALL book_start(
    void *user, const XML_Char *name, const XML_Char **v)
{
	struct book_reader *r = user;

	if (!xml_enter(&r->xml))
		return;
	if (r->xml.depth == 2)
		r->in_sheets = xml_is(name, "sheets");
	if (r->xml.depth == 2 && xml_is(name, "workbookPr")) {
		const char *s = xml_attribute(v, "date1904");
		r->book->from_1904 =
		    s && (strcmp(s, "1") == 0 || strcmp(s, "true") == 0);
	}
	if (r->xml.depth == 3 && r->in_sheets && xml_is(name, "sheet")) {
		enum err e = add_tab(r, v);
		if (e)
			xml_stop(&r->xml, e);
	}
}

static enum err read_book(struct work *w, struct workbook *b,
    const struct unzip_part *part, const struct relation *relations)
{
	struct arena *a = w->cx->arena;
	struct book_reader *r = ARENA_NEW(a, struct book_reader);

	r->book = b;
	r->relations = relations;
	b->tabs = ARENA_ARRAY(a, struct sheet_tab, w->limits.sheets);
	b->parts = ARENA_ARRAY(a, const struct unzip_part *, w->limits.sheets);
	enum err e =
	    xml_begin(&r->xml, w, b->z, part, book_start, plain_end, NULL);
	if (!e)
		e = xml_all(&r->xml);
	if (!e && b->n_tabs == 0)
		e = refuse(w, SHEET_sheet_absent, STR(""));
	return e;
}

/* Formats that the workbook makes itself, and which of all each cell format
 * has. */
struct style_reader {
	struct xml xml;
	struct workbook *book;
	struct {
		uint32_t id;
		enum numfmt is;
	} own[2000];
	size_t n_own;
	bool in_own, in_cells;
};

static bool number_of(const char *s, uint32_t *ret)
{
	int64_t v;

	if (!s || !str_i64(str_of(s), &v) || v < 0 || v > UINT32_MAX)
		return false;
	*ret = (uint32_t)v;
	return true;
}

static enum numfmt format_of(const struct style_reader *r, uint32_t id)
{
	for (size_t i = 0; i < r->n_own; i++)
		if (r->own[i].id == id)
			return r->own[i].is;
	return numfmt_builtin(id);
}

static void XMLCALL style_start(
    void *user, const XML_Char *name, const XML_Char **v)
{
	struct style_reader *r = user;
	struct workbook *b = r->book;
	uint32_t id = 0;

	if (!xml_enter(&r->xml))
		return;
	if (r->xml.depth == 2) {
		r->in_own = xml_is(name, "numFmts");
		r->in_cells = xml_is(name, "cellXfs");
	}
	if (r->xml.depth != 3)
		return;
	if (r->in_own && xml_is(name, "numFmt") && r->n_own < COUNT(r->own) &&
	    number_of(xml_attribute(v, "numFmtId"), &id)) {
		struct str code = str_of(xml_attribute(v, "formatCode"));
		r->own[r->n_own].id = id;
		r->own[r->n_own++].is = numfmt_of(str_upto(code, MOST_CODE));
	}
	if (r->in_cells && xml_is(name, "xf") && b->n_formats < MOST_FORMATS) {
		id = 0;
		(void)number_of(xml_attribute(v, "numFmtId"), &id);
		b->formats[b->n_formats++] = (unsigned char)format_of(r, id);
	}
}

static enum err read_styles(
    struct work *w, struct workbook *b, const struct unzip_part *part)
{
	struct arena *a = w->cx->arena;
	struct style_reader *r = ARENA_NEW(a, struct style_reader);

	r->book = b;
	b->formats = arena_room(a, MOST_FORMATS);
	enum err e =
	    xml_begin(&r->xml, w, b->z, part, style_start, plain_end, NULL);
	return e ? e : xml_all(&r->xml);
}

static enum err read_parts(
    struct work *w, struct workbook *b, struct str book_name)
{
	const struct unzip_part *book = unzip_find(b->z, book_name);
	struct relation *relations = NULL;

	if (!book)
		return refuse(w, SHEET_part_absent, book_name);
	enum err e = read_relations(w, b->z, book->name, &relations);
	if (!e)
		e = check_relations(w, relations);
	if (!e)
		e = read_book(w, b, book, relations);
	if (e)
		return e;
	const struct relation *strings =
	    by_type(relations, STR("sharedStrings"));
	const struct relation *styles = by_type(relations, STR("styles"));
	if (strings) {
		b->strings_part = unzip_find(b->z, strings->target);
		if (!b->strings_part)
			return refuse(w, SHEET_part_absent, strings->target);
	}
	if (!styles)
		return OK;
	const struct unzip_part *part = unzip_find(b->z, styles->target);
	return part ? read_styles(w, b, part)
	            : refuse(w, SHEET_part_absent, styles->target);
}

enum err workbook_open(struct work *w, struct workbook *ret)
{
	struct workbook b = { 0 };
	struct relation *top = NULL;

	enum err e = unzip_open(w, &b.z);
	if (!e)
		e = check_kind(w, b.z);
	if (!e)
		e = check_types(w, b.z);
	if (!e)
		e = read_relations(w, b.z, STR(""), &top);
	if (e)
		return e;
	const struct relation *book = by_type(top, STR("officeDocument"));
	if (!book)
		return refuse(w, SHEET_not_table, STR(""));
	e = read_parts(w, &b, book->target);
	if (!e)
		*ret = b;
	return e;
}

/* si is at depth 2, its t at 3, or at 4 in a run of letters of one look; what is
 * in rPh tells how to pronounce it. */
struct string_reader {
	struct xml xml;
	struct strings *strings;
	struct buf text;
	bool in_item, in_run, in_text;
};

static void XMLCALL string_start(
    void *user, const XML_Char *name, const XML_Char **v)
{
	struct string_reader *r = user;

	(void)v;
	if (!xml_enter(&r->xml))
		return;
	int depth = r->xml.depth;
	if (depth == 2) {
		r->in_item = xml_is(name, "si");
		r->text.n = 0;
	} else if (depth == 3) {
		r->in_run = xml_is(name, "r");
	}
	r->in_text = r->in_item && xml_is(name, "t") &&
	             (depth == 3 || (depth == 4 && r->in_run));
}

static void XMLCALL string_text(void *user, const XML_Char *p, int n)
{
	struct string_reader *r = user;

	if (r->in_text)
		buf_bytes(&r->text, p, (size_t)n);
}

static void XMLCALL string_end(void *user, const XML_Char *name)
{
	struct string_reader *r = user;

	(void)name;
	if (r->xml.err)
		return;
	r->in_text = false;
	if (r->xml.depth == 3)
		r->in_run = false;
	if (r->xml.depth == 2 && r->in_item) {
		workbook_unescape(&r->text, 0);
		enum err e =
		    buf_ok(&r->text)
			? strings_add(r->strings, buf_view(&r->text))
			: refuse(r->xml.w, SHEET_cell_large,
			      most_of(r->xml.w, r->xml.w->limits.cell_bytes,
				  1 << 10));
		if (e)
			xml_stop(&r->xml, e);
	}
	xml_leave(&r->xml);
}

enum err workbook_read_strings(struct work *w, struct workbook *b)
{
	struct arena *a = w->cx->arena;

	if (!b->strings_part || b->strings)
		return OK;
	REQUIRE(w->spill >= 0);
	struct string_reader *r = ARENA_NEW(a, struct string_reader);
	r->strings = strings_new(w);
	r->text = buf_new(a, w->limits.cell_bytes);
	enum err e = xml_begin(&r->xml, w, b->z, b->strings_part, string_start,
	    string_end, string_text);
	if (!e)
		e = xml_all(&r->xml);
	if (!e)
		e = strings_end(r->strings);
	if (!e)
		b->strings = r->strings;
	return e;
}

static int hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Only controls are written so by those who make workbooks, and the low line
 * itself; the rest of Unicode stands as it is. */
static bool escape_at(const char *p, size_t n, char *ret)
{
	int v = 0;

	if (n < 7 || p[0] != '_' || p[1] != 'x' || p[6] != '_')
		return false;
	for (int i = 2; i < 6; i++) {
		int digit = hex_of(p[i]);
		if (digit < 0)
			return false;
		v = v * 16 + digit;
	}
	if (v == 0 || (v >= 0x20 && v != '_'))
		return false;
	*ret = (char)v;
	return true;
}

void workbook_unescape(struct buf *b, size_t start)
{
	char *p = b->p + start;
	size_t n = b->n - start, made = 0;

	if (n < 7 || !memmem(p, n, "_x", 2))
		return;
	for (size_t i = 0; i < n; made++) {
		if (escape_at(p + i, n - i, &p[made]))
			i += 7;
		else
			p[made] = p[i++];
	}
	b->n = start + made;
}
