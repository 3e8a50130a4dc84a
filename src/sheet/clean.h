/* clean.h - helpers for tables that people typed: tidy texts, names in their
 * parts, rows that stand twice. Pure. */
#ifndef SHEET_CLEAN_H
#define SHEET_CLEAN_H

#include "sheet/sheet.h"

/* Tidied (base/thai.h) and, when asked, with ๐–๙ as 0–9. */
struct str sheet_clean(struct arena *, struct str, bool digits);

struct sheet_name {
	struct str title; /* all titles, one blank between: "ผศ. ดร." */
	struct str first, middle, last;
	bool
	    sure; /* false: more words than a rule is for; a person should look */
};
enum { NAME_PARTS = 4 };
extern const char *const sheet_name_parts[NAME_PARTS]; /* "title", … */
struct str sheet_name_part(const struct sheet_name *, size_t part);
/* "นางสาวไข่มุก สรรพวุธ", "ผศ.ดร. สมศักดิ์ ณ อยุธยา", "Mr. John Smith". */
struct sheet_name sheet_split_name(struct arena *, struct str);

/* Rows seen before. Made for `most` of them at once, 16 to 32 bytes for each; a
 * third more when it is to be `sure`. */
struct sheet_seen;
struct sheet_seen *sheet_seen_new(struct arena *, uint32_t most, bool sure);
/* The number of the first row with the same texts, or 0. Rows are told apart by
 * 64 bits of SHA-256 over their cells, so that among a million two that differ are
 * taken for one once in 30 million tables; 96 bits when it is to be sure: once in
 * 10^17. More than `most`: REQUIRE. */
uint32_t sheet_seen(struct sheet_seen *, const struct sheet_row *);

#endif
