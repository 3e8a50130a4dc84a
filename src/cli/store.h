/* store.h - the stores of an installation, for a command that works on them
 * beside a running `serve` or without one. */
#ifndef CLI_STORE_H
#define CLI_STORE_H

#include "cli/config.h"

/* Applies what migrations are missing; how many went into each schema. */
MUST_CHECK enum err site_migrate(struct ctx *, const struct site *,
    int64_t *ret_people, int64_t *ret_shared);

/* Opens one store of the installation that the options name, and begins a
 * transaction in cx->db; the store goes with the arena. EXIT_DONE, or the
 * reason is said. */
int store_for(struct cli *, bool people, bool write);
int store_of(struct cli *, const struct config *, bool people, bool write);

#endif
