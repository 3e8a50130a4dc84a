/* sources_alike.h - one approved query asked in every way of two sources, which
 * must answer alike. SQLite's answers are held against written ones in
 * test_query.c; here they are the measure of the other drivers. */
#ifndef TESTS_UNIT_SOURCES_ALIKE_H
#define TESTS_UNIT_SOURCES_ALIKE_H

#include "base/buf.h"
#include "source/query.h"
#include "source_fixture.h"

static struct ctx cx;

#define T_OK(c, call)                                                   \
	do {                                                            \
		enum err t_e = (call);                                  \
		T_CHECK(t_e == OK, "%.*s %.*s", STR_ARG(fault_text(c)), \
		    STR_ARG((c)->fault.detail));                        \
	} while (0)

/* The same rows as of the SQLite source, in PostgreSQL. */
#define ALIKE_PG_STUDENT                                                                          \
	"create table student(id integer primary key, name text,"                                 \
	" name_en varchar(40), gpa float8, faculty text, born date,"                              \
	" seen timestamp, active boolean, photo bytea, nick text)",                               \
	    "insert into student values"                                                          \
	    " (1,'สมชาย ใจดี','Somchai',3.25,'SCI','2005-01-31',"               \
	    "  '2026-11-20 08:30:00',true,'\\x00ff','ชาย'),"                                \
	    " (2,'สมหญิง รักเรียน','Somying',3.0,'ENG','2004-02-29'," \
	    "  '2026-11-20 09:00:00',false,null,'หญิง'),"                                 \
	    " (3,'มานะ','MANA',null,'sci','2003-12-01',null,null,null,null),"             \
	    " (4,'O''Brien \"x\" 100%','o_brien',0.1,'ENG','2005-06-15',"                         \
	    "  null,true,null,'%'),"                                                              \
	    " (5,'','Émile',-1e300,null,'2005-06-16',null,false,'','_')"

static const struct column alike_columns[] = {
	{ .name = STR_INIT("id"), .type = TYPE_INTEGER },
	{ .name = STR_INIT("name"), .type = TYPE_TEXT },
	{ .name = STR_INIT("name_en"), .type = TYPE_TEXT },
	{ .name = STR_INIT("gpa"), .type = TYPE_NUMBER },
	{ .name = STR_INIT("faculty"), .type = TYPE_TEXT },
	{ .name = STR_INIT("born"), .type = TYPE_DATE },
	{ .name = STR_INIT("seen"), .type = TYPE_DATETIME },
	{ .name = STR_INIT("active"), .type = TYPE_BOOLEAN },
	{ .name = STR_INIT("photo"), .type = TYPE_BYTES },
};
static const bool alike_filterable[] = { true, true, true, true, true, true,
	true, true, true };
static const struct approved alike_all = {
	.sql = STR_INIT("select id, name, name_en, gpa, faculty, born, seen,"
			" active, photo from student"),
	.columns = { .v = alike_columns, .n = COUNT(alike_columns) },
	.filterable = alike_filterable,
};

static inline void begin(void)
{
	arena_free(cx.arena);
	cx = ctx_new(arena_new(), 0, LANG_EN);
}

static inline void put_cell_text(struct buf *b, const struct cell *c)
{
	static const char kinds[] = { [CELL_NULL] = 'n',
		[CELL_INTEGER] = 'i',
		[CELL_REAL] = 'r',
		[CELL_TEXT] = 't',
		[CELL_BYTES] = 'b' };

	buf_fmt(b, "%c:", kinds[c->kind]);
	buf_str(b,
	    c->kind == CELL_BYTES ? str_hex(b->arena, c->s.p, c->s.n) : c->s);
	buf_char(b, '|');
}

