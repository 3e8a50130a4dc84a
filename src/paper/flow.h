/* flow.h - the words of a paper put in lines and pages; inside src/paper only.
 *
 * A flow takes blocks from front to back and keeps marks: what stands where on
 * which page. They are drawn when all is placed, since a page may say how many
 * there are. Lengths are in points, from the page's upper left corner. */
#ifndef PAPER_FLOW_H
#define PAPER_FLOW_H

#include <pango/pangocairo.h>

#include "paper/paper.h"

#define MM(mm) ((mm)*72.0 / 25.4)

/* domain.md 2.1 */
#define LEFT_MM 30.0
#define RIGHT_MM 20.0
#define TOP_MM 15.0 /* the garuda's upper edge; pages that follow: 20 */
#define NEXT_TOP_MM 25.0
#define BOTTOM_MM 20.0
#define GARUDA_MM 15.0
#define INDENT_MM 25.0
#define BODY_PT 16.0
#define HEAD_PT 20.0
#define NAME_PT 29.0
#define NAME_LINE_PT 35.0
#define STAMP_PT 32.0
#define PARAGRAPH_PT 6.0

enum mark_kind { MARK_LINE, MARK_BOX, MARK_DOTS, MARK_QR, MARK_PNG };

struct mark {
	enum mark_kind kind;
	int page;
	bool red;
	double x, y, w, h;     /* a line's y is its base */
	PangoLayoutLine *line; /* MARK_LINE */
	struct str bytes;      /* MARK_QR: what it says; MARK_PNG */
	struct mark *next;
};

struct layouts {
	PangoLayout *layout;
	struct layouts *next;
};

struct flow {
	struct ctx *cx;
	const struct paper *paper;
	PangoContext *pango;
	double width, height;            /* of the page */
	double left, right, top, bottom; /* of what is written on */
	int page;
	double y;  /* where the next thing begins */
	bool full; /* over PAPER_PAGES_MAX */
	struct mark *first, *last;
	struct layouts *layouts;
};

enum align { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT };

/* The run's text with the paper's digits. */
struct str paper_digits(
    struct arena *, const struct paper *, const struct paper_run *);

/* How words are set. */
struct setting {
	double pt;     /* of TH Sarabun */
	double width;  /* of the lines */
	double indent; /* of the first */
	enum align align;
	bool bold;
};
PangoLayout *flow_set(
    struct flow *, const struct paper_words *, const struct setting *);
double flow_height(PangoLayout *);
double flow_width(PangoLayout *);
/* All its lines at x from y on, whatever the page's end. */
void flow_put(struct flow *, PangoLayout *, double x, double y, bool red);
/* Its lines at x from the flow's y on, over as many pages as it takes. */
void flow_run(struct flow *, PangoLayout *, double x);
struct mark *flow_mark(struct flow *, enum mark_kind);
void flow_new_page(struct flow *);
/* A new page unless so much is left on this one. */
void flow_room(struct flow *, double height);

/* blocks.c, table.c, memo.c */
void flow_blocks(struct flow *);
void flow_table(struct flow *, const struct paper_block *);
void flow_memo_head(struct flow *);
void flow_margins_measure(struct flow *);
/* Stamps, running heads, numbers: once all is placed. */
void flow_margins(struct flow *);

/* font.c: the fonts are one process's, used by one at a time. */
PangoContext *fonts_take(struct ctx *);
void fonts_give(PangoContext *);

#endif
