/* The rules without a store: decide() and evolve() over both shipped procedures.
 * A play goes from event to event; after each one the request is told anew from
 * the events' texts alone, so that evolve() can have used nothing else. */
#include <string.h>

#include "base/crypt.h"
#include "base/str.h"
#include "base/time.h"
#include "core/clock.h"
#include "core/decide.h"
#include "core/engine.h"
#include "core/policy.h"
#include "t.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)
#define MAX_EVENTS 64

/* Everybody who comes up, as "name@example.ac.th": name, unit, role. Where the
 * role belongs to an office it is the office of the play. */
#define PEOPLE                                                       \
	PERSON(req, "ENG", requester)   /* asks */                   \
	PERSON(coord, "ENG", requester) /* named as coordinator */   \
	PERSON(other, "SCI", requester)                              \
	PERSON(hr, "HRD", owner)                                     \
	PERSON(des, "DES", owner)                                    \
	PERSON(op, "OP", owner)     /* for HRD and for DES */        \
	PERSON(boss, "ICIT", owner) /* of what the office owns */    \
	PERSON(rec, "ICIT", records)                                 \
	PERSON(dir, "ICIT", director) /* REGISTRAR: executive too */ \
	PERSON(exec, "ICIT", executive)                              \
	PERSON(head, "DEV", head) /* of the systems' division */     \
	PERSON(net, "NET", head)  /* of another */                   \
	PERSON(off, "DEV", officer)                                  \
	PERSON(off2, "DEV", officer)                                 \
	PERSON(off3, "DEV", officer) /* of no system here */         \
	PERSON(audit, "QA", auditor)                                 \
	PERSON(dpo, "OP", dpo)                                       \
	PERSON(admin, "NET", admin)

enum whom {
#define PERSON(name, unit, role) name,
	PEOPLE
#undef PERSON
	    ALL
};
static const char *const names[ALL] = {
#define PERSON(name, unit, role) #name,
	PEOPLE
#undef PERSON
};

static bool role_of_office(enum role r)
{
	return r == ROLE_records || r == ROLE_director || r == ROLE_head ||
	       r == ROLE_officer || r == ROLE_executive;
}

/* One request on its way. */
struct play {
	struct ctx cx;
	struct procedure procedure;
	struct facts facts;
	struct person people[ALL];
	struct system systems[3];
	struct case_file f;
	struct event events[MAX_EVENTS];
	struct events log;
};

static struct held_role *add_role(
    struct play *p, struct person *person, struct held_role role)
{
	struct held_role *v =
	    ARENA_ARRAY(p->cx.arena, struct held_role, person->n_roles + 1);
	for (size_t i = 0; i < person->n_roles; i++)
		v[i] = person->roles[i];
	v[person->n_roles++] = role;
	person->roles = v;
	return v;
}

static void make_people(struct play *p)
{
	static const struct {
		const char *unit;
		enum role role;
	} as[ALL] = {
#define PERSON(name, unit, role) [name] = { unit, ROLE_##role },
		PEOPLE
#undef PERSON
	};
	struct str office = p->procedure.office;
	for (int i = 0; i < ALL; i++) {
		struct person *person = &p->people[i];
		struct str unit = str_of(as[i].unit);
		enum role role = as[i].role;
		bool unit_counts = role == ROLE_owner || role == ROLE_head;
		*person = (struct person){ .id = i + 1,
			.email =
			    str_fmt(p->cx.arena, "%s@example.ac.th", names[i]),
			.name = str_of(names[i]),
			.unit = unit,
			.active = true };
		if (i != op)
			add_role(p, person,
			    (struct held_role){ .role = role,
				.office =
				    role_of_office(role) ? office : STR(""),
				.unit = i == boss     ? office
			                : unit_counts ? unit
			                              : STR("") });
	}
	const struct held_role both[] = { { .role = ROLE_owner,
					      .unit = STR("HRD") },
		{ .role = ROLE_owner, .unit = STR("DES") } };
	add_role(p, &p->people[op], both[0]);
	add_role(p, &p->people[op], both[1]);
	if (str_eq(office, STR("REGISTRAR")))
		add_role(p, &p->people[dir],
		    (struct held_role){
			.role = ROLE_executive, .office = office });
}

