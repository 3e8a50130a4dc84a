/* disposal_out.h - the list for destruction in the columns of its form (แบบที่ ๒๕):
 * as a table of a page, CSV, workbook; and a round of it on paper. */
#ifndef DESK_DISPOSAL_OUT_H
#define DESK_DISPOSAL_OUT_H

#include "core/disposal_round.h"
#include "desk/app.h"
#include "fmt/encoder.h"
#include "templates/view.h"

/* The two last are the committee's to fill in. */
enum disposal_column {
	DISPOSAL_nth,
	DISPOSAL_file,
	DISPOSAL_no,
	DISPOSAL_day,
	DISPOSAL_receipt,
	DISPOSAL_title,
	DISPOSAL_opinion,
	DISPOSAL_remark,
	DISPOSAL_COLUMNS
};
struct disposal_texts {
	struct str v[DISPOSAL_COLUMNS];
};

/* What a line says of the request; opinion and remark are empty. */
struct disposal_texts disposal_texts(
    struct visit *, size_t i, const struct disposal_line *);
struct ui_table disposal_table(struct visit *, const struct disposal_texts *,
    size_t n, struct str caption);
/* Answers with a file, called STEM.csv or STEM.xlsx. */
enum err disposal_send(struct visit *, enum form, struct str stem,
    const struct disposal_texts *, size_t n);

/* A line of a round: with what the committee thinks of it, who kept it, how it
 * ended. */
struct disposal_texts round_texts(
    struct visit *, const struct disposal_round *, size_t i);
/* "list.csv", "list.xlsx", "list.pdf" (the form), "report.pdf" (the memo to the
 * head); the two last as docx too. ERR_NOT_FOUND for another. */
enum err round_send(
    struct visit *, const struct disposal_round *, struct str last);

#endif
