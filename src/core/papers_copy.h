/* papers_copy.h - the requester's copy of a signed notice. It bears the link, and
 * its code, by which the requester accepts without signing in; the filed notice,
 * which everybody who sees the request may read, only says where that stands. Both
 * are made of the same data; the event has both digests. The link's secret is in
 * the copy and its mail; the store has its hash (link.h). The copy is no file of
 * the request: it lies in a folder of its own, and the requester alone is given it,
 * since it answers in his name. A co-applicant accepts signed in. */
#ifndef CORE_PAPERS_COPY_H
#define CORE_PAPERS_COPY_H

#include "core/papers.h"

/* Below people/, by its SHA-256 as attachments are. */
#define COPIES_FOLDER "copies"

/* Whether one is to be made: a notice, while an answer is awaited of a requester
 * who has not left, by a text that has the link, its words and whose copy it is.
 * A read. */
MUST_CHECK enum err papers_copy_wanted(
    struct ctx *, const struct case_file *, enum papers, bool *ret);
/* Keeps the link and tells the requester, in the transaction of the event. */
MUST_CHECK enum err papers_copy_give(struct ctx *, const struct case_file *,
    const struct attached *filed, struct str secret);
/* Whether the actor is given copies of the request: ERR_NOT_FOUND to all but the
 * requester; ERR_DENIED to a read-only token and, while it can be answered with,
 * to a requester who may not answer. */
MUST_CHECK enum err papers_copy_may(
    struct ctx *, const struct facts *, const struct case_file *);
/* The copy with the code, for whom papers_copy_may() lets. A read. */
MUST_CHECK enum err papers_copy_get(
    struct ctx *, struct str no, struct str code, struct papered *ret);

#endif
