/* The head of a memorandum (domain.md 2.1), and what stands in the margins. */
#include "base/str.h"
#include "paper/flow.h"

#define STAMP_WIDE_MM 47.0
#define STAMP_TOP_MM 7.0
#define STAMP_LINE_PT 13.0
#define SECRET_TOP_MM 3.0
#define MARGIN_PT 12.0
#define MARGIN_MM 9.0 /* from the page's edge to what runs there */
#define AFTER_LABEL 4.0
#define SECRET_MM 8.0 /* so much further in beside a stamp of secrecy */
#define MARGIN_TALL_MM 50.0
#define MARGIN_BYTES_MAX ((size_t)16384) /* far more than is so tall */

static struct paper_words one(struct flow *f, struct str text, unsigned style)
{
	struct paper_words w = { 0 };
	paper_say(f->cx->arena, &w, text, style);
	return w;
}

static double base_of(PangoLayout *l)
{
	return (double)pango_layout_get_baseline(l) / PANGO_SCALE;
}

static void put_garuda(struct flow *f)
{
	struct mark *m =
	    flow_mark(f, f->paper->garuda.n > 0 ? MARK_PNG : MARK_BOX);
	m->x = f->left;
	m->y = MM(TOP_MM);
	m->w = m->h = MM(GARUDA_MM);
	m->bytes = f->paper->garuda;
}

/* "บันทึกข้อความ", its line of exactly 35 pt ending with the garuda. */
static void put_name(struct flow *f)
{
	const struct setting s = { .pt = NAME_PT,
		.width = f->right - f->left,
		.align = ALIGN_CENTRE,
		.bold = true };
	PangoLayout *l = flow_set(f, &f->paper->name, &s);
	double y = MM(TOP_MM + GARUDA_MM) - NAME_LINE_PT;
	flow_put(f, l, f->left, y + (NAME_LINE_PT - flow_height(l)) / 2, false);
}

static void put_urgency(struct flow *f)
{
	const struct setting s = {
		.pt = STAMP_PT, .width = MM(60), .bold = true
	};
	struct paper_words w = one(f, f->paper->urgency, 0);
	if (w.n == 0)
		return;
	PangoLayout *l = flow_set(f, &w, &s);
	double y = MM(TOP_MM + GARUDA_MM) - NAME_LINE_PT;
	flow_put(f, l, f->left + MM(GARUDA_MM + 2),
	    y + (NAME_LINE_PT - flow_height(l)) / 2, true);
}

/* Top right, where the receiving office stamps it. */
static void put_receipt(struct flow *f)
{
	const struct setting s = { .pt = STAMP_LINE_PT,
		.width = MM(STAMP_WIDE_MM - 3) };
	double x = f->right - MM(STAMP_WIDE_MM), y = MM(STAMP_TOP_MM + 0.7);
	struct mark *box = NULL;
	if (f->paper->n_receipt == 0)
		return;
	box = flow_mark(f, MARK_BOX);
	for (size_t i = 0; i < f->paper->n_receipt; i++) {
		struct setting t = s;
		t.align = i == 0 ? ALIGN_CENTRE : ALIGN_LEFT;
		t.bold = i == 0;
		PangoLayout *l = flow_set(f, &f->paper->receipt[i], &t);
		flow_put(f, l, x + MM(1.5), y, false);
		y += flow_height(l);
	}
	box->x = x;
	box->y = MM(STAMP_TOP_MM);
	box->w = MM(STAMP_WIDE_MM);
	box->h = y - box->y + MM(0.7);
}

static void put_dots(struct flow *f, double x, double until, double base)
{
	struct mark *m = flow_mark(f, MARK_DOTS);
	m->x = x;
	m->y = base + 1.5;
	m->w = until - x;
}

/* Label and words on one base, dots under the words. Gives the height taken. */
static double put_head(
    struct flow *f, const struct paper_head *h, double x, double until)
{
	const struct setting ls = {
		.pt = HEAD_PT, .width = until - x, .bold = true
	};
	PangoLayout *label = flow_set(f, &h->label, &ls);
	double from = x + flow_width(label) + AFTER_LABEL;
	const struct setting ws = { .pt = BODY_PT, .width = until - from };
	PangoLayout *words = flow_set(f, &h->words, &ws);
	double down = base_of(label) - base_of(words);
	flow_put(f, label, x, f->y, false);
	flow_put(f, words, from, f->y + down, false);
	PangoLayoutIter *it = pango_layout_get_iter(words);
	do
		put_dots(f, from, until,
		    f->y + down +
			(double)pango_layout_iter_get_baseline(it) /
			    PANGO_SCALE);
	while (pango_layout_iter_next_line(it));
	pango_layout_iter_free(it);
	double tall = down + flow_height(words);
	return tall > flow_height(label) ? tall : flow_height(label);
}

static void put_heads(struct flow *f)
{
	double middle = f->left + (f->right - f->left) / 2;
	f->y = MM(TOP_MM + GARUDA_MM) + 4;
	const struct paper_head *h = f->paper->heads;
	while (h != NULL) {
		bool pair = h->next != NULL && h->next->beside;
		double tall =
		    put_head(f, h, f->left, pair ? middle - 4 : f->right);
		if (pair) {
			double other = put_head(f, h->next, middle, f->right);
			tall = other > tall ? other : tall;
			h = h->next;
		}
		f->y += tall;
		h = h->next;
	}
}

