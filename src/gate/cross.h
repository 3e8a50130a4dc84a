/* cross.h - the desk's pages send files here by a script, from another origin: what
 * the browser wants to hear for that (Fetch, "CORS protocol"). Only for the door of
 * tickets, only from the desk's origin, and without cookies. */
#ifndef GATE_CROSS_H
#define GATE_CROSS_H

#include "gate/app.h"

/* The answer may be read by a script of the desk's. */
void cross_allow(struct gate_visit *);

#endif
