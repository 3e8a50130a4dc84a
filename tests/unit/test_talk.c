/* What is said beside the way, without a store: co-applicants, flags, holds,
 * opinions, what a clerk proposes. */
#include "core/changes.h"
#include "core/flags.h"
#include "core/handover.h"
#include "core/propose.h"
#include "engine_play.h"

#define SHARE(who) "{\"add\":[\"" who "@example.ac.th\"]}"

static void let_all_ask(struct play *p)
{
	for (enum whom i = 0; i < ALL; i++)
		add_role(p, &p->people[i],
		    (struct held_role){ .role = ROLE_requester });
	p->facts.named = p->people;
	p->facts.n_named = ALL;
}

static void who_acted_for_the_provider_does_not_join(void)
{
	struct play *p = icit_until(STATE_preparing);
	let_all_ask(p);
	REFUSED(p, req, share, SHARE("dir"), ERR_INVALID, "invalid");
	T_TEXT(msg_key(p->cx.fault.fields->msg), STR("field.holder-acted"));
	DO(p, req, share, SHARE("other"));
	T_CHECK(case_is_own(&p->f, STR("other@example.ac.th")), "not joined");
	/* Who joined serves the request no more. */
	DO(p, req, share, SHARE("off"));
	p->facts.artefact = artefact_of(p, "HRIS");
	REFUSED(p, off, prepare, "{}", ERR_DENIED, "apart");
	end(p);
}

static void who_is_taken_away_is_nobody(void)
{
	struct play *p = icit_until(STATE_preparing);
	let_all_ask(p);
	DO(p, req, share, SHARE("other"));
	DO(p, req, share, SHARE("net"));
	DO(p, req, share, "{\"remove\":[\"other@example.ac.th\"]}");
	T_CHECK(!case_is_own(&p->f, STR("other@example.ac.th")), "still there");
	T_CHECK(case_is_own(&p->f, STR("net@example.ac.th")), "gone too");
	T_CHECK(p->f.removed.n == 1, "%zu removed", p->f.removed.n);
	REFUSED(p, req, share, "{\"remove\":[\"coord@example.ac.th\"]}",
	    ERR_INVALID, "invalid");
	REFUSED(p, other, message, "{\"text\":\"x\"}", ERR_DENIED, "not-yours");
	end(p);
}

static unsigned flags_when(const char *answers, const char *artefact)
{
	struct play *p = icit_until(STATE_preparing);
	p->f.answers = parsed(p, answers);
	p->f.artefact = parsed(p, artefact);
	p->facts.many_rows = 10;
	unsigned flags = flags_of(&p->facts, &p->f);
	end(p);
	return flags;
}

#define PART(class, mask, rows)       \
	"{\"parts\":[{\"rows\":" rows \
	",\"columns\":[{\"class\":\"" class "\",\"mask\":\"" mask "\"}]}]}"
#define BIT(name) FLAG_BIT(FLAG_##name)

