/* replies_out.h - mail that came, for pages and API alike. */
#ifndef DESK_REPLIES_OUT_H
#define DESK_REPLIES_OUT_H

#include "core/replies.h"
#include "desk/app.h"

/* "a.pdf, b.xlsx"; or those that were left out, each with why. */
struct str replies_file_names(
    struct arena *, enum lang, const json_t *files, bool left_out);
/* By the number in the path. Write transactions. */
MUST_CHECK enum err replies_act_attach(
    struct visit *, struct str request, struct reply *ret);
MUST_CHECK enum err replies_act_aside(
    struct visit *, struct str reason, struct reply *ret);

#endif
