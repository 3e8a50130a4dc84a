/* Answers: what is kept of them, what is refused, what a form still lacks. */
#include "base/cidr.h"
#include "base/near.h"
#include "core/answers.h"
#include "people_store.h"

static struct str shipped(size_t i)
{
	REQUIRE(i < procedures_shipped_n);
	return str_n(
	    (const char *)procedures_shipped[i].bytes, procedures_shipped[i].n);
}

static struct procedure procedure_of(struct ctx *cx, size_t i)
{
	struct procedure p;
	struct procedure_errors *errors =
	    ARENA_NEW(cx->arena, struct procedure_errors);

	MUST(*cx, procedure_read(cx, shipped(i), &p, errors));
	return p;
}

/* JSON with ' for ". */
static json_t *json_of(struct ctx *cx, const char *text)
{
	struct str s = str_of(text);
	char *p = ARENA_ARRAY(cx->arena, char, s.n + 1);
	json_t *j;

	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[i] == '\'' ? '"' : s.p[i];
	MUST(*cx, json_parse(cx, str_n(p, s.n), 1 << 20, &j));
	return j;
}

static void merges_to(const char *before, const char *input, const char *want)
{
	struct ctx cx = cx_new();
	json_t *was = before ? json_of(&cx, before) : NULL, *got;

	MUST(cx, answers_merge(&cx, was, json_of(&cx, input), &got));
	T_TEXT(json_canonical(cx.arena, got),
	    json_canonical(cx.arena, json_of(&cx, want)));
	if (was)
		T_TEXT(json_canonical(cx.arena, was),
		    json_canonical(cx.arena, json_of(&cx, before)));
	cx_free(&cx);
}

static void texts_are_normalised(void)
{
	merges_to(
	    NULL, "{'title':'  ขอ  ข้อมูล\\n นํ้า '}", "{'title':'ขอ ข้อมูล น้ำ'}");
	merges_to(NULL, "{'detail':'ก\\r\\nข  ค'}", "{'detail':'ก\\nข ค'}");
	merges_to(NULL, "{'title':'', 'project':'   ', 'purpose':null}", "{}");
	merges_to(
	    "{'title':'ก','project':'ข'}", "{'title':''}", "{'project':'ข'}");
	merges_to("{'title':'ก','project':'ข'}", "{'title':'ค'}",
	    "{'title':'ค','project':'ข'}");
	merges_to("{'formats':['json'],'terms_accepted':true}",
	    "{'formats':[],'terms_accepted':false}", "{}");
}

static void dates_become_iso(void)
{
	merges_to(NULL,
	    "{'needed_by':'๖ พ.ค. ๒๕๖๙','memo_date':'1/03/2564',"
	    "'retention_until':'2027-01-01'}",
	    "{'needed_by':'2026-05-06','memo_date':'2021-03-01',"
	    "'retention_until':'2027-01-01'}");
	merges_to("{'period_from':'2025-01-01'}", "{'period_to':'31/12/2568'}",
	    "{'period_from':'2025-01-01','period_to':'2025-12-31'}");
}

static void codes_and_lists(void)
{
	merges_to(NULL,
	    "{'formats':['xlsx','json','xlsx'],'service_type':'api',"
	    "'subjects':'students'}",
	    "{'formats':['xlsx','json'],'service_type':'api',"
	    "'subjects':['students']}");
	merges_to(NULL, "{'systems':'REG, HRIS\\nREG'}",
	    "{'systems':['REG','HRIS']}");
	merges_to(NULL,
	    "{'networks':['10.0.0.0/8','192.0.2.7',' 2001:DB8::/32 ']}",
	    "{'networks':['10.0.0.0/8','192.0.2.7/32','2001:db8::/32']}");
	merges_to(NULL, "{'terms_accepted':'on'}", "{'terms_accepted':true}");
	merges_to(NULL,
	    "{'head_email':' Somchai@Example.AC.TH ',"
	    "'head_phone':'๐๒-๕๕๕-๑๒๓๔ ต่อ 2225'}",
	    "{'head_email':'somchai@example.ac.th',"
	    "'head_phone':'02-555-1234 ต่อ 2225'}");
}

