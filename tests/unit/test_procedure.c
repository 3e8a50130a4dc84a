/* The shipped procedures, what the reader finds wrong in broken ones, and how
 * they are kept. */
#include <string.h>

#include "core/answers.h"
#include "core/procedure.h"
#include "people_store.h"

static struct str shipped(size_t i)
{
	REQUIRE(i < procedures_shipped_n);
	return str_n(
	    (const char *)procedures_shipped[i].bytes, procedures_shipped[i].n);
}

static void print_errors(const struct procedure_errors *errors)
{
	for (size_t i = 0; i < errors->n; i++)
		printf("# %d:%d %.*s\n", errors->v[i].line, errors->v[i].column,
		    STR_ARG(errors->v[i].text));
}

/* Index of `part` in `s`, or s.n. */
static size_t where(struct str s, struct str part)
{
	for (size_t i = 0; part.n > 0 && i + part.n <= s.n; i++)
		if (memcmp(s.p + i, part.p, part.n) == 0)
			return i;
	return s.n;
}

static int line_of(struct str s, struct str part)
{
	size_t at = where(s, part);
	int line = 1;

	REQUIRE(at < s.n);
	for (size_t i = 0; i < at; i++)
		line += s.p[i] == '\n';
	return line;
}

static struct str replaced(
    struct arena *a, struct str s, struct str from, struct str to)
{
	size_t at = where(s, from);

	REQUIRE(at < s.n);
	return str_cat(
	    a, str_cat(a, str_upto(s, at), to), str_from(s, at + from.n));
}

static struct procedure must_read(struct ctx *cx, struct str yaml)
{
	struct procedure p = { 0 };
	struct procedure_errors *errors =
	    ARENA_NEW(cx->arena, struct procedure_errors);

	enum err e = procedure_read(cx, yaml, &p, errors);
	print_errors(errors);
	REQUIRE(e == OK);
	return p;
}

static void both(struct text2 t, struct str what)
{
	T_CHECK(t.th.n > 0 && t.en.n > 0, "%.*s", STR_ARG(what));
	bool thai = false;
	for (size_t i = 0; i < t.en.n; i++)
		thai = thai || (unsigned char)t.en.p[i] == 0xe0;
	T_CHECK(!thai || str_has(t.en, STR("อว ")), "Thai in English: %.*s",
	    STR_ARG(t.en));
}

static void check_languages(const struct procedure *p)
{
	both(p->title, STR("title"));
	both(p->kind, STR("kind"));
	both(p->organisation, STR("organisation"));
	both(p->page_label, STR("page"));
	for (size_t i = 0; i < p->n_approvals; i++) {
		both(p->approvals[i].act, STR("act"));
		both(p->approvals[i].position, STR("position"));
	}
	for (size_t i = 0; i < p->n_revisions; i++)
		both(p->revisions[i].what, p->revisions[i].revision);
	for (size_t i = 0; i < p->n_paragraphs; i++) {
		const struct paragraph *g = &p->paragraphs[i];
		if (g->heading.th.n > 0)
			both(g->heading, g->number);
		if (g->text.th.n > 0)
			both(g->text, g->number);
	}
	for (size_t i = 0; i < ROLES; i++)
		both(p->role_title[i], str_of(role_names[i]));
	for (size_t i = 0; i < p->n_stages; i++) {
		both(p->stages[i].title, p->stages[i].id);
		both(p->stages[i].does, p->stages[i].id);
	}
}

static void check_form_languages(const struct procedure *p)
{
	for (size_t i = 0; i < p->n_sections; i++) {
		const struct section *s = &p->sections[i];
		both(s->title, s->id);
		for (size_t j = 0; j < s->n_fields; j++) {
			const struct field *f = &s->fields[j];
			both(f->label, f->key);
			T_CHECK(!str_starts(f->label.th, STR("answer.")) &&
				    !str_eq(f->label.th, f->key),
			    "no label: %.*s", STR_ARG(f->key));
			if (f->hint.th.n > 0)
				both(f->hint, f->key);
			for (size_t k = 0; k < f->n_choices; k++) {
				both(f->choices[k].label, f->choices[k].code);
				T_CHECK(!str_eq(f->choices[k].label.th,
					    f->choices[k].code),
				    "no word: %.*s",
				    STR_ARG(f->choices[k].code));
			}
		}
	}
}

static void shipped_procedures_have_both_languages(void)
{
	struct ctx cx = cx_new();

	T_CHECK(procedures_shipped_n == 2, "%zu", procedures_shipped_n);
	for (size_t i = 0; i < procedures_shipped_n; i++) {
		struct procedure p = must_read(&cx, shipped(i));
		check_languages(&p);
		check_form_languages(&p);
		T_TEXT(p.body, shipped(i));
		T_CHECK(p.digest.n == 64, "%zu", p.digest.n);
	}
	cx_free(&cx);
}

static void chain_is(
    const struct procedure *p, const char *const *ids, size_t n)
{
	T_CHECK(p->n_stages == n, "%zu stages", p->n_stages);
	for (size_t i = 0; i < n && i < p->n_stages; i++)
		T_TEXT(p->stages[i].id, str_of(ids[i]));
}

