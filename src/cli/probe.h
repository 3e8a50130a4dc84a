/* probe.h - does the wall hold? `pratu serve --only X --probe` enters the fence
 * of X and then tries what X must not be able to do: as files, and with the
 * store's own role. Prints one JSON object
 * {"process","fence","tried":[{"what","how","refused"}]}; "fence" is the
 * kernel's version of Landlock, 0 when it has none. */
#ifndef CLI_PROBE_H
#define CLI_PROBE_H

#include "cli/config.h"

/* EXIT_DONE when all was refused, EXIT_INTEGRITY when something was not. */
int probe_run(struct cli *, const struct config *, enum process);

#endif
