/* The query tree: what compiles, to what, and what it finds; and that nothing
 * in a name or a value can become SQL. */
#include "source/query.h"

#include "source_fixture.h"

static struct ctx cx;

static const struct column columns[] = {
	{ .name = STR_INIT("id"), .type = TYPE_INTEGER },
	{ .name = STR_INIT("name"), .type = TYPE_TEXT },
	{ .name = STR_INIT("name_en"), .type = TYPE_TEXT },
	{ .name = STR_INIT("gpa"), .type = TYPE_NUMBER },
	{ .name = STR_INIT("faculty"), .type = TYPE_TEXT },
	{ .name = STR_INIT("born"), .type = TYPE_DATE },
	{ .name = STR_INIT("seen"), .type = TYPE_DATETIME },
	{ .name = STR_INIT("active"), .type = TYPE_BOOLEAN },
	{ .name = STR_INIT("photo"), .type = TYPE_BYTES },
	{ .name = STR_INIT("nick"),
	    .type = TYPE_TEXT,
	    .mask = STR_INIT("drop") },
};
static const bool filterable[] = { true, true, true, true, true, true, true,
	true, true, true };
static const struct approved all_of_it = {
	.sql = STR_INIT("select * from student -- all"),
	.columns = { .v = columns, .n = COUNT(columns) },
	.filterable = filterable,
};

static void begin(void)
{
	arena_free(cx.arena);
	cx = ctx_new(arena_new(), 0, LANG_EN);
}

/* One test: column, operator, one value. */
static struct cond test_of(
    const char *column, enum op op, const struct str *value)
{
	return (struct cond){ .column = str_of(column),
		.op = op,
		.values = value,
		.n_values = 1 };
}

/* The first column of every row, joined by commas; "!" and the message's key
 * when it fails. */
static struct str run(const struct approved *a, const struct query *q)
{
	struct compiled c;
	struct source_stream *s = NULL;
	struct batch b;
	struct str got = STR("");

	if (query_compile(&cx, a, q, &c) != OK)
		return str_cat(cx.arena, STR("!"),
		    msg_key(cx.fault.fields != NULL ? cx.fault.fields->msg
						    : cx.fault.msg));
	if (source_open(&cx, &fixture, &c, &source_limits_stream, &s) != OK)
		return str_cat(cx.arena, STR("!"), cx.fault.detail);
	while (source_next(&cx, s, &b) == OK && b.n_rows > 0) {
		for (size_t r = 0; r < b.n_rows; r++) {
			if (got.n > 0)
				got = str_cat(cx.arena, got, STR(","));
			got =
			    str_cat(cx.arena, got, b.cells[r * b.n_columns].s);
		}
	}
	return got;
}

static struct str run_filter(const struct cond *filter)
{
	struct query q = query_all();

	q.filter = filter;
	return run(&all_of_it, &q);
}

