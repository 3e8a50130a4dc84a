/* told.h - what whoever receives data is told of them, besides their columns:
 * the same for a connection's spec and for documents. */
#ifndef CORE_TOLD_H
#define CORE_TOLD_H

#include "base/json.h"
#include "core/case_file.h"

/* What the owners who endorsed asked for: [text]. */
json_t *told_conditions(struct arena *, const struct case_file *);
/* {title purpose lawful_basis retention_until requester unit office
 * conditions[]}, all of the request itself: no day, no person at work on it. */
json_t *told_of(struct arena *, const struct case_file *);

#endif
