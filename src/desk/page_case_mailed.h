/* page_case_mailed.h - a message that came by mail, on the page of its request. */
#ifndef DESK_PAGE_CASE_MAILED_H
#define DESK_PAGE_CASE_MAILED_H

#include "desk/page_case.h"

/* Who wrote it as far as the mail says, its words and files, and the mail itself
 * for those who may read it. */
struct ui_entry case_mailed_entry(
    const struct case_work *, const struct event *);
/* The same as lines, for the history. */
struct str case_mailed_words(const struct case_work *, const struct event *);

#endif
