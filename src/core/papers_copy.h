/* papers_copy.h - the requester's copy of a signed notice. It bears the link, and
 * its code, by which the requester accepts without signing in; the filed notice,
 * which everybody who sees the request may read, only says where that stands. Both
 * are made of the same data; the event has both digests. The link's secret is in
 * the copy and its mail; the store has its hash (link.h). The copy is no file of
 * the request: it lies in a folder of its own, and who may accept is given it. */
#ifndef CORE_PAPERS_COPY_H
#define CORE_PAPERS_COPY_H

#include "core/papers.h"

/* Below people/, by its SHA-256 as attachments are. */
#define COPIES_FOLDER "copies"

/* Whether one is to be made: a notice, while an answer is awaited of a requester
 * who has not left. A read. */
MUST_CHECK enum err papers_copy_wanted(
    struct ctx *, const struct case_file *, enum papers, bool *ret);
/* Keeps the link and tells the requester, in the transaction of the event. */
MUST_CHECK enum err papers_copy_give(struct ctx *, const struct case_file *,
    const struct attached *filed, struct str secret);
/* The copy with the code, for the requester's side: ERR_NOT_FOUND to all others;
 * while it can be answered with, only for who may answer. A read. */
MUST_CHECK enum err papers_copy_get(
    struct ctx *, struct str no, struct str code, struct papered *ret);

#endif
