/* mask.h - what may be seen of a value: batches in, batches out, between source
 * and encoder, so that every form and every outlet shows the same.
 *
 * partial: enough to recognise, not enough to know. A number of 13 digits (with
 *   or without - and blanks) is x-xxxx-xxxxx-12-1; an e-mail address a•••@domain;
 *   a telephone number (0 or + and 9 to 15 digits) •••1234; of anything else the
 *   first letter with its marks and •••, whatever its length; a single letter
 *   is ••• alone. Bytes are •••. A text.
 * year: the first four digits of YYYY-MM-DD…; not converted between eras; what
 *   is no date is NULL. An integer.
 * hash: the first 128 bits of HMAC-SHA256 over the value's text, base64url. A
 *   text. Who has another key cannot join what he has to it.
 * drop: NULL; a compiled query leaves such a column out.
 * NULL stays NULL. */
#ifndef FMT_MASK_H
#define FMT_MASK_H

#include "base/arena.h"
#include "base/batch.h"
#include "base/crypt.h"

struct masker;

/* Of the columns that come, the first `n_shown` go on. The columns must live as
 * long as this. */
struct masker *masker_new(
    struct arena *, struct columns, size_t n_shown, struct sha256 key);
/* Those that go on, with the types that they have then. */
struct columns masker_columns(const struct masker *);
/* Cells hold until the next call, or as long as those given. */
struct batch masker_rows(struct masker *, const struct batch *);

/* The same columns with the types that masks leave. */
struct columns masked_columns(struct arena *, struct columns);

#endif
