/* view_in.h - what view.c and view_make.c share; inside src/source only. */
#ifndef SOURCE_VIEW_IN_H
#define SOURCE_VIEW_IN_H

#include <libpq-fe.h>

#include "source/view.h"

struct views {
	PGconn *db;
	struct str mark;
};

/* One statement of ours, its values bound; *ret goes with cx's arena and may be
 * NULL. */
MUST_CHECK enum err view_run(struct ctx *, struct views *, struct str sql,
    int n, const char *const *values, PGresult **ret);
/* The text at a place of a result, in the arena. */
struct str view_text(struct ctx *, const PGresult *, int row, int column);
struct str view_ident(struct ctx *, struct views *, struct str);
struct str view_literal(struct ctx *, struct views *, struct str);
/* "pratu_ID": role and schema. */
struct str view_owner(struct arena *, struct str id);
/* Between BEGIN and COMMIT; rolled back when `e` is a failure. */
MUST_CHECK enum err view_begin(struct ctx *, struct views *);
MUST_CHECK enum err view_end(struct ctx *, struct views *, enum err e);

/* The comment on what is ours. */
#define VIEW_COMMENT "Pratu view of connection "
#define VIEW_MARK ", installation "

#endif
