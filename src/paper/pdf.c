/* A paper as PDF: what the flow has placed, drawn by Cairo, its fonts embedded
 * with what is needed to read the text back. */
#include <cairo-pdf.h>
#include <string.h>

#include "base/qr.h"
#include "base/str.h"
#include "base/time.h"
#include "paper/flow.h"
#include "paper/pdf_lang.h"

#define PICTURE_SIDE_MAX 4096

struct reading {
	struct str left;
};

static cairo_status_t read_some(void *arg, unsigned char *to, unsigned int n)
{
	struct reading *r = arg;
	if (n > r->left.n)
		return CAIRO_STATUS_READ_ERROR;
	memcpy(to, r->left.p, n);
	r->left = str_from(r->left, n);
	return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *read_png(struct str png)
{
	struct reading r = { .left = png };
	return cairo_image_surface_create_from_png_stream(read_some, &r);
}

/* Width and height stand in the first chunk, before anything is unpacked. */
bool paper_picture_fits(struct str png)
{
	static const char begin[] = "\x89PNG\r\n\x1a\n";
	const unsigned char *p = (const unsigned char *)png.p;
	if (png.n < 33 || png.n > PAPER_PICTURE_BYTES_MAX ||
	    memcmp(p, begin, 8) != 0 || memcmp(p + 12, "IHDR", 4) != 0)
		return false;
	for (size_t i = 16; i < 24; i += 4) {
		uint32_t v = (uint32_t)p[i] << 24 | (uint32_t)p[i + 1] << 16 |
		             (uint32_t)p[i + 2] << 8 | p[i + 3];
		if (v == 0 || v > PICTURE_SIDE_MAX)
			return false;
	}
	cairo_surface_t *s = read_png(png);
	bool fits = cairo_surface_status(s) == CAIRO_STATUS_SUCCESS;
	cairo_surface_destroy(s);
	return fits;
}

/* As tall as its place, or as wide. */
static void draw_png(cairo_t *cr, const struct mark *m)
{
	cairo_surface_t *s = read_png(m->bytes);
	if (cairo_surface_status(s) == CAIRO_STATUS_SUCCESS) {
		double w = cairo_image_surface_get_width(s);
		double h = cairo_image_surface_get_height(s);
		double scale = m->w / w < m->h / h ? m->w / w : m->h / h;
		cairo_save(cr);
		cairo_translate(cr, m->x, m->y + m->h - h * scale);
		cairo_scale(cr, scale, scale);
		cairo_set_source_surface(cr, s, 0, 0);
		cairo_paint(cr);
		cairo_restore(cr);
	}
	cairo_surface_destroy(s);
}

/* Modules beside each other are one piece: a stroke as thick as they are high. */
static void draw_qr_row(
    cairo_t *cr, const unsigned char *row, size_t side, double y)
{
	for (size_t i = 0, n; i < side; i += n + 1) {
		for (n = 0; i + n < side && row[i + n]; n++)
			;
		if (n == 0)
			continue;
		cairo_move_to(cr, (double)i, y);
		cairo_line_to(cr, (double)(i + n), y);
	}
}

/* Cairo keeps places as 1/256 of a point. On those a module's corners are whole
 * numbers of modules, which are short to write and to pack. */
static double on_grid(double x)
{
	return (double)(int)(x * 256) / 256;
}

static void draw_qr(cairo_t *cr, struct arena *a, const struct mark *m)
{
	struct qr q;
	if (!qr_make(a, m->bytes, &q))
		return;
	double dot = on_grid(m->w / (double)(q.n + 2 * QR_QUIET) / 2) * 2;
	cairo_save(cr);
	cairo_translate(cr, on_grid(m->x + QR_QUIET * dot),
	    on_grid(m->y + QR_QUIET * dot) + dot / 2);
	cairo_scale(cr, dot, dot);
	cairo_set_line_width(cr, 1);
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_BUTT);
	for (size_t y = 0; y < q.n; y++)
		draw_qr_row(cr, q.dark + y * q.n, q.n, (double)y);
	cairo_stroke(cr);
	cairo_restore(cr);
}

/* จุดไข่ปลา */
static void draw_dots(cairo_t *cr, const struct mark *m)
{
	const double dash[] = { 0, 2.4 };
	cairo_save(cr);
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
	cairo_set_line_width(cr, 0.7);
	cairo_set_dash(cr, dash, 2, 0);
	cairo_move_to(cr, m->x, m->y);
	cairo_line_to(cr, m->x + m->w, m->y);
	cairo_stroke(cr);
	cairo_restore(cr);
}

