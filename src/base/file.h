/* file.h - bytes onto the disk, and a file or folder held for one at a time. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/base.h"

/* Writes all of it; false leaves errno. */
MUST_CHECK bool file_write_all(int fd, const void *, size_t);
/* Writes all of it and waits until it is on the disk; false leaves errno. */
bool file_write_synced(int fd, struct str);
/* Holds the file or folder for this process's `fd` alone, waiting for whoever has
 * it; until it is closed or file_unlock(). False: errno says why. */
MUST_CHECK bool file_lock(int fd);
void file_unlock(int fd);
/* Holds it at once; false when somebody has it, in whichever way. */
MUST_CHECK bool file_lock_now(int fd);
/* Holds it together with others who do the same, instead of alone. */
MUST_CHECK bool file_share(int fd);

#endif
