/* A paper as DOCX (ECMA-376 part 1, clause 17), for offices that finish it in
 * Word: lengths in twips (1/20 pt), sizes in half points of TH Sarabun New.
 * Frames and pictures are VML, which Word and LibreOffice both draw. */
#include <string.h>

#include "base/qr.h"
#include "base/str.h"
#include "base/time.h"
#include "fmt/zip.h"
#include "paper/flow.h"

#define TWIPS(mm) ((int)((mm)*1440.0 / 25.4 + 0.5))
#define HALF(pt) ((int)((pt)*2))
#define PICTURES_MAX 40
#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define W_NS "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
#define R_NS \
	"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define P_NS "http://schemas.openxmlformats.org/package/2006/"
#define SPACES                                  \
	" xmlns:w=\"" W_NS "\" xmlns:r=\"" R_NS \
	"\" xmlns:v=\"urn:schemas-microsoft-com:vml\""
#define RED "C00000"

struct docx {
	struct arena *a;
	const struct paper *p;
	struct zip *zip;
	struct out *o; /* of the entry in hand */
	struct str pictures[PICTURES_MAX];
	size_t n_pictures;
};

static void put(struct docx *d, const char *s)
{
	out_str(d->o, str_of(s));
}

static void put_int(struct docx *d, const char *before, int n)
{
	put(d, before);
	out_uint(d->o, (uint64_t)(n > 0 ? n : 0));
	put(d, "\"");
}

/* How a run looks. */
struct look {
	double pt;
	bool bold, red;
};

static void run_begin(struct docx *d, const struct look *l, unsigned style)
{
	put(d, "<w:r><w:rPr>");
	if (l->bold || (style & PAPER_BOLD))
		put(d, "<w:b/><w:bCs/>");
	if (l->red)
		put(d, "<w:color w:val=\"" RED "\"/>");
	put_int(d, "<w:sz w:val=\"", HALF(l->pt));
	put_int(d, "/><w:szCs w:val=\"", HALF(l->pt));
	put(d, "/></w:rPr>");
}

static void put_run(
    struct docx *d, const struct paper_run *r, const struct look *l)
{
	struct str text = paper_digits(d->a, d->p, r), one;
	if (!xml_legal(text))
		return;
	run_begin(d, l, r->style);
	for (bool more = true, first = true; more; first = false) {
		more = str_cut(text, '\n', &one, &text);
		if (!first)
			put(d, "<w:br/>");
		put(d, "<w:t xml:space=\"preserve\">");
		out_markup(d->o, one);
		put(d, "</w:t>");
	}
	put(d, "</w:r>");
}

static void put_words(
    struct docx *d, const struct paper_words *w, const struct look *l)
{
	for (size_t i = 0; i < w->n; i++)
		put_run(d, &w->v[i], l);
}

static void put_text(struct docx *d, struct str text, const struct look *l)
{
	const struct paper_run r = { .text = text };
	if (text.n > 0)
		put_run(d, &r, l);
}

static const struct look body = { .pt = BODY_PT };

/* A paragraph with these properties and words. */
static void put_paragraph(struct docx *d, const char *properties,
    const struct paper_words *w, const struct look *l)
{
	put(d, "<w:p><w:pPr>");
	put(d, properties);
	put(d, "</w:pPr>");
	put_words(d, w, l);
	put(d, "</w:p>");
}

/* Its relation, "rId10" and up; 0 when there are too many. */
static int keep_picture(struct docx *d, struct str png)
{
	if (png.n == 0 || d->n_pictures == PICTURES_MAX)
		return 0;
	d->pictures[d->n_pictures++] = png;
	return 9 + (int)d->n_pictures;
}

