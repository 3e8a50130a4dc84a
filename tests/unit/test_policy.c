/* Who may do what on a request, in each state; separation of duties. */
#include "engine_play.h"

/* Separation of duties. */

static void nobody_serves_his_own_request(void)
{
	struct play *p = begin("ICIT-QP-9001-24");
	/* The owner asks for himself; another of his unit may endorse. */
	draft(p, hr, ",\"systems\":[\"HRIS\"]");
	DO(p, hr, submit, "{}");
	REFUSED(p, hr, consent, ENDORSED, ERR_DENIED, "apart");
	DO(p, op, consent, ENDORSED);
	end(p);

	p = begin("ICIT-QP-9001-24");
	draft(p, dir, ",\"systems\":[\"GL3D\"]");
	DO(p, dir, submit, "{}");
	DO(p, rec, receive, RECEIVED);
	REFUSED(p, dir, decide, APPROVED, ERR_DENIED, "apart");
	end(p);

	p = begin("ICIT-QP-9001-24");
	draft(p, off, ",\"systems\":[\"GL3D\"]");
	DO(p, off, submit, "{}");
	DO(p, rec, receive, RECEIVED);
	DO(p, dir, decide, APPROVED);
	REFUSED(p, head, assign, TO_OFF, ERR_INVALID, "invalid");
	DO(p, head, assign, "{\"officer\":\"off2@example.ac.th\"}");
	end(p);

	p = begin("W-REG6-001");
	draft(p, exec, "");
	DO(p, exec, submit, "{}");
	DO(p, rec, receive, RECEIVED);
	DO(p, dir, decide, APPROVED);
	prepare(p, off);
	REFUSED(p, exec, check, "{\"outcome\":\"released\",\"digest\":\"d1\"}",
	    ERR_DENIED, "apart");
	end(p);
}

static void who_prepared_neither_approves_nor_checks(void)
{
	/* One person in two roles: the director is an officer as well. */
	struct play *p = begin("W-REG6-001");
	add_role(p, &p->people[off],
	    (struct held_role){
		.role = ROLE_executive, .office = STR("REGISTRAR") });
	add_role(p, &p->people[off],
	    (struct held_role){
		.role = ROLE_director, .office = STR("REGISTRAR") });
	draft(p, req, "");
	DO(p, req, submit, "{}");
	DO(p, rec, receive, RECEIVED);
	DO(p, off, decide, APPROVED);
	REFUSED(p, off, prepare, "{}", ERR_DENIED, "apart");
	prepare(p, off2);
	end(p);

	p = registrar_until(STATE_release);
	add_role(p, &p->people[off],
	    (struct held_role){
		.role = ROLE_executive, .office = STR("REGISTRAR") });
	REFUSED(p, off, check, "{\"outcome\":\"released\",\"digest\":\"d1\"}",
	    ERR_DENIED, "apart");
	/* The manual names the director for both (5(2) and 5(4)). */
	DO(p, dir, check, "{\"outcome\":\"released\",\"digest\":\"d1\"}");
	end(p);
}

static void who_acted_for_the_provider_does_not_accept(void)
{
	struct play *p = begin("ICIT-QP-9001-24");
	/* It is the records officer's own; he received it himself. */
	draft(p, rec, ",\"systems\":[\"GL3D\"]");
	DO(p, rec, submit, "{}");
	DO(p, rec, receive, RECEIVED);
	DO(p, dir, decide, APPROVED);
	DO(p, head, assign, TO_OFF);
	prepare(p, off);
	DO(p, off, deliver, DELIVERED);
	REFUSED(p, rec, accept, "{\"outcome\":\"accepted\"}", ERR_DENIED,
	    "not-yours");
	DO(p, coord, accept, "{\"outcome\":\"accepted\"}");
	end(p);
	/* Whoever prepared an owner's answer does not join afterwards. */
	p = icit_until(STATE_consent);
	add_role(p, &p->people[des],
	    (struct held_role){
		.role = ROLE_owner, .unit = STR("HRD"), .clerk = true });
	DO(p, des, propose, ENDORSED);
	T_CHECK(policy_acted_for_provider(&p->f, p->people[des].email),
	    "a clerk did not act");
	end(p);
}

/* Who may do what, in each state. "hr: consent return; op: …": whoever is not
 * named may nothing. */

static uint32_t commands_of(struct str list)
{
	uint32_t bits = 0;
	struct str one;
	for (bool more = list.n > 0; more;) {
		more = str_cut(list, ' ', &one, &list);
		int c = kind_find(one, command_names, COMMANDS);
		if (one.n > 0 && c < 0)
			T_CHECK(c >= 0, "no command %.*s", STR_ARG(one));
		if (c >= 0)
			bits |= COMMAND_BIT(c);
	}
	return bits;
}

static uint32_t row_of(const char *rows, enum whom who)
{
	struct str left = str_of(rows), row, name, list;
	for (bool more = left.n > 0; more;) {
		more = str_cut(left, ';', &row, &left);
		if (str_cut(str_trim(row), ':', &name, &list) &&
		    str_eq(name, str_of(names[who])))
			return commands_of(str_trim(list));
	}
	return 0;
}

