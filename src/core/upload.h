/* upload.h - how much may be sent in for a request, and what becomes of files
 * that nothing uses. A row stays when its file is swept: it says what came, from
 * whom, and when it went. Transactions on the shared store. */
#ifndef CORE_UPLOAD_H
#define CORE_UPLOAD_H

#include "core/grants.h"

enum {
	UPLOADS_PER_REQUEST = 50, /* files, those awaited too */
	UPLOAD_DAYS = 7,          /* that a file waits to be used */
	UPLOAD_WAIT_HOURS = 24,   /* that a ticket's file may be on its way */
	UPLOADS_SWEPT_AT_ONCE = 100
};
#define UPLOAD_BYTES_PER_REQUEST ((int64_t)1 << 30)

/* ERR_INVALID ("error.upload-count") when the request has all the files it may
 * have. */
MUST_CHECK enum err upload_room(struct ctx *, struct str request);
/* ERR_TOO_LARGE ("error.upload-total") when `bytes` more are too many. */
MUST_CHECK enum err upload_room_for(
    struct ctx *, struct str request, int64_t bytes);
/* That it came under a name of its own, which no other file has: a table, which
 * goes on its own day, whoever else sent the same bytes. */
MUST_CHECK enum err upload_named(struct ctx *, struct str id, struct str file);
/* Under what the gate keeps it: its name, or its digest. */
struct str upload_file_of(struct str file, struct str sha256);
/* Whether a file of that name or digest is anybody's. */
MUST_CHECK enum err upload_knows(struct ctx *, struct str name, bool *ret);
/* That what is prepared has the file in it: it is kept. */
MUST_CHECK enum err upload_used(struct ctx *, struct str id);
/* Marks what has waited in vain as swept, oldest first, and tells which. A table
 * that came counts as used. */
MUST_CHECK enum err uploads_sweep(
    struct ctx *, const struct upload_file **ret, size_t *ret_n);
/* Whether any file should be there. */
MUST_CHECK enum err uploads_kept(struct ctx *, bool *ret);
/* Whether another row has the one file with these bytes. */
MUST_CHECK enum err upload_elsewhere(
    struct ctx *, struct str sha256, bool *ret);

#endif