/* A frame of that side, with the picture in it if there is one. */
static void put_frame(
    struct docx *d, const char *style, double mm, int picture, bool line)
{
	put(d, "<w:r><w:pict><v:rect style=\"");
	put(d, style);
	put(d, str_cstr(d->a, str_fmt(d->a, "width:%.1fpt;height:%.1fpt\"",
				  MM(mm), MM(mm))));
	put(d, line ? " filled=\"f\">" : " filled=\"f\" stroked=\"f\">");
	if (picture > 0) {
		put_int(d, "<v:imagedata r:id=\"rId", picture);
		put(d, "/>");
	}
	put(d, "</v:rect></w:pict></w:r>");
}

static void put_receipt(struct docx *d)
{
	const struct look small = { .pt = 13 };
	const struct look first = { .pt = 13, .bold = true };
	const struct paper *p = d->p;
	if (p->n_receipt == 0)
		return;
	put(d, "<w:tbl><w:tblPr><w:tblpPr w:leftFromText=\"0\""
	       " w:rightFromText=\"0\" w:vertAnchor=\"page\""
	       " w:horzAnchor=\"margin\" w:tblpXSpec=\"right\"");
	put_int(d, " w:tblpY=\"", TWIPS(7));
	put(d, "/>");
	put_int(d, "<w:tblW w:w=\"", TWIPS(47));
	put(d, " w:type=\"dxa\"/><w:tblBorders>");
	put(d, "<w:top w:val=\"single\" w:sz=\"4\"/><w:left w:val=\"single\""
	       " w:sz=\"4\"/><w:bottom w:val=\"single\" w:sz=\"4\"/>"
	       "<w:right w:val=\"single\" w:sz=\"4\"/></w:tblBorders>"
	       "</w:tblPr><w:tblGrid>");
	put_int(d, "<w:gridCol w:w=\"", TWIPS(47));
	put(d, "/></w:tblGrid><w:tr><w:tc><w:tcPr>");
	put_int(d, "<w:tcW w:w=\"", TWIPS(47));
	put(d, " w:type=\"dxa\"/></w:tcPr>");
	for (size_t i = 0; i < p->n_receipt; i++)
		put_paragraph(d, i == 0 ? "<w:jc w:val=\"center\"/>" : "",
		    &p->receipt[i], i == 0 ? &first : &small);
	put(d, "</w:tc></w:tr></w:tbl>");
}

/* Garuda, urgency and name on one line; then the head, dots to its end. */
static void put_memo(struct docx *d)
{
	const struct look name = { .pt = NAME_PT, .bold = true };
	const struct look stamp = { .pt = STAMP_PT, .bold = true, .red = true };
	const struct look label = { .pt = HEAD_PT, .bold = true };
	put_receipt(d);
	put(d, "<w:p><w:pPr><w:tabs>");
	put_int(d, "<w:tab w:val=\"center\" w:pos=\"", TWIPS(80));
	put(d, "/></w:tabs><w:spacing w:before=\"80\" w:line=\"700\""
	       " w:lineRule=\"exact\"/>");
	put_int(d, "<w:ind w:left=\"", TWIPS(17));
	put(d, "/></w:pPr>");
	put_frame(d,
	    "position:absolute;margin-left:0;margin-top:0;z-index:1;"
	    "mso-position-horizontal-relative:margin;"
	    "mso-position-vertical-relative:margin;",
	    GARUDA_MM, keep_picture(d, d->p->garuda), d->p->garuda.n == 0);
	put_text(d, d->p->urgency, &stamp);
	put(d, "<w:r><w:tab/></w:r>");
	put_words(d, &d->p->name, &name);
	put(d, "</w:p>");
	for (const struct paper_head *h = d->p->heads; h; h = h->next) {
		bool pair = h->next != NULL && h->next->beside;
		put(d, "<w:p><w:pPr><w:tabs>");
		if (pair)
			put_int(d,
			    "<w:tab w:val=\"left\" w:leader=\"dot\" w:pos=\"",
			    TWIPS(80));
		put(d, pair ? "/>" : "");
		put_int(d, "<w:tab w:val=\"right\" w:leader=\"dot\" w:pos=\"",
		    TWIPS(160));
		put(d, "/></w:tabs></w:pPr>");
		for (int i = 0; i < (pair ? 2 : 1); i++) {
			h = i ? h->next : h;
			put_words(d, &h->label, &label);
			put_text(d, STR(" "), &body);
			put_words(d, &h->words, &body);
			put(d, "<w:r><w:tab/></w:r>");
		}
		put(d, "</w:p>");
	}
}

