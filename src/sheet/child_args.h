/* child_args.h - what the child is told in its arguments, and which descriptors
 * it has; for src/sheet alone. */
#ifndef SHEET_CHILD_ARGS_H
#define SHEET_CHILD_ARGS_H

#include "base/buf.h"
#include "sheet/sheet.h"

enum { CHILD_FILE = 0, CHILD_PIPE = 1, CHILD_SPILL = 3, CHILD_KEY = 4 };

/* Everything in a struct sheet_file but descriptors and keys, as one argument. */
struct str child_args_write(
    struct arena *, const struct sheet_file *, size_t tab);
/* The name is a view of `text`. *ret_sealed: the file's key waits at CHILD_KEY. */
bool child_args_read(
    const char *text, struct sheet_file *, size_t *ret_tab, bool *ret_sealed);

#endif
