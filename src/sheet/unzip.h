/* unzip.h - the files in a ZIP archive (APPNOTE 6.3.4), which nobody is trusted
 * to have made well: the directory and each local header must say the same, no
 * two files may lie over each other, nothing may lie outside, sizes and ratios
 * are limited, and what comes out is what size and check sum say. ISA-L
 * inflates, as it deflates in src/fmt; none of Debian's readers of archives looks
 * for files that overlap, or reads from a descriptor alone. */
#ifndef SHEET_UNZIP_H
#define SHEET_UNZIP_H

#include "sheet/inside.h"

struct unzip;

struct unzip_part {
	struct str name;                /* without a slash before it */
	uint64_t packed, plain, offset; /* offset: of its bytes */
	uint64_t start;                 /* of its local header */
	uint32_t crc;
	unsigned method, flags;
};

MUST_CHECK enum err unzip_open(struct work *, struct unzip **ret);
/* NULL when there is none; names differ by more than case (OPC 6.2.2.3). */
const struct unzip_part *unzip_find(const struct unzip *, struct str name);
const struct unzip_part *unzip_parts(const struct unzip *, size_t *ret_n);

/* One part at a time, from its first byte. */
void unzip_begin(struct unzip *, const struct unzip_part *);
/* Up to `max` further bytes; 0 at the end, when size and sum were right. */
MUST_CHECK enum err unzip_read(
    struct unzip *, char *to, size_t max, size_t *ret_n);
/* Packed bytes of the part in hand that were read. */
uint64_t unzip_place(const struct unzip *);

#endif