static void flags_are_told_from_answers_and_columns(void)
{
	static const struct {
		const char *answers, *artefact;
		unsigned flags;
	} table[] = {
		{ "{\"identifiability\":\"aggregate\"}", "{}", 0 },
		{ "{\"lawful_basis\":\"not-personal\"}", "{}", 0 },
		{ "{\"identifiability\":\"pseudonymous\"}", "{}",
		    BIT(personal) },
		{ "{\"lawful_basis\":\"pdpa-24-4\"}", "{}", BIT(personal) },
		{ "{\"lawful_basis\":\"pdpa-26\"}", "{}",
		    BIT(personal) | BIT(sensitive) },
		{ "{}", PART("personal", "none", "10"), BIT(personal) },
		{ "{}", PART("personal", "none", "11"),
		    BIT(personal) | BIT(many) },
		{ "{\"identifiability\":\"identified\"}",
		    PART("public", "none", "11"), BIT(personal) | BIT(many) },
		{ "{\"identifiability\":\"aggregate\"}",
		    PART("public", "none", "11"), 0 },
		{ "{}", PART("sensitive", "hash", "1"),
		    BIT(personal) | BIT(sensitive) },
		/* What is dropped is not given out. */
		{ "{}", PART("sensitive", "drop", "11"), 0 },
		{ "{\"recipient_kind\":\"university\"}", "{}", 0 },
		{ "{\"recipient_kind\":\"abroad\"}", "{}", BIT(outside) },
		{ "{\"minors\":true}", "{}", BIT(minors) },
		{ "{\"subjects\":[\"applicants\"]}", "{}", 0 },
		{ "{\"subjects\":[\"staff\",\"applicants\"],"
		  "\"identifiability\":\"identified\"}",
		    "{}", BIT(personal) | BIT(minors) },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		unsigned flags =
		    flags_when(table[i].answers, table[i].artefact);
		T_CHECK(flags == table[i].flags, "%s %s: %x", table[i].answers,
		    table[i].artefact, flags);
	}
	T_CHECK(flags_for_dpo(BIT(personal) | BIT(service)) == 0, "told");
	T_CHECK(flags_for_dpo(BIT(many) | BIT(service)) == BIT(many), "not");
}

static void a_service_beyond_the_procedure_is_flagged(void)
{
	static const struct str services[] = { STR_INIT("existing"),
		STR_INIT("api") };
	static const bool flagged[] = { false, true };
	struct play *p = icit_until(STATE_intake);
	p->systems[0].services = services;
	p->systems[0].flagged = flagged;
	p->systems[0].n_services = 2;
	p->f.service_type = STR("existing");
	T_CHECK(flags_of(&p->facts, &p->f) == 0, "existing");
	p->f.service_type = STR("api");
	T_CHECK(flags_of(&p->facts, &p->f) == BIT(service), "api");
	end(p);
}

static void a_hold_stops_what_gives_and_nothing_else(void)
{
	struct play *p = icit_until(STATE_decision);
	REFUSED(p, dpo, opine, "{\"outcome\":\"hold\",\"text\":\"x\"}",
	    ERR_CONFLICT, "not-in-this-state");
	DO(p, dir, return, "{\"message\":\"m\"}");
	DO(p, req, reply,
	    "{\"message\":\"m\",\"answers\":{\"recipient_kind\":\"abroad\"}}");
	DO(p, dpo, opine, "{\"outcome\":\"hold\",\"text\":\"why\"}");
	REFUSED(p, dir, decide, "{\"outcome\":\"approved\"}", ERR_CONFLICT,
	    "on-hold");
	T_TEXT(p->cx.fault.arg[0], STR("why"));
	DO(p, dpo, opine, "{\"outcome\":\"advised\",\"text\":\"still\"}");
	REFUSED(p, dir, decide, "{\"outcome\":\"approved\"}", ERR_CONFLICT,
	    "on-hold");
	DO(p, dir, decide, "{\"outcome\":\"rejected\",\"note\":\"n\"}");
	STATE_IS(p, "closed");
	end(p);
}

#define CONSULT(who) "{\"to\":\"" who "@example.ac.th\",\"text\":\"q\"}"
#define AGREE "{\"outcome\":\"agree\",\"text\":\"t\"}"

static struct play *asked_at_decision(void)
{
	struct play *p = icit_until(STATE_decision);
	p->facts.named = p->people;
	p->facts.n_named = ALL;
	return p;
}

