/* prefer.h - what a caller would rather have (RFC 7240): Prefer: count=exact,
 * count=estimated, count=none, envelope, handling=strict. An estimate is given
 * as the exact count: no source of today knows better. */
#ifndef GATE_PREFER_H
#define GATE_PREFER_H

#include "base/ctx.h"
#include "http/http.h"

enum prefer_count { COUNT_unsaid, COUNT_none, COUNT_exact };

struct prefer {
	enum prefer_count count;
	bool envelope; /* {data,next,truncated,contract,delivery}: JSON alone */
};

/* What is not understood is passed over, as the standard wants it, unless
 * handling=strict stands beside it: then ERR_INVALID. */
MUST_CHECK enum err prefer_read(
    struct ctx *, const struct request *, bool json, struct prefer *ret);
/* The header that says what was followed; empty: nothing was asked. */
struct str prefer_applied(struct arena *, const struct prefer *);

#endif
