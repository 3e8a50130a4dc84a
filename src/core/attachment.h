/* attachment.h - files that people put beside a request.
 *
 * A file lies under its SHA-256 in a folder of ours, FOLDER/ab/abcd…; what the
 * sender called it is only a name to show. The file is on disk for good before
 * its row is written, so a row always has its file; a file without a row is
 * harmless. */
#ifndef CORE_ATTACHMENT_H
#define CORE_ATTACHMENT_H

#include "base/ctx.h"

#define ATTACHMENT_MAX_BYTES ((size_t)25 << 20) /* contract.md §3 */
#define ATTACHMENT_MAX_FILES 20                 /* of a request */

struct attachment {
	struct str id, request, name, type;
	int64_t bytes;
	struct str sha256; /* hex */
	struct str actor;  /* e-mail */
	int64_t at;
};

/* A file on disk that has no row yet. */
struct kept_file {
	struct str sha256;
	int64_t bytes;
};

/* The name to show: what follows the last '/' or '\\', normalised, without
 * control and direction marks, without dots at its start or end, at most 255
 * bytes with its ending kept; "file" when nothing is left. False when it is not
 * UTF-8. */
bool attachment_name(struct arena *, struct str raw, struct str *ret);

/* Writes the bytes below `folder` (its parent exists) and syncs file and
 * folders. Outside of any transaction. ERR_TOO_LARGE, ERR_INVALID when empty. */
MUST_CHECK enum err attachment_keep(
    struct ctx *, struct str folder, struct str bytes, struct kept_file *ret);

/* The row. `raw_name` and `type` as the sender gave them; a type that is none
 * becomes application/octet-stream. ERR_CONFLICT when the request has 20,
 * ERR_INVALID for the name. Write transaction. */
MUST_CHECK enum err attachment_add(struct ctx *, struct str request,
    struct str raw_name, struct str type, const struct kept_file *,
    struct str actor, struct attachment *ret);
/* The same for a signed or scanned paper, which takes no room from the others;
 * PAPERS_MAX_KEPT is for the caller to look at. */
MUST_CHECK enum err attachment_add_paper(struct ctx *, struct str request,
    struct str raw_name, struct str type, const struct kept_file *,
    struct str actor, struct attachment *ret);

/* Oldest first. */
MUST_CHECK enum err attachment_list(struct ctx *, struct str request,
    const struct attachment **ret, size_t *ret_n);
/* ERR_NOT_FOUND unless the file belongs to the request. */
MUST_CHECK enum err attachment_get(
    struct ctx *, struct str request, struct str id, struct attachment *ret);
/* Its bytes; the caller closes *ret_fd. ERR_BROKEN when the file is not there
 * or has another length. */
MUST_CHECK enum err attachment_open(
    struct ctx *, struct str folder, const struct attachment *, int *ret_fd);

#endif