static struct system system_of(struct play *p, struct str code,
    struct str owner, enum whom officer, size_t n_officers)
{
	return (struct system){ .code = code,
		.office = p->procedure.office,
		.owner_unit = owner,
		.division = STR("DEV"),
		.active = true,
		.officers = &p->people[officer],
		.n_officers = n_officers };
}

static void make_systems(struct play *p)
{
	struct str office = p->procedure.office;
	p->facts.systems = p->systems;
	if (str_eq(office, STR("REGISTRAR"))) {
		p->systems[0] = system_of(p, STR("REGKMITL"), office, off, 2);
		p->facts.n_systems = 1;
		return;
	}
	p->systems[0] = system_of(p, STR("HRIS"), STR("HRD"), off, 1);
	p->systems[1] = system_of(p, STR("REG"), STR("DES"), off2, 1);
	p->systems[2] = system_of(p, STR("GL3D"), office, off, 1);
	p->facts.n_systems = 3;
}

/* Monday 2 November 2026, 10:00 in Thailand. */
static int64_t monday(void)
{
	return date_start_ms((struct date){ 2026, 11, 2 }) + DAY_MS * 10 / 24;
}

static void read_procedure(struct play *p, struct str code)
{
	for (size_t i = 0; i < procedures_shipped_n; i++) {
		struct procedure_errors errors = { 0 };
		struct str yaml =
		    str_n((const char *)procedures_shipped[i].bytes,
			procedures_shipped[i].n);
		REQUIRE(
		    procedure_read(&p->cx, yaml, &p->procedure, &errors) == OK);
		if (str_eq(p->procedure.code, code))
			return;
	}
	require_failed("the procedure is shipped", __FILE__, __LINE__);
}

static struct play *begin(const char *code)
{
	struct arena *a = arena_new();
	struct play *p = ARENA_NEW(a, struct play);
	p->cx = ctx_new(a, monday(), LANG_TH);
	p->log.v = p->events;
	read_procedure(p, str_of(code));
	make_people(p);
	make_systems(p);
	p->facts.procedure = &p->procedure;
	p->facts.heads = &p->people[head];
	p->facts.n_heads = 2;
	p->facts.officers = &p->people[head]; /* heads and officers */
	p->facts.n_officers = off3 - head + 1;
	p->facts.calendar.first_year = 2026;
	p->facts.calendar.last_year = 2027;
	p->facts.next_register_no = 7;
	p->facts.register_year = 2569;
	p->facts.seed = sha256_of(str_of(code));
	return p;
}

static void end(struct play *p)
{
	arena_free(p->cx.arena);
}

/* Keeps the event as the store would, by its text, and tells the request from
 * all of them. */
static void take(struct play *p, struct event e)
{
	json_t *data;
	REQUIRE(p->log.n < MAX_EVENTS);
	e.payload = json_canonical(p->cx.arena, e.data);
	REQUIRE(json_parse(&p->cx, e.payload, 1 << 20, &data) == OK);
	e.data = data;
	e.seq = (int64_t)p->log.n + 1;
	p->events[p->log.n++] = e;
	REQUIRE(case_file_tell(&p->cx, &p->log, &p->f) == OK);
}

static json_t *parsed(struct play *p, const char *text)
{
	json_t *o;
	REQUIRE(json_parse(&p->cx, str_of(text), 1 << 20, &o) == OK);
	return o;
}

#define ANSWERS                                                              \
	"\"title\":\"t\",\"purpose\":\"p\",\"detail\":\"d\",\"unit\":\"u\"," \
	"\"identifiability\":\"aggregate\",\"formats\":[\"json\"],"          \
	"\"needed_by\":\"2026-12-30\",\"project\":\"x\","                    \
	"\"head_name\":\"h\",\"head_phone\":\"1\","                          \
	"\"head_email\":\"h@example.ac.th\",\"coordinator_name\":\"c\","     \
	"\"coordinator_phone\":\"2\",\"connection\":[\"api-get\"],"          \
	"\"coordinator_email\":\"coord@example.ac.th\""

