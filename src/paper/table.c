/* Tables: a head that comes again on each page, rows that stay whole. */
#include "paper/flow.h"

#define CELL_MM 1.2
#define TABLE_PT 14.0

struct columns {
	double x[PAPER_COLUMNS_MAX + 1];
	size_t n;
};

static struct columns place(const struct flow *f, const struct paper_block *b)
{
	struct columns c = { .n = b->n_columns };
	double left = f->right - f->left, fixed = 0;
	size_t shares = 0;
	for (size_t i = 0; i < b->n_columns; i++) {
		fixed += MM(b->widths[i]);
		shares += b->widths[i] <= 0;
	}
	/* Too wide a table is made as narrow as the page. */
	double scale = fixed > left || shares == 0 ? left / fixed : 1;
	double share = shares ? (left - fixed * scale) / (double)shares : 0;
	c.x[0] = f->left;
	for (size_t i = 0; i < b->n_columns; i++)
		c.x[i + 1] =
		    c.x[i] +
		    (b->widths[i] <= 0 ? share : MM(b->widths[i]) * scale);
	return c;
}

struct set_row {
	PangoLayout *cells[PAPER_COLUMNS_MAX];
	double height;
};

static struct set_row set(struct flow *f, const struct columns *c,
    const struct paper_words *cells, bool head)
{
	struct set_row r = { .height = 0 };
	for (size_t i = 0; i < c->n; i++) {
		double w = c->x[i + 1] - c->x[i] - 2 * MM(CELL_MM);
		const struct setting s = { .pt = TABLE_PT,
			.width = w > 1 ? w : 1,
			.align = head ? ALIGN_CENTRE : ALIGN_LEFT,
			.bold = head };
		r.cells[i] = flow_set(f, &cells[i], &s);
		double h = flow_height(r.cells[i]);
		if (h > r.height)
			r.height = h;
	}
	r.height += MM(CELL_MM);
	return r;
}

static void put(
    struct flow *f, const struct columns *c, const struct set_row *r)
{
	for (size_t i = 0; i < c->n; i++) {
		struct mark *m = flow_mark(f, MARK_BOX);
		m->x = c->x[i];
		m->y = f->y;
		m->w = c->x[i + 1] - c->x[i];
		m->h = r->height;
		flow_put(f, r->cells[i], c->x[i] + MM(CELL_MM),
		    f->y + MM(CELL_MM) / 2, false);
	}
	f->y += r->height;
}

/* A row longer than a page: its cells one below the other, over the pages. */
static void spread(
    struct flow *f, const struct columns *c, const struct set_row *r)
{
	for (size_t i = 0; i < c->n; i++)
		flow_run(f, r->cells[i], c->x[i] + MM(CELL_MM));
}

void flow_table(struct flow *f, const struct paper_block *b)
{
	struct columns c = place(f, b);
	struct set_row head = { .height = 0 };
	if (b->head != NULL)
		head = set(f, &c, b->head, true);
	f->y += PARAGRAPH_PT;
	flow_room(f, head.height + MM(10));
	if (b->head != NULL)
		put(f, &c, &head);
	for (const struct paper_row *r = b->rows; r != NULL && !f->full;
	     r = r->next) {
		struct set_row row = set(f, &c, r->cells, false);
		int page = f->page;
		flow_room(f, row.height);
		if (f->page != page && b->head != NULL)
			put(f, &c, &head);
		if (row.height > f->bottom - f->top - head.height)
			spread(f, &c, &row);
		else
			put(f, &c, &row);
	}
}
