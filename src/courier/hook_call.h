/* hook_call.h - one signed POST to a hook (libcurl). */
#ifndef COURIER_HOOK_CALL_H
#define COURIER_HOOK_CALL_H

#include <stdatomic.h>

#include "core/hook_delivery.h"
#include "core/site.h"

struct hook_call {
	const struct hook_reach *reach;
	struct str ca_file; /* may be empty */
	struct str url, message, body;
	struct str secrets[2]; /* "whsec_…"; the second may be empty */
	int64_t at_s;          /* webhook-timestamp */
	const atomic_bool *stop;
};
struct hook_answer {
	int64_t status;  /* 0: none came */
	struct str text; /* one line: what was said, or why nothing was */
	int64_t ms;
};
void hook_call(struct arena *, const struct hook_call *, struct hook_answer *);

/* "v1,…" for each secret, a blank between: HMAC-SHA256 over "ID.TIMESTAMP.BODY". */
struct str hook_signature(struct arena *, const struct hook_call *);

#endif