static void put_label(struct docx *d, const struct paper_block *b)
{
	put(d, "<w:p><w:pPr><w:spacing w:before=\"120\"/></w:pPr>");
	put_words(d, &b->label, &body);
	put_text(d, STR("  "), &body);
	put_words(d, &b->words, &body);
	put(d, "</w:p>");
}

static void put_cell(
    struct docx *d, const struct paper_words *w, int wide, bool head)
{
	const struct look l = { .pt = 14, .bold = head };
	put_int(d, "<w:tc><w:tcPr><w:tcW w:w=\"", wide);
	put(d, " w:type=\"dxa\"/></w:tcPr>");
	put_paragraph(d, head ? "<w:jc w:val=\"center\"/>" : "", w, &l);
	put(d, "</w:tc>");
}

static void put_row(struct docx *d, const struct paper_words *cells,
    const int *wide, size_t n, bool head)
{
	put(d, head ? "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>"
		    : "<w:tr><w:trPr><w:cantSplit/></w:trPr>");
	for (size_t i = 0; i < n; i++)
		put_cell(d, &cells[i], wide[i], head);
	put(d, "</w:tr>");
}

static void put_table(struct docx *d, const struct paper_block *b)
{
	static const char *const sides[] = { "top", "left", "bottom", "right",
		"insideH", "insideV" };
	int wide[PAPER_COLUMNS_MAX];
	double all = d->p->landscape ? 257 : 160, fixed = 0;
	size_t shares = 0;
	for (size_t i = 0; i < b->n_columns; i++) {
		fixed += b->widths[i];
		shares += b->widths[i] <= 0;
	}
	for (size_t i = 0; i < b->n_columns; i++)
		wide[i] = b->widths[i] > 0 ? TWIPS(b->widths[i])
		          : all > fixed ? TWIPS((all - fixed) / (double)shares)
		                        : TWIPS(10);
	put(d, "<w:tbl><w:tblPr><w:tblBorders>");
	for (size_t i = 0; i < COUNT(sides); i++) {
		put(d, "<w:");
		put(d, sides[i]);
		put(d, " w:val=\"single\" w:sz=\"4\" w:space=\"0\"/>");
	}
	put(d, "</w:tblBorders><w:tblLayout w:type=\"fixed\"/></w:tblPr>"
	       "<w:tblGrid>");
	for (size_t i = 0; i < b->n_columns; i++) {
		put_int(d, "<w:gridCol w:w=\"", wide[i]);
		put(d, "/>");
	}
	put(d, "</w:tblGrid>");
	if (b->head != NULL)
		put_row(d, b->head, wide, b->n_columns, true);
	for (const struct paper_row *r = b->rows; r; r = r->next)
		put_row(d, r->cells, wide, b->n_columns, false);
	put(d, "</w:tbl><w:p/>");
}

static void put_signature(struct docx *d, const struct paper_block *b)
{
	for (size_t i = 0; i < b->n_lines; i++) {
		bool hand = i == 0 && b->lines[0].n == 0;
		put(d, "<w:p><w:pPr><w:keepNext/><w:keepLines/>");
		put_int(d, "<w:spacing w:before=\"",
		    hand     ? TWIPS(8)
		    : i == 0 ? 240
			     : 0);
		put_int(d, "/><w:ind w:left=\"", TWIPS(65));
		put(d, "/><w:jc w:val=\"center\"/></w:pPr>");
		put_words(d, &b->lines[i], &body);
		put(d, "</w:p>");
	}
}

