/* child.h - a file read by a process of its own, which can do nothing else: the
 * way to read what somebody sent in. This program is run again; the child has
 * the file, the spill and a pipe, enters its fence (fence.h) before it looks at
 * the first byte, and writes rows into the pipe (wire.h). What it sends is
 * checked. A child that crashes, asks the kernel for more than it may, or takes
 * too long is a finding about the file, and nothing else happens.
 *
 * main() must call sheet_child_main() when it is asked to (pratu's does). A
 * process that is fenced by Landlock needs the right to run this program. */
#ifndef SHEET_CHILD_H
#define SHEET_CHILD_H

#include "sheet/wire.h"

#define SHEET_CHILD "--sheet-child"

/* Never returns. `instead` is for tests: called in place of reading, behind the
 * fence. */
_Noreturn void sheet_child_main(int argc, char **argv, void (*instead)(void));

struct sheet_child; /* belongs to the arena, which ends it */

/* Starts it, and waits for what the file is. `tab` SHEET_NO_TAB: only that. */
#define SHEET_NO_TAB SIZE_MAX
MUST_CHECK enum err sheet_child_start(struct ctx *, const struct sheet_file *,
    size_t tab, struct sheet_child **ret);
const struct wire_head *sheet_child_head(const struct sheet_child *);
/* As sheet_next(). */
MUST_CHECK enum err sheet_child_next(
    struct sheet_child *, const struct sheet_row **ret);
uint32_t sheet_child_progress(const struct sheet_child *);
/* Of the running child; for tests and benches. */
int sheet_child_pid(const struct sheet_child *);

#endif
