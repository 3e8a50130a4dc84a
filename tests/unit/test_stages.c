/* What a procedure's file alone can say: stages side by side, how many must
 * agree, who is asked by name or by unit, what is passed over and why. Played
 * with the example of procedures/examples and with changes to it. */
#include "base/embed.h"
#include "engine_play.h"

EMBEDDED(procedures_example);

struct change {
	const char *from, *to;
};

static struct str changed(
    struct arena *a, struct str text, const struct change *c)
{
	struct str from = str_of(c->from);
	for (size_t i = 0; i + from.n <= text.n; i++)
		if (str_eq(str_n(text.p + i, from.n), from))
			return str_fmt(a, "%.*s%s%.*s", (int)i, text.p, c->to,
			    (int)(text.n - i - from.n), text.p + i + from.n);
	printf("# not in the text: %s\n", c->from);
	REQUIRE(false);
	return text;
}

/* The head of ENG is `other`, the chair of ethics is `audit`. */
static struct play *research(const struct change *changes, size_t n)
{
	struct play *p = begin_empty();
	struct procedure_errors errors = { 0 };
	struct str yaml = str_n(
	    (const char *)procedures_example[0].bytes, procedures_example[0].n);
	for (size_t i = 0; i < n; i++)
		yaml = changed(p->cx.arena, yaml, &changes[i]);
	enum err e = procedure_read(&p->cx, yaml, &p->procedure, &errors);
	for (size_t i = 0; e && i < errors.n; i++)
		printf("# %d: %.*s\n", errors.v[i].line,
		    STR_ARG(errors.v[i].text));
	REQUIRE(e == OK);
	begin_people(p);
	add_role(p, &p->people[other],
	    (struct held_role){ .role = ROLE_owner, .unit = STR("ENG") });
	p->people[audit].email = STR("kamonwan.e@example.ac.th");
	return p;
}

#define PERSONAL                                                              \
	",\"systems\":[\"HRIS\",\"REG\"],\"identifiability\":\"identified\"," \
	"\"subjects\":[\"staff\"],\"lawful_basis\":\"pdpa-24-1\","            \
	"\"recipients\":\"r\",\"retention_until\":\"2027-06-30\","            \
	"\"terms_accepted\":true"

static struct play *sent(
    const struct change *changes, size_t n, const char *more)
{
	struct play *p = research(changes, n);
	draft(p, req, more);
	DO(p, req, submit, "{}");
	return p;
}

/* "head ENG signed": what was passed over, in order. */
static struct str passed_over(struct play *p)
{
	struct str all = STR("");
	for (size_t i = 0; i < p->f.runs.n; i++) {
		const struct run *r = &p->f.runs.v[i];
		if (!str_eq(r->outcome, STR("skipped")))
			continue;
		all = str_fmt(p->cx.arena, "%.*s%s%.*s%s%.*s %.*s",
		    STR_ARG(all), all.n ? ", " : "", STR_ARG(r->stage),
		    r->unit.n ? " " : "", STR_ARG(r->unit), STR_ARG(r->why));
		T_CHECK(r->until == r->since || r->until > r->since, "ended");
	}
	return all;
}

#define PASSED(p, want) T_TEXT(passed_over(p), STR(want))

static void stages_side_by_side_are_joined(void)
{
	static const enum whom orders[][4] = { { hr, des, other, audit },
		{ audit, other, des, hr }, { other, hr, audit, des } };
	for (size_t i = 0; i < COUNT(orders); i++) {
		struct play *p = sent(NULL, 0, PERSONAL);
		OPEN(p, "owners HRD, owners DES, head ENG, ethics");
		STATE_IS(p, "consent");
		for (size_t k = 0; k < 4; k++) {
			STATE_IS(p, "consent");
			T_CHECK(policy_sees(&p->f, &p->people[orders[i][k]]),
			    "%s sees nothing", names[orders[i][k]]);
			DO(p, orders[i][k], consent, ENDORSED);
		}
		OPEN(p, "privacy");
		REFUSED(p, hr, consent, ENDORSED, ERR_CONFLICT,
		    "not-in-this-state");
		DO(p, dpo, consent, ENDORSED);
		OPEN(p, "intake");
		PASSED(p, "");
		end(p);
	}
}