static void wrong_values_are_named(void)
{
	static const struct {
		const char *input, *field;
		enum msg msg;
	} cases[] = {
		{ "{'colour':'red'}", "colour", MSG_field_unknown },
		{ "{'Title':'red'}", "Title", MSG_field_unknown },
		{ "{'title':5}", "title", MSG_field_not_text },
		{ "{'title':['a']}", "title", MSG_field_not_text },
		{ "{'title':{}}", "title", MSG_field_not_text },
		{ "{'title':true}", "title", MSG_field_not_text },
		{ "{'title':'a\\u0007'}", "title", MSG_field_not_text },
		{ "{'needed_by':'31/04/2569'}", "needed_by",
		    MSG_field_bad_date },
		{ "{'needed_by':'2569-05-06'}", "needed_by",
		    MSG_field_bad_date },
		{ "{'needed_by':20260506}", "needed_by", MSG_field_not_text },
		{ "{'head_email':'somchai'}", "head_email",
		    MSG_field_bad_email },
		{ "{'head_phone':'ไม่มี'}", "head_phone", MSG_field_bad_phone },
		{ "{'head_phone':'a@b.example'}", "head_phone",
		    MSG_field_bad_phone },
		{ "{'frequency':'daily'}", "frequency", MSG_field_bad_choice },
		{ "{'frequency':['once']}", "frequency", MSG_field_not_text },
		{ "{'formats':['pdf']}", "formats", MSG_field_bad_choice },
		{ "{'formats':'json pdf'}", "formats", MSG_field_bad_choice },
		{ "{'formats':[1]}", "formats", MSG_field_not_text },
		{ "{'formats':{'json':true}}", "formats", MSG_field_not_list },
		{ "{'formats':true}", "formats", MSG_field_not_list },
		{ "{'networks':['10.0.0.1/8']}", "networks",
		    MSG_field_bad_network },
		{ "{'networks':['10.0.0.0/33']}", "networks",
		    MSG_field_bad_network },
		{ "{'networks':['example.ac.th']}", "networks",
		    MSG_field_bad_network },
		{ "{'systems':['RE/G']}", "systems", MSG_field_bad_choice },
		{ "{'terms_accepted':'maybe'}", "terms_accepted",
		    MSG_field_bad_flag },
		{ "{'terms_accepted':1}", "terms_accepted",
		    MSG_field_bad_flag },
		{ "{'period_from':'2026-02-01','period_to':'2026-01-31'}",
		    "period_to", MSG_field_before_start },
		{ "[]", "answers", MSG_field_not_object },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ctx cx = cx_new();
		json_t *got = NULL;
		enum err e = answers_merge(
		    &cx, NULL, json_of(&cx, cases[i].input), &got);
		T_CHECK(e == ERR_INVALID && !got && cx.fault.n_fields == 1,
		    "%s: %u, %zu fields", cases[i].input, e, cx.fault.n_fields);
		if (cx.fault.fields) {
			T_TEXT(cx.fault.fields->field, str_of(cases[i].field));
			T_TEXT(msg_key(cx.fault.fields->msg),
			    msg_key(cases[i].msg));
		}
		cx_free(&cx);
	}
}

static void several_wrong_values_come_together(void)
{
	struct ctx cx = cx_new();
	json_t *got;

	T_CHECK(answers_merge(&cx, NULL,
		    json_of(&cx, "{'title':1,'formats':['x'],'foo':'y',"
				 "'purpose':'ok'}"),
		    &got) == ERR_INVALID,
	    "wrong");
	T_CHECK(cx.fault.n_fields == 3, "%zu", cx.fault.n_fields);
	cx_free(&cx);
}

/* `n` Thai letters, three bytes each. */
static struct str letters(struct arena *a, size_t n)
{
	char *p = ARENA_ARRAY(a, char, n * 3 + 1);