static void an_opinion_is_asked_and_moves_nothing(void)
{
	struct play *p = asked_at_decision();
	REFUSED(p, exec, opine, AGREE, ERR_DENIED, "not-yours");
	REFUSED(p, head, consult, CONSULT("exec"), ERR_DENIED, "not-yours");
	DO(p, dir, consult, CONSULT("exec"));
	OPEN(p, "decision");
	REFUSED(p, dir, consult, CONSULT("exec"), ERR_CONFLICT,
	    "consulted-already");
	REFUSED(p, exec, opine, "{\"outcome\":\"hold\",\"text\":\"t\"}",
	    ERR_INVALID, "invalid");
	DO(p, exec, opine, AGREE);
	OPEN(p, "decision");
	T_CHECK(p->f.opinions.n == 1 && !p->f.held, "one opinion");
	T_TEXT(p->f.opinions.v[0].outcome, STR("agree"));
	T_TEXT(p->f.opinions.v[0].asked_by, p->people[dir].email);
	REFUSED(p, exec, opine, AGREE, ERR_CONFLICT, "not-in-this-state");
	/* He may be asked once more. */
	DO(p, dir, consult, CONSULT("exec"));
	DO(p, exec, opine, "{\"outcome\":\"disagree\",\"text\":\"t\"}");
	DO(p, dir, decide, APPROVED);
	end(p);
}

static void nobody_waits_for_an_opinion(void)
{
	struct play *p = asked_at_decision();
	DO(p, dir, consult, CONSULT("exec"));
	DO(p, dir, return, "{\"message\":\"m\"}");
	DO(p, exec, opine, AGREE); /* while the requester is asked as well */
	DO(p, req, reply, "{\"message\":\"m\"}");
	DO(p, dir, consult, CONSULT("exec"));
	DO(p, dir, decide, APPROVED);
	REFUSED(p, exec, opine, AGREE, ERR_CONFLICT, "not-in-this-state");
	end(p);
}

/* A stage that is entered anew is another. */
static void an_opinion_asked_before_a_late_consent_lapses(void)
{
	struct play *p = asked_at_decision();
	DO(p, dir, consult, CONSULT("exec"));
	DO(p, rec, classify, "{\"systems\":[\"REG\"],\"reason\":\"r\"}");
	OPEN(p, "endorsement DES");
	REFUSED(p, exec, opine, AGREE, ERR_CONFLICT, "not-in-this-state");
	DO(p, des, consent, ENDORSED);
	OPEN(p, "decision");
	REFUSED(p, exec, opine, AGREE, ERR_CONFLICT, "not-in-this-state");
	DO(p, dir, consult, CONSULT("exec"));
	DO(p, exec, opine, AGREE);
	end(p);
}

static void an_opinion_is_asked_of_the_office_alone(void)
{
	static const char *const not_asked[] = { CONSULT("dir"), CONSULT("off"),
		CONSULT("head"), CONSULT("hr"), CONSULT("nobody"),
		"{\"text\":\"q\"}" };
	struct play *p = asked_at_decision();
	for (size_t i = 0; i < COUNT(not_asked); i++) {
		enum err e = act(p, dir, COMMAND_consult, not_asked[i]);
		T_CHECK(e == ERR_INVALID, "%s: %u", not_asked[i], e);
	}
	/* Nor of whoever asks for the data. */
	let_all_ask(p);
	DO(p, req, share, SHARE("exec"));
	REFUSED(p, dir, consult, CONSULT("exec"), ERR_INVALID, "invalid");
	end(p);
}

/* Whoever only gave an opinion may check, unless the procedure says not. */
static void an_opinion_keeps_nobody_apart(void)
{
	struct apart more[16];
	struct play *p = registrar_until(STATE_decision);
	p->facts.named = p->people;
	p->facts.n_named = ALL;
	DO(p, dir, consult, CONSULT("exec"));
	DO(p, exec, opine, AGREE);
	T_CHECK(!policy_apart(
		    &p->facts, &p->f, p->people[exec].email, COMMAND_check),
	    "kept apart");
	size_t n = p->procedure.n_aparts;
	REQUIRE(n < COUNT(more));
	memcpy(more, p->procedure.aparts, n * sizeof more[0]);
	more[n] =
	    (struct apart){ .command = COMMAND_check, .other = COMMAND_opine };
	p->procedure.aparts = more;
	p->procedure.n_aparts = n + 1;
	T_CHECK(policy_apart(
		    &p->facts, &p->f, p->people[exec].email, COMMAND_check),
	    "not kept apart");
	end(p);
}