static void goes(const struct procedure *p, const char *from,
    const char *outcome, const char *to, enum outcome close_as)
{
	const struct stage *s = procedure_stage(p, str_of(from));
	const struct next *n = s ? stage_next(s, str_of(outcome)) : NULL;

	T_CHECK(n, "%s %s", from, outcome);
	if (!n)
		return;
	T_TEXT(n->stage, str_of(to));
	T_CHECK(n->close_as == close_as, "%s %s closes as %u", from, outcome,
	    n->close_as);
}

/* domain.md N-01 to N-35. */
static void icit_is_as_its_document(void)
{
	static const char *const ids[] = { "endorsement", "intake", "decision",
		"assignment", "preparing", "delivery", "acceptance" };
	struct ctx cx = cx_new();
	struct procedure p = must_read(&cx, shipped(0));

	T_TEXT(p.code, STR("ICIT-QP-9001-24"));
	T_TEXT(p.revision, STR("06"));
	T_TEXT(date_iso(cx.arena, p.effective), STR("2026-05-06"));
	T_CHECK(p.n_revisions == 7 && p.n_approvals == 3, "history, block");
	T_TEXT(p.revisions[0].revision, STR("00"));
	T_TEXT(p.iso_clause, STR("8.5"));
	T_TEXT(p.class_.th, STR("เอกสารทั่วไป"));
	T_TEXT(p.notice.th,
	    STR("หากปรากฏเอกสารนี้ส่วนหนึ่งส่วนใด "
		"หรือทั้งฉบับในรูปแบบสื่อกระดาษ "
		"ให้ตรวจสอบความทันสมัยกับฉบับทางการในระบบเครือข่ายสารสนเทศก่อนใช้อ้างอิง "
		"และทำลายทิ้งทันทีหากพบว่าเป็นฉบับไม่ทันสมัย"));
	chain_is(&p, ids, COUNT(ids));
	goes(&p, "endorsement", "endorsed", "intake", OUTCOME_none);
	goes(&p, "endorsement", "declined", "", OUTCOME_declined);
	goes(&p, "decision", "approved", "assignment", OUTCOME_none);
	goes(&p, "decision", "rejected", "", OUTCOME_rejected);
	goes(&p, "preparing", "prepared", "delivery", OUTCOME_none);
	goes(&p, "preparing", "cannot", "", OUTCOME_cannot);
	goes(&p, "acceptance", "accepted", "", OUTCOME_accepted);
	goes(&p, "acceptance", "refused", "preparing", OUTCOME_none);
	const struct stage *first = &p.stages[0];
	T_CHECK(first->skip == (SKIP_office_owns | SKIP_requester_owns) &&
		    first->who == WHO_owner_unit && first->role == ROLE_owner,
	    "who endorses");
	const struct stage *prep = procedure_kind(&p, STAGE_preparing);
	T_CHECK(prep->n_cc == 1 && prep->cc[0].n_roles == 2 &&
		    prep->cc[0].roles[0] == ROLE_records &&
		    prep->cc[0].roles[1] == ROLE_director,
	    "N-30");
	T_TEXT(prep->cc[0].outcome, STR("cannot"));
	T_CHECK(p.budget == 10, "N-21: %d", p.budget);
	T_TEXT(p.clock_from, STR("intake"));
	T_TEXT(p.role_title[ROLE_records].th, STR("งานสารบรรณ"));
	T_CHECK(p.stages[1].requires == REQUIRE_memo_in, "memo in");
	cx_free(&cx);
}

/* domain.md L-01 to L-16. */
static void registrar_is_as_its_manual(void)
{
	static const char *const ids[] = { "intake", "decision", "preparing",
		"release", "delivery" };
	static const int budgets[][2] = { { 0, 0 }, { 1, 1 }, { 1, 4 },
		{ 1, 1 }, { 1, 1 } };
	struct ctx cx = cx_new();
	struct procedure p = must_read(&cx, shipped(1));

	T_TEXT(p.code, STR("W-REG6-001"));
	T_TEXT(p.revision, STR("01"));
	T_TEXT(date_iso(cx.arena, p.effective), STR("2021-03-01"));
	T_CHECK(p.notice.th.n == 0 && p.iso_clause.n == 0, "has none");
	chain_is(&p, ids, COUNT(ids));
	for (size_t i = 0; i < COUNT(ids); i++)
		T_CHECK(p.stages[i].budget_min == budgets[i][0] &&
			    p.stages[i].budget_max == budgets[i][1],
		    "%s: %d–%d", ids[i], p.stages[i].budget_min,
		    p.stages[i].budget_max);
	T_CHECK(p.budget == 0, "%d", p.budget);
	goes(&p, "release", "returned", "preparing", OUTCOME_none);
	goes(&p, "release", "released", "delivery", OUTCOME_none);
	goes(&p, "delivery", "delivered", "", OUTCOME_delivered);
	T_CHECK(!procedure_kind(&p, STAGE_acceptance) &&
		    !procedure_kind(&p, STAGE_consent),
	    "no such stages");
	T_TEXT(p.role_title[ROLE_records].th, STR("ผู้ปฏิบัติงานบริหาร"));
	for (size_t i = 0; i < p.n_aparts; i++)
		T_CHECK(p.aparts[i].own ||
			    p.aparts[i].command != COMMAND_check ||
			    p.aparts[i].other != COMMAND_decide,
		    "the director may do both");
	cx_free(&cx);
}