/* All cells with their kinds, row after row; "!" and why when it fails. */
static inline struct str answer_of(const struct source *source,
    const struct approved *a, const struct query *q)
{
	struct buf b = buf_new(cx.arena, (size_t)1 << 22);
	struct compiled *c = ARENA_NEW(cx.arena, struct compiled);
	struct source_stream *s = NULL;
	struct batch rows;
	enum err e = query_compile(&cx, a, q, c);

	if (e == OK)
		e = source_open(&cx, source, c, &source_limits_stream, &s);
	while (e == OK) {
		e = source_next(&cx, s, &rows);
		if (e != OK || rows.n_rows == 0)
			break;
		for (size_t i = 0; i < rows.n_rows * rows.n_columns; i++) {
			put_cell_text(&b, &rows.cells[i]);
			if ((i + 1) % rows.n_columns == 0)
				buf_char(&b, '\n');
		}
	}
	if (s != NULL)
		source_close(s);
	if (e != OK)
		return str_fmt(cx.arena, "!%d %s %.*s", (int)e,
		    msg_key(cx.fault.fields != NULL ? cx.fault.fields->msg
						    : cx.fault.msg)
			.p,
		    STR_ARG(cx.fault.detail));
	return buf_view(&b);
}

static inline void same(const struct source *other, const struct approved *a,
    const struct query *q, const char *what)
{
	struct str want = answer_of(&fixture, a, q);
	struct str got = answer_of(other, a, q);

	T_CHECK(str_eq(got, want), "%s:\n%.*s\nnot\n%.*s", what, STR_ARG(got),
	    STR_ARG(want));
	T_CHECK(
	    want.n == 0 || want.p[0] != '!', "%s: %.*s", what, STR_ARG(want));
}

static const struct order by_id[] = { { .column = STR_INIT("id") } };

static inline struct query ordered(const struct cond *filter)
{
	struct query q = query_all();

	q.filter = filter;
	q.order = by_id;
	q.n_order = 1;
	return q;
}

/* Each operator on each column, with values that hit, miss and are strange, or
 * its negation: one value of `step`; with PRATU_LONG all, and both. */
static inline void every_test_alike(const struct source *other, size_t step)
{
	static const char *const values[] = { "1", "3", "-9223372036854775808",
		"9223372036854775807", "3.25", "3.0", "0.1", "-1e299", "1e400",
		"1e-400", "0", "true", "false", "null", "มานะ", "", "SCI",
		"sci", "Sci", "s%", "S*", "%o%", "*n_", "สม%", "มา__", "มา_",
		"%ใจดี", "%100\\%", "o\\_%", "%\\*%", "%", "\\", "%\\", "[a]%",
		"!%", "%!%", "?", "'", "' or '1'='1", "\"", "x' --", "{d}",
		"{fn now()}", ":id", "$1", "éMILE", "émile", "ÉMILE", "mana",
		"2004-02-29", "2005-01-01", "2005-%", "2026-11-20 08:30:00",
		"2026-11-20 09:00:00" };

	if (getenv("PRATU_LONG") != NULL)
		step = 1;
	for (size_t c = 0; c < COUNT(alike_columns); c++) {
		for (enum op op = 0; op < OPS; op++) {
			size_t n = 0;

			for (size_t v = 0; v < COUNT(values); v++) {
				struct str value = str_of(values[v]);
				struct cond t = {
					.column = alike_columns[c].name,
					.op = op,
					.values = &value,
					.n_values = 1,
				};
				struct query q = ordered(&t);

				begin();
				if (query_check(&cx, &alike_all, &q) != OK ||
				    n++ % step != 0)
					continue;
				struct str what = str_fmt(cx.arena,
				    "%.*s.%.*s.%s", STR_ARG(t.column),
				    STR_ARG(op_name(op)), values[v]);
				t.negated = step > 1 && (n + c + op) % 2 == 0;
				same(other, &alike_all, &q,
				    str_cstr(cx.arena, what));
				t.negated = !t.negated;
				if (step == 1)
					same(other, &alike_all, &q, "not");
			}
		}
	}
}

