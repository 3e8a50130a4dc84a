/* Who did it, and for whom: "B รักษาการแทน A (คำสั่งที่ …)". */
#include "base/str.h"
#include "core/delegation.h"
#include "desk/page_case.h"

struct str case_who(
    const struct case_work *w, struct str email, const json_t *acting_for)
{
	struct arena *a = w->v->cx.arena;
	struct str who = case_person(w, email);
	struct str giver = json_text(acting_for, "email");
	if (giver.n == 0)
		return who;
	struct str name = case_person(w, giver);
	if (str_eq(name, giver))
		name = json_text(acting_for, "name");
	struct str order_no = json_text(acting_for, "order_no");
	if (order_no.n ==
	    0) /* this request alone: its own event is the order */
		return delegation_words(
		    a, w->v->cx.lang, who, json_text(acting_for, "kind"), name);
	const struct str args[] = { delegation_words(a, w->v->cx.lang, who,
					json_text(acting_for, "kind"), name),
		order_no };
	return msg_fill(
	    a, w->v->cx.lang, MSG_delegation_by_order, args, COUNT(args));
}