/* `sees` names who sees it; `ever` what may become somebody's; `now` what is. */
struct scene {
	const char *sees, *ever, *now;
};

static void check_cell(
    struct play *p, enum whom who, enum command c, uint32_t ever, uint32_t now)
{
	enum err want = now & COMMAND_BIT(c)    ? OK
	                : ever & COMMAND_BIT(c) ? ERR_CONFLICT
	                                        : ERR_DENIED;
	enum err got = policy_may(&p->cx, &p->facts, &p->f, &p->people[who], c);
	T_CHECK(got == want, "%s: %s %s: %u, not %u", state_names[p->f.state],
	    names[who], command_names[c], got, want);
}

static void check_scene(struct play *p, const struct scene *s)
{
	for (enum whom who = 0; who < ALL; who++) {
		struct str key = str_fmt(p->cx.arena, " %s ", names[who]);
		struct str sees = str_fmt(p->cx.arena, " %s ", s->sees);
		bool may_see = policy_sees(&p->f, &p->people[who]);
		uint32_t ever = row_of(s->ever, who), now = row_of(s->now, who);
		T_CHECK(may_see == str_has(sees, key), "%s: %s sees: %d",
		    state_names[p->f.state], names[who], may_see);
		if (!may_see && who != admin)
			continue;
		for (enum command c = 0; c < COMMANDS; c++)
			check_cell(p, who, c, ever | now, now);
		T_CHECK(policy_allowed(
			    &p->cx, &p->facts, &p->f, &p->people[who]) == now,
		    "%s: %s is shown other commands", state_names[p->f.state],
		    names[who]);
	}
}

#define HELD "submit reply withdraw accept extend note revoke message"
#define OWN HELD " share"
#define OWNERS "consent return note revoke message delegate"
#define OFFICER                                                             \
	"prepare cannot classify return extend note deliver recall revoke " \
	"message delegate"
#define ICIT_OFFICE                                                                         \
	"rec: keep consent receive classify return letter withdraw note message delegate; " \
	"dir: keep decide return note recall revoke message consult delegate; "             \
	"exec: note; net: note; "                                                           \
	"head: assign return note recall revoke message delegate; "                         \
	"dpo: note recall opine; admin: revoke; "
#define ICIT_EVER                                                    \
	"req: " OWN "; coord: " HELD "; hr: " OWNERS "; op: " OWNERS \
	"; " ICIT_OFFICE
#define ICIT_SEE "req coord hr op rec dir exec head net off off2 off3 audit dpo"
#define ANY_OFFICER "off: " OFFICER "; off2: " OFFICER "; off3: " OFFICER "; "
#define ONE_OFFICER "off: " OFFICER "; off2: note; off3: note; "
#define NOTES                                                                            \
	"coord: note withdraw message; hr: note; op: note; dir: keep note; exec: note; " \
	"net: note; off2: note; off3: note; dpo: note; "

static void icit_lets_act_whom_the_procedure_names(void)
{
	static const struct {
		enum state state;
		struct scene scene;
	} table[] = {
		{ STATE_draft,
		    { "req coord", ICIT_EVER,
			"req: submit withdraw share; coord: submit withdraw" } },
		{ STATE_consent,
		    { "req coord hr op audit dpo", ICIT_EVER,
			"req: note withdraw message share; coord: note withdraw message; "
			"hr: consent return note message delegate; op: consent return note message delegate; "
			"dpo: note" } },
		{ STATE_intake,
		    { ICIT_SEE, ICIT_EVER ANY_OFFICER,
			NOTES
			"off: note; head: note; req: note withdraw message share; "
			"rec: keep receive classify return withdraw note message "
			"letter delegate" } },
		{ STATE_decision,
		    { ICIT_SEE, ICIT_EVER ANY_OFFICER,
			"req: note withdraw message share; coord: note withdraw message; hr: note; "
			"op: note; exec: note; net: note; head: note; "
			"off: note; off2: note; off3: note; dpo: note; "
			"dir: keep decide return note message consult delegate; "
			"rec: keep classify withdraw note letter" } },
		{ STATE_assignment,
		    { ICIT_SEE, ICIT_EVER ANY_OFFICER,
			NOTES "req: note withdraw message share; off: note; "
			      "head: assign return note message delegate; "
			      "rec: keep withdraw note letter" } },
		{ STATE_preparing,
		    { ICIT_SEE, ICIT_EVER ONE_OFFICER,
			NOTES
			"req: note withdraw message share; head: assign note; "
			"off: prepare cannot classify return extend note message delegate;"
			"rec: keep withdraw note letter" } },
		{ STATE_delivery,
		    { ICIT_SEE, ICIT_EVER ONE_OFFICER,
			NOTES
			"req: note withdraw message share; head: note; "
			"off: deliver prepare classify note message delegate; "
			"rec: keep withdraw note letter" } },
		{ STATE_acceptance,
		    { ICIT_SEE, ICIT_EVER ONE_OFFICER,
			"req: accept note revoke message share; "
			"coord: accept note revoke message; "
			"hr: note revoke; op: note revoke; rec: keep note letter; "
			"dir: keep note recall revoke; head: note recall revoke; "
			"off: note recall revoke message; dpo: note recall; "
			"exec: note; net: note; off2: note; off3: note; "
			"admin: revoke" } },
		{ STATE_closed,
		    { ICIT_SEE, ICIT_EVER ONE_OFFICER,
			"req: note revoke share; coord: note revoke; "
			"hr: note revoke; op: note revoke; rec: keep note letter; "
			"dir: keep note recall revoke; head: note recall revoke; "
			"off: note recall revoke; dpo: note recall; "
			"exec: note; net: note; off2: note; off3: note; "
			"admin: revoke" } },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct play *p = icit_until(table[i].state);
		check_scene(p, &table[i].scene);
		end(p);
	}
}

