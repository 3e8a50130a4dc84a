/* order.h - what the desk asks of the gate on its own socket: JSON bodies, put
 * together by the desk from an officer's form. */
#ifndef GATE_ORDER_H
#define GATE_ORDER_H

#include "gate/app.h"
#include "gate/spec.h"

/* At most 8 MiB; speaks the officer's language from then on. */
MUST_CHECK enum err order_read(struct gate_visit *, json_t **ret);
/* What is wrong with an officer's query is his to mend: whatever failed because
 * of it (its SQL, its time, a value too large) becomes ERR_INVALID with a wrong
 * field, named as in his form after `prefix` ("parts[0]."), but for "formats",
 * which all parts share. The rest, a source that is down say, stays what it
 * is. */
MUST_CHECK enum err order_wrong(struct ctx *, enum err, struct str prefix);

#endif
