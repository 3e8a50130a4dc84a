/* page_case_sign.h - signing on a page (core/signing.h). */
#ifndef DESK_PAGE_CASE_SIGN_H
#define DESK_PAGE_CASE_SIGN_H

#include "core/delegation.h"
#include "desk/page_case.h"

/* Name and position as they are printed, two lines. */
struct str sign_words(struct arena *, enum lang, const struct person *by,
    const struct standing *as);
/* Says in the form who signs as what, and asks for the password where due. */
void case_sign(struct case_form *);
/* Before a command is given: where the password is due, whether the right one
 * came with the form. ERR_INVALID with the field "password". */
MUST_CHECK enum err case_confirm(struct visit *, struct str no, enum command);
MUST_CHECK enum err sign_confirm(struct visit *, struct str password);

#endif
