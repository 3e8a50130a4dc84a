/* encoder.h - rows in, bytes out, in constant memory however many rows.
 *
 * An encoder belongs to an arena and writes to a sink. One part is begun,
 * takes its batches, and the encoder is ended; a workbook (FORM_XLSX) may begin
 * further parts, each becomes a sheet. Writers cannot fail visibly: after a
 * failure nothing more goes out, and encoder_end() says so once. Equal input
 * and options give equal bytes on one machine, however rows were batched; only
 * the widths of an XLSX sheet's columns are taken from its first batch.
 *
 * Values. An integer beyond ±2^53 is a string in JSON, and over 15 digits a
 * text in XLSX; a real goes out as the source wrote it; bytes are base64; NULL
 * is null (JSON), empty where "" is quoted (CSV), an empty cell (XLSX, HTML),
 * an element with xsi:nil (XML). Columns with mask "drop" must have been taken
 * out before. Cells must be UTF-8, as src/source guarantees. */
#ifndef FMT_ENCODER_H
#define FMT_ENCODER_H

#include "base/arena.h"
#include "base/batch.h"
#include "base/msg.h"

enum form {
#define FORM(name, suffix, media) FORM_##name,
#include "fmt/forms.def"
#undef FORM
	FORMS
};

/* "json": name and suffix alike. */
struct str form_suffix(enum form);
struct str form_media(enum form);
/* From "json" …; false when it is none of them. */
bool form_parse(struct str suffix, enum form *ret);
/* From a media type without parameters, whatever the case of its letters. */
bool form_of_media(struct str media, enum form *ret);

/* Where the bytes go; false ends the encoding. Called with 32 KiB at the most,
 * or what is there at encoder_flush() and encoder_end(). */
struct sink {
	bool (*write)(void *arg, const void *p, size_t n);
	void *arg;
};

/* A sheet of words about the data, last in a workbook; no other form shows it. A
 * line that is no heading has a label before its text. Texts within a cell's
 * 32,767 units. */
struct sheet_line {
	const struct str *cells;
	size_t n; /* of them, at most 26; 0: an empty line */
	bool heading;
};
struct sheet_note {
	struct str name;
	const struct sheet_line *lines;
	size_t n;
};

struct encode_options {
	enum lang lang; /* which titles: XLSX and HTML */
	/* CSV for Excel: a byte order mark, and ' before texts that Excel would
	 * take for formulas. It alters values: say so in the answer. */
	bool excel;
	bool bare;                     /* CSV without its header row */
	struct str title, caption;     /* HTML; the caption may be empty */
	const struct sheet_note *note; /* XLSX; NULL: none */
	/* For tests; 0 is Excel's own limit of 1,048,576 with the header. */
	size_t rows_per_sheet;
};

enum encode_fault {
	ENCODE_FINE,
	ENCODE_SINK,    /* the sink said no */
	ENCODE_TEXT,    /* a text over Excel's 32,767 UTF-16 units */
	ENCODE_COLUMNS, /* more than 4,096 columns in a sheet */
};

struct encoder;

struct encoder *encoder_new(
    struct arena *, enum form, struct sink, const struct encode_options *);
/* Begins a part; ends the one before. Only FORM_XLSX takes a second part. The
 * columns must live as long as the encoder. `name` is the sheet's; other forms
 * do not show it. */
void encoder_begin(struct encoder *, struct str name, struct columns);
/* As many columns as the part has. */
void encoder_rows(struct encoder *, const struct batch *);
/* Hands on what is held back, as far as the form allows. */
void encoder_flush(struct encoder *);
/* Ends what was begun. False when not every byte went out. */
__attribute__((warn_unused_result)) bool encoder_end(struct encoder *);
/* Whether everything so far went well; streams stop early when not. */
enum encode_fault encoder_fault(const struct encoder *);
/* Bytes handed to the sink. */
uint64_t encoder_bytes(const struct encoder *);
/* Rows taken, over all parts. */
uint64_t encoder_rows_taken(const struct encoder *);

/* The only style element of FORM_HTML's page, without its tags: for the digest
 * in a Content-Security-Policy. */
struct str encoder_html_style(void);

/* What a cell of FORM_XLSX holds of a text: all of it; or, where that is more than
 * Excel takes (32,767 UTF-16 units), a beginning that leaves room for "…". */
struct str encoder_sheet_head(struct str);

#endif