/* L-16: the thirteen fields of the paper, in order. */
static void registrar_form_is_the_paper(void)
{
	static const struct {
		const char *key, *number;
	} paper[] = { { "unit", "1" }, { "project", "2" }, { "head_name", "3" },
		{ "head_phone", "4" }, { "head_email", "5" },
		{ "coordinator_name", "6" }, { "coordinator_phone", "7" },
		{ "coordinator_email", "8" }, { "purpose", "9" },
		{ "connection", "10" }, { "caller_host", "11" },
		{ "networks", "11" }, { "formats", "12" },
		{ "format_other", "12" }, { "detail", "13" } };
	struct ctx cx = cx_new();
	struct procedure p = must_read(&cx, shipped(1));
	const struct section *s = &p.sections[0];

	T_CHECK(s->n_fields == COUNT(paper), "%zu", s->n_fields);
	for (size_t i = 0; i < COUNT(paper) && i < s->n_fields; i++) {
		T_TEXT(s->fields[i].key, str_of(paper[i].key));
		T_TEXT(s->fields[i].number, str_of(paper[i].number));
	}
	cx_free(&cx);
}

/* One fault planted in the registrar's manual: `from` becomes `to`, and the
 * first error must stand on the line of `at` and say `says`. */
struct fault_case {
	const char *what, *from, *to, *at, *says;
};
static const struct fault_case faults[] = {
	{ "a tab", "revision: \"01\"\n", "\trevision: \"01\"\n", "\trevision",
	    "Not well-formed" },
	{ "an open quote", "office: REGISTRAR", "office: \"REGISTRAR",
	    "  th: \"Page", "Not well-formed" },
	{ "a mistyped key", "clock_from: intake", "clock_form: intake",
	    "clock_form: intake", "is “clock_from” meant" },
	{ "a key that is lost", "clock_from: intake\n", "", "code: W-REG6-001",
	    "“clock_from” is missing" },
	{ "an unknown key", "office: REGISTRAR\n",
	    "office: REGISTRAR\ncolour: red\n", "colour: red",
	    "Unknown name “colour”" },
	{ "a key twice", "office: REGISTRAR\n",
	    "office: REGISTRAR\noffice: ICIT\n", "office: ICIT",
	    "stands here twice" },
	{ "no code", "code: W-REG6-001\n", "", "revision: \"01\"",
	    "“code” is missing" },
	{ "an empty code", "code: W-REG6-001", "code: \"\"", "code: \"\"",
	    "“code” is missing" },
	{ "a bad code", "code: W-REG6-001", "code: W REG6", "code: W REG6",
	    "letters" },
	{ "a Buddhist date", "effective: 2021-03-01\noffice",
	    "effective: 2564-03-01\noffice", "effective: 2564", "date" },
	{ "an impossible date", "effective: 2021-03-01\noffice",
	    "effective: 2021-02-30\noffice", "effective: 2021-02-30", "date" },
	{ "no English", "  en: Work manual\n", "", "  th: คู่มือการปฏิบัติงาน",
	    "needs both" },
	{ "empty English", "  en: Work manual", "  en: \"\"", "  en: \"\"",
	    "“kind” is missing" },
	{ "a text where a map is",
	    "kind:\n  th: คู่มือการปฏิบัติงาน\n  en: Work manual",
	    "kind: Work manual", "kind: Work manual", "must be a map" },
	{ "a third language", "  en: Work manual",
	    "  en: Work manual\n  de: Handbuch", "  de: Handbuch",
	    "Unknown name “de”" },
	{ "two lines in a title", "  en: Work manual",
	    "  en: |-\n    Work\n    manual", "  en: |-\n    Work",
	    "must stand on one line" },
	{ "two vowels on one letter", "  th: คู่มือการปฏิบัติงาน",
	    "  th: คู่มือการปฏิบัิติงาน", "  th: คู่มือการปฏิบัิ", "marks" },
	{ "Devanagari in a Thai word", "  th: คู่มือการปฏิบัติงาน", "  th: คู่มือจिराพร",
	    "  th: คู่มือจ", "marks" },
	{ "a list where a map is", "budget: {min: 1, max: 4}", "budget: [1, 4]",
	    "budget: [1, 4]", "must be a map" },
	{ "a map where a list is", "requires: [memo_in]",
	    "requires: {memo_in: true}", "requires: {", "must be a list" },
	{ "a list where a text is", "    clause: \"5(4)\"",
	    "    clause: [5, 4]", "    clause: [5, 4]", "must be text" },
	{ "another last revision", "  - revision: \"01\"",
	    "  - revision: \"02\"", "  - revision: \"02\"",
	    "not the last of the revision history" },
	{ "another date in the history", "    effective: 2021-03-01",
	    "    effective: 2021-03-02", "  - revision: \"01\"",
	    "not that of the revision history" },
	{ "a paragraph twice", "  - number: \"1.2\"", "  - number: \"1.1\"",
	    "  - number: \"1.1\"\n    text:\n      th: เพื่อให้ผู้ปฏิบัติ",
	    "stands here twice" },
	{ "an unknown answer", "      - key: head_phone",
	    "      - key: head_fone", "      - key: head_fone",
	    "is “head_phone” meant" },
	{ "an answer twice", "      - key: head_phone",
	    "      - key: head_name",
	    "      - key: head_name\n        number: \"4\"", "more than once" },
	{ "neither true nor false", "        required: true",
	    "        required: yes", "        required: yes", "true or false" },
	{ "is and not", "required_if: {field: formats, is: other}",
	    "required_if: {field: formats, is: other, not: json}",
	    "is: other, not: json", "either" },
	{ "a condition on what is not asked",
	    "required_if: {field: formats, is: other}",
	    "required_if: {field: subject, is: other}", "{field: subject",
	    "does not ask" },
	{ "a condition on no choice",
	    "required_if: {field: formats, is: other}",
	    "required_if: {field: formats, is: pdf}", "is: pdf",
	    "not a possible answer" },
	{ "choices of a text", "      - key: project\n",
	    "      - key: project\n        choices: [a]\n",
	    "        choices: [a]", "has no choices" },
	{ "a choice there is not", "      - key: connection\n",
	    "      - key: connection\n        choices: [api-get, api-put]\n",
	    "        choices: [api-get, api-put]", "Unknown word “api-put”" },
	{ "a kind there is not", "    kind: release", "    kind: releasing",
	    "    kind: releasing", "Unknown word “releasing”" },
	{ "a role there is not", "    role: executive", "    role: manager",
	    "    role: manager", "Unknown word “manager”" },
	{ "a who there is not", "    who: system_officer", "    who: everybody",
	    "    who: everybody", "Unknown word" },
	{ "a who that does not fit", "    role: executive\n    who: office",
	    "    role: executive\n    who: requester", "    who: requester",
	    "does not go with the role" },
	{ "a role not of the office", "    role: executive",
	    "    role: auditor",
	    "    who: office\n    budget: 1\n    clause: \"5(4)\"",
	    "does not go with the role" },
	{ "a stage there is not", "prepared: release", "prepared: relase",
	    "prepared: relase", "is “release” meant" },
	{ "an outcome that is missing", "      returned: preparing\n", "",
	    "      released: delivery", "lacks the outcome “returned”" },
	{ "an outcome of another kind", "      received: decision",
	    "      received: decision\n      endorsed: decision",
	    "      endorsed: decision", "has no outcome “endorsed”" },
	{ "a wrong end", "rejected: {close: rejected}",
	    "rejected: {close: declined}", "rejected: {close: declined}",
	    "cannot close a request as “declined”" },
	{ "an end there is not", "rejected: {close: rejected}",
	    "rejected: {close: lost}", "rejected: {close: lost}",
	    "Unknown word “lost”" },
	{ "a refusal that goes on", "rejected: {close: rejected}",
	    "rejected: preparing", "rejected: preparing",
	    "must close the request" },
	{ "an approval that ends", "approved: preparing",
	    "approved: {close: accepted}", "approved: {close: accepted}",
	    "cannot close a request" },
	{ "an id twice", "  - id: release", "  - id: decision",
	    "  - id: decision\n    kind: release", "used twice" },
	{ "a way round the check", "prepared: release", "prepared: delivery",
	    "  - id: release", "No way leads to stage “release”" },
	{ "a gate that can be passed over", "approved: preparing",
	    "approved: delivery", "  - id: delivery",
	    "without a stage of kind “preparing”" },
	{ "a stage that nothing leads to", "approved: preparing",
	    "approved: delivery", "  - id: preparing",
	    "No way leads to stage “preparing”" },
	{ "no way to the end", "released: delivery", "released: preparing",
	    "      received: decision", "No way leads from stage “intake”" },
	{ "two of a kind", "  - id: delivery\n    kind: delivery",
	    "  - id: delivery\n    kind: preparing",
	    "kind: preparing\n    role: officer\n    who: system_officer\n"
	    "    budget: 1\n",
	    "only one stage of kind “preparing”" },
	{ "a kind that is needed", "  - id: delivery\n    kind: delivery",
	    "  - id: delivery\n    kind: release", "  - id: intake",
	    "kind “delivery” is needed" },
	{ "a skip elsewhere", "    budget: {min: 1, max: 4}",
	    "    skip: [office_owns]", "    skip: [office_owns]",
	    "for stages of kind “consent” only" },
	{ "a copy elsewhere", "    requires: [memo_in]",
	    "    cc_cannot: [records]", "    cc_cannot: [records]",
	    "A stage of kind “intake” has no outcome “cannot”" },
	{ "a requirement elsewhere", "    requires: [memo_in]",
	    "    requires: [confirm]", "    requires: [confirm]",
	    "for stages of kind “preparing” only" },
	{ "most below least", "budget: {min: 1, max: 4}",
	    "budget: {min: 4, max: 1}", "budget: {min: 4, max: 1}",
	    "more than the most" },
	{ "a time of no days", "    budget: 1\n", "    budget: 0\n",
	    "    budget: 0", "whole number" },
	{ "a clause there is not", "    clause: \"5(4)\"",
	    "    clause: \"5(9)\"", "    clause: \"5(9)\"", "not in the text" },
	{ "a role without a title",
	    "  executive:\n    th: ผู้บริหาร\n    en: Executive\n", "",
	    "    role: executive", "has no title" },
	{ "a clock from nowhere", "clock_from: intake", "clock_from: nowhere",
	    "clock_from: nowhere", "no stage “nowhere”" },
	{ "a preparer who checks", "  check: [own, prepare]", "  check: [own]",
	    "  decide: [own, prepare]",
	    "Separation of duties is missing: “check” and “prepare”" },
	{ "one's own request", "  decide: [own, prepare]",
	    "  decide: [prepare]", "  decide: [prepare]",
	    "Separation of duties is missing: “decide” and “own”" },
	{ "apart from itself", "  check: [own, prepare]",
	    "  check: [own, prepare, check]", "  check: [own, prepare, check]",
	    "apart from itself" },
	{ "apart twice", "  check: [own, prepare]",
	    "  check: [own, prepare, prepare]",
	    "  check: [own, prepare, prepare]", "apart from “prepare” twice" },
	{ "apart from no command", "  check: [own, prepare]",
	    "  check: [own, prepair]", "  check: [own, prepair]",
	    "Unknown word “prepair”" },
	{ "a stage beside itself", "      received: decision",
	    "      received: [decision, decision]",
	    "      received: [decision, decision]", "beside itself" },
	{ "beside what there is not", "      received: decision",
	    "      received: [decision, decisn]",
	    "      received: [decision, decisn]", "“decision” meant" },
	{ "beside another kind", "      received: decision",
	    "      received: [decision, release]",
	    "      received: [decision, release]",
	    "cannot stand side by side" },
	{ "a join that cannot come together",
	    "  - id: decision\n    kind: decision\n    role: director\n",
	    "  - id: other\n    kind: decision\n    role: director\n"
	    "    who: office\n    clause: \"5(2)\"\n"
	    "    title: {th: ก, en: a}\n    does: {th: ก, en: a}\n"
	    "    next: {approved: [decision, third], "
	    "rejected: {close: rejected}}\n"
	    "  - id: third\n    kind: decision\n    role: director\n"
	    "    who: office\n    clause: \"5(2)\"\n"
	    "    title: {th: ก, en: a}\n    does: {th: ก, en: a}\n"
	    "    next: {approved: release, rejected: {close: rejected}}\n"
	    "  - id: decision\n    kind: decision\n    role: director\n",
	    "    next: {approved: [decision, third]", "cannot come together" },
	{ "a quorum of nobody", "    role: director\n",
	    "    role: director\n    quorum: 0\n", "    quorum: 0",
	    "whole number" },
	{ "a quorum of some", "    role: director\n",
	    "    role: director\n    quorum: most\n", "    quorum: most",
	    "whole number" },
	{ "a quorum of one who receives", "    role: records\n",
	    "    role: records\n    quorum: all\n", "    quorum: all",
	    "answered by one" },
	{ "a quorum of one named", "    role: director\n    who: office\n",
	    "    role: director\n    who: person\n"
	    "    person: a@example.ac.th\n    quorum: 2\n",
	    "    quorum: 2", "asks one person" },
	{ "a person without an address",
	    "    role: director\n    who: office\n",
	    "    role: director\n    who: person\n    person: somebody\n",
	    "    person: somebody", "no e-mail address" },
	{ "a person who is not asked", "    role: director\n",
	    "    role: director\n    person: a@example.ac.th\n",
	    "    person: a@example.ac.th", "or neither" },
	{ "an office's role anywhere", "    role: director\n    who: office\n",
	    "    role: director\n    who: anywhere\n", "    who: anywhere",
	    "“director”" },
	{ "a copy of what is not told", "    requires: [memo_in]",
	    "    cc: {approved: [director]}", "    cc: {approved: [director]}",
	    "has no outcome “approved”" },
	{ "a start that is the end", "stages:\n",
	    "first: {close: declined}\nstages:\n", "first: {close",
	    "must be a stage" },
	{ "a start from nowhere", "stages:\n", "first: [intak]\nstages:\n",
	    "first: [intak]", "“intake” meant" },
	{ "a cycle without exit", "released: delivery", "released: preparing",
	    "  - id: delivery", "No way leads to stage “delivery”" },
	{ "a service there is not", "services: [existing,",
	    "services: [existng,", "services: [existng",
	    "Unknown word “existng”" },
	{ "a column there is not", "register: [no,", "register: [nr,",
	    "register: [nr", "Unknown word “nr”" },
	{ "a titled column there is not", "register: [no,",
	    "register: [{column: nr, title: {th: ที่, en: No.}},",
	    "register: [{column: nr", "Unknown word “nr”" },
	{ "a column's title in one language", "register: [no,",
	    "register: [{column: no, title: {th: ที่}},",
	    "register: [{column: no", "en" },
	{ "a column twice", "register: [no,", "register: [no, no,",
	    "register: [no, no", "“no” stands here twice" },
	{ "too many outcomes", "      received: decision",
	    "      received: decision\n      a: b\n      b: b\n      c: b\n"
	    "      d: b\n      e: b\n      f: b\n      g: b\n      h: b\n"
	    "      i: b\n      j: b",
	    "      received: decision", "more than 10 items" },
	{ "an anchor", "office: REGISTRAR", "office: &o REGISTRAR",
	    "office: &o", "anchors are not read" },
	{ "no stages", "stages:\n  - id: intake",
	    "stages: []\nnothing:\n  - id: intake", "stages: []",
	    "“stages” is missing" },
	{ "a second document", "clock_from: intake\n",
	    "clock_from: intake\n---\ncode: X\n", "code: X",
	    "one document only" },
};

