/* policy_talk.h - who may write messages, name co-applicants, ask for an opinion
 * and give one. A part of policy.c. */
#ifndef CORE_POLICY_TALK_H
#define CORE_POLICY_TALK_H

#include "core/policy.h"

/* Of a command that no stage hands out: whether it is his ever, and now. */
struct free_rule {
	bool his, now;
};
/* False when `c` is none of these. */
bool policy_talk_rule(const struct facts *, const struct case_file *,
    const struct person *, enum command c, struct free_rule *ret);

/* Whether it concerns the data protection officer, and the person is he: then he
 * may hold it, unasked. */
bool policy_guards(
    const struct facts *, const struct case_file *, const struct person *);

#endif
