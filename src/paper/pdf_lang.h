/* pdf_lang.h - what Cairo 1.16 does not write into a PDF: its language, and that
 * its title is shown; inside src/paper only. */
#ifndef PAPER_PDF_LANG_H
#define PAPER_PDF_LANG_H

#include "base/ctx.h"

/* The same file with an update at its end (ISO 32000-1, 7.5.6): the catalogue
 * with /Lang and /ViewerPreferences. ERR_BROKEN when it is not as Cairo writes
 * it. */
MUST_CHECK enum err pdf_say_lang(
    struct ctx *, struct str pdf, struct str lang, struct str *ret);

#endif
