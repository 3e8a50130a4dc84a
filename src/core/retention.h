/* retention.h - of each record of a request its class, the day until which it is
 * kept, and whether it is held (domain.md 2.5; N-33…N-35). Nothing here destroys
 * anything.
 *
 * Correspondence is kept to 31 December of the tenth year after the one in which
 * the request was closed, and may then stand in a list for destruction. Held is
 * what is evidence in a case, secret or history: `keep`, by the records office,
 * until it is lifted; then no record of the request is destroyed, its files with
 * data neither. */
#ifndef CORE_RETENTION_H
#define CORE_RETENTION_H

#include "base/json.h"
#include "base/time.h"
#include "core/data_files.h"

enum retention {
#define RETENTION(name, years) RETENTION_##name,
#include "core/retention.def"
#undef RETENTION
	RETENTIONS
};
extern const char *const retention_names[RETENTIONS];
extern const int retention_years[RETENTIONS];

/* One record of a request. */
struct kept_record {
	enum retention class;
	struct str id, name;
	struct str sha256; /* empty: it is no file */
	int64_t at;
	int64_t due; /* of data: when it goes; 0: not yet known */
	int64_t gone;
};
/* Files, papers and data in the order in which they came; what is kept how
 * long as disposal_keeping() has it. Mails are the caller's to add. */
size_t retention_records(struct arena *, const struct case_file *,
    struct keeping, struct kept_record **ret);
/* The last day of its keeping; not set while the request is open, is held, or
 * when it is never destroyed. */
struct date retention_until(const struct case_file *, enum retention);

/* For evolve(): held, held no more, destroyed. */
void retention_take(struct case_file *, const struct event *);
/* {records[{class, id, name, sha256, at, kept_until, destroy_after, destroyed}],
 * held{kind, reason, by, at} or null} */
json_t *retention_json(
    struct arena *, const struct case_file *, struct keeping);

#endif
