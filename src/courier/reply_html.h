/* reply_html.h - the words of an HTML mail, for those that have no plain text.
 * What comes out is text: it is escaped wherever it is shown. */
#ifndef COURIER_REPLY_HTML_H
#define COURIER_REPLY_HTML_H

#include "base/arena.h"
#include "base/base.h"

/* Without what is never read (script, style, head, title); blocks and <br> are
 * lines, <blockquote> begins its lines with "> ". At most max_bytes. */
struct str reply_html_text(struct arena *, struct str html, size_t max_bytes);

#endif
