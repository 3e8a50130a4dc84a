/* ask_work.h - what must hold of every question, however it was written. */
#ifndef TESTS_FUZZ_ASK_WORK_H
#define TESTS_FUZZ_ASK_WORK_H

#include "fuzz.h"
#include "gate/ask.h"

/* A table with a column of each type, one that may not be filtered ("secret"),
 * one that does not exist for callers ("hidden"), and two parameters. */
extern const struct approved ask_approved;

/* A question that was read: if it compiles,
 *   its SQL is the same with all values exchanged, so no value stands in it;
 *   SQLite prepares it, as one statement that only reads, with every value bound;
 *   no filter and no order touches a column that is not filterable;
 *   written in the query string's dialect, it is read as the same tree. */
void ask_check(struct ctx *, const struct asked *);
/* Whether both ask the same; places and cursors aside. */
bool ask_same(const struct query *, const struct query *);

#endif