	for (size_t i = 0; i < n; i++)
		memcpy(p + i * 3, "ก", 3);
	return str_n(p, n * 3);
}

static void lengths_count_characters(void)
{
	static const struct {
		const char *key;
		size_t max;
	} cases[] = { { "title", 500 }, { "detail", 5000 },
		{ "memo_no", 100 } };

	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t over = 0; over < 2; over++) {
			struct ctx cx = cx_new();
			json_t *in = json_new_object(cx.arena), *got;
			json_put_text(in, cases[i].key,
			    letters(cx.arena, cases[i].max + over));
			enum err e = answers_merge(&cx, NULL, in, &got);
			T_CHECK(e == (over ? ERR_INVALID : OK), "%s %zu: %u",
			    cases[i].key, over, e);
			cx_free(&cx);
		}
}

static void lists_have_an_end(void)
{
	for (int over = 0; over < 2; over++) {
		struct ctx cx = cx_new();
		json_t *in = json_new_object(cx.arena), *got;
		json_t *list = json_new_array(cx.arena);
		for (int i = 0; i < 50 + over; i++)
			json_add_text(list, str_fmt(cx.arena, "192.0.2.%d", i));
		json_put(in, "networks", list);
		enum err e = answers_merge(&cx, NULL, in, &got);
		T_CHECK(e == (over ? ERR_INVALID : OK), "%d: %u", over, e);
		cx_free(&cx);
	}
}

/* What the form says is missing, as "a b c". */
static void lacks(size_t procedure, const char *answers, const char *want)
{
	struct ctx cx = cx_new();
	struct procedure p = procedure_of(&cx, procedure);
	struct str got = STR("");

	enum err e = answers_complete(&cx, &p, json_of(&cx, answers));
	for (struct field_error *f = cx.fault.fields; f; f = f->next) {
		T_TEXT(msg_key(f->msg), STR("field.required"));
		got = str_cat(cx.arena, got, got.n ? STR(" ") : STR(""));
		got = str_cat(cx.arena, got, f->field);
	}
	T_TEXT(got, str_of(want));
	T_CHECK(e == (*want ? ERR_INVALID : OK), "%u", e);
	cx_free(&cx);
}

/* contract.md §3: six for aggregates; more for data on persons. */
static void icit_requires_six_for_aggregates(void)
{
	lacks(0, "{'identifiability':'aggregate'}",
	    "title purpose needed_by detail formats");
	lacks(0,
	    "{'identifiability':'aggregate','title':'ก','purpose':'ก',"
	    "'needed_by':'2026-12-01','detail':'ก','formats':['xlsx']}",
	    "");
	lacks(0,
	    "{'identifiability':'identified','title':'ก','purpose':'ก',"
	    "'needed_by':'2026-12-01','detail':'ก','formats':['xlsx']}",
	    "subjects lawful_basis retention_until terms_accepted");
	lacks(0,
	    "{'identifiability':'anonymous','title':'ก','purpose':'ก',"
	    "'needed_by':'2026-12-01','detail':'ก','formats':['other'],"
	    "'subjects':['staff'],'lawful_basis':'pdpa-24-4',"
	    "'retention_until':'2027-12-01','terms_accepted':true}",
	    "format_other");
}

/* Fields 1, 3–9, 10, 12, 13; neither project nor title. */
static void registrar_requires_its_own_fields(void)
{
	lacks(1, "{}",
	    "unit head_name head_phone head_email coordinator_name "
	    "coordinator_phone coordinator_email purpose connection formats "
	    "detail");
	lacks(1,
	    "{'unit':'ก','head_name':'ก','head_phone':'2225',"
	    "'head_email':'a@example.ac.th','coordinator_name':'ก',"
	    "'coordinator_phone':'2225','coordinator_email':'a@example.ac.th',"
	    "'purpose':'ก','connection':['api-get'],'formats':['json'],"
	    "'detail':'ก'}",
	    "");
}

