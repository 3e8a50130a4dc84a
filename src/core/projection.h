/* projection.h - what lists, "my work" and the register read: functions of a
 * request's state, replaced whole by each command and compared by a rebuild. */
#ifndef CORE_PROJECTION_H
#define CORE_PROJECTION_H

#include "core/cases.h"
#include "core/register.h"

/* Whom a stage waits for: "role:office:unit" (of clerks "clerk::unit"),
 * "person:e-mail" or, for the
 * officers of a system, "system:CODE"; for a head while the system `unit` has no
 * officer, "fallback:OFFICE:DIVISION". */
struct waiting {
	struct str stage, unit, holder;
	int64_t since;
	/* From a day to a day; empty: always, without an end. */
	struct str starts, until;
};

/* All rows of one request, before they are written or compared. */
struct case_rows {
	struct str title, due, search, systems;
	struct str *viewers;
	size_t n_viewers;
	LIST(struct waiting) waiting;
	struct register_row reg;
	bool registered;
};

struct case_rows case_rows_of(
    struct arena *, const struct facts *, const struct case_file *);
/* Writes them in place of what stands there. */
MUST_CHECK enum err projection_replace(
    struct ctx *, const struct case_file *, const struct case_rows *);
/* Removes the lists of a request; not its line and not its register row. */
MUST_CHECK enum err projection_clear(struct ctx *, struct str no);

#endif
