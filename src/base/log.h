/* log.h - one JSON object a line on standard error: time, level, process, event
 * and named texts. No personal data, no secret, no query value goes in.
 * Called by desk, gate, courier and cli only; layers below return errors. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/base.h"

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

#endif
