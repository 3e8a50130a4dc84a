/* How a request moves: stages, who is asked, ways back and ways out. */
#include "engine_play.h"

/* Both ways to the end. */

static void icit_goes_from_draft_to_accepted(void)
{
	struct play *p = begin("ICIT-QP-9001-24");
	draft(p, req, ",\"systems\":[\"HRIS\"]");
	STATE_IS(p, "draft");
	DO(p, req, submit, "{}");
	OPEN(p, "endorsement HRD");
	DO(p, hr, consent, "{\"outcome\":\"endorsed\",\"conditions\":\"c\"}");
	OPEN(p, "intake");
	T_CHECK(p->f.register_no == 0, "registered before it was received");
	DO(p, rec, receive, RECEIVED);
	OPEN(p, "decision");
	T_CHECK(p->f.register_no == 7 && p->f.register_year == 2569, "number");
	DO(p, dir, decide, APPROVED);
	OPEN(p, "assignment DEV");
	DO(p, head, assign, TO_OFF);
	OPEN(p, "preparing");
	prepare(p, off);
	OPEN(p, "delivery");
	DO(p, off, deliver, "{\"digest\":\"d1\",\"memo_out\":\"9/1\"}");
	OPEN(p, "acceptance");
	DO(p, req, accept, "{\"outcome\":\"accepted\",\"score\":4}");
	OPEN(p, "");
	STATE_IS(p, "closed");
	OUTCOME_IS(p, "accepted");
	T_CHECK(p->f.score == 4, "score %lld", (long long)p->f.score);
	T_TEXT(p->f.memo_out, STR("9/1"));
	T_TEXT(p->f.service_type, STR("api")); /* by the connection asked for */
	end(p);
}

static void the_registrar_goes_from_draft_to_delivered(void)
{
	struct play *p = begin("W-REG6-001");
	draft(p, req, "");
	DO(p, req, submit, "{}");
	OPEN(p, "intake");
	T_CHECK(p->f.systems.n == 1, "an office with one system needs no name");
	DO(p, rec, receive,
	    "{\"memo_in\":\"1\",\"memo_date\":\"30 ต.ค. 69\","
	    "\"received_no\":\"e-77\"}");
	T_TEXT(p->f.memo_date, STR("2026-10-30"));
	T_TEXT(p->f.received_no, STR("e-77"));
	OPEN(p, "decision");
	DO(p, dir, decide, APPROVED);
	OPEN(p, "preparing");
	prepare(p, off2);
	OPEN(p, "release");
	T_CHECK(p->f.officers.n == 1, "who prepares has taken it");
	DO(p, dir, check, "{\"outcome\":\"released\",\"digest\":\"d1\"}");
	OPEN(p, "delivery");
	DO(p, off2, deliver, DELIVERED);
	STATE_IS(p, "closed");
	OUTCOME_IS(p, "delivered");
	/* Rating is offered, once, and nothing else. */
	REFUSED(p, req, accept, "{\"outcome\":\"refused\"}", ERR_CONFLICT,
	    "closed-already");
	DO(p, req, accept, "{\"outcome\":\"accepted\",\"score\":5}");
	OUTCOME_IS(p, "delivered");
	REFUSED(p, req, accept, "{\"outcome\":\"accepted\",\"score\":1}",
	    ERR_CONFLICT, "not-in-this-state");
	T_CHECK(p->f.score == 5, "score %lld", (long long)p->f.score);
	end(p);
}

/* Who is asked, and who need not be. */

static void owners_are_asked_by_the_skip_rules(void)
{
	static const struct {
		const char *systems, *signer;
		enum whom by;
		const char *open;
	} table[] = {
		{ "\"HRIS\"", "", req, "endorsement HRD" },
		{ "\"HRIS\",\"REG\"", "", req,
		    "endorsement HRD, endorsement DES" },
		{ "\"REG\",\"HRIS\",\"GL3D\"", "", req,
		    "endorsement DES, endorsement HRD" },
		{ "\"GL3D\"", "", req, "intake" },
		{ "", "", req, "intake" },
		/* The requesting unit owns it: only when its head signed. */
		{ "\"HRIS\"", "", hr, "endorsement HRD" },
		{ "\"HRIS\"", "Head", hr, "intake" },
		{ "\"HRIS\",\"REG\"", "Head", hr, "endorsement DES" },
		/* Another unit's signature says nothing for the owner. */
		{ "\"HRIS\"", "Head", req, "endorsement HRD" },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct play *p = begin("ICIT-QP-9001-24");
		char more[200];
		(void)snprintf(more, sizeof more,
		    ",\"systems\":[%s],\"signer_name\":\"%s\"",
		    table[i].systems, table[i].signer);
		draft(p, table[i].by, more);
		DO(p, table[i].by, submit, "{}");
		T_TEXT(open_stages(p), str_of(table[i].open));
		end(p);
	}
}

