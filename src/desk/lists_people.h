/* lists_people.h - the question at each place where a file is attached: does it
 * list people? What does is not kept here, but goes to the gate as a table that is
 * sent in (docs/SHEETS.md), where it is sealed, and destroyed on its day. */
#ifndef DESK_LISTS_PEOPLE_H
#define DESK_LISTS_PEOPLE_H

#include "desk/pages.h"

/* What the posted form says: OK for "no"; ERR_INVALID with the field
 * "lists_people" for neither, "error.lists-people" for "yes". */
MUST_CHECK enum err lists_people_answered(struct visit *, struct str no);
/* The same of a call of the API, where it may be left out: *ret_said, whether it
 * was not. */
MUST_CHECK enum err lists_people_called(
    struct visit *, struct str no, bool *ret_said);
/* The two radio buttons, with what was posted. */
struct ui_field lists_people_field(const struct visit *);
/* Where to go instead, when it was refused for that; else NULL. */
const struct ui_notice *lists_people_notice(
    const struct visit *, struct str no);

#endif
