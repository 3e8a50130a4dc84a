/* delegation.h - who stands in for whom: from a day to a day, both included, by
 * an order of the office (acting รักษาการแทน, or delegated ปฏิบัติการแทน).
 *
 * While it holds, the stand-in may do and see what the other holds by himself in
 * that office: roles of an office or of an owner unit, systems he is officer of,
 * work he was assigned. Not what is lent to him in turn, nor what he asked for
 * himself, and never the roles auditor, dpo and admin. Separation of duties goes
 * over both persons (policy.h), and every act carries both names. */
#ifndef CORE_DELEGATION_H
#define CORE_DELEGATION_H

#include "base/json.h"
#include "core/people.h"

/* One that holds today, as the stand-in sees it. */
struct standing {
	struct str id, kind, order_no, office, until;
	struct person giver; /* absent, with his own roles that are lent */
};

/* Fills person.stands and the lent roles; a read. Who is not active lends
 * nothing. */
MUST_CHECK enum err delegation_lend(struct ctx *, struct person *);
/* The person without what is lent to him. */
struct person person_alone(const struct person *);
/* Whether he signs for the owner unit by his own right. */
bool person_alone_signs(const struct person *, struct str unit);
/* By whom he holds the role: himself (NULL), or whom he stands in for. An empty
 * office or unit is any. */
const struct standing *person_stands_as(
    const struct person *, enum role, struct str office, struct str unit);
/* What an event says of it: {email,name,position,kind,order_no}. */
json_t *standing_json(struct arena *, const struct standing *);

/* Stand-ins of an office today, for its holders and notices. */
struct stand_in {
	struct str giver;    /* e-mail */
	struct person taker; /* stands: this one alone */
	struct str office;   /* empty: everywhere */
	bool here; /* on one request alone (handover.h); giver has his roles */
};
MUST_CHECK enum err delegation_stand_ins(struct ctx *, struct str office,
    const struct stand_in **ret, size_t *ret_n);

struct delegation {
	struct str id, giver, giver_name, taker, taker_name;
	struct str office, kind, order_no, starts, until, made_by;
	int64_t made, ended; /* 0: not taken back */
	bool may_end;        /* the caller may take it back */
};
struct new_delegation {
	struct str giver; /* e-mail; empty: cx->actor himself */
	struct str to, office, from, until, order_no, kind;
};
/* By the person himself; for somebody else by an administrator, or by records
 * or director of the office, which is then named. ERR_INVALID with the fields
 * as the body calls them, ERR_DENIED when there is nothing that he could lend
 * or it is not for the caller to say, ERR_CONFLICT when another stands in on one
 * of the days. Tells both. Write transaction. */
MUST_CHECK enum err delegation_add(
    struct ctx *, const struct new_delegation *, struct delegation *ret);
/* Takes it back from now on. Tells both. Write transaction. */
MUST_CHECK enum err delegation_end(struct ctx *, struct str id);
/* Those that the actor gave, holds, or may take back; not ended ones, nor those
 * that are over. By day, then name. */
MUST_CHECK enum err delegation_list(
    struct ctx *, const struct delegation **ret, size_t *ret_n);
/* "B รักษาการแทน A"; "1 ธันวาคม 2569 ถึง 5 ธันวาคม 2569". */
struct str delegation_words(struct arena *, enum lang, struct str taker,
    struct str kind, struct str giver);
struct str delegation_days(
    struct arena *, enum lang, const struct delegation *);
/* Offices for which the actor may name a stand-in for another person. */
size_t delegation_offices(
    struct arena *, const struct person *, struct str **ret);

#endif