static void any_of_them_ends_it(void)
{
	static const enum whom who[] = { hr, other, audit };
	for (size_t i = 0; i < COUNT(who); i++) {
		struct play *p = sent(NULL, 0, PERSONAL);
		DO(p, who[i], consent, "{\"outcome\":\"declined\"}");
		OPEN(p, "");
		OUTCOME_IS(p, "declined");
		end(p);
	}
}

static void it_goes_to_the_end(void)
{
	struct play *p = sent(NULL, 0, PERSONAL);
	DO(p, op, consent, ENDORSED); /* for both units at once */
	OPEN(p, "head ENG, ethics");
	DO(p, audit, consent, ENDORSED);
	DO(p, other, consent, ENDORSED);
	DO(p, dpo, consent, ENDORSED);
	DO(p, rec, receive, RECEIVED);
	DO(p, dir, decide, APPROVED);
	DO(p, head, assign, TO_OFF);
	prepare(p, off);
	DO(p, exec, check,
	    "{\"outcome\":\"returned\",\"digest\":\"d1\","
	    "\"note\":\"n\"}");
	prepare(p, off);
	DO(p, exec, check, "{\"outcome\":\"released\",\"digest\":\"d1\"}");
	DO(p, off, deliver, DELIVERED);
	DO(p, req, accept, "{\"outcome\":\"accepted\",\"score\":4}");
	OUTCOME_IS(p, "accepted");
	end(p);
}

static void what_is_passed_over_is_on_record(void)
{
	static const struct {
		const char *answers, *open, *passed;
	} table[] = {
		{ ",\"systems\":[\"GL3D\"]", "head ENG, ethics",
		    "owners ICIT office_owns" },
		{ ",\"systems\":[\"HRIS\",\"GL3D\"],\"signer_name\":\"s\"",
		    "owners HRD, ethics",
		    "owners ICIT office_owns, head ENG signed" },
		{ "", "head ENG, ethics", "owners no_system" },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct play *p = sent(NULL, 0, table[i].answers);
		T_TEXT(open_stages(p), str_of(table[i].open));
		T_TEXT(passed_over(p), str_of(table[i].passed));
		end(p);
	}
	/* Nobody is identified: the Data Protection Officer is passed over. */
	struct play *p =
	    sent(NULL, 0, ",\"systems\":[\"GL3D\"],\"signer_name\":\"s\"");
	DO(p, audit, consent, ENDORSED);
	OPEN(p, "intake");
	PASSED(p, "owners ICIT office_owns, head ENG signed, "
		  "privacy not_personal");
	end(p);
}

static void shipped_procedures_record_it_too(void)
{
	struct play *p = begin("ICIT-QP-9001-24");
	draft(p, hr, ",\"systems\":[\"HRIS\"],\"signer_name\":\"s\"");
	DO(p, hr, submit, "{}");
	OPEN(p, "intake");
	PASSED(p, "endorsement HRD requester_owns");
	/* Said once, however often it is entered. */
	DO(p, rec, classify,
	    "{\"systems\":[\"HRIS\",\"REG\"],\"reason\":\"r\"}");
	OPEN(p, "endorsement DES");
	PASSED(p, "endorsement HRD requester_owns");
	DO(p, des, consent, ENDORSED);
	OPEN(p, "intake");
	end(p);
}

