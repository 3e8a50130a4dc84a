/* Prints docs/ALLOWED.md: for both shipped procedures, in each state, which
 * commands each of the people around a request may give. Nothing here knows a
 * rule: each request is played to its state and policy_allowed() is asked. */
#include "engine_play.h"

/* Who is asked, and what he is called. */
static const struct {
	enum whom who;
	const char *name;
} people[] = {
	{ req, "requester" },
	{ coord, "named in the form" },
	{ other, "requester, another's" },
	{ hr, "owner of the system" },
	{ boss, "owner, the office's own" },
	{ des, "owner of another system" },
	{ rec, "records" },
	{ dir, "director" },
	{ exec, "executive" },
	{ head, "head of the division" },
	{ net, "head of another" },
	{ off, "officer of the system" },
	{ off3, "officer of another" },
	{ audit, "auditor" },
	{ dpo, "dpo" },
	{ admin, "admin" },
};

static uint32_t allowed(struct play *p, enum whom who)
{
	return policy_allowed(&p->cx, &p->facts, &p->f, &p->people[who]);
}

static void print_row(const char *state, const char *who, uint32_t bits)
{
	printf("| `%s` | %s |", state, who);
	for (size_t c = 0; c < COMMANDS; c++)
		if (bits >> c & 1)
			printf(" `%s`", command_names[c]);
	printf(" |\n");
}

static void print_state(const char *state, struct play *p)
{
	for (size_t i = 0; i < COUNT(people); i++) {
		uint32_t bits = allowed(p, people[i].who);
		if (bits != 0)
			print_row(state, people[i].name, bits);
	}
	end(p);
}

/* Sent back to the requester from the director's desk. */
static struct play *returned(struct play *p)
{
	DO(p, dir, return, "{\"message\":\"m\"}");
	return p;
}

static struct play *rejected(struct play *p)
{
	DO(p, dir, decide, "{\"outcome\":\"rejected\",\"note\":\"n\"}");
	return p;
}

static void print_head(const char *code, const char *what)
{
	printf("\n## %s\n\n%s\n\n", code, what);
	printf("| state | who | may give |\n|---|---|---|\n");
}

static void print_icit(void)
{
	static const enum state states[] = { STATE_draft, STATE_consent,
		STATE_intake, STATE_decision, STATE_assignment, STATE_preparing,
		STATE_delivery, STATE_acceptance };
	print_head("ICIT-QP-9001-24",
	    "A request for HRIS, whose owner is another unit than the office.");
	for (size_t i = 0; i < COUNT(states); i++)
		print_state(state_names[states[i]], icit_until(states[i]));
	print_state("waiting", returned(icit_until(STATE_decision)));
	print_state("closed, rejected", rejected(icit_until(STATE_decision)));
	print_state("closed, accepted", icit_until(STATE_closed));
}

static void print_registrar(void)
{
	static const enum state states[] = { STATE_draft, STATE_intake,
		STATE_decision, STATE_preparing, STATE_release,
		STATE_delivery };
	print_head("W-REG6-001",
	    "A request for REGKMITL, whose owner is the office. Here the director "
	    "is `executive`, too, as in the demo.");
	for (size_t i = 0; i < COUNT(states); i++)
		print_state(state_names[states[i]], registrar_until(states[i]));
	print_state("waiting", returned(registrar_until(STATE_decision)));
	print_state(
	    "closed, rejected", rejected(registrar_until(STATE_decision)));
	print_state("closed, delivered", registrar_until(STATE_closed));
}

int main(void)
{
	printf(
	    "# Who may do what, and when\n\n"
	    "ผู้ใดสั่งอะไรได้ในขั้นใด ตารางนี้สร้างจากโปรแกรม ไม่ได้เขียนด้วยมือ\n\n"
	    "Made by `tests/unit/allowed.c`, which plays a request to each state "
	    "and asks the\nrules of `src/core/policy.c`; "
	    "`tests/checks/allowed.sh` holds it to them. Who is in no\nrow of a "
	    "state may give no command there. What a command is: "
	    "[API.md](API.md#commands).\nAfter a change of the rules: "
	    "`build/tests/unit/allowed > docs/ALLOWED.md`.\n\n"
	    "Beside this, separation of duties keeps whoever acted on a request, "
	    "or asked for it, from\nsome commands on that request (`apart` of "
	    "the procedure), and a stand-in may do what he\nlends.\n");
	print_icit();
	print_registrar();
	return 0;
}
