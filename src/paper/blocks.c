/* Paragraphs, signatures and codes. */
#include "paper/flow.h"

#include "base/str.h"

#define LABEL_MM 25.0 /* "สิ่งที่ส่งมาด้วย" and a blank */
#define QR_MM 25.0
#define SIGN_FROM_MM 65.0 /* from the left margin to the signature's block */
#define HAND_MM 14.0      /* room for a hand */

static double room(const struct flow *f)
{
	return f->right - f->left;
}

static void put_text(struct flow *f, const struct paper_block *b, double in,
    double indent, enum align align, bool bold)
{
	const struct setting s = { .pt = BODY_PT,
		.width = room(f) - in,
		.indent = indent,
		.align = align,
		.bold = bold };
	PangoLayout *l = flow_set(f, &b->words, &s);
	f->y += PARAGRAPH_PT;
	/* No heading stands alone at a page's end. */
	if (b->kind == PAPER_HEADING)
		flow_room(f, flow_height(l) + MM(15));
	flow_run(f, l, f->left + in);
}

static void put_label(struct flow *f, const struct paper_block *b)
{
	const struct setting left = { .pt = BODY_PT, .width = room(f) };
	PangoLayout *label = flow_set(f, &b->label, &left);
	double in = flow_width(label) + MM(5);
	if (in < MM(13))
		in = MM(13);
	if (in > MM(LABEL_MM * 2))
		in = MM(LABEL_MM * 2);
	const struct setting right = { .pt = BODY_PT, .width = room(f) - in };
	PangoLayout *words = flow_set(f, &b->words, &right);
	f->y += PARAGRAPH_PT;
	flow_room(f, flow_height(label));
	flow_put(f, label, f->left, f->y, false);
	flow_run(f, words, f->left + in);
}

static void put_signature(struct flow *f, const struct paper_block *b)
{
	const struct setting s = { .pt = BODY_PT,
		.width = room(f) - MM(SIGN_FROM_MM),
		.align = ALIGN_CENTRE };
	PangoLayout *lines[PAPER_LINES_MAX];
	double height = 0;
	for (size_t i = 0; i < b->n_lines; i++) {
		lines[i] = flow_set(f, &b->lines[i], &s);
		height += b->lines[i].n == 0 && i == 0 ? MM(HAND_MM)
		                                       : flow_height(lines[i]);
	}
	f->y += 2 * PARAGRAPH_PT;
	flow_room(f, height);
	for (size_t i = 0; i < b->n_lines; i++) {
		if (b->lines[i].n == 0 && i == 0) {
			f->y += MM(HAND_MM);
			continue;
		}
		flow_put(f, lines[i], f->left + MM(SIGN_FROM_MM), f->y, false);
		f->y += flow_height(lines[i]);
	}
}

/* The link stands beside its code, for whoever has no camera. */
static void put_qr(struct flow *f, const struct paper_block *b)
{
	struct paper_words words = { 0 };
	for (size_t i = 0; i < b->words.n; i++)
		paper_say(f->cx->arena, &words, b->words.v[i].text,
		    b->words.v[i].style);
	if (words.n > 0)
		paper_say(f->cx->arena, &words, STR("\n"), 0);
	paper_say(f->cx->arena, &words, b->link, PAPER_RAW);
	const struct setting s = { .pt = 14, .width = room(f) - MM(QR_MM + 5) };
	PangoLayout *l = flow_set(f, &words, &s);
	double h = flow_height(l) > MM(QR_MM) ? flow_height(l) : MM(QR_MM);
	f->y += 2 * PARAGRAPH_PT;
	flow_room(f, h);
	struct mark *m = flow_mark(f, MARK_QR);
	m->x = f->left;
	m->y = f->y;
	m->w = m->h = MM(QR_MM);
	m->bytes = b->link;
	flow_put(f, l, f->left + MM(QR_MM + 5), f->y, false);
	f->y += h;
}

static void put_block(struct flow *f, const struct paper_block *b)
{
	double in = MM(INDENT_MM);
	switch (b->kind) {
	case PAPER_TEXT:
		put_text(f, b, 0, in, ALIGN_LEFT, false);
		break;
	case PAPER_FLUSH:
		put_text(f, b, 0, 0, ALIGN_LEFT, false);
		break;
	case PAPER_ITEM:
		put_text(f, b, in, 0, ALIGN_LEFT, false);
		break;
	case PAPER_HEADING:
		put_text(f, b, 0, 0, ALIGN_LEFT, true);
		break;
	case PAPER_CENTRE:
		put_text(f, b, 0, 0, ALIGN_CENTRE, false);
		break;
	case PAPER_LABEL:
		put_label(f, b);
		break;
	case PAPER_TABLE:
		flow_table(f, b);
		break;
	case PAPER_SIGNATURE:
		put_signature(f, b);
		break;
	case PAPER_QR:
		put_qr(f, b);
		break;
	case PAPER_SPACE:
		f->y += MM(b->mm);
		break;
	case PAPER_BREAK:
		flow_new_page(f);
		break;
	}
}

void flow_blocks(struct flow *f)
{
	for (const struct paper_block *b = f->paper->blocks;
	     b != NULL && !f->full; b = b->next)
		put_block(f, b);
}