static void units_agree_by_quorum(void)
{
	static const struct change any = { "quorum: all", "quorum: any" };
	struct play *p = sent(&any, 1, PERSONAL);
	DO(p, hr, consent, "{\"outcome\":\"declined\"}");
	OPEN(p, "owners DES, head ENG, ethics"); /* one may still agree */
	DO(p, des, consent, ENDORSED);
	OPEN(p, "head ENG, ethics");
	end(p);

	p = sent(&any, 1, PERSONAL);
	DO(p, des, consent, ENDORSED);
	OPEN(p, "head ENG, ethics"); /* the other need not answer */
	PASSED(p, "owners HRD quorum");
	DO(p, other, consent, ENDORSED);
	DO(p, audit, consent, ENDORSED);
	DO(p, dpo, consent, ENDORSED);
	DO(p, rec, receive, RECEIVED); /* nor is it missing at intake */
	end(p);

	p = sent(&any, 1, PERSONAL);
	DO(p, op, consent, "{\"outcome\":\"declined\"}");
	OUTCOME_IS(p, "declined"); /* nobody is left to agree */
	end(p);
}

/* Two directors and the executive as a third: several decide. */
static struct play *deciding(const char *quorum)
{
	char to[100];
	(void)snprintf(to, sizeof to,
	    "    requires: [division]\n    quorum: %s\n", quorum);
	const struct change c = { "    requires: [division]\n", to };
	struct play *p =
	    sent(&c, 1, ",\"systems\":[\"GL3D\"],\"signer_name\":\"s\"");
	static const enum whom more[] = { exec, boss };
	for (size_t i = 0; i < COUNT(more); i++)
		add_role(p, &p->people[more[i]],
		    (struct held_role){
			.role = ROLE_director, .office = STR("ICIT") });
	struct person *v = ARENA_ARRAY(p->cx.arena, struct person, 3);
	struct voters *by_stage =
	    ARENA_ARRAY(p->cx.arena, struct voters, p->procedure.n_stages);
	const struct stage *s = procedure_kind(&p->procedure, STAGE_decision);
	v[0] = p->people[dir];
	v[1] = p->people[exec];
	v[2] = p->people[boss];
	by_stage[s - p->procedure.stages] = (struct voters){ v, 3 };
	p->facts.voters = by_stage;
	DO(p, audit, consent, ENDORSED);
	DO(p, rec, receive, RECEIVED);
	OPEN(p, "decision");
	return p;
}

#define REJECTED "{\"outcome\":\"rejected\",\"note\":\"n\"}"

static void persons_agree_by_quorum(void)
{
	struct play *p = deciding("all");
	DO(p, dir, decide, APPROVED);
	OPEN(p, "decision");
	REFUSED(p, dir, decide, APPROVED, ERR_CONFLICT, "not-in-this-state");
	T_CHECK(!(policy_allowed(&p->cx, &p->facts, &p->f, &p->people[dir]) &
		    COMMAND_BIT(COMMAND_decide)),
	    "he has said it");
	DO(p, boss, decide, APPROVED);
	OPEN(p, "decision");
	DO(p, exec, decide, APPROVED);
	OPEN(p, "assignment DEV");
	const struct run *r = &p->f.runs.v[p->f.runs.n - 2];
	T_CHECK(r->votes.n == 2, "votes %zu", r->votes.n);
	end(p);

	p = deciding("all");
	DO(p, dir, decide, APPROVED);
	DO(p, exec, decide, REJECTED);
	OUTCOME_IS(p, "rejected");
	T_CHECK(p->f.letter_due, "a rejection leaves a letter");
	end(p);

	p = deciding("2");
	DO(p, dir, decide, REJECTED);
	OPEN(p, "decision");
	T_CHECK(!p->f.letter_due, "one vote is no rejection");
	DO(p, exec, decide, APPROVED);
	OPEN(p, "decision");
	DO(p, boss, decide, APPROVED);
	OPEN(p, "assignment DEV");
	end(p);

	p = deciding("2");
	DO(p, dir, decide, REJECTED);
	DO(p, boss, decide, REJECTED);
	OUTCOME_IS(p, "rejected");
	end(p);
}