static struct play *two_owners(void)
{
	struct play *p = begin("ICIT-QP-9001-24");
	draft(p, req, ",\"systems\":[\"HRIS\",\"REG\"]");
	DO(p, req, submit, "{}");
	return p;
}

static void all_owners_must_endorse(void)
{
	struct play *p = two_owners();
	DO(p, des, consent, ENDORSED);
	OPEN(p, "endorsement HRD");
	REFUSED(p, des, consent, ENDORSED, ERR_CONFLICT, "not-in-this-state");
	REFUSED(p, rec, receive, RECEIVED, ERR_CONFLICT, "not-in-this-state");
	DO(p, hr, consent, ENDORSED);
	OPEN(p, "intake");
	end(p);

	p = two_owners(); /* one who speaks for both */
	DO(p, op, consent, ENDORSED);
	OPEN(p, "intake");
	end(p);

	p = two_owners(); /* or for one of them at a time */
	DO(p, op, consent, "{\"outcome\":\"endorsed\",\"unit\":\"DES\"}");
	OPEN(p, "endorsement HRD");
	REFUSED(p, hr, consent, "{\"outcome\":\"endorsed\",\"unit\":\"DES\"}",
	    ERR_INVALID, "invalid");
	end(p);

	p = two_owners();
	DO(p, des, consent, ENDORSED);
	DO(p, hr, consent, "{\"outcome\":\"declined\",\"note\":\"n\"}");
	OUTCOME_IS(p, "declined");
	OPEN(p, "");
	end(p);
}

static void records_bring_the_paper_of_an_owner(void)
{
	struct play *p = two_owners();
	json_t *file = parsed(p,
	    "{\"id\":\"f1\",\"name\":\"scan.pdf\",\"type\":\"application/pdf\","
	    "\"sha256\":\"s\",\"bytes\":9}");
	take(p, (struct event){ .version = p->f.version + 1,
		    .at = p->cx.now,
		    .type = EVENT_attached,
		    .request = p->f.no,
		    .actor = p->people[rec].email,
		    .data = file });
	REFUSED(p, rec, consent, ENDORSED, ERR_INVALID, "invalid");
	REFUSED(p, rec, consent,
	    "{\"outcome\":\"endorsed\",\"evidence\":\"f9\"}", ERR_INVALID,
	    "invalid");
	DO(p, rec, consent,
	    "{\"outcome\":\"endorsed\",\"evidence\":\"f1\",\"unit\":\"HRD\"}");
	OPEN(p, "endorsement DES");
	const struct run *r = case_endorsement(&p->f, STR("HRD"));
	REQUIRE(r != NULL);
	T_TEXT(r->evidence, STR("f1"));
	end(p);
}

/* A system that comes late. */

static void a_consent_that_becomes_necessary_comes_back(void)
{
	static const struct {
		enum state state;
		enum whom by;
		const char *back;
	} table[] = {
		{ STATE_intake, rec, "intake" },
		{ STATE_decision, rec, "decision" },
		{ STATE_preparing, off, "preparing" },
		{ STATE_delivery, off, "delivery" },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct play *p = icit_until(table[i].state);
		DO(p, table[i].by, classify,
		    "{\"systems\":[\"REG\"],\"reason\":\"r\"}");
		OPEN(p, "endorsement DES");
		DO(p, des, consent, ENDORSED);
		T_TEXT(open_stages(p), str_of(table[i].back));
		T_CHECK(p->f.resume.n == 0, "still to resume");
		end(p);

		p = icit_until(table[i].state);
		DO(p, table[i].by, classify,
		    "{\"systems\":[\"HRIS\",\"REG\"],\"reason\":\"r\"}");
		DO(p, des, consent, "{\"outcome\":\"declined\"}");
		OUTCOME_IS(p, "declined");
		end(p);
	}
}

