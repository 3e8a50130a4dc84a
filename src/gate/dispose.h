/* dispose.h - the destruction of files with data, as the courier orders it
 * (core/disposal.h): in a thread of its own, for what waits for the disk must
 * keep nobody from seeing what was revoked. */
#ifndef GATE_DISPOSE_H
#define GATE_DISPOSE_H

#include "gate/app.h"

struct disposer;
struct disposer *disposer_begin(struct gate *);
/* Waits for the order in work, and for no other; accepts NULL. */
void disposer_end(struct disposer *);

#endif
