/* changes.h - what a correction of the answers changed, field by field, so that
 * whoever asked for more sees at once what is new. */
#ifndef CORE_CHANGES_H
#define CORE_CHANGES_H

#include "base/ctx.h"
#include "base/json.h"
#include "core/procedure.h"

/* [{"field","old","new"}] in the order of the known answers; an absent answer is
 * null. Empty when both are the same. */
json_t *changes_between(
    struct arena *, const json_t *before, const json_t *after);
/* A line for each: "ชื่อเรื่อง: เดิม → ใหม่", long values cut short. */
struct str changes_words(
    struct ctx *, const struct procedure *, const json_t *changes, enum lang);

#endif