static void conditions(void)
{
	static const struct {
		struct condition c;
		const char *answers;
		bool want;
	} cases[] = {
		{ { STR_INIT(""), STR_INIT(""), false }, "{}", true },
		{ { STR_INIT("frequency"), STR_INIT("once"), false },
		    "{'frequency':'once'}", true },
		{ { STR_INIT("frequency"), STR_INIT("once"), false },
		    "{'frequency':'year'}", false },
		{ { STR_INIT("frequency"), STR_INIT("once"), false }, "{}",
		    false },
		{ { STR_INIT("frequency"), STR_INIT("once"), true }, "{}",
		    true },
		{ { STR_INIT("frequency"), STR_INIT("once"), true },
		    "{'frequency':'once'}", false },
		{ { STR_INIT("formats"), STR_INIT("other"), false },
		    "{'formats':['json','other']}", true },
		{ { STR_INIT("formats"), STR_INIT("other"), false },
		    "{'formats':['json']}", false },
		{ { STR_INIT("formats"), STR_INIT("other"), true },
		    "{'formats':['json','other']}", false },
		{ { STR_INIT("terms_accepted"), STR_INIT("true"), false },
		    "{'terms_accepted':true}", true },
		{ { STR_INIT("terms_accepted"), STR_INIT("true"), false }, "{}",
		    false },
	};
	struct ctx cx = cx_new();

	for (size_t i = 0; i < COUNT(cases); i++)
		T_CHECK(condition_holds(&cases[i].c,
			    json_of(&cx, cases[i].answers)) == cases[i].want,
		    "case %zu", i);
	cx_free(&cx);
}

/* Every answer and every choice has its word in both languages. */
static void every_answer_has_words(void)
{
	size_t n, choices = 0;
	const char *const *keys = answer_keys(&n);
	struct arena *a = arena_new();
	enum msg m;

	T_CHECK(n == 35, "%zu answers", n);
	for (size_t i = 0; i < n; i++) {
		const struct field *f = answer_known(str_of(keys[i]));
		T_CHECK(msg_find(str_cat(a, STR("answer."), f->key), &m), "%s",
		    keys[i]);
		struct str prefix = answer_prefix(f->key);
		T_CHECK((prefix.n > 0) == (f->n_choices > 0), "%s", keys[i]);
		choices += f->n_choices;
		for (size_t j = 0; j < f->n_choices; j++)
			T_CHECK(msg_find(
				    str_cat(a, prefix, f->choices[j].code), &m),
			    "%s %zu", keys[i], j);
	}
	T_CHECK(choices == 38, "%zu choices", choices);
	T_CHECK(!answer_known(STR("colour")), "unknown");
	arena_free(a);
}

static void words_of_the_lists(void)
{
	struct arena *a = arena_new();
	enum msg m;

	for (size_t i = 0; i < STATES; i++)
		T_CHECK(
		    msg_find(str_cat(a, STR("state."), str_of(state_names[i])),
			&m) &&
			msg_find(str_cat(a, STR("state-of."),
				     str_of(state_names[i])),
			    &m),
		    "%s", state_names[i]);
	for (size_t i = 0; i < STAGES; i++)
		T_CHECK(msg_find(str_cat(a, STR("stage-kind."),
				     str_of(stage_names[i])),
			    &m),
		    "%s", stage_names[i]);
	for (size_t i = 0; i < COMMANDS; i++)
		T_CHECK(msg_find(str_cat(a, STR("command."),
				     str_of(command_names[i])),
			    &m),
		    "%s", command_names[i]);
	for (size_t i = 0; i < ROLES; i++)
		T_CHECK(
		    msg_find(
			str_cat(a, STR("role."), str_of(role_names[i])), &m),
		    "%s", role_names[i]);
	for (size_t i = 1; i < OUTCOMES; i++)
		T_CHECK(msg_find(str_cat(a, STR("outcome."),
				     str_of(outcome_names[i])),
			    &m),
		    "%s", outcome_names[i]);
	arena_free(a);
}

