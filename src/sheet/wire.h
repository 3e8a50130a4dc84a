/* wire.h - what the child writes into its pipe and the parent reads out of it:
 * blocks of a length (32 bits, little end first) and so many bytes, the first of
 * which says what it is. Whoever reads trusts nothing: a child that was taken
 * over may write anything, and gets no further than a refusal. */
#ifndef SHEET_WIRE_H
#define SHEET_WIRE_H

#include "base/buf.h"
#include "sheet/sheet.h"

enum wire_kind {
	WIRE_TABS = 'T',    /* once, first: what was found, and the sheets */
	WIRE_ROWS = 'R',    /* how far, and some rows */
	WIRE_FINDING = 'F', /* the last one: why it ends */
	WIRE_BROKEN = 'B',  /* the last one: not the file's fault */
	WIRE_END = 'E',     /* the last one: all rows were sent */
};

/* A block of rows goes out when it is so long. */
enum { WIRE_BLOCK = 64 << 10 };
/* No block is longer: one of rows, and the longest row behind it. */
size_t wire_most(const struct sheet_limits *);

/* Of the file as the child found it. */
struct wire_head {
	enum sheet_kind kind;
	enum sheet_encoding encoding;
	char delimiter;
	struct sheet_tab *tabs;
	size_t n_tabs;
};

/* Each into a buffer that begins with room for the length. */
void wire_begin(struct buf *, enum wire_kind);
void wire_put_head(struct buf *, const struct wire_head *);
void wire_put_progress(struct buf *, uint32_t thousandths);
void wire_put_row(struct buf *, const struct sheet_row *);
void wire_put_finding(struct buf *, const struct sheet_finding *);
void wire_put_text(struct buf *, struct str);
/* Sets the length; the whole block. */
struct str wire_end(struct buf *);

/* The other way, out of what stands behind the kind; false for what is not as
 * wire_put_*() writes it, or passes the limits. Texts are views. */
bool wire_take_head(struct str *, struct arena *, const struct sheet_limits *,
    struct wire_head *ret);
bool wire_take_progress(struct str *, uint32_t *ret);
/* Into `cells`, of which there are limits->columns. */
bool wire_take_row(struct str *, const struct sheet_limits *,
    struct sheet_cell *cells, struct sheet_row *ret);
bool wire_take_finding(struct str *, struct sheet_finding *ret);
bool wire_take_text(struct str *, struct str *ret);

#endif