void flow_memo_head(struct flow *f)
{
	put_garuda(f);
	put_name(f);
	put_urgency(f);
	put_receipt(f);
	put_heads(f);
}

static PangoLayout *at_centre(
    struct flow *f, struct str text, double pt, bool bold)
{
	const struct setting s = { .pt = pt,
		.width = f->right - f->left,
		.align = ALIGN_CENTRE,
		.bold = bold };
	struct paper_words w = one(f, text, 0);
	return flow_set(f, &w, &s);
}

/* From the page's edge to what runs there. */
static double margin_in(const struct flow *f)
{
	return MM(MARGIN_MM + (f->paper->secrecy.n > 0 ? SECRET_MM : 0));
}

/* The label with its places filled. */
static struct str numbered(struct flow *f, int page, int pages)
{
	struct arena *a = f->cx->arena;
	struct str label = f->paper->page_label, left = label, rest;
	/* "{}" from a field grows to three digits. */
	struct buf out = buf_new(a, 2 * MARGIN_BYTES_MAX);
	struct str name;
	while (str_cut(left, '{', &rest, &left)) {
		buf_str(&out, rest);
		if (!str_cut(left, '}', &name, &left))
			break;
		buf_str(&out, str_fmt(a, "%d",
				  str_eq(name, STR("pages")) ? pages : page));
	}
	buf_str(&out, rest);
	return buf_view(&out);
}

static PangoLayout *label(struct flow *f, int page, int pages)
{
	const struct setting right = { .pt = MARGIN_PT,
		.width = f->right - f->left,
		.align = ALIGN_RIGHT };
	struct paper_words w = one(f, numbered(f, page, pages), 0);
	return flow_set(f, &w, &right);
}

static void number(struct flow *f, int pages)
{
	int n = f->page + 1;
	if (!f->paper->memo) {
		flow_put(f, label(f, n, pages), f->left, margin_in(f), false);
		return;
	}
	if (n == 1)
		return;
	struct str text = str_fmt(f->cx->arena, "- %d -", n);
	flow_put(f, at_centre(f, text, BODY_PT, false), f->left, MM(15), false);
}

static PangoLayout *margin(struct flow *f, const struct paper_words *w)
{
	/* The number stands at the right of the upper one. */
	double less = w == &f->paper->top ? MM(35) : 0;
	const struct setting s = { .pt = MARGIN_PT,
		.width = f->right - f->left - less };
	return flow_set(f, w, &s);
}

static size_t bytes_of(const struct paper_words *w)
{
	size_t n = 0;
	for (size_t i = 0; i < w->n; i++)
		n += w->v[i].text.n;
	return n;
}

/* What is set on every page is short: looked at before anything is laid out. */
static bool margins_long(const struct paper *p)
{
	return bytes_of(&p->top) > MARGIN_BYTES_MAX ||
	       bytes_of(&p->foot) > MARGIN_BYTES_MAX ||
	       p->page_label.n > MARGIN_BYTES_MAX ||
	       p->secrecy.n > MARGIN_BYTES_MAX;
}

static double tall(struct flow *f, PangoLayout *l)
{
	double h = flow_height(l);
	if (h > MM(MARGIN_TALL_MM))
		f->full = true;
	return h;
}

/* What runs above and below takes its room from the pages. */
void flow_margins_measure(struct flow *f)
{
	const struct paper *p = f->paper;
	if (margins_long(p)) {
		f->full = true;
		return;
	}
	tall(f, at_centre(f, p->secrecy, STAMP_PT, true));
	if (p->memo)
		return;
	tall(f, label(f, PAPER_PAGES_MAX, PAPER_PAGES_MAX));
	double h = tall(f, margin(f, &p->top));
	double foot = tall(f, margin(f, &p->foot));
	if (f->full)
		return;
	if (margin_in(f) + h + MM(4) > f->top)
		f->top = margin_in(f) + h + MM(4);
	if (f->height - margin_in(f) - foot - MM(4) < f->bottom)
		f->bottom = f->height - margin_in(f) - foot - MM(4);
}

static void put_secrecy(struct flow *f, PangoLayout *stamp)
{
	flow_put(f, stamp, f->left, MM(SECRET_TOP_MM), true);
	flow_put(f, stamp, f->left, f->height - MM(15), true);
}

/* Set once, and put on each page; only the number is every page's own. */
void flow_margins(struct flow *f)
{
	const struct paper *p = f->paper;
	int pages = f->page + 1;
	PangoLayout *stamp = at_centre(f, p->secrecy, STAMP_PT, true);
	PangoLayout *top = margin(f, &p->top), *foot = margin(f, &p->foot);
	double at = f->height - margin_in(f) - flow_height(foot);
	for (f->page = 0; f->page < pages; f->page++) {
		number(f, pages);
		if (p->secrecy.n > 0)
			put_secrecy(f, stamp);
		if (p->memo)
			continue;
		flow_put(f, top, f->left, margin_in(f), false);
		flow_put(f, foot, f->left, at, false);
	}
	f->page = pages - 1;
}
