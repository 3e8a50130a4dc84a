/* str.h - work on struct str. Nothing here changes its input; whatever is new
 * lives in the arena given. Parsers consume a cursor (struct str *) and return
 * whether they found what they name; on false the cursor has not moved. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/arena.h"
#include "base/base.h"

/* A view of a NUL-terminated string; NULL gives the absent string. */
struct str str_of(const char *cstr);
struct str str_n(const char *p, size_t n);
bool str_eq(struct str a, struct str b);
/* ASCII letters compare equal whatever their case. */
bool str_eq_nocase(struct str a, struct str b);
/* By bytes, as memcmp; shorter first. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_has(struct str s, struct str part);
/* Index of the first `c`, or s.n when there is none. */
size_t str_index(struct str s, char c);
struct str str_from(struct str s, size_t start);
struct str str_upto(struct str s, size_t end);
/* Without ASCII white space at both ends. */
struct str str_trim(struct str s);
/* Splits at the first `c`: *head is what stands before it, *tail what follows.
 * Without `c`, *head is all and *tail is absent, and the answer is false. */
bool str_cut(struct str s, char c, struct str *head, struct str *tail);
/* Whether `word` is one of the words that single spaces part. */
bool str_has_word(struct str words, struct str word);

struct str str_dup(struct arena *, struct str);
/* NUL-terminated copy. A text with an inner NUL must not come here: REQUIRE. */
const char *str_cstr(struct arena *, struct str);
PRINTF_LIKE(2, 3) struct str str_fmt(struct arena *, const char *fmt, ...);
struct str str_cat(struct arena *, struct str a, struct str b);
struct str str_lower(struct arena *, struct str); /* ASCII only */
struct str str_hex(
    struct arena *, const void *bytes, size_t n); /* lower case */
/* Whether `s` is an even number of hex digits; *ret gets the bytes. */
bool str_unhex(struct arena *, struct str s, struct str *ret);

/* Whole string a decimal integer within int64_t? No blanks, no plus sign. */
bool str_i64(struct str s, int64_t *ret);
/* Well-formed UTF-8 (no surrogates, nothing overlong)? */
bool str_utf8(struct str s);
/* Code points in well-formed UTF-8. */
size_t str_chars(struct str s);

bool str_take(struct str *cursor, struct str prefix);
bool str_take_char(struct str *cursor, char c);
/* One or more ASCII digits, at most `max_digits`. */
bool str_take_uint(struct str *cursor, size_t max_digits, int64_t *ret);
/* One code point of well-formed UTF-8. */
bool str_take_utf8(struct str *cursor, uint32_t *ret);

#endif
