/* disk.h - reading and writing whole pieces of files. False leaves the reason in
 * errno. */
#ifndef EVIDENCE_DISK_H
#define EVIDENCE_DISK_H

#include "base/arena.h"
#include "base/base.h"

bool file_pwrite(int fd, const void *, size_t n, uint64_t at);
/* Exactly n bytes; a file that ends before is false with errno 0. */
bool file_pread(int fd, void *, size_t n, uint64_t at);
/* The whole file of at most `max` bytes. */
bool file_read(struct arena *, int fd, size_t max, struct str *ret);
bool folder_sync(int fd);
/* The same for the folder that holds `path`. */
bool folder_of_sync(struct arena *, struct str path);

#endif