static inline void every_order_alike(const struct source *other)
{
	for (size_t c = 0; c < COUNT(alike_columns) - 1; c++) {
		for (int k = 0; k < 6; k++) {
			struct order o[] = {
				{ .column = alike_columns[c].name,
				    .descending = k % 2 == 1,
				    .nulls = (enum nulls)(k / 2) },
				{ .column = STR("id") },
			};
			struct query q = query_all();

			begin();
			q.order = o;
			q.n_order = 2;
			same(other, &alike_all, &q,
			    str_cstr(
				cx.arena, str_fmt(cx.arena, "order %.*s %d",
					      STR_ARG(o[0].column), k)));
		}
	}
}

static inline void lists_and_pages_alike(const struct source *other)
{
	static const struct str ids[] = { STR_INIT("2"), STR_INIT("4"),
		STR_INIT("9") };
	static const struct str names[] = { STR_INIT("มานะ"), STR_INIT("x'"),
		STR_INIT("") };
	struct cond in = {
		.column = STR("id"), .op = OP_IN, .values = ids, .n_values = 3
	};
	struct cond texts = { .column = STR("name"),
		.op = OP_IN,
		.values = names,
		.n_values = 3 };
	struct cond none = { .column = STR("faculty"), .op = OP_IN };
	struct cond both = { .kind = COND_OR, .first = &in };
	struct cond nothing = { .kind = COND_OR };
	struct cond *all[] = { &in, &texts, &none, &both, &nothing };
	static const struct str some[] = { STR_INIT("gpa"), STR_INIT("id"),
		STR_INIT("name") };

	begin();
	in.next = &texts;
	for (size_t i = 0; i < COUNT(all); i++) {
		for (int negated = 0; negated < 2; negated++) {
			all[i]->negated = negated == 1;
			struct query q = ordered(all[i]);
			same(other, &alike_all, &q, "lists");
			all[i]->negated = false;
		}
	}
	for (int64_t limit = -1; limit < 7; limit += 2) {
		for (int64_t offset = 0; offset < 7; offset += 3) {
			struct query q = ordered(NULL);

			begin();
			q.limit = limit;
			q.offset = offset;
			q.select = some;
			q.n_select = 3;
			same(other, &alike_all, &q, "pages");
		}
	}
}

static inline void parameters_alike(const struct source *other)
{
	static const struct param params[] = {
		{ .name = STR_INIT("who"), .type = TYPE_TEXT },
		{ .name = STR_INIT("least"),
		    .type = TYPE_NUMBER,
		    .preset = STR_INIT("0") },
		{ .name = STR_INIT("most"),
		    .type = TYPE_INTEGER,
		    .preset = STR_INIT("5") },
	};
	static const struct str texts[] = { STR_INIT("มานะ"), STR_INIT(""),
		STR_INIT("':who'"), STR_INIT("'; drop table student; --") };
	struct approved a = {
		.sql = STR("select id, name, ':who' as word from student"
			   " where (name = :who or gpa > :least)"
			   " and id <= :most and name <> ':most'"),
		.columns = { .n = 3 },
		.params = { .v = params, .n = COUNT(params) },
	};
	static const struct column columns[] = {
		{ .name = STR_INIT("id"), .type = TYPE_INTEGER },
		{ .name = STR_INIT("name"), .type = TYPE_TEXT },
		{ .name = STR_INIT("word"), .type = TYPE_TEXT },
	};
	static const bool filterable[] = { true, true, true };

	a.columns.v = columns;
	a.filterable = filterable;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct arg args[] = { { STR("who"), texts[i] },
			{ STR("least"), STR("3.1") } };
		struct str two = STR("2");
		struct cond t = { .column = STR("id"),
			.op = OP_NEQ,
			.values = &two,
			.n_values = 1 };
		struct query q = ordered(&t);

		begin();
		q.args = (struct args){ args, 2 };
		same(other, &a, &q, "parameters");
	}
}

#endif
