/* install.h - a new installation: folders, keys, migrated stores, pratu.conf. */
#ifndef CLI_INSTALL_H
#define CLI_INSTALL_H

#include "cli/config.h"

struct new_installation {
	struct str dir; /* made when it is not there; absolute or not */
	struct str dsn;
	struct str desk_listen, gate_listen;
};

/* Makes all but pratu.conf, whose presence says that the rest is there: the
 * caller writes it by install_finish() when the store has what it must hold.
 * May be called again after it was interrupted. EXIT_REFUSED when there is a
 * pratu.conf already; the reason is said. */
int install_begin(
    struct cli *, const struct new_installation *, struct config *ret);
/* The shipped calendars, and with `procedures` the shipped procedures, into the
 * people store. Write transaction. */
MUST_CHECK enum err install_knowledge(struct ctx *, bool procedures);
int install_finish(
    struct cli *, const struct new_installation *, const struct config *);

#endif
