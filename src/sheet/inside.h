/* inside.h - what the parts of src/sheet have in hand together; for src/sheet
 * alone. */
#ifndef SHEET_INSIDE_H
#define SHEET_INSIDE_H

#include "base/buf.h"
#include "sheet/sheet.h"

/* A file being read. */
struct work {
	struct ctx *cx;
	int fd, spill;
	struct sealed *sealed; /* or NULL */
	uint64_t size;
	struct sheet_limits limits;
	struct sheet_finding *found;
};

/* Notes the finding and fails: ERR_INVALID. The detail is copied. */
enum err refuse(struct work *, enum sheet_trouble, struct str detail);
enum err refuse_at(struct work *, enum sheet_trouble, uint32_t row,
    uint32_t column, struct str detail);
/* The limit in whole `unit`s. */
struct str most_of(struct work *, uint64_t limit, uint64_t unit);

/* `n` bytes from there, all of them. ERR_BROKEN when the disk fails, or the
 * file has become shorter. */
MUST_CHECK enum err read_at(struct work *, uint64_t offset, void *to, size_t n);

/* A row being put together: its texts, then its cells. */
struct row_made {
	struct buf text;
	struct sheet_cell *cells; /* while it is made, s.p is not set */
	size_t *starts;
	struct sheet_row row;
};
struct row_made row_made_new(struct work *);
/* Its cells may be read until the text is written again. */
void row_made_end(struct row_made *, uint32_t number, size_t n);

#endif
