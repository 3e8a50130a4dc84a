/* office_settings.h - what an office sets for itself. */
#ifndef CORE_OFFICE_SETTINGS_H
#define CORE_OFFICE_SETTINGS_H

#include "base/json.h"
#include "core/people.h"

struct office_settings {
	const struct str *phrases; /* ready to be put into a note */
	size_t n_phrases;
	bool token_signs; /* tokens of the API may sign (signing.h); default */
	/* Forms of numbers (numbers.h); empty: typed in. */
	struct str number_out, number_receipt;
};

MUST_CHECK enum err office_settings_get(
    struct ctx *, struct str office, struct office_settings *ret);
/* By its records or director, or an administrator: ERR_DENIED. An office that
 * does not exist is ERR_NOT_FOUND. At most 30 phrases of 500 characters:
 * ERR_INVALID. Write transaction. */
MUST_CHECK enum err office_settings_put(
    struct ctx *, struct str office, const struct office_settings *);
/* Whether the actor may change them. */
bool office_settings_may(const struct person *, struct str office);
/* ERR_NOT_FOUND: no such office; ERR_DENIED: not the actor, or not by his
 * token. */
MUST_CHECK enum err office_settings_may_put(struct ctx *, struct str office);
/* One phrase a line. */
struct str phrases_lines(struct arena *, const struct office_settings *);
void phrases_of_lines(
    struct arena *, struct str lines, struct office_settings *);

#endif
