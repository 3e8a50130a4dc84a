/* reminder.h - who is told that time runs out. At 75 % of a budget whoever holds
 * it; at 100 % also the head and the director of the office (for a consent,
 * which is not the office's: the requester). Each once, on working days from
 * 08:30 until the office closes, by notices written in the transaction of their
 * record, so that two couriers, or one that died, never tell twice. A budget of
 * one day has both on the same morning: then only the second is told. */
#ifndef CORE_REMINDER_H
#define CORE_REMINDER_H

#include "core/facts.h"

/* The open requests to look at now; *ret is NULL when it is too early, or today's
 * have been looked at already. Read transaction. */
MUST_CHECK enum err reminders_list(
    struct ctx *, struct str **ret, size_t *ret_n);
/* Whether the request has something to be told now. Read transaction. */
MUST_CHECK enum err reminders_wanted(
    struct ctx *, struct str request, bool *ret);
/* Tells it. *ret_notices went out. Write transaction. */
MUST_CHECK enum err reminders_send(
    struct ctx *, struct str request, int64_t *ret_notices);
/* Today's have all been looked at. Write transaction. */
MUST_CHECK enum err reminders_done(struct ctx *);

/* What was told of a request, and what will be told next of the budgets that run
 * now, by time. */
struct reminder_line {
	struct str stage, unit; /* empty: of the whole */
	struct text2 what;
	int level;       /* 75 or 100 */
	int64_t at;      /* when it was told; 0: not yet */
	struct date due; /* not yet: on the morning of that day, or after it */
};
MUST_CHECK enum err reminders_of(struct ctx *, const struct facts *,
    const struct case_file *, const struct reminder_line **ret, size_t *ret_n);
/* [{stage, unit, level, at, due}] */
json_t *reminders_json(struct arena *, const struct reminder_line *, size_t n);

#endif