#define PARTIAL                                                    \
	"{\"outcome\":\"partial\",\"columns_refused\":[\"name\"]," \
	"\"note\":\"n\",\"conditions\":\"c\"}"

/* `des` is clerk of HRD here. */
static struct play *asked_with_a_clerk(void)
{
	struct play *p = icit_until(STATE_consent);
	add_role(p, &p->people[des],
	    (struct held_role){
		.role = ROLE_owner, .unit = STR("HRD"), .clerk = true });
	return p;
}

static void a_clerk_proposes_and_the_head_signs(void)
{
	struct play *p = asked_with_a_clerk();
	REFUSED(p, des, consent, ENDORSED, ERR_DENIED, "not-yours");
	REFUSED(p, hr, propose, PARTIAL, ERR_DENIED, "not-yours");
	REFUSED(p, des, propose, "{\"outcome\":\"partial\"}", ERR_INVALID,
	    "invalid");
	DO(p, des, propose, ENDORSED);
	DO(p, des, propose, PARTIAL); /* the last one counts */
	OPEN(p, "endorsement HRD");
	T_TEXT(p->f.runs.v[0].proposal->outcome, STR("partial"));
	DO(p, hr, consent, PARTIAL);
	const json_t *v = json_list(p->events[p->log.n - 1].data, "proposals");
	T_CHECK(json_array_size(v) == 1, "%zu", json_array_size(v));
	T_CHECK(json_flag(json_array_get(v, 0), "as_proposed"), "changed");
	T_TEXT(json_text(json_array_get(v, 0), "by"), p->people[des].email);
	OPEN(p, "intake");
	REFUSED(p, des, propose, ENDORSED, ERR_CONFLICT, "not-in-this-state");
	end(p);
}

static void the_head_may_change_it_or_not_wait(void)
{
	struct play *p = asked_with_a_clerk();
	DO(p, des, propose, PARTIAL);
	DO(p, hr, consent, "{\"outcome\":\"declined\",\"note\":\"n\"}");
	const json_t *v = json_list(p->events[p->log.n - 1].data, "proposals");
	T_CHECK(!json_flag(json_array_get(v, 0), "as_proposed"), "the same");
	OUTCOME_IS(p, "declined");
	end(p);
	p = asked_with_a_clerk();
	DO(p, hr, consent, ENDORSED);
	OPEN(p, "intake");
	end(p);
}

/* Neither by a role of his own nor for somebody else. */
static void who_proposed_does_not_sign(void)
{
	struct play *p = asked_with_a_clerk();
	DO(p, des, propose, ENDORSED);
	add_role(p, &p->people[des],
	    (struct held_role){ .role = ROLE_owner, .unit = STR("HRD") });
	REFUSED(p, des, consent, ENDORSED, ERR_DENIED, "apart");
	end(p);
	p = asked_with_a_clerk();
	DO(p, des, propose, ENDORSED);
	struct standing s = { .kind = STR("acting"), .giver = p->people[hr] };
	s.giver.absent = true;
	p->people[des].stands = &s;
	p->people[des].n_stands = 1;
	REFUSED(p, des, consent, ENDORSED, ERR_DENIED, "apart");
	DO(p, op, consent, ENDORSED);
	end(p);
}