static void put_qr(struct docx *d, const struct paper_block *b)
{
	const struct look small = { .pt = 14 };
	struct qr q;
	struct str png = { 0 };
	if (qr_make(d->a, b->link, &q))
		png = qr_png(d->a, &q, 8);
	put(d, "<w:p><w:pPr><w:keepNext/><w:spacing w:before=\"240\"/>"
	       "</w:pPr>");
	put_frame(d, "", 25, keep_picture(d, png), false);
	put(d, "</w:p>");
	put_paragraph(d, "<w:keepNext/>", &b->words, &small);
	put(d, "<w:p>");
	const struct paper_run link = { .text = b->link, .style = PAPER_RAW };
	put_run(d, &link, &small);
	put(d, "</w:p>");
}

#define BEFORE "<w:spacing w:before=\"120\"/>"

static void put_block(struct docx *d, const struct paper_block *b)
{
	const struct look bold = { .pt = BODY_PT, .bold = true };
	switch (b->kind) {
	case PAPER_TEXT:
		put_paragraph(d, BEFORE "<w:ind w:firstLine=\"1417\"/>",
		    &b->words, &body);
		break;
	case PAPER_FLUSH:
		put_paragraph(d, BEFORE, &b->words, &body);
		break;
	case PAPER_ITEM:
		put_paragraph(
		    d, BEFORE "<w:ind w:left=\"1417\"/>", &b->words, &body);
		break;
	case PAPER_HEADING:
		put_paragraph(d, "<w:keepNext/>" BEFORE, &b->words, &bold);
		break;
	case PAPER_CENTRE:
		put_paragraph(
		    d, BEFORE "<w:jc w:val=\"center\"/>", &b->words, &body);
		break;
	case PAPER_LABEL:
		put_label(d, b);
		break;
	case PAPER_TABLE:
		put_table(d, b);
		break;
	case PAPER_SIGNATURE:
		put_signature(d, b);
		break;
	case PAPER_QR:
		put_qr(d, b);
		break;
	case PAPER_SPACE:
		put_int(d, "<w:p><w:pPr><w:spacing w:before=\"", TWIPS(b->mm));
		put(d, " w:line=\"20\" w:lineRule=\"exact\"/></w:pPr></w:p>");
		break;
	case PAPER_BREAK:
		put(d, "<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>");
		break;
	}
}

static void begin(struct docx *d, const char *name)
{
	zip_begin(d->zip, str_of(name));
	d->o = zip_out(d->zip);
	put(d, XML);
}

static void section(struct docx *d)
{
	const struct paper *p = d->p;
	put(d, "<w:sectPr><w:headerReference w:type=\"default\""
	       " r:id=\"rId2\"/><w:headerReference w:type=\"first\""
	       " r:id=\"rId3\"/><w:footerReference w:type=\"default\""
	       " r:id=\"rId4\"/><w:footerReference w:type=\"first\""
	       " r:id=\"rId4\"/>");
	put_int(d, "<w:pgSz w:w=\"", TWIPS(p->landscape ? 297 : 210));
	put_int(d, " w:h=\"", TWIPS(p->landscape ? 210 : 297));
	put(d, p->landscape ? " w:orient=\"landscape\"/>" : "/>");
	put_int(d, "<w:pgMar w:top=\"", TWIPS(p->memo ? TOP_MM : NEXT_TOP_MM));
	put_int(d, " w:right=\"", TWIPS(RIGHT_MM));
	put_int(d, " w:bottom=\"", TWIPS(BOTTOM_MM));
	put_int(d, " w:left=\"", TWIPS(p->landscape ? RIGHT_MM : LEFT_MM));
	put_int(d, " w:header=\"", TWIPS(8));
	put_int(d, " w:footer=\"", TWIPS(8));
	put(d, " w:gutter=\"0\"/>");
	put(d, p->memo ? "<w:titlePg/></w:sectPr>" : "</w:sectPr>");
}

static void put_document(struct docx *d)
{
	begin(d, "word/document.xml");
	put(d, "<w:document" SPACES "><w:body>");
	if (d->p->memo)
		put_memo(d);
	for (const struct paper_block *b = d->p->blocks; b; b = b->next)
		put_block(d, b);
	section(d);
	put(d, "</w:body></w:document>");
	zip_end(d->zip);
}

