/* beside.h - the tables that were sent in for a part of what is prepared:
 * opened, put beside the part's source for a run, or met with its rows. */
#ifndef GATE_BESIDE_H
#define GATE_BESIDE_H

#include "gate/app.h"
#include "source/given.h"
#include "source/source.h"

struct beside {
	struct given *v;
	size_t n; /* 0: none */
};

/* Of the order's part {tables[{name, file}]}, which must be of that request.
 * ERR_INVALID with the field of what is wrong. They live as long as the visit. */
MUST_CHECK enum err beside_open(struct gate_visit *, const json_t *part,
    struct str request, struct beside *ret);
/* That what is prepared has them in it: they are kept. */
MUST_CHECK enum err beside_used(struct gate_visit *, const json_t *part);
/* `source` with the tables beside its own; with take[{name, sql}] the place where
 * they meet what these give. */
MUST_CHECK enum err beside_source(struct gate_visit *, const json_t *part,
    const struct beside *, const struct source_limits *run,
    struct source *source);
/* For trying a query: longer with tables, which may be large. */
const struct source_limits *beside_limits(const struct beside *);

#endif