static void a_correction_is_corrected(void)
{
	struct play *p = icit_until(STATE_decision);
	DO(p, rec, classify, "{\"systems\":[\"REG\"],\"reason\":\"r\"}");
	OPEN(p, "endorsement DES");
	/* Back to what is endorsed already: it goes on where it was. */
	DO(p, rec, classify, "{\"systems\":[\"HRIS\"],\"reason\":\"r\"}");
	OPEN(p, "decision");
	DO(p, rec, classify, "{\"systems\":[\"REG\"],\"reason\":\"r\"}");
	DO(p, rec, classify,
	    "{\"systems\":[\"REG\",\"GL3D\"],\"reason\":\"r\"}");
	OPEN(p, "endorsement DES");
	DO(p, des, consent, ENDORSED);
	OPEN(p, "decision");
	/* The service alone asks nobody. */
	DO(p, rec, classify,
	    "{\"service_type\":\"database\",\"reason\":\"r\"}");
	OPEN(p, "decision");
	T_TEXT(p->f.service_type, STR("database"));
	REFUSED(p, rec, classify, "{\"systems\":[\"NOPE\"],\"reason\":\"r\"}",
	    ERR_INVALID, "invalid");
	end(p);
}

static void intake_needs_systems_and_endorsements(void)
{
	struct play *p = begin("ICIT-QP-9001-24");
	draft(p, req, "");
	DO(p, req, submit, "{}");
	OPEN(p, "intake");
	REFUSED(p, rec, receive, RECEIVED, ERR_CONFLICT, "unclassified");
	DO(p, rec, classify, "{\"systems\":[\"HRIS\"],\"reason\":\"r\"}");
	OPEN(p, "endorsement HRD");
	DO(p, hr, consent, ENDORSED);
	REFUSED(p, rec, receive, "{\"memo_in\":\"1\"}", ERR_INVALID, "invalid");
	REFUSED(p, rec, receive,
	    "{\"memo_in\":\"1\",\"memo_date\":\"2026-10-30\","
	    "\"received_at\":\"2026-11-03T00:00:00Z\"}",
	    ERR_INVALID, "invalid");
	DO(p, rec, receive, RECEIVED);
	end(p);
}

/* Ways back and ways out. */

static void what_is_returned_waits_for_the_requester(void)
{
	static const enum state states[] = { STATE_consent, STATE_intake,
		STATE_decision, STATE_assignment, STATE_preparing };
	static const enum whom holders[] = { hr, rec, dir, head, off };
	for (size_t i = 0; i < COUNT(states); i++) {
		struct play *p = icit_until(states[i]);
		struct str before = open_stages(p);
		DO(p, holders[i], return, "{\"message\":\"which year?\"}");
		STATE_IS(p, "waiting");
		T_TEXT(p->f.question, STR("which year?"));
		REFUSED(p, req, reply, "{}", ERR_INVALID, "invalid");
		DO(p, req, reply,
		    "{\"message\":\"2569\",\"answers\":{\"detail\":\"d2\"}}");
		T_TEXT(open_stages(p), before);
		T_CHECK(p->f.state == states[i], "state %u", p->f.state);
		T_TEXT(json_text(p->f.answers, "detail"), STR("d2"));
		T_TEXT(json_text(p->f.answers, "title"), STR("t"));
		T_CHECK(p->f.pauses.n == 1 && p->f.pauses.v[0].to > 0, "pause");
		end(p);
	}
}

static void a_reply_leaves_what_was_classified(void)
{
	struct play *p = icit_until(STATE_intake);
	DO(p, rec, classify,
	    "{\"service_type\":\"processing\",\"reason\":\"r\"}");
	DO(p, rec, return, "{\"message\":\"m\"}");
	DO(p, req, reply, "{\"answers\":{\"detail\":\"d2\"}}");
	T_TEXT(p->f.service_type, STR("processing"));
	T_CHECK(p->f.systems.n == 1, "systems");
	DO(p, rec, return, "{\"message\":\"m\"}");
	DO(p, req, reply,
	    "{\"answers\":{\"systems\":[\"REG\"],"
	    "\"service_type\":\"existing\"}}");
	T_TEXT(p->f.service_type, STR("existing"));
	OPEN(p, "endorsement DES");
	end(p);
}