static void put_secrecy(struct docx *d)
{
	const struct look stamp = { .pt = STAMP_PT, .bold = true, .red = true };
	if (d->p->secrecy.n == 0)
		return;
	put(d, "<w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr>");
	put_text(d, d->p->secrecy, &stamp);
	put(d, "</w:p>");
}

static void put_field(struct docx *d, bool pages)
{
	put(d, "<w:fldSimple w:instr=\" ");
	put(d, pages ? "NUMPAGES" : "PAGE");
	put(d, d->p->thai_digits ? " \\* THAIARABIC \"" : " \"");
	put(d, "><w:r><w:t>1</w:t></w:r></w:fldSimple>");
}

/* The label with Word's own numbers in its places. */
static void put_number(struct docx *d, struct str label, const struct look *l)
{
	struct str before, name;
	while (str_cut(label, '{', &before, &label)) {
		put_text(d, before, l);
		if (!str_cut(label, '}', &name, &label))
			return;
		put_field(d, str_eq(name, STR("pages")));
	}
	put_text(d, before, l);
}

static void put_margins(struct docx *d)
{
	const struct look small = { .pt = 12 };
	const struct paper *p = d->p;
	begin(d, "word/header1.xml");
	put(d, "<w:hdr" SPACES ">");
	put_secrecy(d);
	if (!p->memo)
		put_paragraph(d, "", &p->top, &small);
	put(d, p->memo ? "<w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr>"
		       : "<w:p><w:pPr><w:jc w:val=\"right\"/></w:pPr>");
	put_number(d, p->memo ? STR("- {page} -") : p->page_label,
	    p->memo ? &body : &small);
	put(d, "</w:p></w:hdr>");
	zip_end(d->zip);
	begin(d, "word/header2.xml");
	put(d, "<w:hdr" SPACES ">");
	put_secrecy(d);
	put(d, "<w:p/></w:hdr>");
	zip_end(d->zip);
	begin(d, "word/footer1.xml");
	put(d, "<w:ftr" SPACES ">");
	put_paragraph(d, "", &p->foot, &small);
	put_secrecy(d);
	put(d, "</w:ftr>");
	zip_end(d->zip);
}

static void put_styles(struct docx *d)
{
	begin(d, "word/styles.xml");
	put(d, "<w:styles" SPACES "><w:docDefaults><w:rPrDefault><w:rPr>"
	       "<w:rFonts w:ascii=\"TH Sarabun New\" w:hAnsi=\"TH Sarabun New\""
	       " w:eastAsia=\"TH Sarabun New\" w:cs=\"TH Sarabun New\"/>"
	       "<w:sz w:val=\"32\"/><w:szCs w:val=\"32\"/>"
	       "<w:lang w:val=\"th-TH\" w:bidi=\"th-TH\"/></w:rPr>"
	       "</w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after=\"0\"/>"
	       "</w:pPr></w:pPrDefault></w:docDefaults></w:styles>");
	zip_end(d->zip);
}

static void put_relations(struct docx *d)
{
	static const char *const parts[][2] = { { "styles", "styles.xml" },
		{ "header", "header1.xml" }, { "header", "header2.xml" },
		{ "footer", "footer1.xml" } };
	begin(d, "word/_rels/document.xml.rels");
	put(d, "<Relationships xmlns=\"" P_NS "relationships\">");
	for (size_t i = 0; i < COUNT(parts); i++) {
		put_int(d, "<Relationship Id=\"rId", (int)i + 1);
		put(d, " Type=\"" R_NS "/");
		put(d, parts[i][0]);
		put(d, "\" Target=\"");
		put(d, parts[i][1]);
		put(d, "\"/>");
	}
	for (size_t i = 0; i < d->n_pictures; i++) {
		put_int(d, "<Relationship Id=\"rId", (int)i + 10);
		put(d, " Type=\"" R_NS "/image\" Target=\"media/");
		out_uint(d->o, i + 1);
		put(d, ".png\"/>");
	}
	put(d, "</Relationships>");
	zip_end(d->zip);
	for (size_t i = 0; i < d->n_pictures; i++) {
		zip_begin(d->zip, str_fmt(d->a, "word/media/%zu.png", i + 1));
		out_str(zip_out(d->zip), d->pictures[i]);
		zip_end(d->zip);
	}
}

