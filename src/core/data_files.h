/* data_files.h - files with data that stand in the gate's keeping for a request:
 * what was prepared, whether it was delivered or not. Correspondence is kept for
 * years; these go early (domain.md 2.5), and that they went is an event of the
 * request. What there is, from when on it has no use, and what is gone is told
 * from the events; one table says it for all requests, a projection. */
#ifndef CORE_DATA_FILES_H
#define CORE_DATA_FILES_H

#include "base/json.h"
#include "core/case_file.h"
#include "core/people.h"

/* How long. Nothing from before `from`, the day since which it is done here,
 * goes sooner than so many days after that. */
struct keeping {
	int64_t days, from; /* from: 0 where it has not begun */
};

/* For evolve(), after the event was taken. */
void data_files_take(struct case_file *, const struct event *);

/* From when on its time runs: since it has no use any more (replaced, recalled)
 * or the case is closed; 0: it does not. */
int64_t data_file_since(const struct case_file *, const struct data_file *);
/* When whoever may fetch it may no more; 0: it was given to nobody. */
int64_t data_file_ends(const struct case_file *, const struct data_file *);
/* When it is destroyed, so many days from the one, or at the other if that is
 * earlier; 0: not yet known. */
int64_t data_file_due(
    const struct case_file *, const struct data_file *, struct keeping);
/* The file with these bytes that has not gone; or the last that has; or NULL. */
const struct data_file *data_file_of(
    const struct case_file *, struct str kind, struct str sha256);

/* [{kind, name, format, sha256, bytes, destroy_after, destroyed}] */
json_t *data_files_json(
    struct arena *, const struct case_file *, struct keeping);

/* The files that a `destroyed` event tells that reader of: the office of all,
 * others of what was handed over, and the requester's side of its tables. Array. */
json_t *data_files_told(struct arena *, const struct case_file *,
    const struct person *reader, const json_t *data);
/* A file of what is prepared now that is gone, so that it cannot be handed over;
 * or NULL. */
const struct data_file *data_files_lost(const struct case_file *);

/* The projection's rows; those of before were cleared. */
MUST_CHECK enum err data_files_put(struct ctx *, const struct case_file *);
MUST_CHECK enum err data_files_same(
    struct ctx *, const struct case_file *, bool *ret);

#endif