static void what_is_sent_is_not_moved_while_it_waits(void)
{
	struct play *p = icit_until(STATE_acceptance);
	DO(p, req, accept, "{\"outcome\":\"refused\",\"comment\":\"c\"}");
	DO(p, off, return, "{\"message\":\"m\"}");
	DO(p, dir, recall,
	    str_cstr(
		p->cx.arena, str_fmt(p->cx.arena,
				 "{\"deliveries\":[\"%.*s\"],\"reason\":\"r\"}",
				 STR_ARG(p->f.connections.v[0].id))));
	/* The recall ends the waiting, and with it the pause. */
	STATE_IS(p, "preparing");
	T_CHECK(p->f.pauses.v[0].to > 0, "the clock never starts again");
	end(p);
}

static void it_can_be_withdrawn_before_delivery(void)
{
	static const enum state before[] = { STATE_draft, STATE_consent,
		STATE_intake, STATE_decision, STATE_assignment, STATE_preparing,
		STATE_delivery };
	for (size_t i = 0; i < COUNT(before); i++) {
		struct play *p = icit_until(before[i]);
		REFUSED(p, req, withdraw, "{}", ERR_INVALID, "invalid");
		DO(p, req, withdraw, "{\"reason\":\"r\"}");
		OUTCOME_IS(p, "withdrawn");
		OPEN(p, "");
		end(p);
	}
	struct play *p = icit_until(STATE_acceptance);
	REFUSED(p, req, withdraw, "{\"reason\":\"r\"}", ERR_CONFLICT,
	    "not-in-this-state");
	end(p);
	p = icit_until(STATE_preparing);
	DO(p, off, return, "{\"message\":\"m\"}");
	DO(p, rec, withdraw, "{\"reason\":\"r\"}");
	STATE_IS(p, "closed");
	T_CHECK(p->f.pauses.v[0].to > 0, "pause");
	end(p);
}

static void a_rejection_needs_a_reason_and_a_letter(void)
{
	struct play *p = icit_until(STATE_decision);
	REFUSED(p, dir, decide, "{\"outcome\":\"rejected\"}", ERR_INVALID,
	    "invalid");
	DO(p, dir, decide, "{\"outcome\":\"rejected\",\"note\":\"n\"}");
	OUTCOME_IS(p, "rejected");
	T_CHECK(p->f.letter_due, "no letter is due");
	DO(p, rec, letter,
	    "{\"direction\":\"in\",\"no\":\"3\",\"date\":\"2026-11-02\"}");
	T_CHECK(p->f.letter_due, "a letter in is no reply");
	DO(p, rec, letter,
	    "{\"direction\":\"out\",\"no\":\"4\",\"date\":\"2026-11-02\"}");
	T_CHECK(!p->f.letter_due, "still due");
	T_TEXT(p->f.memo_out, STR("4"));
	end(p);
}

static void the_division_must_be_one_with_a_head(void)
{
	struct play *p = icit_until(STATE_decision);
	REFUSED(p, dir, decide,
	    "{\"outcome\":\"approved\",\"division\":\"HRD\"}", ERR_INVALID,
	    "invalid");
	DO(p, dir, decide, "{\"outcome\":\"approved\",\"division\":\"NET\"}");
	OPEN(p, "assignment NET");
	REFUSED(p, head, assign, TO_OFF, ERR_DENIED, "not-yours");
	REFUSED(p, net, assign, "{\"officer\":\"req@example.ac.th\"}",
	    ERR_INVALID, "invalid");
	REFUSED(p, net, assign, "{}", ERR_INVALID, "invalid");
	DO(p, net, assign, "{\"officer\":\"NET@example.ac.th\"}");
	prepare(p, net); /* a head may take it himself */
	end(p);
}

