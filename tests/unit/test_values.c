/* Values: declared parameters and what they take; numbers as text. */
#include <math.h>
#include <string.h>

#include "source/lite.h"
#include "source/param.h"
#include "source_fixture.h"

static struct ctx cx;

/* Each test starts with an empty context. */
static void begin(void)
{
	arena_free(cx.arena);
	cx = ctx_new(arena_new(), 0, LANG_EN);
}

static void params_are_typed_and_bounded(void)
{
	static const struct str faculties[] = { STR_INIT("SCI"),
		STR_INIT("ENG") };
	static const struct param all[] = {
		{ .name = STR_INIT("low"),
		    .type = TYPE_NUMBER,
		    .required = true,
		    .min = STR_INIT("0"),
		    .max = STR_INIT("4") },
		{ .name = STR_INIT("fac"),
		    .type = TYPE_TEXT,
		    .preset = STR_INIT("SCI"),
		    .allowed = faculties,
		    .n_allowed = 2 },
		{ .name = STR_INIT("since"), .type = TYPE_DATE },
		{ .name = STR_INIT("word"),
		    .type = TYPE_TEXT,
		    .max_length = 3 },
	};
	static const struct {
		const char *name;
		struct str value;
		enum msg why; /* MSG_NONE: good */
	} cases[] = {
		{ "low", STR_INIT("2.5"), MSG_NONE },
		{ "low", STR_INIT("0"), MSG_NONE },
		{ "low", STR_INIT("4e0"), MSG_NONE },
		{ "low", STR_INIT("4.01"), MSG_error_parameter_value },
		{ "low", STR_INIT("-1"), MSG_error_parameter_value },
		{ "low", STR_INIT("nan"), MSG_error_parameter_value },
		{ "low", STR_INIT("0x1"), MSG_error_parameter_value },
		{ "low", STR_INIT(""), MSG_error_parameter_value },
		{ "low", STR_INIT("1 or 1=1"), MSG_error_parameter_value },
		{ "fac", STR_INIT("ENG"), MSG_NONE },
		{ "fac", STR_INIT("eng"), MSG_error_parameter_value },
		{ "fac", STR_INIT("' or '1"), MSG_error_parameter_value },
		{ "since", STR_INIT("2026-02-28"), MSG_NONE },
		{ "since", STR_INIT("2026-02-30"), MSG_error_parameter_value },
		{ "since", STR_INIT("28/02/2569"), MSG_error_parameter_value },
		{ "word", STR_INIT("ก่า"), MSG_NONE },
		{ "word", STR_INIT("ก่า1"), MSG_error_parameter_value },
		{ "word", STR_INIT("\xff"), MSG_error_parameter_value },
		{ "nobody", STR_INIT("1"), MSG_error_parameter_unknown },
	};
	struct params ps = { .v = all, .n = COUNT(all) };
	struct str sql = STR("select id, :since as s, $word as w from student "
			     "where gpa >= :low and faculty = :fac");

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arg args[] = { { STR("low"), STR("1") },
			{ str_of(cases[i].name), cases[i].value } };
		bool low = str_eq(args[1].name, STR("low"));
		const struct cell *v = NULL;

		begin();
		enum err e = params_bind(&cx, ps,
		    (struct args){ .v = args + low, .n = low ? 1 : 2 }, false,
		    &v);
		enum msg why =
		    cx.fault.fields == NULL ? MSG_NONE : cx.fault.fields->msg;
		T_CHECK(why == cases[i].why && (e == OK) == (why == MSG_NONE),
		    "%s=%.*s: %.*s", cases[i].name, STR_ARG(cases[i].value),
		    STR_ARG(msg_key(why)));
	}

	struct arg twice[] = { { STR("low"), STR("1") },
		{ STR("low"), STR("2") } };
	const struct cell *v = NULL;
	begin();
	T_CHECK(params_bind(&cx, ps, NO_ARGS, false, &v) == ERR_INVALID &&
		    cx.fault.fields->msg == MSG_error_parameter_missing,
	    "low is required");
	begin();
	T_CHECK(params_bind(&cx, ps, (struct args){ .v = twice, .n = 2 }, false,
		    &v) == ERR_INVALID &&
		    cx.fault.fields->msg == MSG_error_parameter_twice,
	    "low twice");

	struct description d;
	struct batch b = { 0 };
	begin();
	T_CHECK(source_preview(&cx, &fixture, sql, ps,
		    (struct args){ .v = twice, .n = 1 }, &source_limits_officer,
		    5, &d, &b) == OK,
	    "%.*s", STR_ARG(cx.fault.detail));
	T_CHECK(b.n_rows == 1 && str_eq(b.cells[0].s, STR("1")) &&
		    b.cells[1].kind == CELL_NULL,
	    "%zu rows", b.n_rows);

	begin();
	ps.n = 3;
	T_CHECK(source_describe(&cx, &fixture, sql, ps, NO_ARGS,
		    &source_limits_officer, &d) == ERR_INVALID &&
		    cx.fault.msg == MSG_error_sql_parameter_undeclared,
	    " ");
	begin();
	ps.n = 4;
	T_CHECK(source_describe(&cx, &fixture,
		    STR("select :low as a, :fac as b, :since as c"), ps,
		    NO_ARGS, &source_limits_officer, &d) == ERR_INVALID &&
		    cx.fault.msg == MSG_error_sql_parameter_unused,
	    " ");
	T_TEXT(cx.fault.arg[0], STR("word"));
}

