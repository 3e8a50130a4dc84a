/* views.h - the outlet "view" as the stores know it: who makes views in which
 * source (view_maker), what was done with each (view_act), and where a reader
 * finds it. What stands in a source is src/source/view.h's. Transactions on the
 * shared store from here on. */
#ifndef CORE_VIEWS_H
#define CORE_VIEWS_H

#include "core/grants.h"

/* The second credential of a PostgreSQL source. Its password is kept like the
 * source's own: source_secret_path() of view_secret_name(). */
struct view_maker {
	struct str source, dsn;
	/* Unguessable; in the comment on each schema and role that is ours. */
	struct str mark;
	/* What a reader is told; host may be a folder (a Unix socket). */
	struct str host, port, database;
};
struct str view_secret_name(struct arena *, struct str source);

MUST_CHECK enum err view_maker_find(
    struct ctx *, struct str source, struct view_maker *ret, bool *ret_found);
MUST_CHECK enum err view_maker_list(
    struct ctx *, const struct view_maker **ret, size_t *ret_n);
/* Adds or replaces; the mark stays that of the first. Tells the gates. */
MUST_CHECK enum err view_maker_put(struct ctx *, const struct view_maker *);

/* made opened held (why) shut closed failed (why) password unset orphan */
struct view_act {
	struct str act, why;
	int64_t at;
};
MUST_CHECK enum err view_act_list(struct ctx *, struct str connection,
    const struct view_act **ret, size_t *ret_n);
/* The last of them; act absent: none. Passwords do not count. */
MUST_CHECK enum err view_act_last(
    struct ctx *, struct str connection, struct view_act *ret);
/* Whether whoever made the password that stands in the source has lost his key
 * since: then it must go. */
MUST_CHECK enum err view_password_orphaned(
    struct ctx *, struct str connection, bool *ret);
MUST_CHECK enum err view_act_add(
    struct ctx *, struct str connection, struct str act, struct str why);

/* Connections of outlet "view" that have not been closed in their source. */
MUST_CHECK enum err view_connections(
    struct ctx *, const struct connection **ret, size_t *ret_n);

/* "pratu_ID": schema and role. */
struct str view_role(struct arena *, struct str connection);
/* The view's own name: the part's, when it is a plain one, else "data". */
struct str view_name(struct str part);
/* {role, host, port, database, schema, view}. */
json_t *view_place(struct arena *, const struct view_maker *,
    struct str connection, struct str part);
/* postgresql://ROLE@HOST:PORT/DATABASE of such an object: never a secret. */
struct str view_url(struct arena *, const json_t *place);

#endif