static void the_head_may_assign_again(void)
{
	struct play *p = icit_until(STATE_preparing);
	DO(p, head, assign,
	    "{\"officers\":[\"off2@example.ac.th\",\"off3@example.ac.th\"]}");
	OPEN(p, "preparing");
	REFUSED(p, off, cannot, "{\"reason\":\"r\"}", ERR_DENIED, "not-yours");
	REFUSED(p, off2, cannot, "{}", ERR_INVALID, "invalid");
	DO(p, off3, cannot, "{\"reason\":\"r\"}");
	OUTCOME_IS(p, "cannot");
	end(p);
}

static void only_the_checked_digest_is_sent(void)
{
	struct play *p = registrar_until(STATE_release);
	REFUSED(p, exec, check, "{\"outcome\":\"released\",\"digest\":\"d0\"}",
	    ERR_CONFLICT, "digest-differs");
	REFUSED(p, exec, check, "{\"outcome\":\"released\"}", ERR_INVALID,
	    "invalid");
	DO(p, exec, check,
	    "{\"outcome\":\"returned\",\"digest\":\"d1\",\"note\":\"n\"}");
	OPEN(p, "preparing");
	prepare(p, off);
	DO(p, dir, check, "{\"outcome\":\"released\",\"digest\":\"d1\"}");
	REFUSED(p, off, deliver, "{\"digest\":\"d0\"}", ERR_CONFLICT,
	    "digest-differs");
	/* Prepared again after the check: it is checked again. */
	prepare(p, off);
	OPEN(p, "release");
	REFUSED(p, off, deliver, DELIVERED, ERR_CONFLICT, "not-in-this-state");
	end(p);
}

static void what_was_prepared_of_another_system_is_not_sent(void)
{
	struct play *p = icit_until(STATE_delivery); /* of HRIS */
	DO(p, off, classify, "{\"systems\":[\"GL3D\"],\"reason\":\"r\"}");
	OPEN(p, "delivery");
	REFUSED(p, off, deliver, DELIVERED, ERR_CONFLICT, "system-not-named");
	p->facts.artefact = artefact_of(p, "HRIS");
	REFUSED(p, off, prepare, "{}", ERR_CONFLICT, "system-not-named");
	prepare(p, off);
	DO(p, off, deliver, DELIVERED);
	end(p);
}

/* What is handed over, and taken back. */

static size_t connections_in(struct play *p, const char *state)
{
	size_t n = 0;
	for (size_t i = 0; i < p->f.connections.n; i++)
		n += str_eq(p->f.connections.v[i].state, str_of(state));
	return n;
}

static void each_part_has_a_connection_for_each_outlet(void)
{
	struct play *p = icit_until(STATE_acceptance);
	/* Two queries by two outlets; the file and the export are documents. */
	T_CHECK(p->f.connections.n == 4, "%zu", p->f.connections.n);
	T_CHECK(p->f.documents.n == 1, "%zu", p->f.documents.n);
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < i; k++)
			T_CHECK(!str_eq(p->f.connections.v[i].id,
				    p->f.connections.v[k].id),
			    "the same id twice");
	/* The last agreed day is still a day. */
	T_TEXT(date_iso(
		   p->cx.arena, date_of_ms(p->f.connections.v[0].expires - 1)),
	    STR("2027-01-31"));
	end(p);
}

static void refused_work_is_suspended_and_replaced(void)
{
	struct play *p = icit_until(STATE_acceptance);
	DO(p, req, accept, "{\"outcome\":\"refused\"}");
	OPEN(p, "preparing");
	T_CHECK(connections_in(p, "suspended") == 4, "suspended");
	T_CHECK(p->f.delivered == 0, "the clock stands still");
	prepare(p, off);
	DO(p, off, deliver, DELIVERED);
	T_CHECK(connections_in(p, "replaced") == 4 &&
		    connections_in(p, "active") == 4,
	    "replaced");
	end(p);
}

