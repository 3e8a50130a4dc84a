/* reply_text.h - the words of a mail (reply_read.h). */
#ifndef COURIER_REPLY_TEXT_H
#define COURIER_REPLY_TEXT_H

#include "base/arena.h"
#include "base/base.h"

/* In whatever the sender called his letters; a byte that is none of them is
 * U+FFFD. At most `max` bytes, well-formed. */
struct str reply_utf8(
    struct arena *, struct str bytes, struct str charset, size_t max);
/* Lines end in '\n'; other control marks are blanks; well-formed. */
struct str reply_clean(struct arena *, struct str);
/* Without the quotation that ends the text, if one does: what stands between
 * quoted lines is the writer's own, and so are the lines above it. */
struct str reply_own_words(struct arena *, struct str text);
/* Whether the secret of a link of acceptance stands in it: *ret has dots for
 * it. */
bool reply_hide_links(struct arena *, struct str text, struct str *ret);

#endif
