/* answers.h - the answers of a form, checked and normalised (contract.md §3:
 * the union of both forms is known; a procedure says what it asks, requires,
 * and when; a known answer that is not asked is kept; an unknown key is wrong;
 * an empty string counts as absent). */
#ifndef CORE_ANSWERS_H
#define CORE_ANSWERS_H

#include "base/ctx.h"
#include "base/json.h"
#include "core/procedure.h"

/* Merges `input` (an object) over `before` (may be NULL): texts normalised,
 * empty ones removed, dates to ISO (accepting what domain.md 2.6 lists),
 * e-mails and CIDRs checked, codes checked against the choices, lists without
 * repeats, lengths limited (text 500 characters, lines 5,000, lists 50).
 * ERR_INVALID with every wrong field. */
MUST_CHECK enum err answers_merge(
    struct ctx *, const json_t *before, const json_t *input, json_t **ret);
/* Whether all that `p` requires is there. ERR_INVALID with each missing field
 * ("field.required"). */
MUST_CHECK enum err answers_complete(
    struct ctx *, const struct procedure *p, const json_t *answers);
/* Whether `c` holds. */
bool condition_holds(const struct condition *c, const json_t *answers);
/* Whether the form asks this now, and whether it must be answered. */
bool field_asked(const struct field *, const json_t *answers);
bool field_required(const struct field *, const json_t *answers);

/* The type and choices that the key has in every procedure; NULL when it is not
 * a known answer. Labels are empty. */
const struct field *answer_known(struct str key);
/* The keys of all known answers, in the table's order. */
const char *const *answer_keys(size_t *ret_n);
/* What stands before a choice's code in the catalogue: "service." for
 * service_type; empty for a key without choices. */
struct str answer_prefix(struct str key);

#endif