static void while_it_waits_only_the_requester_moves_it(void)
{
	static const struct scene scene = { ICIT_SEE, ICIT_EVER ONE_OFFICER,
		"req: reply note withdraw message share; "
		"coord: reply note withdraw message; "
		"hr: note; op: note; dir: keep note; exec: note; net: note; "
		"off2: note; off3: note; dpo: note; off: note message delegate; head: note; "
		"rec: keep withdraw note letter" };
	struct play *p = icit_until(STATE_preparing);
	DO(p, off, return, "{\"message\":\"m\"}");
	check_scene(p, &scene);
	end(p);
}

#define REG_EVER                                                                      \
	"req: " OWN "; coord: " HELD "; boss: note revoke; "                          \
	"rec: keep receive classify return letter withdraw note message delegate; "   \
	"dir: keep decide check return note recall revoke message consult delegate; " \
	"exec: check return note message consult delegate; net: note; off3: note; "   \
	"head: assign note recall revoke; dpo: note recall opine; admin: revoke; "
#define REG_SEE "req coord boss rec dir exec head net off off2 off3 audit dpo"
#define REG_BOTH "off: " OFFICER "; off2: " OFFICER "; "
#define REG_TAKEN "off: " OFFICER "; off2: note; "
#define REG_NOTES                                                                      \
	"req: note withdraw message share; coord: note withdraw message; boss: note; " \
	"net: note; off3: note; dpo: note; "

static void the_registrar_lets_act_whom_the_manual_names(void)
{
	static const struct {
		enum state state;
		struct scene scene;
	} table[] = {
		{ STATE_draft,
		    { "req coord", REG_EVER,
			"req: submit withdraw share; coord: submit withdraw" } },
		{ STATE_intake,
		    { REG_SEE, REG_EVER REG_BOTH,
			REG_NOTES
			"dir: keep note; exec: note; head: note; "
			"off: note; off2: note; "
			"rec: keep receive classify return withdraw note message "
			"letter delegate" } },
		{ STATE_decision,
		    { REG_SEE, REG_EVER REG_BOTH,
			REG_NOTES
			"dir: keep decide return note message consult delegate; exec: note; "
			"head: note; off: note; off2: note; "
			"rec: keep classify withdraw note letter" } },
		{ STATE_preparing,
		    { REG_SEE, REG_EVER REG_BOTH,
			REG_NOTES
			"dir: keep note; exec: note; head: assign note; "
			"off: prepare cannot classify return extend note message delegate; "
			"off2: prepare cannot classify return extend note message delegate; "
			"rec: keep withdraw note letter" } },
		{ STATE_release,
		    { REG_SEE, REG_EVER REG_TAKEN,
			REG_NOTES
			"dir: keep check return note message consult delegate; "
			"exec: check return note message consult delegate; head: note; "
			"off: classify note; off2: note; "
			"rec: keep withdraw note letter" } },
		{ STATE_delivery,
		    { REG_SEE, REG_EVER REG_TAKEN,
			REG_NOTES
			"dir: keep note; exec: note; head: note; "
			"off: deliver prepare classify note message delegate; "
			"off2: note; rec: keep withdraw note letter" } },
		{ STATE_closed,
		    { REG_SEE, REG_EVER REG_TAKEN,
			"req: accept note revoke share; "
			"coord: accept note revoke; "
			"boss: note revoke; net: note; off3: note; "
			"dpo: note recall; dir: keep note recall revoke; "
			"exec: note; head: note recall revoke; "
			"off: note recall revoke; off2: note; "
			"rec: keep note letter; admin: revoke" } },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct play *p = registrar_until(table[i].state);
		check_scene(p, &table[i].scene);
		end(p);
	}
}

int main(void)
{
	crypt_init();
	T_RUN(nobody_serves_his_own_request);
	T_RUN(who_prepared_neither_approves_nor_checks);
	T_RUN(who_acted_for_the_provider_does_not_accept);
	T_RUN(icit_lets_act_whom_the_procedure_names);
	T_RUN(while_it_waits_only_the_requester_moves_it);
	T_RUN(the_registrar_lets_act_whom_the_manual_names);
	return T_PLAN();
}
