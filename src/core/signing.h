/* signing.h - acts that are a signature: to endorse, to decide, to release.
 *
 * Electronic Transactions Act B.E. 2544 s.9 asks for a way that tells who signed,
 * shows that he meant it, and is as reliable as the matter needs. On pages the
 * password was given within SIGNING_FRESH_MS, and for sensitive data with the
 * very act. Tokens of the API are exempt unless the office says otherwise
 * (office_settings.h). The event keeps name and position as they are printed, and
 * how the person was known. */
#ifndef CORE_SIGNING_H
#define CORE_SIGNING_H

#include "core/case_file.h"
#include "core/people.h"

#define SIGNING_FRESH_MS ((int64_t)30 * 60 * 1000)

enum signing_needs { SIGNING_OPEN, SIGNING_AGAIN, SIGNING_SENSITIVE };

bool command_signs(enum command);
/* Data of PDPA s.26: the lawful basis says so, or a column is of that class. */
bool case_is_sensitive(const struct case_file *);
/* Whether the password is needed now for the command, and why. */
enum signing_needs signing_needs(const struct ctx *, const struct actor *,
    const struct case_file *, enum command);
/* ERR_DENIED when it was not given, or a token may not sign. */
MUST_CHECK enum err signing_may(
    struct ctx *, const struct case_file *, enum command);
/* {name, position, by, at} for the event; NULL when there is no session or
 * token: by whom was not asked. */
json_t *signing_json(struct ctx *);

#endif