/* Whether an error stands on that line and says that. */
static bool has_error(
    const struct procedure_errors *errors, int line, struct str says)
{
	for (size_t i = 0; i < errors->n; i++)
		if (errors->v[i].line == line && errors->v[i].column > 0 &&
		    str_has(errors->v[i].text, says))
			return true;
	return false;
}

static void check_fault(struct str yaml, const struct fault_case *c)
{
	struct arena *a = arena_new();
	struct ctx cx = ctx_new(a, now, LANG_EN);
	struct procedure_errors *errors = ARENA_NEW(a, struct procedure_errors);
	struct procedure p = { .budget = -1 };
	struct str broken = replaced(a, yaml, str_of(c->from), str_of(c->to));

	enum err e = procedure_read(&cx, broken, &p, errors);
	bool found =
	    has_error(errors, line_of(broken, str_of(c->at)), str_of(c->says));
	T_CHECK(e == ERR_INVALID, "%s: error %u", c->what, e);
	T_CHECK(found, "%s: not on line %d: %s", c->what,
	    line_of(broken, str_of(c->at)), c->says);
	if (!found)
		print_errors(errors);
	T_CHECK(p.budget == -1, "%s: the result was touched", c->what);
	arena_free(a);
}

static void broken_texts_are_named_with_their_line(void)
{
	T_CHECK(COUNT(faults) >= 30, "%zu", COUNT(faults));
	for (size_t i = 0; i < COUNT(faults); i++)
		check_fault(shipped(1), &faults[i]);
}

