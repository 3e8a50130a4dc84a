/* meet.h - the meeting place: where tables that were sent in meet the part of a
 * source that is needed, when they cannot stand in the source itself or are not
 * to. A SQLite file of this run alone, in the folder that SQLITE_TMPDIR names;
 * it goes with the context's arena, and what a gate that was killed left there
 * goes when the next one starts.
 *
 *	meet_begin, meet_given for each table, meet_take for each SELECT on the
 *	source, meet_end: a source like any SQLite file, with the same guard.
 *
 * Bounded: MEET_ROWS rows and MEET_BYTES of values taken from sources. */
#ifndef SOURCE_MEET_H
#define SOURCE_MEET_H

#include "source/given.h"
#include "source/source.h"

#define MEET_ROWS INT64_C(5000000)
#define MEET_BYTES ((int64_t)2 << 30)

struct meeting;

/* Before anything else there; the bounds are lower in tests alone. */
MUST_CHECK enum err meet_begin(
    struct ctx *, int64_t max_rows, int64_t max_bytes, struct meeting **ret);
MUST_CHECK enum err meet_given(struct ctx *, struct meeting *,
    const struct given *, const struct source_limits *);
/* The rows of one SELECT on the source, without parameters, as the table `name`.
 * ERR_INVALID ("meet-rows", "meet-bytes") when they are more than may be taken. */
MUST_CHECK enum err meet_take(struct ctx *, struct meeting *,
    const struct source *, struct str name, struct str sql,
    const struct source_limits *describe, const struct source_limits *run);
MUST_CHECK enum err meet_end(
    struct ctx *, struct meeting *, struct source *ret);

#endif
