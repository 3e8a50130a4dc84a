/* line.h - checks that persons, units, systems, tokens, files share. */
#ifndef CORE_LINE_H
#define CORE_LINE_H

#include "base/ctx.h"

/* One line of text as it is stored (thai_normal). Notes `field` as wrong when it
 * is not UTF-8, longer than `max_chars`, or empty though `required`. */
struct str line_checked(struct ctx *, const char *field, struct str,
    size_t max_chars, bool required);

/* The head of well-formed text, at most `max_bytes`, never cut within a character
 * nor between a Thai letter and its marks. */
struct str line_head(struct str, size_t max_bytes);

/* A code as it is stored: upper case, [A-Z0-9] and '-' inside, 32 at the most.
 * Notes `field` as wrong when it is none. */
struct str code_checked(struct ctx *, const char *field, struct str);

/* Whether there is such a unit, office. */
MUST_CHECK enum err unit_exists(struct ctx *, struct str code, bool *ret);
MUST_CHECK enum err office_exists(struct ctx *, struct str code, bool *ret);

#endif