static void put_about(struct docx *d)
{
	struct str day =
	    str_cat(d->a, str_upto(time_iso(d->a, d->p->made), 19), STR("Z"));
	begin(d, "docProps/core.xml");
	put(d,
	    "<cp:coreProperties xmlns:cp=\"" P_NS "metadata/core-properties\""
	    " xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
	    " xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi="
	    "\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>");
	out_markup(d->o, d->p->title);
	put(d, "</dc:title><dc:creator>");
	out_markup(d->o, d->p->author);
	put(d, "</dc:creator><dc:language>th-TH</dc:language>"
	       "<cp:keywords>");
	out_markup(d->o, d->p->keywords);
	put(d, "</cp:keywords><dcterms:created"
	       " xsi:type=\"dcterms:W3CDTF\">");
	out_str(d->o, day);
	put(d, "</dcterms:created></cp:coreProperties>");
	zip_end(d->zip);
}

static void put_package(struct docx *d)
{
#define WORD_TYPE \
	"application/vnd.openxmlformats-officedocument.wordprocessingml."
	static const char *const parts[] = { "document", "header", "header",
		"footer", "styles" };
	static const char *const names[] = { "document", "header1", "header2",
		"footer1", "styles" };
	begin(d, "[Content_Types].xml");
	put(d, "<Types xmlns=\"" P_NS "content-types\">"
	       "<Default Extension=\"rels\" ContentType=\"application/vnd."
	       "openxmlformats-package.relationships+xml\"/>"
	       "<Default Extension=\"png\" ContentType=\"image/png\"/>"
	       "<Override PartName=\"/docProps/core.xml\" ContentType="
	       "\"application/vnd.openxmlformats-package."
	       "core-properties+xml\"/>");
	for (size_t i = 0; i < COUNT(parts); i++) {
		put(d, "<Override PartName=\"/word/");
		put(d, names[i]);
		put(d, ".xml\" ContentType=\"" WORD_TYPE);
		put(d, parts[i]);
		put(d, i == 0 ? ".main+xml\"/>" : "+xml\"/>");
	}
	put(d, "</Types>");
	zip_end(d->zip);
	begin(d, "_rels/.rels");
	put(d, "<Relationships xmlns=\"" P_NS "relationships\">"
	       "<Relationship Id=\"rId1\" Type=\"" R_NS
	       "/officeDocument\" Target=\"word/document.xml\"/>"
	       "<Relationship Id=\"rId2\" Type=\"" P_NS
	       "relationships/metadata/core-properties\""
	       " Target=\"docProps/core.xml\"/></Relationships>");
	zip_end(d->zip);
}

static bool take_bytes(void *arg, const void *p, size_t n)
{
	struct buf *b = arg;
	buf_bytes(b, p, n);
	return buf_ok(b);
}

enum err paper_docx(struct ctx *cx, const struct paper *p, struct str *ret)
{
	struct buf b = buf_new(cx->arena, PAPER_BYTES_MAX);
	struct out *to = ARENA_NEW(cx->arena, struct out);
	to->sink = (struct sink){ .write = take_bytes, .arg = &b };
	struct docx d = {
		.a = cx->arena, .p = p, .zip = zip_new(cx->arena, to, 0)
	};
	put_package(&d);
	put_about(&d);
	put_document(&d);
	put_margins(&d);
	put_styles(&d);
	put_relations(&d);
	zip_finish(d.zip);
	out_flush(to);
	if (!buf_ok(&b))
		return fail(cx, ERR_TOO_LARGE, MSG_error_paper_too_long);
	*ret = buf_view(&b);
	return OK;
}