static void draw(cairo_t *cr, struct arena *a, const struct mark *m)
{
	cairo_set_source_rgb(cr, m->red ? 0.8 : 0, 0, 0);
	switch (m->kind) {
	case MARK_LINE:
		cairo_move_to(cr, m->x, m->y);
		pango_cairo_show_layout_line(cr, m->line);
		break;
	case MARK_BOX:
		cairo_set_line_width(cr, 0.5);
		cairo_rectangle(cr, m->x, m->y, m->w, m->h);
		cairo_stroke(cr);
		break;
	case MARK_DOTS:
		draw_dots(cr, m);
		break;
	case MARK_QR:
		draw_qr(cr, a, m);
		break;
	case MARK_PNG:
		draw_png(cr, m);
		break;
	}
}

static cairo_status_t write_some(
    void *arg, const unsigned char *p, unsigned int n)
{
	buf_bytes(arg, p, n);
	return CAIRO_STATUS_SUCCESS;
}

static void name_it(cairo_surface_t *s, struct arena *a, const struct paper *p)
{
	const struct {
		cairo_pdf_metadata_t what;
		struct str text;
	} all[] = { { CAIRO_PDF_METADATA_TITLE, p->title },
		{ CAIRO_PDF_METADATA_AUTHOR, p->author },
		{ CAIRO_PDF_METADATA_SUBJECT, p->subject },
		{ CAIRO_PDF_METADATA_KEYWORDS, p->keywords },
		{ CAIRO_PDF_METADATA_CREATOR, STR("Pratu") },
		{ CAIRO_PDF_METADATA_CREATE_DATE,
		    str_cat(a, str_upto(time_iso(a, p->made), 19), STR("Z")) },
		{ CAIRO_PDF_METADATA_MOD_DATE,
		    str_cat(
			a, str_upto(time_iso(a, p->made), 19), STR("Z")) } };
	for (size_t i = 0; i < COUNT(all); i++)
		cairo_pdf_surface_set_metadata(
		    s, all[i].what, str_cstr(a, all[i].text));
}

/* Marks come page after page, but for what stands in the margins: each page
 * looks through all. */
static bool draw_pages(struct flow *f, struct buf *out)
{
	struct arena *a = f->cx->arena;
	int pages = f->page + 1;
	struct mark **of = ARENA_ARRAY(a, struct mark *, (size_t)pages);
	struct mark **last = ARENA_ARRAY(a, struct mark *, (size_t)pages);
	for (struct mark *m = f->first, *next; m != NULL; m = next) {
		next = m->next;
		m->next = NULL;
		if (last[m->page] != NULL)
			last[m->page]->next = m;
		else
			of[m->page] = m;
		last[m->page] = m;
	}
	cairo_surface_t *s = cairo_pdf_surface_create_for_stream(
	    write_some, out, f->width, f->height);
	name_it(s, a, f->paper);
	cairo_t *cr = cairo_create(s);
	for (int i = 0; i < pages; i++) {
		for (const struct mark *m = of[i]; m != NULL; m = m->next)
			draw(cr, a, m);
		cairo_show_page(cr);
	}
	cairo_destroy(cr);
	cairo_surface_finish(s);
	bool good = cairo_surface_status(s) == CAIRO_STATUS_SUCCESS;
	cairo_surface_destroy(s);
	return good;
}

static void place(struct flow *f)
{
	const struct paper *p = f->paper;
	double wide = MM(p->landscape ? 297 : 210);
	f->width = wide;
	f->height = MM(p->landscape ? 210 : 297);
	/* A sheet of tables may be wider than a letter. */
	f->left = MM(p->landscape ? RIGHT_MM : LEFT_MM);
	f->right = wide - MM(RIGHT_MM);
	f->top = MM(NEXT_TOP_MM);
	f->bottom = f->height - MM(BOTTOM_MM);
	flow_margins_measure(f);
	if (f->full)
		return;
	f->y = f->top;
	if (p->memo)
		flow_memo_head(f);
	flow_blocks(f);
	if (!f->full)
		flow_margins(f);
}

static void forget(struct flow *f)
{
	for (struct layouts *l = f->layouts; l != NULL; l = l->next)
		g_object_unref(l->layout);
}

enum err paper_pdf(
    struct ctx *cx, const struct paper *p, struct str *ret, int *ret_pages)
{
	struct flow f = { .cx = cx, .paper = p };
	struct buf out = buf_new(cx->arena, PAPER_BYTES_MAX);
	bool good = false;
	f.pango = fonts_take(cx);
	if (f.pango == NULL)
		return ERR_BROKEN;
	place(&f);
	if (!f.full)
		good = draw_pages(&f, &out);
	forget(&f);
	fonts_give(f.pango);
	if (f.full || !buf_ok(&out))
		return fail(cx, ERR_TOO_LARGE, MSG_error_paper_too_long);
	if (!good)
		return fail_detail(cx, ERR_BROKEN, "paper: cairo");
	*ret_pages = f.page + 1;
	return pdf_say_lang(cx, buf_view(&out), p->lang, ret);
}
