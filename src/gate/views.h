/* views.h - the outlet "view": what is granted (connections of the shared store)
 * and what stands in the sources, brought together. The gate does it when
 * something was granted or revoked, when a connection ends, and each minute; at
 * start and at three in the morning (Thai time) it also looks for views and
 * roles of ours that no live connection asks for, and drops them; `pratu source
 * check` does the same on demand. Several gates take turns by a lock there.
 *
 * The gate does not see what is read through a view: the source's own log does.
 * Here are the making, opening, shutting and closing of views, as lines of the
 * log and as rows (view_act). */
#ifndef GATE_VIEWS_H
#define GATE_VIEWS_H

#include "core/views.h"
#include "gate/app.h"
#include "source/view.h"

/* Where the stores and secrets are. */
struct views_at {
	struct store *shared;
	struct str gate_dir;
};

/* Something that was done, or found: words of core/views.h's acts. */
struct view_done {
	struct str source, id, act, why;
};
struct views_report {
	struct view_done *v;
	size_t n;
};

/* One source. With `look` it also drops what nobody granted ("orphan") and
 * tells again of views that are held. Whatever was done before a failure is in
 * the report. Needs no transaction open. */
MUST_CHECK enum err views_settle(struct ctx *, const struct views_at *,
    const struct view_maker *, bool look, struct views_report *ret);

/* The maker's connection to a source. ERR_NOT_FOUND: it has none. */
MUST_CHECK enum err views_of(struct ctx *, const struct views_at *,
    const struct view_maker *, struct views **ret);
/* The source as the gate reads it. */
MUST_CHECK enum err views_reader(struct ctx *, const struct views_at *,
    struct str source, struct source *ret);

/* The gate's own thread for it. */
struct views_watch;
struct views_watch *views_watch_begin(struct gate *);
void views_watch_end(struct views_watch *); /* waits for it; accepts NULL */

/* Whether a part prepared for the outlet "view" could be one: else fields
 * "outlets", in the officer's words. */
struct approved;
MUST_CHECK enum err view_possible(struct gate_visit *, struct str source,
    const struct source *reader, const struct approved *);

#endif
