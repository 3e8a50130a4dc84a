#include "paper/flow.h"

#include <string.h>

#include "base/str.h"

/* Laksaman draws its letters larger than TH Sarabun (domain.md 5.7). */
#define LAKSAMAN 0.66
#define WORDS_MAX ((size_t)1 << 20)

struct mark *flow_mark(struct flow *f, enum mark_kind kind)
{
	struct mark *m = ARENA_NEW(f->cx->arena, struct mark);
	m->kind = kind;
	m->page = f->page;
	if (f->last != NULL)
		f->last->next = m;
	else
		f->first = m;
	f->last = m;
	return m;
}

void flow_new_page(struct flow *f)
{
	f->y = f->top;
	if (f->page + 1 >= PAPER_PAGES_MAX)
		f->full = true;
	else
		f->page++;
}

void flow_room(struct flow *f, double height)
{
	/* What is longer than any page begins on this one. */
	if (f->y + height > f->bottom && f->y > f->top &&
	    height <= f->bottom - f->top)
		flow_new_page(f);
}

static void span(
    PangoAttrList *list, PangoAttribute *attr, size_t from, size_t until)
{
	attr->start_index = (guint)from;
	attr->end_index = (guint)until;
	pango_attr_list_insert(list, attr);
}

/* What must not break: all of a name, its words, or nothing. */
enum keep { KEEP_ALL, KEEP_WORDS, KEEP_NOTHING };

static void span_whole(
    PangoAttrList *list, struct str s, size_t from, enum keep keep)
{
	if (keep == KEEP_ALL)
		span(
		    list, pango_attr_allow_breaks_new(FALSE), from, from + s.n);
	struct str one;
	for (bool more = keep == KEEP_WORDS; more; from += one.n + 1) {
		more = str_cut(s, ' ', &one, &s);
		span(list, pango_attr_allow_breaks_new(FALSE), from,
		    from + one.n);
	}
}

static PangoAttrList *spans(const struct flow *f, const struct paper_words *w,
    enum keep keep, struct buf *text)
{
	PangoAttrList *list = pango_attr_list_new();
	for (size_t i = 0; i < w->n; i++) {
		const struct paper_run *r = &w->v[i];
		size_t from = text->n;
		struct str s = paper_digits(f->cx->arena, f->paper, r);
		buf_str(text, s);
		if (r->style & PAPER_BOLD)
			span(list, pango_attr_weight_new(PANGO_WEIGHT_BOLD),
			    from, text->n);
		if (r->style & PAPER_KEEP)
			span_whole(list, s, from, keep);
	}
	return list;
}

static void set_text(struct flow *f, PangoLayout *layout,
    const struct paper_words *w, enum keep keep)
{
	struct buf text = buf_new(f->cx->arena, WORDS_MAX);
	PangoAttrList *list = spans(f, w, keep, &text);
	struct str s = buf_view(&text);
	pango_layout_set_text(layout, s.n ? s.p : "", (int)s.n);
	pango_layout_set_attributes(layout, list);
	pango_attr_list_unref(list);
}

static bool keeps(const struct paper_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].style & PAPER_KEEP)
			return true;
	return false;
}

static void set_look(PangoLayout *layout, const struct setting *s)
{
	static const PangoAlignment aligns[] = { PANGO_ALIGN_LEFT,
		PANGO_ALIGN_CENTER, PANGO_ALIGN_RIGHT };
	PangoFontDescription *d = pango_font_description_new();
	pango_font_description_set_family_static(d, "Laksaman");
	pango_font_description_set_size(
	    d, (gint)(s->pt * LAKSAMAN * PANGO_SCALE));
	if (s->bold)
		pango_font_description_set_weight(d, PANGO_WEIGHT_BOLD);
	pango_layout_set_font_description(layout, d);
	pango_font_description_free(d);
	pango_layout_set_width(layout, (int)(s->width * PANGO_SCALE));
	pango_layout_set_indent(layout, (int)(s->indent * PANGO_SCALE));
	pango_layout_set_alignment(layout, aligns[s->align]);
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_auto_dir(layout, FALSE);
}

PangoLayout *flow_set(
    struct flow *f, const struct paper_words *w, const struct setting *s)
{
	PangoLayout *layout = pango_layout_new(f->pango);
	struct layouts *l = ARENA_NEW(f->cx->arena, struct layouts);
	l->layout = layout;
	l->next = f->layouts;
	f->layouts = l;
	set_look(layout, s);
	set_text(f, layout, w, KEEP_ALL);
	/* A name longer than its line is broken after all, between its words if
	 * that helps. */
	for (enum keep k = KEEP_WORDS; k <= KEEP_NOTHING; k++)
		if (keeps(w) && flow_width(layout) > s->width + 0.01)
			set_text(f, layout, w, k);
	return layout;
}

double flow_height(PangoLayout *layout)
{
	int w, h;
	pango_layout_get_size(layout, &w, &h);
	return (double)h / PANGO_SCALE;
}

double flow_width(PangoLayout *layout)
{
	int w, h;
	pango_layout_get_size(layout, &w, &h);
	return (double)w / PANGO_SCALE;
}

static void put_line(
    struct flow *f, PangoLayoutIter *it, double x, double base, bool red)
{
	PangoRectangle r;
	pango_layout_iter_get_line_extents(it, NULL, &r);
	struct mark *m = flow_mark(f, MARK_LINE);
	m->line = pango_layout_iter_get_line_readonly(it);
	m->x = x + (double)r.x / PANGO_SCALE;
	m->y = base;
	m->w = (double)r.width / PANGO_SCALE;
	m->red = red;
}

void flow_put(struct flow *f, PangoLayout *layout, double x, double y, bool red)
{
	PangoLayoutIter *it = pango_layout_get_iter(layout);
	do {
		double base = y + (double)pango_layout_iter_get_baseline(it) /
		                      PANGO_SCALE;
		put_line(f, it, x, base, red);
	} while (pango_layout_iter_next_line(it));
	pango_layout_iter_free(it);
}

void flow_run(struct flow *f, PangoLayout *layout, double x)
{
	PangoLayoutIter *it = pango_layout_get_iter(layout);
	do {
		PangoRectangle r;
		pango_layout_iter_get_line_extents(it, NULL, &r);
		double h = (double)r.height / PANGO_SCALE;
		if (f->y + h > f->bottom)
			flow_new_page(f);
		double above =
		    (double)(pango_layout_iter_get_baseline(it) - r.y) /
		    PANGO_SCALE;
		put_line(f, it, x, f->y + above, false);
		f->y += h;
	} while (pango_layout_iter_next_line(it));
	pango_layout_iter_free(it);
}