static void a_proposal_is_the_units_own_until_it_is_signed(void)
{
	struct play *p = asked_with_a_clerk();
	DO(p, des, propose, ENDORSED);
	const struct event *e = &p->events[p->log.n - 1];
	const struct run *r = &p->f.runs.v[0];
	static const enum whom unit[] = { des, hr, op },
			       others[] = { req, boss, dpo, audit };
	for (size_t i = 0; i < COUNT(unit); i++)
		T_CHECK(propose_shown(r, &p->people[unit[i]]) &&
			    propose_event_shown(&p->f, e, &p->people[unit[i]]),
		    "%s does not see it", names[unit[i]]);
	for (size_t i = 0; i < COUNT(others); i++)
		T_CHECK(
		    !propose_shown(r, &p->people[others[i]]) &&
			!propose_event_shown(&p->f, e, &p->people[others[i]]),
		    "%s sees it", names[others[i]]);
	DO(p, hr, consent, ENDORSED);
	T_CHECK(propose_event_shown(&p->f, e, &p->people[req]), "hidden");
	end(p);
}

static void a_proposal_that_nobody_signed_stays_the_units_own(void)
{
	struct play *p = asked_with_a_clerk();
	DO(p, des, propose, ENDORSED);
	const struct event *e = &p->events[p->log.n - 1];
	DO(p, req, withdraw, "{\"reason\":\"r\"}");
	STATE_IS(p, "closed");
	const struct run *r = &p->f.runs.v[0];
	REQUIRE(r->proposal != NULL);
	T_CHECK(!propose_shown(r, &p->people[req]), "shown");
	T_CHECK(!propose_event_shown(&p->f, e, &p->people[req]), "told");
	T_CHECK(propose_shown(r, &p->people[op]), "hidden from the unit");
	end(p);
}

#define HAND(who) "{\"to\":\"" who "@example.ac.th\"}"

static struct play *named_until(enum state state)
{
	struct play *p = icit_until(state);
	p->facts.named = p->people;
	p->facts.n_named = ALL;
	return p;
}

static void a_request_is_handed_to_somebody_of_the_office(void)
{
	static const char *const nobody[] = { HAND("hr"), HAND("req"),
		HAND("dpo"), HAND("nobody"), "{}",
		"{\"to\":\"exec@example.ac.th\",\"from\":\"2026-01-01\"}",
		"{\"to\":\"exec@example.ac.th\",\"until\":\"2026-01-01\"}" };
	struct play *p = named_until(STATE_decision);
	for (size_t i = 0; i < COUNT(nobody); i++) {
		enum err e = act(p, dir, COMMAND_delegate, nobody[i]);
		T_CHECK(e == ERR_INVALID, "%s: %u", nobody[i], e);
	}
	REFUSED(p, dir, delegate, HAND("dir"), ERR_CONFLICT, "not-handed");
	REFUSED(
	    p, head, delegate, HAND("exec"), ERR_CONFLICT, "not-in-this-state");
	REFUSED(p, exec, delegate, HAND("dir"), ERR_DENIED, "not-yours");
	DO(p, dir, delegate, HAND("exec"));
	OPEN(p, "decision");
	const struct handover *h = handover_of(&p->f, p->people[dir].email);
	T_CHECK(h != NULL && handover_covers(h, &p->f.runs.v[2]), "decision");
	T_CHECK(!handover_covers(h, &p->f.runs.v[1]), "intake");
	T_CHECK(policy_sees(&p->f, &p->people[exec]), "not seen");
	DO(p, dir, delegate, HAND("head")); /* instead of the one before */
	h = handover_of(&p->f, p->people[dir].email);
	T_TEXT(h->to, p->people[head].email);
	DO(p, dir, delegate, HAND("dir"));
	T_CHECK(handover_of(&p->f, p->people[dir].email) == NULL, "still");
	end(p);
}

/* As handover_facts() finds it in the store. */
static void stand_in_here(struct play *p, struct stand_in *s,
    struct standing *as, enum whom giver, enum whom taker)
{
	*as = (struct standing){ .kind = STR("delegated"),
		.giver = p->people[giver] };
	as->giver.absent = true;
	*s = (struct stand_in){ .giver = p->people[giver].email,
		.taker = p->people[taker],
		.here = true };
	s->taker.stands = as;
	s->taker.n_stands = 1;
	p->facts.stand_ins = s;
	p->facts.n_stand_ins = 1;
}

