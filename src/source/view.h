/* view.h - views of approved queries inside a PostgreSQL source, each with a
 * role that may read it and nothing else.
 *
 * The one part of src/source that writes there. It does so by a credential of
 * its own, the maker's: a role with LOGIN CREATEROLE, CREATE on the database,
 * and a member of the role that the gate reads with. Everything that it makes
 * bears a comment with the installation's mark; without it nothing is touched.
 * Each act is one transaction and may be repeated. DDL takes no parameters, so
 * names and values stand in its text, quoted by libpq (PQescapeIdentifier,
 * PQescapeLiteral); everything else is bound.
 *
 * Failures: ERR_BUSY the source is down, slow, or another gate is at work
 * there; ERR_CONFLICT the source refused, with its words in fault.detail and
 * fault.arg[0]. */
#ifndef SOURCE_VIEW_H
#define SOURCE_VIEW_H

#include "source/source.h"

/* A connection of the maker, for one piece of work. */
struct views;
MUST_CHECK enum err views_open(struct ctx *, const struct source *maker,
    struct str mark, struct views **ret); /* closes with cx's arena */
/* Takes the lock that only one gate has at a time; until views_open's end. */
MUST_CHECK enum err views_lock(struct ctx *, struct views *);
/* Host, port and database as the connection has them: for who is told of it. */
struct views_address {
	struct str host, port, database;
};
struct views_address views_address(struct ctx *, const struct views *);

/* What stands there with our mark, by id. */
struct view_standing {
	struct str id;
	bool role, schema, view; /* which of them are there */
	bool login;              /* the role may sign in */
	int64_t until;           /* UTC ms; 0: for ever */
	int64_t sessions;
};
MUST_CHECK enum err views_list(struct ctx *, struct views *,
    const struct view_standing **ret, size_t *ret_n);

struct view_order {
	struct str id;   /* [a-z0-9]{1,40} */
	struct str name; /* the view's own */
	struct str sql;  /* passed source_describe, without parameters */
	/* The approved ones, in the query's order; mask none, drop or year. */
	struct columns columns;
	int64_t until; /* UTC ms */
};

/* Something that the role could use beside its view, and the statement by which
 * an administrator ends that. */
struct view_reach {
	struct str what, remedy;
};

/* Schema, view and role, which may not sign in yet. Names in the query mean
 * what they mean to `reader`. */
MUST_CHECK enum err view_make(struct ctx *, struct views *,
    const struct source *reader, const struct view_order *);
/* What the role can reach beside the view: at most 20, none is as it must be. */
MUST_CHECK enum err view_look(struct ctx *, struct views *, struct str id,
    struct str name, const struct view_reach **ret, size_t *ret_n);
/* view_make and view_look, undone at the end: whether it would work. Refuses a
 * maker that is in another database than the reader. */
MUST_CHECK enum err view_try(struct ctx *, struct views *,
    const struct source *reader, const struct view_order *,
    const struct view_reach **ret, size_t *ret_n);

MUST_CHECK enum err view_allow(struct ctx *, struct views *, struct str id);
/* The role may not sign in, and its sessions are ended. */
MUST_CHECK enum err view_shut(struct ctx *, struct views *, struct str id);
MUST_CHECK enum err view_until(
    struct ctx *, struct views *, struct str id, int64_t until);
/* view_shut, then view, schema and role are gone. What others have put into the
 * schema stays, and so does the shut role: ERR_CONFLICT. */
MUST_CHECK enum err view_drop(
    struct ctx *, struct views *, const struct view_standing *);
/* The role's one password, as a verifier that libpq makes: the server never
 * sees the text. Absent: none. Sessions of the one before are ended.
 * ERR_NOT_FOUND: there is no such role of ours. */
MUST_CHECK enum err view_password(
    struct ctx *, struct views *, struct str id, struct str secret);

#endif
