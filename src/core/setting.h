/* setting.h - single values of an installation: settings, and counters that
 * number without gaps. */
#ifndef CORE_SETTING_H
#define CORE_SETTING_H

#include "base/ctx.h"

/* *ret is absent when there is no such setting. */
MUST_CHECK enum err setting_find(
    struct ctx *, struct str name, struct str *ret);
/* Write transaction. */
MUST_CHECK enum err setting_put(
    struct ctx *, struct str name, struct str value);
MUST_CHECK enum err setting_remove(struct ctx *, struct str name);

/* The next number of the counter, from 1. Taken back when the transaction is
 * rolled back, so that none is lost; who takes one waits for whoever took the
 * one before. Write transaction. */
MUST_CHECK enum err counter_next(struct ctx *, struct str name, int64_t *ret);

#endif
