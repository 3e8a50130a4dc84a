/* columns.h - what the columns of a table that was sent in are: their names out of
 * its headings, their checks out of its values, and the checks themselves. Pure:
 * no file, no clock. */
#ifndef SHEET_COLUMNS_H
#define SHEET_COLUMNS_H

#include "base/batch.h"
#include "sheet/sheet.h"

enum sheet_check {
#define CHECK(name, type, msg) SHEET_CHECK_##name,
#include "base/checks.def"
#undef CHECK
	SHEET_CHECKS
};
enum column_type sheet_check_type(enum sheet_check);

/* How years are written where a text leaves it open. */
enum sheet_era {
#define ERA(symbol, name) SHEET_ERA_##symbol,
#include "base/eras.def"
#undef ERA
	SHEET_ERAS
};

/* A list of codes that a column may hold. */
struct sheet_codes;
struct sheet_codes *sheet_codes_new(
    struct arena *, const struct str *codes, size_t n);
/* How many there are, each once. */
size_t sheet_codes_count(const struct sheet_codes *);
/* The one code that a wrong one probably was meant to be; absent when there is
 * none, or two are as near. */
struct str sheet_codes_near(
    struct arena *, const struct sheet_codes *, struct str);

#define SHEET_TITLE_BYTES ((size_t)600) /* two hundred Thai letters */

struct sheet_column {
	struct str title; /* the heading, tidied */
	struct str name;  /* [a-z][a-z0-9_]*, no two alike, at most 40 bytes */
	enum sheet_check check;
	enum sheet_era era;
	bool needed;                     /* an empty cell is wrong */
	const struct sheet_codes *codes; /* of SHEET_CHECK_code */
};

/* The columns that a row of headings names, all as text. A heading twice, one
 * that is too long, none above data, or no heading at all is a finding: false. */
bool sheet_columns(struct arena *, const struct sheet_row *headings,
    struct sheet_column **ret, size_t *ret_n, struct sheet_finding *ret_found);

/* Cells of one column, looked at one after the other. */
struct sheet_guess {
	uint32_t n, fits[SHEET_CHECKS];
	bool zeros;     /* numbers that begin with 0: they are codes */
	uint32_t whole; /* of nothing but digits, and how many they have */
	size_t shortest, longest;
};
void sheet_guess_add(
    struct sheet_guess *, struct arena *, const struct sheet_cell *);
/* What at least nineteen in twenty of them are; else text. Whole numbers are ids
 * where their heading says so, where one begins with 0, and where all have one
 * length of eight digits or more and their heading says nothing else (words.def). */
enum sheet_check sheet_guess_end(
    const struct sheet_guess *, const struct sheet_column *);

struct sheet_value {
	/* As it is kept: ISO dates, digits without blanks, E.164 numbers. Empty
	 * for an empty cell. */
	struct str s;
	struct str more; /* the extension of a telephone number */
	bool moved; /* a date whose year was พ.ศ. in a true date cell */
};
/* False when the cell is not what its column must be; *ret_wrong says why. */
bool sheet_check(struct arena *, const struct sheet_column *,
    const struct sheet_cell *, struct sheet_value *ret, enum msg *ret_wrong);

/* Whether thirteen digits are a national id with its check digit (domain.md
 * 5.9). */
bool sheet_citizen_id(struct str digits);

#endif
