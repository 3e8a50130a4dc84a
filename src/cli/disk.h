/* disk.h - small files and paths of an installation. False answers leave the
 * reason in errno. */
#ifndef CLI_DISK_H
#define CLI_DISK_H

#include "base/arena.h"
#include "base/base.h"

/* The whole file, when it has at most `max_bytes` (else EFBIG). "-" is standard
 * input. */
bool disk_read(
    struct arena *, struct str path, size_t max_bytes, struct str *ret);
/* Writes it beside, syncs, and renames it into place: mode 0600. */
bool disk_write(struct arena *, struct str path, struct str text);

/* Makes the folder, mode 0700, or finds it. */
bool folder_make(struct arena *, struct str path);

/* The absolute path without links; absent when there is no such file. */
struct str path_real(struct arena *, struct str path);
/* The folder that holds it: a view. */
struct str path_parent(struct str path);

#endif
