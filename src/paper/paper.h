/* paper.h - what an office puts on paper, as PDF and as DOCX.
 *
 * A struct paper says what stands on it, in order; how it looks is here:
 * A4, left margin 30 mm and right 20 mm, the letters of Laksaman at 0.66 of the
 * size named, for that is the size of TH Sarabun (Laksaman is its larger-drawn
 * kin; "16 pt" means TH Sarabun 16 pt). Lines break between Thai words (Pango
 * with libthai), never inside of PAPER_KEEP. Texts must be UTF-8. Everything
 * belongs to the arena that it was made in.
 *
 * The fonts are opened once in each process, at its first paper: within its fence,
 * which must let it read the two folders below. Making papers is safe from any
 * thread, one at a time. */
#ifndef PAPER_PAPER_H
#define PAPER_PAPER_H

#include "base/buf.h"
#include "base/ctx.h"

#define PAPER_PAGES_MAX 500
#define PAPER_BYTES_MAX ((size_t)24 << 20)
#define PAPER_PICTURE_BYTES_MAX ((size_t)1 << 20)
#define PAPER_COLUMNS_MAX 16
#define PAPER_LINES_MAX 8

enum paper_style {
	PAPER_BOLD = 1,
	PAPER_KEEP = 2, /* a name, a title: not broken where it can be helped */
	PAPER_RAW = 4,  /* a code, an address: its digits stay as they are */
};

/* Text whose parts look different. */
struct paper_run {
	struct str text;
	unsigned style;
};
struct paper_words {
	struct paper_run *v;
	size_t n, cap;
};
void paper_say(
    struct arena *, struct paper_words *, struct str text, unsigned style);
/* The text alone. */
struct str paper_plain(struct arena *, const struct paper_words *);

enum paper_block_kind {
	PAPER_TEXT,  /* a paragraph; its first line begins 25 mm in */
	PAPER_FLUSH, /* one that begins at the margin */
	PAPER_ITEM,  /* all of it 25 mm in */
	PAPER_HEADING,
	PAPER_CENTRE,
	PAPER_LABEL, /* "เรียน" and who: label, words */
	PAPER_TABLE,
	PAPER_SIGNATURE, /* centred lines in the right half, kept together */
	PAPER_QR,        /* link as a code, its words and itself beside it */
	PAPER_SPACE,     /* `mm` of nothing */
	PAPER_BREAK,     /* a new page */
};

struct paper_row {
	struct paper_words *cells; /* as many as the table has columns */
	struct paper_row *next;
};

struct paper_block {
	enum paper_block_kind kind;
	struct paper_words label, words;
	struct str link;
	double mm;
	/* PAPER_TABLE: widths in mm, of which 0 share what is left; a head of
	 * NULL cells is none, else it is repeated on each page. */
	double widths[PAPER_COLUMNS_MAX];
	size_t n_columns;
	struct paper_words *head;
	struct paper_row *rows, *last_row;
	/* PAPER_SIGNATURE: an empty first line leaves room for a hand. */
	struct paper_words lines[PAPER_LINES_MAX];
	size_t n_lines;
	struct paper_block *next;
};

/* "ที่ ……… วันที่ ………": one line of a memorandum's head. */
struct paper_head {
	struct paper_words label, words;
	bool beside; /* on the line of the one before, from its middle */
	struct paper_head *next;
};

struct paper {
	struct str title; /* of the file, and what a reader calls it */
	struct str subject, author, keywords;
	struct str lang; /* "th", "en" */
	int64_t made; /* UTC ms; equal papers of one moment are equal bytes */
	bool thai_digits;
	bool landscape;
	/* A memorandum has a garuda, a name ("บันทึกข้อความ") and a head. */
	bool memo;
	struct str
	    garuda; /* a PNG of the institution's own; or empty: a frame */
	struct paper_words name;
	struct paper_head *heads, *last_head;
	struct str urgency, secrecy; /* stamps, in red; empty: none */
	struct paper_words receipt[PAPER_LINES_MAX]; /* ตรารับหนังสือ */
	size_t n_receipt;                            /* 0: none */
	/* Other papers: on every page above and below, with {page} and {pages}
	 * in the label. A memorandum numbers its pages from the second. */
	struct paper_words top, foot;
	struct str page_label;
	struct paper_block *blocks, *last_block;
};

struct paper_block *paper_add(
    struct arena *, struct paper *, enum paper_block_kind);
struct paper_head *paper_add_head(struct arena *, struct paper *);
/* A row of empty cells at the table's end. */
struct paper_row *paper_add_row(struct arena *, struct paper_block *);

/* The folder of the fonts, and what else is read; for the fence. */
#define PAPER_FONT_FOLDER "/usr/share/fonts/truetype/tlwg"
#define PAPER_WORDS_FOLDER "/usr/share/libthai"
/* Finds the fonts. ERR_BROKEN when they are not installed. Again is no harm. */
MUST_CHECK enum err paper_open(struct ctx *);

/* ERR_TOO_LARGE over PAPER_PAGES_MAX pages or PAPER_BYTES_MAX bytes, and when what
 * stands on every page is taller than 50 mm. */
MUST_CHECK enum err paper_pdf(
    struct ctx *, const struct paper *, struct str *ret, int *ret_pages);
/* For those who finish it in Word: the same words in order, heads, tables,
 * signatures; TH Sarabun by name. */
MUST_CHECK enum err paper_docx(
    struct ctx *, const struct paper *, struct str *ret);

/* Whether the bytes are a PNG that can be drawn, of at most 4,096 pixels a side
 * and PAPER_PICTURE_BYTES_MAX bytes. */
bool paper_picture_fits(struct str png);

#endif