/* Of three one has left: whoever is left may say it again, and it ends. */
static void who_leaves_holds_nothing_up(void)
{
	struct play *p = deciding("all");
	const struct stage *s = procedure_kind(&p->procedure, STAGE_decision);
	struct voters *v = (struct voters *)(uintptr_t)&p->facts
	                       .voters[s - p->procedure.stages];
	DO(p, dir, decide, APPROVED);
	DO(p, exec, decide, APPROVED);
	v->n = 2;
	DO(p, dir, decide, APPROVED);
	OPEN(p, "assignment DEV");
	end(p);
}

static void a_late_owner_is_asked_beside_the_others(void)
{
	struct play *p =
	    sent(NULL, 0, ",\"systems\":[\"HRIS\"],\"signer_name\":\"s\"");
	OPEN(p, "owners HRD, ethics");
	/* Before anything reached the office nobody there sees it. */
	T_CHECK(!policy_sees(&p->f, &p->people[rec]), "seen");
	DO(p, audit, return, "{\"message\":\"which?\"}");
	DO(p, req, reply,
	    "{\"message\":\"also\",\"answers\":{\"systems\":[\"REG\"]}}");
	OPEN(p, "ethics, owners DES");
	PASSED(p, "owners HRD systems, head ENG signed");
	DO(p, des, consent, ENDORSED);
	DO(p, audit, consent, ENDORSED);
	OPEN(p, "intake");
	/* Later it comes back to where it was. */
	DO(p, rec, receive, RECEIVED);
	DO(p, rec, classify,
	    "{\"systems\":[\"HRIS\",\"REG\"],\"reason\":\"r\"}");
	OPEN(p, "owners HRD");
	DO(p, hr, consent, ENDORSED);
	OPEN(p, "decision");
	end(p);
}

static void one_of_several_decisions_is_resumed(void)
{
	static const struct change two[] = {
		{ "      received: decision",
		    "      received: [decision, second]" },
		{ "  - id: assignment\n",
		    "  - id: second\n    kind: decision\n    role: executive\n"
		    "    who: office\n    clause: \"3\"\n"
		    "    title: {th: ก, en: a}\n    does: {th: ก, en: a}\n"
		    "    next:\n      approved: assignment\n"
		    "      rejected: {close: rejected}\n  - id: assignment\n" },
	};
	struct play *p =
	    sent(two, 2, ",\"systems\":[\"GL3D\"],\"signer_name\":\"s\"");
	DO(p, audit, consent, ENDORSED);
	DO(p, rec, receive, RECEIVED);
	OPEN(p, "decision, second");
	DO(p, rec, classify, "{\"systems\":[\"REG\"],\"reason\":\"r\"}");
	OPEN(p, "owners DES");
	DO(p, des, consent, ENDORSED);
	OPEN(p, "decision, second");
	/* Each ends his own, not the other's. */
	DO(p, exec, decide, APPROVED);
	OPEN(p, "decision");
	DO(p, rec, classify, "{\"systems\":[\"HRIS\"],\"reason\":\"r\"}");
	DO(p, hr, consent, ENDORSED);
	OPEN(p, "decision");
	DO(p, dir, decide, APPROVED);
	OPEN(p, "assignment DEV");
	end(p);
}

static void paper_speaks_for_owners_alone(void)
{
	struct play *p = sent(NULL, 0, PERSONAL);
	json_t *file = parsed(p,
	    "{\"id\":\"f1\",\"name\":\"scan.pdf\",\"type\":\"application/pdf\","
	    "\"sha256\":\"s\",\"bytes\":9}");
	take(p, (struct event){ .version = p->f.version + 1,
		    .at = p->cx.now,
		    .type = EVENT_attached,
		    .request = p->f.no,
		    .actor = p->people[rec].email,
		    .data = file });
	/* An owner's paper is his own unit's. */
	DO(p, hr, consent, "{\"outcome\":\"endorsed\",\"evidence\":\"f1\"}");
	OPEN(p, "owners DES, head ENG, ethics");
	DO(p, rec, consent, "{\"outcome\":\"endorsed\",\"evidence\":\"f1\"}");
	OPEN(p, "ethics");
	end(p);
}

