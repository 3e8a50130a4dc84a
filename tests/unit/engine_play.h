/* engine_play.h - the rules at work without a store: decide() and evolve() over
 * the shipped procedures, with invented people and systems. A play goes from
 * event to event; after each one the request is told anew from the events' texts
 * alone, so that evolve() can have used nothing else. */
#ifndef TESTS_UNIT_ENGINE_PLAY_H
#define TESTS_UNIT_ENGINE_PLAY_H

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

static inline struct play *begin_empty(void)
{
	struct arena *a = arena_new();
	struct play *p = ARENA_NEW(a, struct play);
	p->cx = ctx_new(a, monday(), LANG_TH);
	p->log.v = p->events;
	return p;
}

/* People and systems for the procedure that was read. */
static inline void begin_people(struct play *p)
{
	make_people(p);
	make_systems(p);
	p->facts.procedure = &p->procedure;
	p->facts.heads = &p->people[head];
	p->facts.n_heads = 2;
	p->facts.officers = &p->people[head]; /* heads and officers */
	p->facts.n_officers = off3 - head + 1;
	p->facts.calendar.first_year = 2026;
	p->facts.calendar.last_year = 2027;
	p->facts.then = p->facts.calendar;
	p->facts.next_register_no = 7;
	p->facts.register_year = 2569;
	p->facts.seed = sha256_of(p->procedure.code);
}

static inline struct play *begin(const char *code)
{
	struct play *p = begin_empty();
	read_procedure(p, str_of(code));
	begin_people(p);
	return p;
}

static inline void end(struct play *p)
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

/* A draft of `by`; `more` begins with a comma or is empty, and takes the place of
 * what is answered usually. */
static inline void draft(struct play *p, enum whom by, const char *more)
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
	json_t *answers = parsed(p, "{" ANSWERS "}");
	if (more[0] != '\0')
		json_object_update(answers,
		    parsed(p, str_cstr(a, str_fmt(a, "{%s}", more + 1))));
	json_put(data, "answers", answers);
	take(p, (struct event){ .version = 1,
		    .at = p->cx.now,
		    .type = EVENT_drafted,
		    .request = STR("X-2569-00001"),
		    .actor = p->people[by].email,
		    .data = data });
}

/* Gives the command a minute later; what it did is taken. */
static inline enum err act(
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
static inline void do_(struct play *p, enum whom by, enum command c,
    const char *body, const char *name, int line)
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
static inline struct str open_stages(struct play *p)
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

/* Two queries of `system`, a finished file, one document. */
static inline json_t *artefact_of(struct play *p, const char *system)
{
	char text[500];
	(void)snprintf(text, sizeof text,
	    "{\"digest\":\"d1\",\"expires\":\"2027-01-31\",\"outlets\":"
	    "[\"api-get\",\"api-post\",\"export\"],\"parts\":["
	    "{\"name\":\"a\",\"sql\":\"x\",\"system\":\"%s\"},"
	    "{\"name\":\"b\",\"sql\":\"y\",\"system\":\"%s\"},"
	    "{\"name\":\"c\",\"file\":\"z\"}],\"documents\":[{\"name\":"
	    "\"a.csv\",\"form\":\"csv\",\"bytes\":3,\"sha256\":\"s\"}]}",
	    system, system);
	return parsed(p, text);
}

static inline void prepare(struct play *p, enum whom by)
{
	p->facts.artefact =
	    artefact_of(p, str_cstr(p->cx.arena, p->f.systems.v[0].code));
	DO(p, by, prepare, "{\"outlets\":[\"export\"]}");
}

#define ENDORSED "{\"outcome\":\"endorsed\"}"
#define RECEIVED "{\"memo_in\":\"1/2\",\"memo_date\":\"2026-10-30\"}"
#define APPROVED "{\"outcome\":\"approved\"}"
#define DELIVERED "{\"digest\":\"d1\"}"
#define TO_OFF "{\"officer\":\"off@example.ac.th\"}"

/* ICIT's way for HRIS, up to the state named. */
static inline struct play *icit_until(enum state state)
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

static inline struct play *registrar_until(enum state state)
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

#endif
