/* password.h - a password from standard input: one line, never a flag. On a
 * terminal it is asked for and not shown. */
#ifndef CLI_PASSWORD_H
#define CLI_PASSWORD_H

#include "cli/cli.h"

/* EXIT_DONE, or the reason is said. */
int password_ask(struct cli *, struct str *ret);

#endif