static void who_has_it_in_hand_acts_for_the_holder(void)
{
	struct stand_in s;
	struct standing as;
	struct play *p = named_until(STATE_decision);
	REFUSED(p, exec, decide, APPROVED, ERR_DENIED, "not-yours");
	DO(p, dir, delegate, HAND("exec"));
	stand_in_here(p, &s, &as, dir, exec);
	/* Not handed on by who has it in hand. */
	REFUSED(p, exec, delegate, HAND("head"), ERR_DENIED, "not-yours");
	DO(p, exec, decide, APPROVED);
	const struct run *r = &p->f.runs.v[2];
	T_TEXT(r->by, p->people[exec].email);
	T_TEXT(json_text(r->acting_for, "email"), p->people[dir].email);
	T_CHECK(case_acted(&p->f, p->people[dir].email, COMMAND_decide),
	    "the giver has not acted");
	end(p);
	/* What either may not do is refused, and nobody takes it who may not. */
	p = named_until(STATE_assignment);
	DO(p, head, assign, TO_OFF);
	REFUSED(p, off, delegate, HAND("dir"), ERR_INVALID, "invalid");
	DO(p, off, delegate, HAND("off2"));
	stand_in_here(p, &s, &as, off, off2);
	prepare(p, off2);
	OPEN(p, "delivery");
	DO(p, off2, deliver, DELIVERED);
	end(p);
}

static void what_was_handed_is_taken_back_after_the_stage(void)
{
	struct play *p = named_until(STATE_decision);
	DO(p, dir, delegate, HAND("exec"));
	DO(p, dir, decide, APPROVED);
	T_CHECK(handover_of(&p->f, p->people[dir].email) != NULL, "gone");
	REFUSED(
	    p, dir, delegate, HAND("head"), ERR_CONFLICT, "not-in-this-state");
	DO(p, dir, delegate, HAND("dir"));
	T_CHECK(handover_of(&p->f, p->people[dir].email) == NULL, "still");
	REFUSED(
	    p, dir, delegate, HAND("dir"), ERR_CONFLICT, "not-in-this-state");
	end(p);
}

/* Not what the giver holds elsewhere, nor what opens to him later. */
static void a_handover_lends_what_the_taker_fits(void)
{
	struct play *p = icit_until(STATE_consent);
	struct person lent;
	const struct person *clerk = &p->people[des];
	T_CHECK(handover_lends(
		    p->cx.arena, &p->f, &p->people[op], &p->people[hr], &lent),
	    "nothing");
	T_CHECK(person_signs(&lent, STR("HRD")), "not HRD");
	T_CHECK(!person_signs(&lent, STR("DES")), "DES as well");
	/* Owner, director and assigned: to his unit only the first is lent. */
	add_role(p, &p->people[dir],
	    (struct held_role){ .role = ROLE_owner, .unit = STR("DES") });
	REQUIRE(
	    handover_lends(p->cx.arena, &p->f, &p->people[dir], clerk, &lent));
	T_CHECK(lent.n_roles == 1 && lent.by_role, "%zu", lent.n_roles);
	T_CHECK(person_signs(&lent, STR("DES")), "not DES");
	LIST_ADD(p->cx.arena, &p->f.officers, p->people[dir].email);
	const struct stage *s =
	    procedure_kind(p->facts.procedure, STAGE_preparing);
	T_CHECK(!policy_holds_stage(&p->facts, &p->f, s, &lent), "prepares");
	/* To the office what is the office's, and by his name. */
	REQUIRE(handover_lends(
	    p->cx.arena, &p->f, &p->people[dir], &p->people[exec], &lent));
	T_CHECK(lent.n_roles == 1 && lent.roles[0].role == ROLE_director, "%zu",
	    lent.n_roles);
	T_CHECK(policy_holds_stage(&p->facts, &p->f, s, &lent), "does not");
	T_CHECK(!handover_lends(
		    p->cx.arena, &p->f, &p->people[dir], &p->people[hr], &lent),
	    "lent to another unit");
	end(p);
}

