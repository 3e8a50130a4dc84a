/* encoding.h - how the bytes of a text are to be read, and reading them so. */
#ifndef SHEET_ENCODING_H
#define SHEET_ENCODING_H

#include "sheet/inside.h"

/* Looks at the whole file, once. SHEET_GUESS finds one of UTF-8, UTF-16 (with
 * and without its mark) and CP874; a text that none of them explains is refused
 * with the line. *ret_start: where the text begins, behind its mark. */
MUST_CHECK enum err encoding_find(struct work *, enum sheet_encoding wanted,
    enum sheet_encoding *ret, uint64_t *ret_start);

/* Bytes on their way into UTF-8; what a piece cuts off waits here. */
struct decoder {
	enum sheet_encoding encoding;
	unsigned char left[4];
	size_t n_left;
};
/* Room that `n` bytes may need. */
size_t decoder_room(size_t n_bytes);
/* Writes UTF-8 to `to` and how much to *ret_n; false for what is not of the
 * encoding. `last`: nothing follows. */
bool decoder_put(struct decoder *, const unsigned char *, size_t n, bool last,
    char *to, size_t *ret_n);

#endif