/* A draft of `by`; `more` begins with a comma or is empty. */
static void draft(struct play *p, enum whom by, const char *more)
{
	struct arena *a = p->cx.arena;
	json_t *data = json_new_object(a), *who = json_new_object(a);
	json_put_text(who, "email", p->people[by].email);
	json_put_text(who, "name", p->people[by].name);
	json_put_text(who, "unit", p->people[by].unit);
	json_put(data, "requester", who);
	json_put_text(data, "office", p->procedure.office);
	json_put_text(data, "procedure", p->procedure.code);
	json_put_text(data, "revision", p->procedure.revision);
	json_put(data, "answers",
	    parsed(p, str_cstr(a, str_fmt(a, "{" ANSWERS "%s}", more))));
	take(p, (struct event){ .version = 1,
		    .at = p->cx.now,
		    .type = EVENT_drafted,
		    .request = STR("X-2569-00001"),
		    .actor = p->people[by].email,
		    .data = data });
}

/* Gives the command a minute later; what it did is taken. */
static enum err act(
    struct play *p, enum whom by, enum command c, const char *body)
{
	struct event ev;
	p->cx.now += 60 * 1000;
	p->cx.fault = (struct fault){ 0 };
	enum err e = decide(
	    &p->cx, &p->facts, &p->f, &p->people[by], c, parsed(p, body), &ev);
	if (e == OK)
		take(p, ev);
	return e;
}

