/* notice_choice.h - how a person wants to be told: each group of notices at once, in
 * one mail a day, or, where nothing is lost by it, not at all. What bears a link
 * that is a secret, and what must be done at once (data sent by mistake), is in no
 * group; nor is a notice of which others get a copy: it goes as it is. */
#ifndef CORE_NOTICE_CHOICE_H
#define CORE_NOTICE_CHOICE_H

#include "core/outbox.h"

enum notice_group {
	GROUP_always, /* no choice */
#define NOTICE_GROUP(name, silent) GROUP_##name,
#include "core/notice_groups.def"
#undef NOTICE_GROUP
	GROUPS
};
enum notice_how { HOW_now, HOW_digest, HOW_none, HOWS };

extern const char *const notice_group_names[GROUPS];
extern const char *const notice_how_names[HOWS];

enum notice_group notice_group_of(enum notice_kind);
bool notice_may(enum notice_group, enum notice_how);

struct notice_choices {
	enum notice_how how[GROUPS];
};
/* Of the actor. A read. */
MUST_CHECK enum err notice_choices_get(
    struct ctx *, struct notice_choices *ret);
/* Of the actor: ERR_INVALID with the group's name as the field. Write transaction. */
MUST_CHECK enum err notice_choices_put(
    struct ctx *, const struct notice_choices *);
/* Takes a word of notice_how_names; false for none of them. */
bool notice_how_parse(struct str, enum notice_how *ret);

/* How this notice goes. A read. */
MUST_CHECK enum err notice_how_of(
    struct ctx *, const struct notice *, enum notice_how *ret);

#endif