/* What is suspended was handed over all the same: it can be called back. */
static void what_is_suspended_is_recalled_after_closing(void)
{
	struct play *p = icit_until(STATE_acceptance);
	DO(p, req, accept, "{\"outcome\":\"refused\",\"comment\":\"c\"}");
	DO(p, off, cannot, "{\"reason\":\"r\"}");
	OUTCOME_IS(p, "cannot");
	T_TEXT(p->f.connections.v[0].state, STR("suspended"));
	json_t *o = parsed(p, "{\"reason\":\"r\"}");
	json_t *ids = json_new_array(p->cx.arena);
	for (size_t i = 0; i < p->f.connections.n; i++)
		json_add_text(ids, p->f.connections.v[i].id);
	json_put(o, "deliveries", ids);
	const char *body = str_cstr(p->cx.arena, json_compact(p->cx.arena, o));
	DO(p, dpo, recall, body);
	STATE_IS(p, "preparing");
	for (size_t i = 0; i < p->f.connections.n; i++)
		T_TEXT(p->f.connections.v[i].state, STR("revoked"));
	end(p);
}

static void changes_name_each_field_once(void)
{
	struct arena *a = arena_new();
	struct ctx cx = ctx_new(a, monday(), LANG_TH);
	json_t *was, *is;
	REQUIRE(json_parse(&cx,
		    STR("{\"title\":\"a\",\"purpose\":\"p\","
			"\"formats\":[\"json\"]}"),
		    999, &was) == OK);
	REQUIRE(json_parse(&cx,
		    STR("{\"title\":\"a\",\"detail\":\"d\","
			"\"formats\":[\"json\",\"xlsx\"]}"),
		    999, &is) == OK);
	T_TEXT(json_canonical(a, changes_between(a, was, is)),
	    STR("[{\"field\":\"purpose\",\"new\":null,\"old\":\"p\"},"
		"{\"field\":\"detail\",\"new\":\"d\",\"old\":null},"
		"{\"field\":\"formats\",\"new\":[\"json\",\"xlsx\"],"
		"\"old\":[\"json\"]}]"));
	T_CHECK(json_array_size(changes_between(a, is, is)) == 0, "same");
	arena_free(a);
}

int main(void)
{
	crypt_init();
	T_RUN(who_acted_for_the_provider_does_not_join);
	T_RUN(who_is_taken_away_is_nobody);
	T_RUN(flags_are_told_from_answers_and_columns);
	T_RUN(a_service_beyond_the_procedure_is_flagged);
	T_RUN(a_hold_stops_what_gives_and_nothing_else);
	T_RUN(an_opinion_is_asked_and_moves_nothing);
	T_RUN(nobody_waits_for_an_opinion);
	T_RUN(an_opinion_asked_before_a_late_consent_lapses);
	T_RUN(an_opinion_is_asked_of_the_office_alone);
	T_RUN(an_opinion_keeps_nobody_apart);
	T_RUN(a_clerk_proposes_and_the_head_signs);
	T_RUN(the_head_may_change_it_or_not_wait);
	T_RUN(who_proposed_does_not_sign);
	T_RUN(a_proposal_is_the_units_own_until_it_is_signed);
	T_RUN(a_proposal_that_nobody_signed_stays_the_units_own);
	T_RUN(a_request_is_handed_to_somebody_of_the_office);
	T_RUN(who_has_it_in_hand_acts_for_the_holder);
	T_RUN(a_handover_lends_what_the_taker_fits);
	T_RUN(what_was_handed_is_taken_back_after_the_stage);
	T_RUN(what_is_suspended_is_recalled_after_closing);
	T_RUN(changes_name_each_field_once);
	return T_PLAN();
}
