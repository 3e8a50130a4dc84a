/* digest.h - one mail a day for who wants his notices so (notice_choice.h): what
 * happened, request by request, and what waits for him, on working days from 08:30.
 * Of a secret memo's request only its number; no message, link or file of a notice.
 * Two couriers write one: a row for person and day decides. */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include "base/ctx.h"

/* Persons for whom there is something, when it is time; else none. A read. */
MUST_CHECK enum err digests_due(
    struct ctx *, const int64_t **ret, size_t *ret_n);
/* Writes his of today, unless there is one. Write transaction. */
MUST_CHECK enum err digest_write(struct ctx *, int64_t person);

#endif
