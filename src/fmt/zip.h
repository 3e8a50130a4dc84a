/* zip.h - a ZIP archive written from front to back (APPNOTE 6.3.4): sizes and
 * check sums follow each entry in a data descriptor. An entry must stay below
 * ZIP_ENTRY_MAX bytes before compression, since Excel does not take Zip64 in
 * local headers; the archive itself may pass 4 GiB (Zip64 directory). Times are
 * fixed, so equal input gives equal bytes. For src/fmt and src/paper. */
#ifndef FMT_ZIP_H
#define FMT_ZIP_H

#include "fmt/out.h"

#define ZIP_ENTRY_MAX ((uint64_t)3 << 30)

struct zip_entry {
	struct str name;
	uint32_t crc;
	uint64_t packed, plain, offset;
	struct zip_entry *next;
};

struct zip;

/* Writes to `to`, which may have handed on bytes before: offsets count from
 * `base`. */
struct zip *zip_new(struct arena *, struct out *to, uint64_t base);
/* Begins an entry; its bytes go to zip_entry_out(). The name must last. */
void zip_begin(struct zip *, struct str name);
struct out *zip_out(struct zip *);
/* Bytes of the entry in hand before compression. */
uint64_t zip_plain(const struct zip *);
void zip_end(struct zip *);
/* The directory. */
void zip_finish(struct zip *);

#endif