static void what_was_sent_by_mistake_is_recalled(void)
{
	struct play *p = icit_until(STATE_closed);
	struct str one = p->f.connections.v[0].id;
	struct str document = p->f.documents.v[0].id;
	REFUSED(p, off, recall, "{\"deliveries\":[],\"reason\":\"r\"}",
	    ERR_INVALID, "invalid");
	REFUSED(p, off, recall, "{\"deliveries\":[\"no\"],\"reason\":\"r\"}",
	    ERR_INVALID, "invalid");
	DO(p, off, recall,
	    str_cstr(p->cx.arena,
		str_fmt(p->cx.arena,
		    "{\"deliveries\":[\"%.*s\",\"%.*s\"],\"reason\":\"r\"}",
		    STR_ARG(one), STR_ARG(document))));
	OPEN(p, "preparing");
	OUTCOME_IS(p, "");
	T_CHECK(p->f.closed == 0 && p->f.delivered == 0, "still closed");
	T_CHECK(connections_in(p, "revoked") == 1, "revoked");
	T_TEXT(p->f.documents.v[0].state, STR("recalled"));
	end(p);
}

static void another_day_needs_agreement_or_evidence(void)
{
	struct play *p = icit_until(STATE_preparing);
#define PROPOSAL \
	"{\"due\":\"2026-12-01\",\"cause\":\"volume\",\"reason\":\"r\"}"
	REFUSED(p, req, extend, "{\"due\":\"2026-12-01\"}", ERR_CONFLICT,
	    "not-in-this-state");
	REFUSED(
	    p, off, extend, "{\"due\":\"2026-12-01\"}", ERR_INVALID, "invalid");
	REFUSED(p, off, extend,
	    "{\"due\":\"2026-11-02\",\"cause\":\"volume\",\"reason\":\"r\"}",
	    ERR_INVALID, "invalid");
	DO(p, off, extend, PROPOSAL);
	T_TEXT(p->f.agreed_due, STR(""));
	T_TEXT(p->f.proposed_due, STR("2026-12-01"));
	REFUSED(p, req, extend, "{\"due\":\"2026-12-02\"}", ERR_CONFLICT,
	    "other-day-proposed");
	DO(p, req, extend, "{\"due\":\"2026-12-01\"}");
	T_TEXT(p->f.agreed_due, STR("2026-12-01"));
	T_TEXT(p->f.proposed_due, STR(""));
	end(p);
}

static void paused_days_are_not_counted(void)
{
	struct play *p = icit_until(STATE_preparing);
	/* Received on Monday, day 0; asked on Tuesday, answered on Friday. */
	p->cx.now = monday() + DAY_MS;
	DO(p, off, return, "{\"message\":\"m\"}");
	struct clock c = clock_read(&p->facts, &p->f, p->cx.now);
	T_CHECK(c.paused && !date_is_set(c.due), "paused, yet due");
	p->cx.now = monday() + 4 * DAY_MS;
	DO(p, req, reply, "{\"message\":\"m\"}");
	c = clock_read(&p->facts, &p->f, monday() + 8 * DAY_MS);
	/* Tuesday, and Monday and Tuesday of the week after. */
	T_CHECK(c.used == 3, "used %d", c.used);
	T_TEXT(date_iso(p->cx.arena, c.due), STR("2026-11-19"));
	end(p);
}

int main(void)
{
	crypt_init();
	T_RUN(icit_goes_from_draft_to_accepted);
	T_RUN(the_registrar_goes_from_draft_to_delivered);
	T_RUN(owners_are_asked_by_the_skip_rules);
	T_RUN(all_owners_must_endorse);
	T_RUN(records_bring_the_paper_of_an_owner);
	T_RUN(a_consent_that_becomes_necessary_comes_back);
	T_RUN(a_correction_is_corrected);
	T_RUN(intake_needs_systems_and_endorsements);
	T_RUN(what_is_returned_waits_for_the_requester);
	T_RUN(a_reply_leaves_what_was_classified);
	T_RUN(what_is_sent_is_not_moved_while_it_waits);
	T_RUN(it_can_be_withdrawn_before_delivery);
	T_RUN(a_rejection_needs_a_reason_and_a_letter);
	T_RUN(the_division_must_be_one_with_a_head);
	T_RUN(the_head_may_assign_again);
	T_RUN(only_the_checked_digest_is_sent);
	T_RUN(what_was_prepared_of_another_system_is_not_sent);
	T_RUN(each_part_has_a_connection_for_each_outlet);
	T_RUN(refused_work_is_suspended_and_replaced);
	T_RUN(what_was_sent_by_mistake_is_recalled);
	T_RUN(another_day_needs_agreement_or_evidence);
	T_RUN(paused_days_are_not_counted);
	return T_PLAN();
}
