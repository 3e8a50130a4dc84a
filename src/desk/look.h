/* look.h - looking at what was prepared before it is given out: first rows and
 * built documents, for whoever may check it or prepare it anew now. Rows go from
 * the gate through the desk into the answer and stay nowhere; the gate records
 * each look before. */
#ifndef DESK_LOOK_H
#define DESK_LOOK_H

#include "desk/page_case.h"

/* Whether the viewer may look now. */
bool look_may(const struct case_work *);
/* Rows as the gate gave them, without the columns that `said` drops. */
struct ui_table look_table(
    const struct case_work *, const json_t *look, const json_t *said);

#endif
