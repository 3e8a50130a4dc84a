/* backups.h - which backups are kept, as the computer centre notes it (`pratu
 * backup`): what is destroyed at the gate stands in those that were made while it
 * was there, until they go. Days are ISO. People store. */
#ifndef CORE_BACKUPS_H
#define CORE_BACKUPS_H

#include "base/ctx.h"
#include "base/json.h"

enum { BACKUP_NAME_CHARS = 100 };

struct backup {
	struct str name, made, until;
	int64_t noted;
};

/* A name noted before gets the new days. Write transaction. */
MUST_CHECK enum err backup_note(struct ctx *, const struct backup *);
/* ERR_NOT_FOUND. Write transaction. */
MUST_CHECK enum err backup_drop(struct ctx *, struct str name);
/* The oldest first. */
MUST_CHECK enum err backup_list(
    struct ctx *, const struct backup **ret, size_t *ret_n);
/* [{name, made, until}]: made on the day of `from` or later, and still kept. */
MUST_CHECK enum err backups_holding(struct ctx *, int64_t from, json_t **ret);

#endif