/* Whole texts that are none. */
static void texts_that_are_no_procedure(void)
{
	static const struct {
		const char *what;
		struct str text;
		const char *says;
	} cases[] = {
		{ "nothing", STR_INIT(""), "empty" },
		{ "a comment", STR_INIT("# nothing\n"), "empty" },
		{ "a word", STR_INIT("procedure\n"), "must be a map" },
		{ "Latin-1", STR_INIT("code: caf\xe9\n"), "not UTF-8" },
		{ "a NUL", STR_INIT("code: \"a\\0b\"\n"), "must be text" },
		{ "an unknown alias", STR_INIT("code: *who\n"), "YAML" },
		{ "UTF-16",
		    STR_INIT("\xff\xfe"
			     "c\0"),
		    "not UTF-8" },
	};
	struct ctx cx = ctx_new(arena_new(), now, LANG_EN);
	struct procedure_errors *errors =
	    ARENA_NEW(cx.arena, struct procedure_errors);
	struct procedure p;

	for (size_t i = 0; i < COUNT(cases); i++) {
		enum err e = procedure_read(&cx, cases[i].text, &p, errors);
		T_CHECK(e == ERR_INVALID && errors->n > 0 &&
			    str_has(errors->v[0].text, str_of(cases[i].says)),
		    "%s", cases[i].what);
		if (errors->n == 0 ||
		    !str_has(errors->v[0].text, str_of(cases[i].says)))
			print_errors(errors);
	}
	cx_free(&cx);
}