static void a_stage_can_be_named(void)
{
	struct play *p = sent(NULL, 0, PERSONAL);
	add_role(p, &p->people[hr],
	    (struct held_role){ .role = ROLE_owner, .unit = STR("ENG") });
	DO(p, hr, consent, "{\"outcome\":\"endorsed\",\"stage\":\"head\"}");
	OPEN(p, "owners HRD, owners DES, ethics");
	REFUSED(p, hr, consent,
	    "{\"outcome\":\"endorsed\",\"stage\":\"ethics\"}", ERR_INVALID,
	    "invalid");
	DO(p, hr, consent, ENDORSED);
	OPEN(p, "owners DES, ethics");
	end(p);
}

/* The unit that asks owns the system too: its head signs once. */
#define OWNS_TOO                                                             \
	{                                                                    \
		"skip: [office_owns]", "skip: [office_owns, requester_owns]" \
	}

static struct play *unit_owns(const char *more)
{
	static const struct change c[] = { OWNS_TOO };
	struct play *p = research(c, COUNT(c));
	p->systems[0].owner_unit = STR("ENG");
	draft(p, req, more);
	DO(p, req, submit, "{}");
	return p;
}

static void a_signature_of_the_unit_is_its_endorsement(void)
{
	struct play *p = unit_owns(PERSONAL);
	OPEN(p, "owners ENG, owners DES, head ENG, ethics");
	/* One press, one signature: of the two that he holds. */
	DO(p, other, consent, ENDORSED);
	OPEN(p, "owners DES, ethics");
	PASSED(p, "owners ENG requester_owns");
	DO(p, des, consent, ENDORSED);
	DO(p, audit, consent, ENDORSED);
	OPEN(p, "privacy");
	end(p);
	/* The signature alone, by its name, does it as well. */
	p = unit_owns(PERSONAL);
	DO(p, other, consent, "{\"outcome\":\"endorsed\",\"stage\":\"head\"}");
	OPEN(p, "owners DES, ethics");
	PASSED(p, "owners ENG requester_owns");
	end(p);
	/* An endorsement is no signature of the request. */
	p = unit_owns(PERSONAL);
	DO(p, other, consent,
	    "{\"outcome\":\"endorsed\",\"stage\":\"owners\"}");
	OPEN(p, "owners DES, head ENG, ethics");
	DO(p, other, consent, "{\"outcome\":\"declined\"}");
	OUTCOME_IS(p, "declined");
	end(p);
}

static void a_signature_is_no_endorsement_of_what_came_later(void)
{
	static const struct change c[] = { OWNS_TOO };
	struct play *p = research(c, COUNT(c));
	p->systems[1].owner_unit = STR("ENG");
	draft(p, req, ",\"systems\":[\"HRIS\"]");
	DO(p, req, submit, "{}");
	OPEN(p, "owners HRD, head ENG, ethics");
	DO(p, other, consent, ENDORSED);
	OPEN(p, "owners HRD, ethics");
	DO(p, audit, return, "{\"message\":\"which?\"}");
	DO(p, req, reply,
	    "{\"message\":\"m\",\"answers\":"
	    "{\"systems\":[\"HRIS\",\"REG\"]}}");
	OPEN(p, "owners HRD, ethics, owners ENG");
	DO(p, other, consent, ENDORSED);
	OPEN(p, "owners HRD, ethics");
	end(p);
	/* What came in before he signed is covered, if only by a reply. */
	p = research(c, COUNT(c));
	p->systems[1].owner_unit = STR("ENG");
	draft(p, req, ",\"systems\":[\"HRIS\"]");
	DO(p, req, submit, "{}");
	DO(p, audit, return, "{\"message\":\"which?\"}");
	DO(p, req, reply,
	    "{\"message\":\"m\",\"answers\":"
	    "{\"systems\":[\"HRIS\",\"REG\"]}}");
	DO(p, other, consent, "{\"outcome\":\"endorsed\",\"stage\":\"head\"}");
	OPEN(p, "owners HRD, ethics");
	end(p);
}

