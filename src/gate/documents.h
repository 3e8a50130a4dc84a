/* documents.h - prepared documents in the gate's keeping, as they are given to
 * readers and, for the courier, to a mail. */
#ifndef GATE_DOCUMENTS_H
#define GATE_DOCUMENTS_H

#include "core/grants.h"
#include "gate/app.h"

/* ERR_GONE for one that was recalled, replaced or has ended. */
MUST_CHECK enum err document_still_given(
    struct gate_visit *, const struct document *);
/* The file, by its digest and of the length that the digest was made of. */
MUST_CHECK enum err document_open(
    struct gate_visit *, struct str sha256, int64_t bytes, int *ret_fd);
/* The answer is the file, of the form's media type. */
void document_send(struct gate_visit *, int fd, int64_t bytes, struct str form);

#endif