/* `n` times `part`. */
static struct str many(struct arena *a, const char *part, size_t n)
{
	size_t each = strlen(part);
	char *p = ARENA_ARRAY(a, char, n *each + 1);

	for (size_t i = 0; i < n; i++)
		memcpy(p + i * each, part, each);
	return str_n(p, n * each);
}

static void hostile_texts_end_soon(void)
{
	struct ctx cx = ctx_new(arena_new(), now, LANG_EN);
	struct procedure_errors *errors =
	    ARENA_NEW(cx.arena, struct procedure_errors);
	struct procedure p;
	const struct str texts[] = {
		many(cx.arena, "[", 200000),
		many(cx.arena, "a: &a\n", 50000),
		str_cat(cx.arena, STR("form: &f\n"),
		    many(
			cx.arena, "  - {id: a, fields: [*f, *f, *f]}\n", 9000)),
		str_cat(cx.arena, STR("text:\n"),
		    many(cx.arena, "  - {}\n", 60000)),
		many(cx.arena, "# too large\n", 60000),
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		enum err e = procedure_read(&cx, texts[i], &p, errors);
		T_CHECK(e == ERR_INVALID && errors->n > 0 &&
			    errors->n <= COUNT(errors->v),
		    "text %zu", i);
	}
	cx_free(&cx);
}