/* Signed on paper, before it was sent. */
static void a_memo_is_no_endorsement_of_what_came_later(void)
{
	static const struct change c[] = { OWNS_TOO };
	struct play *p = research(c, COUNT(c));
	p->systems[0].owner_unit = STR("ENG");
	p->systems[1].owner_unit = STR("ENG");
	draft(p, req, ",\"systems\":[\"HRIS\"],\"signer_name\":\"s\"");
	DO(p, req, submit, "{}");
	OPEN(p, "ethics");
	DO(p, audit, return, "{\"message\":\"which?\"}");
	DO(p, req, reply,
	    "{\"message\":\"m\",\"answers\":"
	    "{\"systems\":[\"HRIS\",\"REG\"]}}");
	OPEN(p, "owners ENG");
	DO(p, other, consent, ENDORSED);
	OPEN(p, "ethics");
	end(p);
}

static void whoever_signs_for_the_unit_has_signed_by_sending(void)
{
	struct play *p = research(NULL, 0);
	add_role(p, &p->people[req],
	    (struct held_role){ .role = ROLE_owner, .unit = STR("ENG") });
	p->systems[0].owner_unit = STR("ENG");
	draft(p, req, PERSONAL);
	DO(p, req, submit, "{}");
	OPEN(p, "owners ENG, owners DES, ethics");
	PASSED(p, "head ENG requester_heads");
	/* That he signs his own request is no endorsement by the owner. */
	REFUSED(p, req, consent, ENDORSED, ERR_DENIED, "apart");
	DO(p, other, consent, ENDORSED);
	OPEN(p, "owners DES, ethics");
	end(p);
	/* A clerk signs nothing. */
	p = research(NULL, 0);
	add_role(p, &p->people[req],
	    (struct held_role){
		.role = ROLE_owner, .unit = STR("ENG"), .clerk = true });
	draft(p, req, PERSONAL);
	DO(p, req, submit, "{}");
	OPEN(p, "owners HRD, owners DES, head ENG, ethics");
	end(p);
}

static void a_reason_to_decline_is_asked_where_the_stage_says(void)
{
	static const struct change c[] = { { "skip: [office_owns]",
	    "skip: [office_owns]\n    requires: [note]" } };
	struct play *p = sent(c, COUNT(c), PERSONAL);
	REFUSED(p, hr, consent, "{\"outcome\":\"declined\"}", ERR_INVALID,
	    "invalid");
	T_TEXT(p->cx.fault.fields->field, STR("note"));
	/* Not of the stage beside it, nor of an endorsement. */
	DO(p, des, consent, ENDORSED);
	DO(p, hr, consent, "{\"outcome\":\"declined\",\"note\":\"n\"}");
	OUTCOME_IS(p, "declined");
	end(p);
	p = sent(c, COUNT(c), PERSONAL);
	DO(p, other, consent, "{\"outcome\":\"declined\"}");
	OUTCOME_IS(p, "declined");
	end(p);
}

int main(void)
{
	crypt_init();
	T_RUN(stages_side_by_side_are_joined);
	T_RUN(any_of_them_ends_it);
	T_RUN(it_goes_to_the_end);
	T_RUN(what_is_passed_over_is_on_record);
	T_RUN(shipped_procedures_record_it_too);
	T_RUN(units_agree_by_quorum);
	T_RUN(persons_agree_by_quorum);
	T_RUN(who_leaves_holds_nothing_up);
	T_RUN(a_late_owner_is_asked_beside_the_others);
	T_RUN(one_of_several_decisions_is_resumed);
	T_RUN(paper_speaks_for_owners_alone);
	T_RUN(a_stage_can_be_named);
	T_RUN(a_signature_of_the_unit_is_its_endorsement);
	T_RUN(a_signature_is_no_endorsement_of_what_came_later);
	T_RUN(a_memo_is_no_endorsement_of_what_came_later);
	T_RUN(whoever_signs_for_the_unit_has_signed_by_sending);
	T_RUN(a_reason_to_decline_is_asked_where_the_stage_says);
	return T_PLAN();
}
