/* thai.h - Thai text made comparable (domain.md 5.2, 5.5). Keys are computed
 * here and stored, because no database orders or finds Thai as Thais do. */
#ifndef BASE_THAI_H
#define BASE_THAI_H

#include "base/arena.h"
#include "base/base.h"

/* The form in which text is stored: NFC, marks of zero width or direction dropped, doubled
 * vowels and marks put in order, one space for many, trimmed. Idempotent. */
struct str thai_normal(struct arena *, struct str);
/* thai_normal, keeping line breaks (for texts of several lines). */
struct str thai_normal_lines(struct arena *, struct str);
/* For search: thai_normal, Thai digits as ASCII, case folded. */
struct str thai_search_key(struct arena *, struct str);
/* For order: bytes that compare as Thai dictionaries order (ICU "th"). */
struct str thai_order_key(struct arena *, struct str);
/* ๐–๙ as 0–9. */
struct str thai_digits_ascii(struct arena *, struct str);
/* Bytes of the first letter of well-formed UTF-8 with the marks that stand on
 * it (UAX 29: what extends it); 0 of an empty text. */
size_t thai_first_letter(struct str);

#endif
