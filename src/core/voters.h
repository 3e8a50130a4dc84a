/* voters.h - whose agreement counts where a stage asks several persons. */
#ifndef CORE_VOTERS_H
#define CORE_VOTERS_H

#include "core/facts.h"

/* By stage; NULL when one answer decides at every stage. Who is kept apart from
 * the act is not waited for. */
MUST_CHECK enum err voters_read(struct ctx *, const struct facts *,
    const struct case_file *, const struct voters **ret);

#endif
