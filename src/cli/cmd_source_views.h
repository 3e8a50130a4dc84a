/* cmd_source_views.h - the parts of `pratu source` that are about views. */
#ifndef CLI_CMD_SOURCE_VIEWS_H
#define CLI_CMD_SOURCE_VIEWS_H

#include "cli/cli.h"
#include "cli/config.h"

struct views_added {
	struct str source, dsn, secret;
	struct str address; /* what readers are told; absent: the DSN's */
};
/* Tries the credential and keeps it. The exit code; what is wrong is said. */
int source_views_add(
    struct cli *, const struct config *, const struct views_added *);
/* Looks at the views of a source, if it has a maker: drops those without a live
 * connection, and says what is wrong; then EXIT_FAILED. */
int source_views_check(struct cli *, const struct config *, struct str source);

#endif
