/* data_part.h - what was prepared, for a mail: of the gate, which records that it
 * was given before it gives it. The courier never opens the gate's folder. */
#ifndef COURIER_DATA_PART_H
#define COURIER_DATA_PART_H

#include "core/case_file.h"
#include "core/site.h"
#include "courier/mime.h"

/* The document as an enclosure. *ret_gone: it was recalled, replaced or has ended
 * since the mail was written, and the mail goes without it. */
MUST_CHECK enum err data_part_read(struct ctx *, const struct site *,
    const struct handed *, struct str to, struct enclosure *ret,
    bool *ret_gone);

#endif
