/* problem.h - a fault as problem details (RFC 9457), for every API of Pratu:
 * type, title, status, detail, a stable code, and each wrong field. Says what
 * the catalogue says and no more: a fault's detail is for the log. */
#ifndef BASE_PROBLEM_H
#define BASE_PROBLEM_H

#include "base/ctx.h"
#include "base/json.h"

/* In cx's language. A failure without words of its own gets the general ones of
 * `e`. */
json_t *problem_json(struct ctx *, enum err e);

#endif