static void errors_are_in_the_readers_language(void)
{
	struct ctx cx = cx_new();
	struct procedure_errors *errors =
	    ARENA_NEW(cx.arena, struct procedure_errors);
	struct procedure p;

	T_CHECK(procedure_read(&cx, STR("x: y\n"), &p, errors) == ERR_INVALID,
	    "wrong");
	T_TEXT(errors->v[0].text, STR("ไม่รู้จักชื่อ “x”"));
	T_CHECK(errors->v[0].line == 1 && errors->v[0].column == 1, "place");
	cx_free(&cx);
}

static void json_has_what_pages_need(void)
{
	struct ctx cx = cx_new();
	struct procedure p = must_read(&cx, shipped(0));
	const json_t *j = procedure_json(cx.arena, &p);
	const json_t *stages = json_list(j, "stages");
	const json_t *prep = json_array_get(stages, 4);

	T_TEXT(json_text(j, "code"), STR("ICIT-QP-9001-24"));
	T_TEXT(json_text(json_member(j, "title"), "th"), p.title.th);
	T_CHECK(json_array_size(json_list(j, "text")) == p.n_paragraphs,
	    "paragraphs");
	T_CHECK(json_array_size(json_list(j, "form")) == p.n_sections, "form");
	T_CHECK(json_array_size(stages) == 7, "stages");
	T_TEXT(json_text(prep, "id"), STR("preparing"));
	T_TEXT(json_as_text(json_array_get(json_list(prep, "cc_cannot"), 1)),
	    STR("director"));
	T_TEXT(json_text(json_array_get(json_list(prep, "next"), 0), "stage"),
	    STR("delivery"));
	T_TEXT(json_as_text(json_array_get(json_list(j, "register"), 0)),
	    STR("no"));
	cx_free(&cx);
}

static void register_has_titles_of_its_own(void)
{
	struct ctx cx = cx_new();
	struct str from = STR("register: [no, received, request, title, unit,");
	struct str to = STR("register: [{column: unit, title: {th: ฝ่าย, en: "
			    "Section}}, no,");
	struct procedure p =
	    must_read(&cx, replaced(cx.arena, shipped(1), from, to));
	const struct register_column *c = p.register_columns;
	const json_t *j = procedure_json(cx.arena, &p);

	T_CHECK(p.n_register_columns == 8, "%zu", p.n_register_columns);
	T_CHECK(
	    c[0].field == REGISTER_unit && c[1].field == REGISTER_no, "order");
	T_TEXT(c[0].title.th, STR("ฝ่าย"));
	T_TEXT(c[1].title.th, STR(""));
	T_TEXT(json_as_text(json_array_get(json_list(j, "register"), 0)),
	    STR("unit"));
	T_TEXT(json_text(json_member(json_member(j, "register_titles"), "unit"),
		   "en"),
	    STR("Section"));
	cx_free(&cx);
}

static void matrix_names_roles_and_duties(void)
{
	struct ctx cx = cx_new();
	struct procedure p = must_read(&cx, shipped(1));
	struct str m = procedure_matrix(cx.arena, &p, LANG_EN);

	T_CHECK(str_has(m, STR("W-REG6-001")), "code");
	T_CHECK(str_has(m, STR("executive  Executive")), "legend");
	T_CHECK(str_has(m, STR("           own receive decide assign prepare "
			       "check deliver\n")),
	    "%.*s", STR_ARG(m));
	T_CHECK(
	    str_has(m, STR("check      x   .       .      .      x       .     "
			   ".\n")),
	    "%.*s", STR_ARG(m));
	T_CHECK(
	    str_has(m, STR("executive  .       .        x      .      .    "
			   "   .      x     .       .        x    .      x\n")),
	    "%.*s", STR_ARG(m));
	cx_free(&cx);
}

/* The procedure `yaml` with another revision, in force from `day`. */
static struct str revised(
    struct arena *a, struct str yaml, struct str revision, struct str day)
{
	struct str s = replaced(a, yaml, STR("revision: \"01\""),
	    str_fmt(a, "revision: \"%.*s\"", STR_ARG(revision)));

	s = replaced(a, s, STR("effective: 2021-03-01"),
	    str_fmt(a, "effective: %.*s", STR_ARG(day)));
	return replaced(a, s, STR("\ntext:\n"),
	    str_fmt(a,
		"  - revision: \"%.*s\"\n    effective: %.*s\n"
		"    what:\n      th: แก้ไข\n      en: Changed\n\ntext:\n",
		STR_ARG(revision), STR_ARG(day)));
}