static void networks(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "10.0.0.0/8", "10.0.0.0/8" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "192.0.2.7", "192.0.2.7/32" },
		{ "192.0.2.6/31", "192.0.2.6/31" },
		{ "2001:db8::/32", "2001:db8::/32" },
		{ "::/0", "::/0" },
		{ "::1", "::1/128" },
		{ "::ffff:192.0.2.7", "192.0.2.7/32" },
		{ "192.0.2.7/31", NULL },
		{ "10.0.0.0/33", NULL },
		{ "10.0.0.0/", NULL },
		{ "10.0.0.0/8/8", NULL },
		{ "10.0.0.0/-1", NULL },
		{ "10.0.0", NULL },
		{ "010.0.0.0/8", NULL },
		{ "2001:db8::1/32", NULL },
		{ "::1/129", NULL },
		{ "", NULL },
		{ "/8", NULL },
		{ "localhost", NULL },
		{ "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111",
		    NULL },
	};
	struct arena *a = arena_new();
	struct cidr c;

	for (size_t i = 0; i < COUNT(cases); i++) {
		bool ok = cidr_parse(str_of(cases[i].text), &c);
		T_CHECK(ok == (cases[i].want != NULL), "%s", cases[i].text);
		if (ok && cases[i].want)
			T_TEXT(cidr_text(a, &c), str_of(cases[i].want));
	}
	arena_free(a);
}

static bool within(const char *network, const char *address)
{
	struct cidr n, one;

	REQUIRE(cidr_parse(str_of(network), &n));
	REQUIRE(cidr_parse(str_of(address), &one) && one.bits == 128);
	return cidr_has(&n, one.base);
}

static void addresses_within_networks(void)
{
	T_CHECK(within("10.0.0.0/8", "10.255.255.255"), "last");
	T_CHECK(!within("10.0.0.0/8", "11.0.0.0"), "after");
	T_CHECK(within("192.0.2.128/25", "192.0.2.128"), "first");
	T_CHECK(!within("192.0.2.128/25", "192.0.2.127"), "before");
	T_CHECK(within("192.0.2.7/32", "192.0.2.7"), "itself");
	T_CHECK(!within("192.0.2.7/32", "192.0.2.6"), "another");
	T_CHECK(within("::/0", "192.0.2.7"), "all");
	T_CHECK(within("0.0.0.0/0", "192.0.2.7"), "all IPv4");
	T_CHECK(!within("0.0.0.0/0", "2001:db8::1"), "not IPv6");
	T_CHECK(within("2001:db8::/33", "2001:db8:7fff::1"), "within");
	T_CHECK(!within("2001:db8::/33", "2001:db8:8000::1"), "outside");
}

static void nearest_names(void)
{
	static const char *const names[] = { "title", "purpose", "detail" };

	T_TEXT(near_name(STR("titel"), names, 3), STR("title"));
	T_TEXT(near_name(STR("purpos"), names, 3), STR("purpose"));
	T_TEXT(near_name(STR("details"), names, 3), STR("detail"));
	T_CHECK(near_name(STR("colour"), names, 3).n == 0, "too far");
	T_CHECK(near_name(STR(""), names, 3).n == 0, "empty");
	struct arena *a = arena_new();
	T_CHECK(near_name(letters(a, 100), names, 3).n == 0, "long");
	arena_free(a);
}

int main(void)
{
	crypt_init();
	T_RUN(texts_are_normalised);
	T_RUN(dates_become_iso);
	T_RUN(codes_and_lists);
	T_RUN(wrong_values_are_named);
	T_RUN(several_wrong_values_come_together);
	T_RUN(lengths_count_characters);
	T_RUN(lists_have_an_end);
	T_RUN(icit_requires_six_for_aggregates);
	T_RUN(registrar_requires_its_own_fields);
	T_RUN(conditions);
	T_RUN(every_answer_has_words);
	T_RUN(words_of_the_lists);
	T_RUN(networks);
	T_RUN(addresses_within_networks);
	T_RUN(nearest_names);
	return T_PLAN();
}
