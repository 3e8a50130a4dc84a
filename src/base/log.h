/* log.h - one JSON object a line on standard error: time, level, process, event
 * and named texts. No personal data, no secret, no query value goes in.
 * Called by desk, gate, courier and cli only; layers below return errors. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/ctx.h"

void log_process(const char *name); /* "desk"; once, at start */

struct log_field {
	const char *key;
	struct str value;
};

void log_event(
    const char *level, const char *event, const struct log_field *, size_t n);
#define LOG(level, event, ...)                                             \
	log_event(level, event, (const struct log_field[]){ __VA_ARGS__ }, \
	    COUNT(((const struct log_field[]){ __VA_ARGS__ })))

/* An error with why the work failed, which is then forgotten: what comes next is
 * judged by itself. */
void log_fault(struct ctx *, const char *event);
/* The same with what it is about. */
void log_fault_of(struct ctx *, const char *event, struct log_field);

#endif