static void keep(struct str yaml, enum err want)
{
	struct ctx cx = cx_write();
	struct procedure p = must_read(&cx, yaml);

	enum err e = procedure_keep(&cx, &p);
	T_CHECK(e == want, "%u instead of %u", e, want);
	if (e)
		cx_free(&cx);
	else
		cx_commit(&cx);
}

static void in_force(int64_t at, const char *revision)
{
	struct ctx cx = cx_read();
	const struct procedure *p = NULL, *again = NULL;

	cx.now = at;
	MUST(cx, procedure_get(&cx, STR("W-REG6-001"), STR(""), &p));
	T_TEXT(p->revision, str_of(revision));
	MUST(cx, procedure_get(&cx, STR("W-REG6-001"), STR(""), &again));
	T_CHECK(p == again, "read once");
	cx_free(&cx);
}

static void procedures_are_kept_by_revision(void)
{
	struct arena *a = arena_new();
	struct str next = revised(a, shipped(1), STR("02"), STR("2026-12-01"));
	struct date before = { 2026, 11, 30 }, day = { 2026, 12, 1 };
	const struct procedure *p = NULL, **all;
	size_t n = 0;

	keep(shipped(0), OK);
	keep(shipped(1), OK);
	keep(shipped(1), OK);
	keep(replaced(a, shipped(1), STR("budget: 1\n"), STR("budget: 2\n")),
	    ERR_CONFLICT);
	keep(next, OK);
	in_force(date_start_ms(before), "01");
	in_force(date_start_ms(day) - 1, "01");
	in_force(date_start_ms(day), "02");

	struct ctx cx = cx_read();
	cx.now = date_start_ms(day);
	MUST(cx, procedure_get(&cx, STR("W-REG6-001"), STR("01"), &p));
	T_TEXT(p->revision, STR("01"));
	T_TEXT(p->body, shipped(1));
	MUST(cx, procedure_list(&cx, &all, &n));
	T_CHECK(n == 2, "%zu", n);
	T_TEXT(all[0]->code, STR("ICIT-QP-9001-24"));
	T_TEXT(all[1]->revision, STR("02"));
	T_CHECK(
	    procedure_get(&cx, STR("NO-SUCH"), STR(""), &p) == ERR_NOT_FOUND,
	    "unknown code");
	T_CHECK(procedure_get(&cx, STR("W-REG6-001"), STR("09"), &p) ==
		    ERR_NOT_FOUND,
	    "unknown revision");
	cx_free(&cx);
	arena_free(a);
}

static void *get_many(void *arg)
{
	const struct procedure **ret = arg;

	for (int i = 0; i < 20; i++) {
		struct ctx cx = cx_read();
		MUST(cx,
		    procedure_get(&cx, STR("ICIT-QP-9001-24"), STR("06"), ret));
		cx_free(&cx);
	}
	return NULL;
}

static void threads_share_what_was_read(void)
{
	pthread_t threads[4];
	const struct procedure *got[COUNT(threads)] = { NULL };

	for (size_t i = 0; i < COUNT(threads); i++)
		REQUIRE(
		    pthread_create(&threads[i], NULL, get_many, &got[i]) == 0);
	for (size_t i = 0; i < COUNT(threads); i++)
		REQUIRE(pthread_join(threads[i], NULL) == 0);
	for (size_t i = 1; i < COUNT(threads); i++)
		T_CHECK(got[i] == got[0], "thread %zu", i);
}

/* A text that was changed behind the program's back is not used. */
static void a_changed_text_is_refused(void)
{
	struct ctx cx = cx_write();
	struct procedure p = must_read(&cx, shipped(1));
	const struct procedure *got;

	MUST(cx, sql_exec(&cx,
		     SQL("insert into procedure_revision (code, revision,"
			 " effective, digest, body, loaded)"
			 " values ($1, $2, $3, $4, $5, $6)"),
		     VALS(val_str(STR("FORGED")), val_str(STR("01")),
			 val_str(STR("2021-03-01")),
			 val_str(many(cx.arena, "0", 64)), val_str(p.body),
			 val_i64(1)),
		     NULL));
	T_CHECK(procedure_get(&cx, STR("FORGED"), STR(""), &got) == ERR_BROKEN,
	    "another digest");
	cx_free(&cx);
}

static void on_store(void)
{
	T_RUN(procedures_are_kept_by_revision);
	T_RUN(threads_share_what_was_read);
	T_RUN(a_changed_text_is_refused);
}

int main(void)
{
	crypt_init();
	T_RUN(shipped_procedures_have_both_languages);
	T_RUN(icit_is_as_its_document);
	T_RUN(registrar_is_as_its_manual);
	T_RUN(registrar_form_is_the_paper);
	T_RUN(broken_texts_are_named_with_their_line);
	T_RUN(texts_that_are_no_procedure);
	T_RUN(hostile_texts_end_soon);
	T_RUN(errors_are_in_the_readers_language);
	T_RUN(json_has_what_pages_need);
	T_RUN(register_has_titles_of_its_own);
	T_RUN(matrix_names_roles_and_duties);
	on_each_store(on_store);
	return T_PLAN();
}