static void tests_find_what_they_say(void)
{
	static const struct {
		const char *column;
		enum op op;
		struct str value;
		const char *want;
	} cases[] = {
		{ "id", OP_EQ, STR_INIT("3"), "3" },
		{ "id", OP_NEQ, STR_INIT("3"), "1,2,4,5" },
		{ "id", OP_GT, STR_INIT("3"), "4,5" },
		{ "id", OP_GTE, STR_INIT("3"), "3,4,5" },
		{ "id", OP_LT, STR_INIT("2"), "1" },
		{ "id", OP_LTE, STR_INIT("2"), "1,2" },
		{ "id", OP_EQ, STR_INIT("-9223372036854775808"), "" },
		{ "gpa", OP_GTE, STR_INIT("3"), "1,2" },
		{ "gpa", OP_EQ, STR_INIT("3.25"), "1" },
		{ "gpa", OP_EQ, STR_INIT("0.1"), "4" },
		{ "gpa", OP_LT, STR_INIT("-1e299"), "5" },
		{ "gpa", OP_NEQ, STR_INIT("3"), "1,4,5" },
		{ "gpa", OP_IS, STR_INIT("null"), "3" },
		{ "name", OP_EQ, STR_INIT("มานะ"), "3" },
		{ "name", OP_EQ, STR_INIT(""), "5" },
		{ "faculty", OP_EQ, STR_INIT("SCI"), "1" },
		{ "faculty", OP_IS, STR_INIT("null"), "5" },
		{ "born", OP_EQ, STR_INIT("2004-02-29"), "2" },
		{ "born", OP_GTE, STR_INIT("2005-01-01"), "1,4,5" },
		{ "seen", OP_LT, STR_INIT("2026-11-20 09:00:00"), "1" },
		{ "active", OP_EQ, STR_INIT("true"), "1,4" },
		{ "active", OP_EQ, STR_INIT("0"), "2,5" },
		{ "active", OP_IS, STR_INIT("false"), "2,5" },
		{ "active", OP_IS, STR_INIT("null"), "3" },
		{ "photo", OP_IS, STR_INIT("null"), "2,3,4" },
		/* like minds case … */
		{ "faculty", OP_LIKE, STR_INIT("sci"), "3" },
		{ "faculty", OP_LIKE, STR_INIT("SC%"), "1" },
		{ "name_en", OP_LIKE, STR_INIT("s%"), "" },
		{ "name_en", OP_LIKE, STR_INIT("%o%"), "1,2,4" },
		{ "name_en", OP_LIKE, STR_INIT("*n_"), "2" },
		/* … ilike does not, beyond ASCII too */
		{ "faculty", OP_ILIKE, STR_INIT("sci"), "1,3" },
		{ "name_en", OP_ILIKE, STR_INIT("s*"), "1,2" },
		{ "name_en", OP_ILIKE, STR_INIT("mana"), "3" },
		{ "name_en", OP_ILIKE, STR_INIT("éMILE"), "5" },
		{ "name_en", OP_LIKE, STR_INIT("émile"), "" },
		/* Thai: _ is a code point, marks count as such */
		{ "name", OP_LIKE, STR_INIT("สม%"), "1,2" },
		{ "name", OP_LIKE, STR_INIT("%รัก%"), "2" },
		{ "name", OP_LIKE, STR_INIT("มา__"), "3" },
		{ "name", OP_LIKE, STR_INIT("มา_"), "" },
		{ "name", OP_ILIKE, STR_INIT("%ใจดี"), "1" },
		/* escapes */
		{ "name", OP_LIKE, STR_INIT("%100\\%"), "4" },
		{ "name", OP_LIKE, STR_INIT("%\\%%"), "4" },
		{ "name_en", OP_LIKE, STR_INIT("o\\_%"), "4" },
		{ "name_en", OP_LIKE, STR_INIT("_\\_%"), "4" },
		{ "name", OP_LIKE, STR_INIT("%\\*%"), "" },
		{ "name", OP_LIKE, STR_INIT(""), "5" },
		{ "name", OP_LIKE, STR_INIT("%"), "1,2,3,4,5" },
		{ "born", OP_LIKE, STR_INIT("2005-%"), "1,4,5" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin();
		struct cond t =
		    test_of(cases[i].column, cases[i].op, &cases[i].value);
		struct str got = run_filter(&t);
		T_CHECK(str_eq(got, str_of(cases[i].want)),
		    "%s.%.*s.%.*s: “%.*s”, not “%s”", cases[i].column,
		    STR_ARG(op_name(cases[i].op)), STR_ARG(cases[i].value),
		    STR_ARG(got), cases[i].want);
	}
}

static void wrong_tests_are_refused(void)
{
	static const struct {
		const char *column;
		enum op op;
		struct str value;
		const char *want;
	} cases[] = {
		{ "id", OP_EQ, STR_INIT("x"), "!error.query-value" },
		{ "id", OP_EQ, STR_INIT("1.5"), "!error.query-value" },
		{ "id", OP_EQ, STR_INIT(""), "!error.query-value" },
		{ "id", OP_EQ, STR_INIT(" 1"), "!error.query-value" },
		{ "id", OP_EQ, STR_INIT("9223372036854775808"),
		    "!error.query-value" },
		{ "id", OP_EQ, STR_INIT("1 or 1=1"), "!error.query-value" },
		{ "gpa", OP_EQ, STR_INIT("1e"), "!error.query-value" },
		{ "gpa", OP_EQ, STR_INIT("Infinity"), "!error.query-value" },
		{ "gpa", OP_EQ, STR_INIT("01"), "!error.query-value" },
		{ "born", OP_EQ, STR_INIT("2005-13-01"), "!error.query-value" },
		{ "born", OP_EQ, STR_INIT("2005"), "!error.query-value" },
		{ "seen", OP_EQ, STR_INIT("2005-01-01 25:00"),
		    "!error.query-value" },
		{ "active", OP_EQ, STR_INIT("yes"), "!error.query-value" },
		{ "photo", OP_EQ, STR_INIT("AP8="), "!error.query-value" },
		{ "name", OP_IS, STR_INIT("true"), "!error.query-value" },
		{ "name", OP_IS, STR_INIT("1"), "!error.query-value" },
		{ "name", OP_EQ, STR_INIT("\xff"), "!error.query-value" },
		{ "name", OP_EQ, STR_INIT("a\0b"), "!error.query-value" },
		{ "id", OP_LIKE, STR_INIT("1%"), "!error.query-operator" },
		{ "gpa", OP_ILIKE, STR_INIT("1%"), "!error.query-operator" },
		{ "nick", OP_EQ, STR_INIT("x"), "!error.query-column" },
		{ "ID", OP_EQ, STR_INIT("1"), "!error.query-column" },
		{ "", OP_EQ, STR_INIT("1"), "!error.query-column" },
		{ "rowid", OP_EQ, STR_INIT("1"), "!error.query-column" },
		{ "id\"", OP_EQ, STR_INIT("1"), "!error.query-column" },
		{ "id\" = 1 or \"id", OP_EQ, STR_INIT("1"),
		    "!error.query-column" },
		{ "id) --", OP_EQ, STR_INIT("1"), "!error.query-column" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin();
		struct cond t =
		    test_of(cases[i].column, cases[i].op, &cases[i].value);
		struct str got = run_filter(&t);
		T_CHECK(str_eq(got, str_of(cases[i].want)),
		    "%s.%.*s.%.*s: “%.*s”, not “%s”", cases[i].column,
		    STR_ARG(op_name(cases[i].op)), STR_ARG(cases[i].value),
		    STR_ARG(got), cases[i].want);
	}
}

static void values_never_become_sql(void)
{
	static const struct str values[] = {
		STR_INIT("' or '1'='1"),
		STR_INIT("'; drop table student; --"),
		STR_INIT("\" or \"\"=\""),
		STR_INIT("x') union select sql from sqlite_master --"),
		STR_INIT("@1"),
		STR_INIT(":id"),
		STR_INIT("?"),
		STR_INIT("/*"),
		STR_INIT("--"),
		STR_INIT(")"),
	};
	static const enum op ops[] = { OP_EQ, OP_GT, OP_LIKE, OP_ILIKE, OP_IN };
	struct cond t;

	for (size_t i = 0; i < COUNT(values); i++) {
		for (size_t k = 0; k < COUNT(ops); k++) {
			struct compiled c;
			struct query q = query_all();

			begin();
			t = test_of("name", ops[k], &values[i]);
			q.filter = &t;
			T_CHECK(query_compile(&cx, &all_of_it, &q, &c) == OK,
			    "%zu", i);
			/* ")" and "@1" stand in any query */
			T_CHECK(values[i].n < 3 || !str_has(c.sql, values[i]),
			    "%.*s", STR_ARG(c.sql));
			struct str got = run(&all_of_it, &q);
			if (ops[k] != OP_GT)
				T_TEXT(got, STR(""));
			else
				T_CHECK(got.n == 0 || got.p[0] != '!', "%.*s",
				    STR_ARG(got));
		}
	}
	begin();
	t = test_of("id", OP_IS, &(const struct str)STR_INIT("null"));
	T_TEXT(run_filter(&t), STR(""));
	struct query q = query_all();
	T_TEXT(run(&all_of_it, &q), STR("1,2,3,4,5"));
}

static void conditions_nest(void)
{
	static const struct str one = STR_INIT("1"), three = STR_INIT("3"),
				eng = STR_INIT("ENG"), null = STR_INIT("null");
	static const struct str some[] = { STR_INIT("2"), STR_INIT("4"),
		STR_INIT("9") };
	struct cond a, b, c, in, or, and;

	begin();
	a = test_of("id", OP_EQ, &one);
	b = test_of("gpa", OP_IS, &null);
	a.next = &b;
	or = (struct cond){ .kind = COND_OR, .first = &a };
	T_TEXT(run_filter(& or), STR("1,3"));
	or.negated = true;
	T_TEXT(run_filter(& or), STR("2,4,5"));
	or.negated = false;
	b.negated = true;
	T_TEXT(run_filter(& or), STR("1,2,4,5"));

	begin();
	in = (struct cond){
		.column = STR("id"), .op = OP_IN, .values = some, .n_values = 3
	};
	T_TEXT(run_filter(&in), STR("2,4"));
	in.negated = true;
	T_TEXT(run_filter(&in), STR("1,3,5"));
	in.negated = false;
	in.n_values = 0;
	T_TEXT(run_filter(&in), STR(""));
	in.n_values = 3;

	/* and(in, or(id = 3, faculty = ENG)) */
	c = test_of("faculty", OP_EQ, &eng);
	a = test_of("id", OP_EQ, &three);
	a.next = &c;
	or = (struct cond){ .kind = COND_OR, .first = &a };
	in.next = & or ;
	and = (struct cond){ .kind = COND_AND, .first = &in };
	T_TEXT(run_filter(&and), STR("2,4"));
	/* SQL's three values: NULL is not unequal to ENG either */
	c.negated = true;
	c.next = NULL;
	T_TEXT(run_filter(&c), STR("1,3"));

	and = (struct cond){ .kind = COND_AND };
	T_TEXT(run_filter(&and), STR("1,2,3,4,5"));
	or = (struct cond){ .kind = COND_OR };
	T_TEXT(run_filter(& or), STR(""));
}

static void too_much_is_refused(void)
{
	static const struct str one = STR_INIT("1");
	struct str many[QUERY_IN_VALUES + 1];
	struct cond nest[QUERY_DEPTH + 1], wide[QUERY_TESTS + 1], top, in;
	struct str pattern = { 0 };

	begin();
	nest[QUERY_DEPTH] = test_of("id", OP_EQ, &one);
	for (size_t i = QUERY_DEPTH; i > 0; i--)
		nest[i - 1] =
		    (struct cond){ .kind = COND_OR, .first = &nest[i] };
	T_TEXT(run_filter(&nest[1]), STR("1"));
	T_TEXT(run_filter(&nest[0]), STR("!error.query-too-deep"));

	begin();
	for (size_t i = 0; i <= QUERY_TESTS; i++) {
		wide[i] = test_of("id", OP_EQ, &one);
		wide[i].next = i < QUERY_TESTS ? &wide[i + 1] : NULL;
	}
	top = (struct cond){ .kind = COND_OR, .first = &wide[1] };
	T_TEXT(run_filter(&top), STR("1"));
	top.first = &wide[0];
	T_TEXT(run_filter(&top), STR("!error.query-too-many"));

	begin();
	for (size_t i = 0; i <= QUERY_IN_VALUES; i++)
		many[i] = one;
	in = (struct cond){ .column = STR("id"),
		.op = OP_IN,
		.values = many,
		.n_values = QUERY_IN_VALUES };
	T_TEXT(run_filter(&in), STR("1"));
	in.n_values++;
	T_TEXT(run_filter(&in), STR("!error.query-too-many"));

	begin();
	char *p = arena_alloc(cx.arena, QUERY_PATTERN_BYTES + 1);
	for (size_t i = 0; i <= QUERY_PATTERN_BYTES; i++)
		p[i] = i % 2 ? 'a' : '%';
	pattern = str_n(p, QUERY_PATTERN_BYTES);
	top = test_of("name", OP_LIKE, &pattern);
	T_TEXT(run_filter(&top), STR(""));
	pattern.n++;
	T_TEXT(run_filter(&top), STR("!error.query-value"));
}

static void select_takes_approved_columns_in_any_order(void)
{
	static const struct order by_id = { .column = STR_INIT("id") };
	static const struct {
		struct str names[3];
		size_t n;
		const char *want;
	} cases[] = {
		{ { STR_INIT("faculty"), STR_INIT("id") }, 2,
		    "SCI,ENG,sci,ENG," },
		{ { STR_INIT("gpa") }, 1, "3.25,3.0,,0.1,-1e+300" },
		{ { STR_INIT("id"), STR_INIT("id") }, 2, "!error.query-twice" },
		{ { STR_INIT("nick") }, 1, "!error.query-column" },
		{ { STR_INIT("*") }, 1, "!error.query-column" },
		{ { STR_INIT("count(*)") }, 1, "!error.query-column" },
		{ { STR_INIT("id\", (select 1) as \"x") }, 1,
		    "!error.query-column" },
		{ { STR_INIT("id"), STR_INIT("") }, 2, "!error.query-column" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct query q = query_all();

		begin();
		q.select = cases[i].names;
		q.n_select = cases[i].n;
		q.order = &by_id;
		q.n_order = 1;
		T_TEXT(run(&all_of_it, &q), str_of(cases[i].want));
	}

	struct compiled c;
	struct query q = query_all();
	begin();
	T_CHECK(query_compile(&cx, &all_of_it, &q, &c) == OK, " ");
	T_CHECK(c.columns.n == COUNT(columns) - 1, "%zu columns", c.columns.n);
	T_CHECK(!str_has(c.sql, STR("nick")), "%.*s", STR_ARG(c.sql));
}

static void order_limit_offset(void)
{
	static const struct order gpa_up[] = { { .column = STR_INIT("gpa") } };
	static const struct order gpa_down[] = { { .column = STR_INIT("gpa"),
	    .descending = true,
	    .nulls = NULLS_FIRST } };
	static const struct order gpa_last[] = { { .column = STR_INIT("gpa"),
	    .nulls = NULLS_LAST } };
	static const struct order two[] = { { .column = STR_INIT("active"),
						.descending = true },
		{ .column = STR_INIT("id"), .descending = true } };
	static const struct order wrong[] = { { .column =
						    STR_INIT("id desc; --") } };
	static const struct order hidden[] = { { .column = STR_INIT("nick") } };
	static const struct {
		const struct order *order;
		size_t n;
		int64_t limit, offset;
		const char *want;
	} cases[] = {
		{ gpa_up, 1, -1, 0, "3,5,4,2,1" },
		{ gpa_down, 1, -1, 0, "3,1,2,4,5" },
		{ gpa_last, 1, -1, 0, "5,4,2,1,3" },
		{ two, 2, -1, 0, "4,1,5,2,3" },
		{ two, 2, 2, 1, "1,5" },
		{ NULL, 0, 2, 0, "1,2" },
		{ NULL, 0, 0, 0, "" },
		{ NULL, 0, -1, 3, "4,5" },
		{ NULL, 0, 10, 100, "" },
		{ NULL, 0, -2, 0, "!error.query-value" },
		{ NULL, 0, -1, -1, "!error.query-value" },
		{ NULL, 0, -1, INT64_MAX, "!error.query-value" },
		{ wrong, 1, -1, 0, "!error.query-column" },
		{ hidden, 1, -1, 0, "!error.query-column" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct query q = { .order = cases[i].order,
			.n_order = cases[i].n,
			.limit = cases[i].limit,
			.offset = cases[i].offset };

		begin();
		struct str got = run(&all_of_it, &q);
		T_CHECK(str_eq(got, str_of(cases[i].want)),
		    "%zu: “%.*s”, not “%s”", i, STR_ARG(got), cases[i].want);
	}
}

static void only_filterable_columns_filter_and_order(void)
{
	static const bool just_id[COUNT(columns)] = { true };
	static const struct str value = STR_INIT("1");
	static const struct order by_name[] = { { .column =
						      STR_INIT("name") } };
	struct approved a = all_of_it;
	struct query q = query_all();
	struct cond t = test_of("name", OP_EQ, &value);

	begin();
	a.filterable = just_id;
	q.filter = &t;
	T_CHECK(query_check(&cx, &a, &q) == ERR_DENIED, " ");
	T_CHECK(cx.fault.msg == MSG_error_query_not_filterable, " ");
	T_TEXT(cx.fault.arg[0], STR("name"));
	begin();
	q.filter = NULL;
	q.order = by_name;
	q.n_order = 1;
	T_CHECK(query_check(&cx, &a, &q) == ERR_DENIED, " ");
	begin();
	q.order = NULL;
	q.n_order = 0;
	t = test_of("id", OP_EQ, &value);
	q.filter = &t;
	T_TEXT(run(&a, &q), STR("1"));
	begin();
	a.filterable = NULL;
	T_CHECK(query_check(&cx, &a, &q) == ERR_DENIED, " ");
}

static void names_are_quoted_and_comments_end(void)
{
	static const struct column odd[] = {
		{ .name = STR_INIT("a \"b"), .type = TYPE_INTEGER },
		{ .name = STR_INIT("select"), .type = TYPE_TEXT },
		{ .name = STR_INIT("ชื่อ"), .type = TYPE_TEXT },
	};
	static const struct str value = STR_INIT("ข");
	static const struct str texts[] = {
		STR_INIT("select * from odd"),
		STR_INIT("select * from odd -- where 0"),
		STR_INIT("select * from odd /* ; */"),
		STR_INIT("with x as (select * from odd) select * from x"),
		STR_INIT("select * from odd where 1 union all "
			 "select * from odd where 0"),
		STR_INIT("select * from odd order by 1 limit 5"),
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct approved a = { .sql = texts[i],
			.columns = { .v = odd, .n = 3 },
			.filterable = filterable };
		struct cond t = test_of("ชื่อ", OP_EQ, &value);
		struct query q = query_all();

		begin();
		q.filter = &t;
		T_TEXT(run(&a, &q), STR("2"));
	}
}

/* Through a filter, a choice of columns and a page. */
static void an_approved_order_is_kept(void)
{
	static const struct str ids[] = { STR_INIT("id") };
	static const struct str zero = STR_INIT("0");
	struct approved a = all_of_it;
	struct cond t = test_of("id", OP_GT, &zero);
	struct query q = query_all();

	begin();
	a.sql = STR("select * from student order by gpa desc, name -- best");
	q.filter = &t;
	T_TEXT(run(&a, &q), STR("1,2,4,5,3"));
	q.select = ids;
	q.n_select = 1;
	T_TEXT(run(&a, &q), STR("1,2,4,5,3"));
	q.limit = 2;
	q.offset = 1;
	T_TEXT(run(&a, &q), STR("2,4"));
	a.sql = STR("select * from student order by gpa desc limit 3");
	q = query_all();
	q.order = &(const struct order){ .column = STR("id") };
	q.n_order = 1;
	T_TEXT(run(&a, &q), STR("1,2,4"));
}

static void params_and_filters_meet(void)
{
	static const struct param low = {
		.name = STR_INIT("low"), .type = TYPE_NUMBER, .required = true
	};
	static const struct arg given = { STR_INIT("low"), STR_INIT("0.05") };
	static const struct str one = STR_INIT("1");
	struct approved a = all_of_it;
	struct query q = query_all();
	struct cond t = test_of("id", OP_GT, &one);

	begin();
	a.sql = STR("select * from student where gpa > :low and gpa < $low+9");
	a.params = (struct params){ .v = &low, .n = 1 };
	q.filter = &t;
	T_TEXT(run(&a, &q), STR("!error.parameter-missing"));
	begin();
	q.args = (struct args){ .v = &given, .n = 1 };
	T_TEXT(run(&a, &q), STR("2,4"));
	q.filter = NULL;
	T_TEXT(run(&a, &q), STR("1,2,4"));
}

int main(void)
{
	cx = ctx_new(arena_new(), 0, LANG_EN);
	fixture_make(&cx);
	fixture.path = str_of(fixture_path);
	T_RUN(tests_find_what_they_say);
	T_RUN(wrong_tests_are_refused);
	T_RUN(values_never_become_sql);
	T_RUN(conditions_nest);
	T_RUN(too_much_is_refused);
	T_RUN(select_takes_approved_columns_in_any_order);
	T_RUN(order_limit_offset);
	T_RUN(only_filterable_columns_filter_and_order);
	T_RUN(names_are_quoted_and_comments_end);
	T_RUN(an_approved_order_is_kept);
	T_RUN(params_and_filters_meet);
	arena_free(cx.arena);
	return T_PLAN();
}
