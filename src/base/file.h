/* file.h - bytes onto the disk. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/base.h"

/* Writes all of it and waits until it is on the disk; false leaves errno. */
bool file_write_synced(int fd, struct str);

#endif