#define DO(p, by, command, body) \
	do_(p, by, COMMAND_##command, body, #command, __LINE__)
static void do_(struct play *p, enum whom by, enum command c, const char *body,
    const char *name, int line)
{
	enum err e = act(p, by, c, body);
	if (e == OK)
		return;
	printf("# line %d: %s %s: %.*s\n", line, names[by], name,
	    STR_ARG(fault_text(&p->cx)));
	for (struct field_error *f = p->cx.fault.fields; f; f = f->next)
		printf("#   %.*s %.*s\n", STR_ARG(f->field),
		    STR_ARG(msg_key(f->msg)));
	fflush(stdout);
	REQUIRE(e == OK);
}

#define REFUSED(p, by, command, body, want, code)                     \
	do {                                                          \
		enum err t_err = act(p, by, COMMAND_##command, body); \
		T_CHECK(t_err == (want), "%s " #command ": error %u", \
		    names[by], t_err);                                \
		T_TEXT(fault_code(&(p)->cx), STR(code));              \
	} while (0)

/* "consent HRD, consent DES": the open stages in the order they were opened. */
static struct str open_stages(struct play *p)
{
	struct str all = STR("");
	size_t cursor = 0;
	const struct run *r;
	while ((r = case_open_run(&p->f, &cursor)) != NULL)
		all = str_fmt(p->cx.arena, "%.*s%s%.*s%s%.*s", STR_ARG(all),
		    all.n ? ", " : "", STR_ARG(r->stage), r->unit.n ? " " : "",
		    STR_ARG(r->unit));
	return all;
}

#define OPEN(p, want) T_TEXT(open_stages(p), STR(want))
#define STATE_IS(p, name) T_TEXT(str_of(state_names[(p)->f.state]), STR(name))
#define OUTCOME_IS(p, name) \
	T_TEXT(str_of(outcome_names[(p)->f.outcome]), STR(name))

static const char artefact[] =
    "{\"digest\":\"d1\",\"expires\":\"2027-01-31\",\"outlets\":[\"api-get\","
    "\"api-post\",\"export\"],\"parts\":[{\"name\":\"a\",\"sql\":\"x\"},"
    "{\"name\":\"b\",\"sql\":\"y\"},{\"name\":\"c\",\"file\":\"z\"}],"
    "\"documents\":[{\"name\":\"a.csv\",\"form\":\"csv\",\"bytes\":3,"
    "\"sha256\":\"s\"}]}";

static void prepare(struct play *p, enum whom by)
{
	p->facts.artefact = parsed(p, artefact);
	DO(p, by, prepare, "{\"outlets\":[\"export\"]}");
}

#define ENDORSED "{\"outcome\":\"endorsed\"}"
#define RECEIVED "{\"memo_in\":\"1/2\",\"memo_date\":\"2026-10-30\"}"
#define APPROVED "{\"outcome\":\"approved\"}"
#define DELIVERED "{\"digest\":\"d1\"}"
#define TO_OFF "{\"officer\":\"off@example.ac.th\"}"

/* ICIT's way for HRIS, up to the state named. */
static struct play *icit_until(enum state state)
{
	struct play *p = begin("ICIT-QP-9001-24");
	draft(p, req, ",\"systems\":[\"HRIS\"]");
	if (p->f.state != state)
		DO(p, req, submit, "{}");
	if (p->f.state != state)
		DO(p, hr, consent, ENDORSED);
	if (p->f.state != state)
		DO(p, rec, receive, RECEIVED);
	if (p->f.state != state)
		DO(p, dir, decide, APPROVED);
	if (p->f.state != state)
		DO(p, head, assign, TO_OFF);
	if (p->f.state != state)
		prepare(p, off);
	if (p->f.state != state)
		DO(p, off, deliver, DELIVERED);
	if (p->f.state != state)
		DO(p, req, accept, "{\"outcome\":\"accepted\",\"score\":4}");
	REQUIRE(p->f.state == state);
	return p;
}

static struct play *registrar_until(enum state state)
{
	struct play *p = begin("W-REG6-001");
	draft(p, req, "");
	if (p->f.state != state)
		DO(p, req, submit, "{}");
	if (p->f.state != state)
		DO(p, rec, receive, RECEIVED);
	if (p->f.state != state)
		DO(p, dir, decide, APPROVED);
	if (p->f.state != state)
		prepare(p, off);
	if (p->f.state != state)
		DO(p, exec, check,
		    "{\"outcome\":\"released\",\"digest\":\"d1\"}");
	if (p->f.state != state)
		DO(p, off, deliver, DELIVERED);
	REQUIRE(p->f.state == state);
	return p;
}

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

#define OWN "submit reply withdraw accept extend note revoke"
#define OWNERS "consent return note revoke"
#define OFFICER \
	"prepare cannot classify return extend note deliver recall revoke"
#define ICIT_OFFICE                                                      \
	"rec: consent receive classify return letter withdraw note; "    \
	"dir: decide return note recall revoke; exec: note; net: note; " \
	"head: assign return note recall revoke; "                       \
	"dpo: note recall; admin: revoke; "
#define ICIT_EVER                                                   \
	"req: " OWN "; coord: " OWN "; hr: " OWNERS "; op: " OWNERS \
	"; " ICIT_OFFICE
#define ICIT_SEE "req coord hr op rec dir exec head net off off2 off3 audit dpo"
#define ANY_OFFICER "off: " OFFICER "; off2: " OFFICER "; off3: " OFFICER "; "
#define ONE_OFFICER "off: " OFFICER "; off2: note; off3: note; "
#define NOTES                                                               \
	"coord: note withdraw; hr: note; op: note; dir: note; exec: note; " \
	"net: note; off2: note; off3: note; dpo: note; "

static void icit_lets_act_whom_the_procedure_names(void)
{
	static const struct {
		enum state state;
		struct scene scene;
	} table[] = {
		{ STATE_draft,
		    { "req coord", ICIT_EVER,
			"req: submit withdraw; coord: submit withdraw" } },
		{ STATE_consent,
		    { "req coord hr op audit dpo", ICIT_EVER,
			"req: note withdraw; coord: note withdraw; "
			"hr: consent return note; op: consent return note; "
			"dpo: note" } },
		{ STATE_intake,
		    { ICIT_SEE, ICIT_EVER ANY_OFFICER,
			NOTES "off: note; head: note; req: note withdraw; "
			      "rec: receive classify return withdraw note "
			      "letter" } },
		{ STATE_decision,
		    { ICIT_SEE, ICIT_EVER ANY_OFFICER,
			"req: note withdraw; coord: note withdraw; hr: note; "
			"op: note; exec: note; net: note; head: note; "
			"off: note; off2: note; off3: note; dpo: note; "
			"dir: decide return note; "
			"rec: classify withdraw note letter" } },
		{ STATE_assignment, { ICIT_SEE, ICIT_EVER ANY_OFFICER,
					NOTES "req: note withdraw; off: note; "
					      "head: assign return note; "
					      "rec: withdraw note letter" } },
		{ STATE_preparing,
		    { ICIT_SEE, ICIT_EVER ONE_OFFICER,
			NOTES "req: note withdraw; head: assign note; "
			      "off: prepare cannot classify return extend note;"
			      "rec: withdraw note letter" } },
		{ STATE_delivery,
		    { ICIT_SEE, ICIT_EVER ONE_OFFICER,
			NOTES "req: note withdraw; head: note; "
			      "off: deliver prepare classify note; "
			      "rec: withdraw note letter" } },
		{ STATE_acceptance,
		    { ICIT_SEE, ICIT_EVER ONE_OFFICER,
			"req: accept note revoke; coord: accept note revoke; "
			"hr: note revoke; op: note revoke; rec: note letter; "
			"dir: note recall revoke; head: note recall revoke; "
			"off: note recall revoke; dpo: note recall; "
			"exec: note; net: note; off2: note; off3: note; "
			"admin: revoke" } },
		{ STATE_closed,
		    { ICIT_SEE, ICIT_EVER ONE_OFFICER,
			"req: note revoke; coord: note revoke; "
			"hr: note revoke; op: note revoke; rec: note letter; "
			"dir: note recall revoke; head: note recall revoke; "
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
		"req: reply note withdraw; coord: reply note withdraw; "
		"hr: note; op: note; dir: note; exec: note; net: note; "
		"off2: note; off3: note; dpo: note; off: note; head: note; "
		"rec: withdraw note letter" };
	struct play *p = icit_until(STATE_preparing);
	DO(p, off, return, "{\"message\":\"m\"}");
	check_scene(p, &scene);
	end(p);
}

#define REG_EVER                                              \
	"req: " OWN "; coord: " OWN "; boss: note revoke; "   \
	"rec: receive classify return letter withdraw note; " \
	"dir: decide check return note recall revoke; "       \
	"exec: check return note; net: note; off3: note; "    \
	"head: assign note recall revoke; dpo: note recall; admin: revoke; "
#define REG_SEE "req coord boss rec dir exec head net off off2 off3 audit dpo"
#define REG_BOTH "off: " OFFICER "; off2: " OFFICER "; "
#define REG_TAKEN "off: " OFFICER "; off2: note; "
#define REG_NOTES                                                \
	"req: note withdraw; coord: note withdraw; boss: note; " \
	"net: note; off3: note; dpo: note; "

static void the_registrar_lets_act_whom_the_manual_names(void)
{
	static const struct {
		enum state state;
		struct scene scene;
	} table[] = {
		{ STATE_draft,
		    { "req coord", REG_EVER,
			"req: submit withdraw; coord: submit withdraw" } },
		{ STATE_intake,
		    { REG_SEE, REG_EVER REG_BOTH,
			REG_NOTES "dir: note; exec: note; head: note; "
				  "off: note; off2: note; "
				  "rec: receive classify return withdraw note "
				  "letter" } },
		{ STATE_decision,
		    { REG_SEE, REG_EVER REG_BOTH,
			REG_NOTES "dir: decide return note; exec: note; "
				  "head: note; off: note; off2: note; "
				  "rec: classify withdraw note letter" } },
		{ STATE_preparing,
		    { REG_SEE, REG_EVER REG_BOTH,
			REG_NOTES
			"dir: note; exec: note; head: assign note; "
			"off: prepare cannot classify return extend note; "
			"off2: prepare cannot classify return extend note; "
			"rec: withdraw note letter" } },
		{ STATE_release,
		    { REG_SEE, REG_EVER REG_TAKEN,
			REG_NOTES "dir: check return note; "
				  "exec: check return note; head: note; "
				  "off: classify note; off2: note; "
				  "rec: withdraw note letter" } },
		{ STATE_delivery,
		    { REG_SEE, REG_EVER REG_TAKEN,
			REG_NOTES "dir: note; exec: note; head: note; "
				  "off: deliver prepare classify note; "
				  "off2: note; rec: withdraw note letter" } },
		{ STATE_closed,
		    { REG_SEE, REG_EVER REG_TAKEN,
			"req: accept note revoke; coord: accept note revoke; "
			"boss: note revoke; net: note; off3: note; "
			"dpo: note recall; dir: note recall revoke; "
			"exec: note; head: note recall revoke; "
			"off: note recall revoke; off2: note; "
			"rec: note letter; admin: revoke" } },
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
	T_RUN(each_part_has_a_connection_for_each_outlet);
	T_RUN(refused_work_is_suspended_and_replaced);
	T_RUN(what_was_sent_by_mistake_is_recalled);
	T_RUN(another_day_needs_agreement_or_evidence);
	T_RUN(paused_days_are_not_counted);
	T_RUN(nobody_serves_his_own_request);
	T_RUN(who_prepared_neither_approves_nor_checks);
	T_RUN(who_acted_for_the_provider_does_not_accept);
	T_RUN(icit_lets_act_whom_the_procedure_names);
	T_RUN(while_it_waits_only_the_requester_moves_it);
	T_RUN(the_registrar_lets_act_whom_the_manual_names);
	return T_PLAN();
}
