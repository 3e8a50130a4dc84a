/* Parts with tables that were sent in: what a form may say of them, through which
 * outlets they go, and that a part that was agreed keeps its columns. */
#include "core/artefact_tables.h"

#include "base/str.h"
#include "t.h"

static struct ctx cx;

static void begin(void)
{
	arena_free(cx.arena);
	cx = ctx_new(arena_new(), 0, LANG_EN);
}

static json_t *of(const char *text)
{
	json_t *o = NULL;
	REQUIRE(json_parse(&cx, str_of(text), 65536, &o) == OK);
	return o;
}

/* "field code" of each wrong field, by commas. */
static struct str wrong(void)
{
	struct str out = STR("");
	for (struct field_error *f = cx.fault.fields; f; f = f->next)
		out = str_fmt(cx.arena, "%.*s%s%.*s %.*s", STR_ARG(out),
		    out.n > 0 ? ", " : "", STR_ARG(f->field),
		    STR_ARG(msg_key(f->msg)));
	return out;
}

static void what_a_form_says(void)
{
	static const struct {
		const char *part, *want, *wrong;
	} cases[] = {
		{ "{}", "{}", "" },
		{ "{\"tables\":[]}", "{}", "" },
		{ "{\"tables\":[{\"file\":\"u1\"}]}",
		    "{\"tables\":[{\"file\":\"u1\",\"name\":\"sent\"}]}", "" },
		{ "{\"tables\":[{\"file\":\"u1\",\"name\":\"mine_2\","
		  "\"more\":1}],\"unmatched\":\"student_id\"}",
		    "{\"tables\":[{\"file\":\"u1\",\"name\":\"mine_2\"}],"
		    "\"unmatched\":\"student_id\"}",
		    "" },
		{ "{\"tables\":[{\"file\":\"u1\"}],\"take\":[{\"name\":\"s\","
		  "\"sql\":\"select 1\"}]}",
		    "{\"tables\":[{\"file\":\"u1\",\"name\":\"sent\"}],"
		    "\"take\":[{\"name\":\"s\",\"sql\":\"select 1\"}]}",
		    "" },
		{ "{\"tables\":[{}]}", NULL,
		    "parts[3].tables[0].file field.required" },
		{ "{\"tables\":[{\"file\":\"u\",\"name\":\"a;b\"}]}", NULL,
		    "parts[3].tables[0].name field.table-name" },
		{ "{\"tables\":[{\"file\":\"u\"},{\"file\":\"v\"}]}", NULL,
		    "parts[3].tables[1].name field.table-name" },
		{ "{\"tables\":[{\"file\":\"u\"}],\"take\":[{\"name\":\"sent\","
		  "\"sql\":\"select 1\"},{\"name\":\"x\"}]}",
		    NULL,
		    "parts[3].take[0].name field.twice,"
		    " parts[3].take[1].sql field.required" },
		{ "{\"take\":[{\"name\":\"x\",\"sql\":\"select 1\"}]}", NULL,
		    "parts[3].take field.table-needed" },
		{ "{\"unmatched\":\"x\"}", NULL,
		    "parts[3].unmatched field.table-needed" },
		{ "{\"tables\":[{\"file\":\"u\"},{\"file\":\"u\",\"name\":"
		  "\"b\"},{\"file\":\"u\",\"name\":\"c\"},{\"file\":\"u\","
		  "\"name\":\"d\"},{\"file\":\"u\",\"name\":\"e\"}]}",
		    NULL, "parts[3].tables field.too-many" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin();
		json_t *out = json_new_object(cx.arena);
		artefact_take_tables(&cx, 3, of(cases[i].part), out);
		T_TEXT(wrong(), str_of(cases[i].wrong));
		if (cases[i].want != NULL)
			T_TEXT(json_canonical(cx.arena, out),
			    str_of(cases[i].want));
	}
}

static void only_documents(void)
{
	static const struct {
		const char *plan, *wrong;
	} cases[] = {
		{ "{\"parts\":[{\"tables\":[{}]}],\"outlets\":[\"export\"]}",
		    "" },
		{ "{\"parts\":[{}],\"outlets\":[\"api-get\",\"view\"]}", "" },
		{ "{\"parts\":[{},{\"tables\":[{}]}],"
		  "\"outlets\":[\"api-get\",\"export\",\"view\"]}",
		    "outlets field.table-export-only,"
		    " outlets field.table-export-only" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin();
		artefact_tables_outlets(&cx, of(cases[i].plan));
		T_TEXT(wrong(), str_of(cases[i].wrong));
	}
}

#define COLUMN(name, type, mask)                                        \
	"{\"name\":\"" name "\",\"type\":\"" type "\",\"mask\":\"" mask \
	"\",\"class\":\"internal\"}"
#define PART(name, columns) \
	"{\"name\":\"" name "\",\"tables\":[{}],\"columns\":[" columns "]}"
#define MADE(name, columns) "{\"parts\":[" PART(name, columns) "]}"
#define MADE2(name, columns, name2, columns2) \
	"{\"parts\":[" PART(name, columns) "," PART(name2, columns2) "]}"
#define ID COLUMN("id", "text", "none")
#define FACULTY COLUMN("faculty", "text", "none")

static void columns_are_kept(void)
{
	static const struct {
		const char *was, *now, *wrong;
	} cases[] = {
		{ NULL, MADE("a", ID), "" },
		{ MADE("a", ID "," FACULTY), MADE("a", ID "," FACULTY), "" },
		{ MADE("a", ID), MADE("a", ID "," FACULTY),
		    "parts[0].columns field.contract-more" },
		{ MADE("a", ID "," FACULTY), MADE("a", FACULTY),
		    "parts[0].columns field.contract-gone" },
		{ MADE("a", ID), MADE("a", COLUMN("id", "integer", "none")),
		    "parts[0].columns field.contract-changed" },
		{ MADE("a", ID), MADE("a", COLUMN("id", "text", "hash")),
		    "parts[0].columns field.contract-changed" },
		{ MADE("a", ID "," FACULTY), MADE("a", FACULTY "," ID),
		    "parts[0].columns field.contract-order" },
		{ MADE("a", ID), MADE("a", FACULTY),
		    "parts[0].columns field.contract-more,"
		    " parts[0].columns field.contract-gone" },
		/* Under another name: the one of its columns, else the next. */
		{ MADE("a", ID), MADE("b", ID), "" },
		{ MADE("a", ID), MADE("b", FACULTY),
		    "parts[0].name field.contract-renamed,"
		    " parts[0].columns field.contract-more,"
		    " parts[0].columns field.contract-gone" },
		{ MADE2("a", ID, "b", FACULTY), MADE2("c", FACULTY, "d", ID),
		    "" },
		{ MADE2("a", ID, "b", FACULTY), MADE("c", FACULTY), "" },
		{ MADE2("a", ID, "b", FACULTY), MADE2("b", FACULTY, "c", ID),
		    "" },
		{ MADE2("a", ID, "b", FACULTY),
		    MADE2("c", ID "," FACULTY, "b", FACULTY),
		    "parts[0].name field.contract-renamed,"
		    " parts[0].columns field.contract-more" },
		/* Another name takes no place of one that kept its own. */
		{ MADE("a", ID), MADE2("b", ID "," FACULTY, "a", ID), "" },
		/* No table then, or none now: nothing was agreed of one. */
		{ "{\"parts\":[{\"name\":\"a\",\"columns\":[]}]}",
		    MADE("a", ID), "" },
		{ MADE("a", ID),
		    "{\"parts\":[{\"name\":\"a\",\"columns\":[]}]}", "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin();
		const json_t *was = cases[i].was ? of(cases[i].was) : NULL;
		enum err e = artefact_same_contract(&cx, was, of(cases[i].now));
		T_TEXT(wrong(), str_of(cases[i].wrong));
		T_CHECK(
		    (e == OK) == (cases[i].wrong[0] == '\0'), "case %zu", i);
	}
}

int main(void)
{
	T_RUN(what_a_form_says);
	T_RUN(only_documents);
	T_RUN(columns_are_kept);
	arena_free(cx.arena);
	return T_PLAN();
}
