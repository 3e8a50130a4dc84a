/* disposal.h - files with data are destroyed early, and provably (domain.md 2.5,
 * ICIT-QP-9001-24 says nothing of it; the correspondence is kept).
 *
 * The courier finds what is due and orders it; the gate, which alone has the
 * bytes, removes them and says so; the courier makes it an event of the request.
 * An order holds for minutes: as long as it is due it is given again, so that
 * nothing goes of a request that was opened again meanwhile. Bytes that another
 * request needs stay. */
#ifndef CORE_DISPOSAL_H
#define CORE_DISPOSAL_H

#include "core/case_file.h"
#include "core/data_files.h"

enum {
	DISPOSAL_DAYS = 30, /* when the setting is silent */
	DISPOSAL_MAX_DAYS = 3650,
	DISPOSALS_AT_ONCE = 200,
	DISPOSAL_HOLDS_S = 60,  /* that an order is acted on */
	DISPOSAL_QUIET_MIN = 60 /* that a file was not written to */
};

struct disposal {
	struct str request;
	struct str kind; /* "artefacts" "uploads" */
	struct str sha256, name;
	struct str subject; /* id of the upload; else empty */
	struct str file;    /* where it lies; "": by its digest */
	int64_t bytes;
	int64_t made;          /* of what no event knows (built.h); else 0 */
	int64_t ordered, gone; /* 0: not yet */
	struct str how;        /* "" "begun" "destroyed" "absent" */
	struct str on;         /* of a table: the day that its sender named */
};
struct disposals {
	struct disposal *v;
	size_t n;
};

/* The setting "data-files-days": days after the end of a request, or after the
 * file was replaced or recalled; else 30. And since when it is done. */
MUST_CHECK enum err disposal_keeping(struct ctx *, struct keeping *ret);
/* That it is done from now on, when it was not before. Write transaction. */
MUST_CHECK enum err disposal_start(struct ctx *);

/* What is due now, of what was prepared. People store. */
MUST_CHECK enum err disposal_due(struct ctx *, struct disposals *ret);
/* Where the looking for uploads goes on. */
struct disposal_page {
	int64_t received;
	char id[64];
};
/* Files sent in that were used and have been there for so many days, and tables
 * whose sender named a day that has come, at most
 * DISPOSALS_AT_ONCE from `page` on, which is moved, and begins anew after the
 * last; whether they are due is the request's to say. Shared store. */
MUST_CHECK enum err disposal_uploads(struct ctx *, struct keeping,
    struct disposal_page *, struct disposals *ret);
/* Whether one of these is due: on the day that its sender named, or so many days
 * after its request ended; never while the request's records are held. People
 * store. */
MUST_CHECK enum err disposal_over(
    struct ctx *, const struct disposal *, struct keeping, bool *ret);
/* Shared store, write transactions from here on, but for `record`. */
MUST_CHECK enum err disposal_order(struct ctx *, const struct disposals *);
/* Orders that nobody gives any more, and nobody has begun. */
MUST_CHECK enum err disposal_forget(struct ctx *);
/* For the gate: what it may act on, and what it has begun, whenever that was. */
MUST_CHECK enum err disposal_open(struct ctx *, struct disposals *ret);
/* Whether it is ordered now. */
bool disposal_holds(const struct ctx *, const struct disposal *);
/* Whether another upload has these bytes, and is not to go as well. */
MUST_CHECK enum err disposal_shared(
    struct ctx *, const struct disposal *, bool *ret);
/* That it now will, before it does; false when it is not ordered any more, or
 * another gate was first. And that it has not, after all. */
MUST_CHECK enum err disposal_begun(
    struct ctx *, const struct disposal *, bool *ret);
MUST_CHECK enum err disposal_left(struct ctx *, const struct disposal *);
/* That it is gone now: destroyed, or was not there. Who said so first is
 * right, and one that was begun was destroyed. */
MUST_CHECK enum err disposal_gone(
    struct ctx *, const struct disposal *, bool was_there);
/* What the gate has said, by request. A read. */
MUST_CHECK enum err disposal_reports(struct ctx *, struct disposals *ret);
/* Of one request: its event, by "system"; nothing when it has that already.
 * Takes the chain; write transaction on the people store. */
MUST_CHECK enum err disposal_record(
    struct ctx *, const struct disposal *, size_t n);
MUST_CHECK enum err disposal_told(
    struct ctx *, const struct disposal *, size_t n);

#endif
