/* msg.h - the message catalogue: every sentence that Pratu says, in Thai and in
 * English, compiled from po/ (a message that lacks one language fails the
 * build). A message is named MSG_ and its key with '.' and '-' as '_':
 * "error.digest-differs" is MSG_error_digest_differs. Places {0} … {3} in a
 * text take arguments. */
#ifndef BASE_MSG_H
#define BASE_MSG_H

#include "base/arena.h"
#include "base/base.h"
#include "messages.h" /* made at build time by tools/msgc: enum msg */

enum lang { LANG_TH, LANG_EN, LANGS };

/* "th" or "en". */
struct str lang_code(enum lang);
/* From "th", "en", "th-TH", …; false when it is neither. */
bool lang_parse(struct str, enum lang *ret);

struct str msg_text(enum lang, enum msg);
struct str msg_key(enum msg);
/* For keys put together at run time ("state." and a code). */
bool msg_find(struct str key, enum msg *ret);
/* msg_find on prefix + code; the code itself when there is no such message. */
struct str msg_code(
    struct arena *, enum lang, struct str prefix, struct str code);
/* The text with {0}… replaced. */
struct str msg_fill(
    struct arena *, enum lang, enum msg, const struct str *args, size_t n_args);

#endif