static void wrong_declarations_are_refused(void)
{
	static const struct str half[] = { STR_INIT("1.5") };
	static const struct param wrong[] = {
		{ .name = STR_INIT("Upper") },
		{ .name = STR_INIT("") },
		{ .name = STR_INIT("1st") },
		{ .name = STR_INIT("a-b") },
		{ .name = STR_INIT("select") },
		{ .name = STR_INIT("format") },
		{ .name = STR_INIT("a"), .type = TYPE_BYTES },
		{ .name = STR_INIT("a"),
		    .type = TYPE_INTEGER,
		    .min = STR_INIT("2"),
		    .max = STR_INIT("1") },
		{ .name = STR_INIT("a"),
		    .type = TYPE_INTEGER,
		    .min = STR_INIT("x") },
		{ .name = STR_INIT("a"),
		    .type = TYPE_TEXT,
		    .min = STR_INIT("x") },
		{ .name = STR_INIT("a"),
		    .type = TYPE_DATE,
		    .preset = STR_INIT("yesterday") },
		{ .name = STR_INIT("a"),
		    .type = TYPE_INTEGER,
		    .preset = STR_INIT("5"),
		    .max = STR_INIT("4") },
		{ .name = STR_INIT("a"),
		    .type = TYPE_INTEGER,
		    .allowed = half,
		    .n_allowed = 1 },
		{ .name = STR_INIT("a"), .max_length = -1 },
	};

	for (size_t i = 0; i < COUNT(wrong); i++) {
		begin();
		T_CHECK(params_check(&cx, (struct params){ .v = &wrong[i],
					      .n = 1 }) == ERR_INVALID,
		    "%zu", i);
	}

	static const struct param twins[] = { { .name = STR_INIT("a") },
		{ .name = STR_INIT("a") } };
	begin();
	T_CHECK(params_check(&cx, (struct params){ .v = twins, .n = 2 }) ==
		    ERR_INVALID,
	    " ");
}

static void reals_are_the_shortest_text_that_reads_back(void)
{
	static const struct {
		double v;
		const char *want;
	} cases[] = { { 3.0, "3.0" }, { 0.1, "0.1" }, { -0.0, "-0.0" },
		{ 0.0, "0.0" }, { 1e16, "1e+16" },
		{ 1e15, "1000000000000000.0" },
		{ 123456789012345680.0, "1.2345678901234568e+17" },
		{ 0.0001, "0.0001" }, { 0.00001, "1e-05" },
		{ 0.30000000000000004, "0.30000000000000004" },
		{ 5e-324, "5e-324" }, { 1.5e-323, "1.5e-323" },
		{ 5.684341886080802e-14, "5.684341886080802e-14" },
		{ 1.7976931348623157e308, "1.7976931348623157e+308" },
		{ 2.5, "2.5" }, { 100.0, "100.0" }, { -273.15, "-273.15" },
		{ 1.0 / 3, "0.3333333333333333" },
		{ 9007199254740993.0, "9007199254740992.0" },
		{ 9999999999999998.0, "9999999999999998.0" }, { 1e22, "1e+22" },
		{ 1e100, "1e+100" }, { 4.35, "4.35" }, { 1.005, "1.005" } };
	char text[REAL_TEXT_BYTES + 1];
	uint64_t seed = 20261120, bits = 0;
	double v = 0;

	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t n = real_text(cases[i].v, text);

		T_TEXT(str_n(text, n), str_of(cases[i].want));
	}
	T_CHECK(real_text(HUGE_VAL, text) == 5 && memcmp(text, "1e999", 5) == 0,
	    "infinity");
	/* Any double: bits from a linear congruence; decimals of 2 places. */
	for (int i = 0; i < 200000; i++) {
		seed = seed * UINT64_C(6364136223846793005) +
		       UINT64_C(1442695040888963407);
		bits = seed ^ (seed >> 29);
		memcpy(&v, &bits, sizeof(v));
		if (i % 2 == 0)
			v = (double)(int64_t)(bits >> 24) / 100.0;
		if (!isfinite(v))
			continue;
		size_t n = real_text(v, text);
		REQUIRE(n <= REAL_TEXT_BYTES);
		text[n] = '\0';
		T_CHECK(strtod(text, NULL) == v && strpbrk(text, ".e") != NULL,
		    "%s is not %a", text, v);

		char printed[40];
		size_t digits = 0, shorter = 0;
		for (size_t k = 0; k < n && text[k] != 'e'; k++)
			digits += text[k] >= '0' && text[k] <= '9';
		for (int p = 0; p < 17; p++) {
			snprintf(printed, sizeof(printed), "%.*e", p, v);
			if (strtod(printed, NULL) == v) {
				shorter = (size_t)p + 1;
				break;
			}
		}
		/* leading and trailing zeros of a plain layout aside */
		T_CHECK(strchr(text, 'e') == NULL || digits == shorter,
		    "%s has more than %zu digits", text, shorter);
	}
}

static void integers_are_decimal(void)
{
	char text[REAL_TEXT_BYTES];

	T_TEXT(str_n(text, integer_text(INT64_MIN, text)),
	    STR("-9223372036854775808"));
	T_TEXT(str_n(text, integer_text(INT64_MAX, text)),
	    STR("9223372036854775807"));
	T_TEXT(str_n(text, integer_text(0, text)), STR("0"));
	T_TEXT(str_n(text, integer_text(-7, text)), STR("-7"));
}

int main(void)
{
	cx = ctx_new(arena_new(), 0, LANG_EN);
	fixture_make(&cx);
	fixture.path = str_of(fixture_path);
	T_RUN(params_are_typed_and_bounded);
	T_RUN(wrong_declarations_are_refused);
	T_RUN(reals_are_the_shortest_text_that_reads_back);
	T_RUN(integers_are_decimal);
	arena_free(cx.arena);
	return T_PLAN();
}
