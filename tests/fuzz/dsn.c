/* Where a source is, as an administrator's command says it. What is taken holds
 * no password by a plain look at it, and written again is read as the same. */
#include <libpq-fe.h>

#include "fuzz.h"
#include "source/source.h"

static struct str written(struct arena *a, const struct source *s)
{
	static const struct str encoding = STR_INIT("pratu_encoding=TIS-620");
	switch (s->kind) {
	case SOURCE_SQLITE:
		return str_cat(a, STR("sqlite:"), s->path);
	case SOURCE_ODBC:
		return str_fmt(a, "odbc:%.*s;%.*s", STR_ARG(s->dsn),
		    STR_ARG(s->cp874 ? encoding : STR("pratu_encoding=utf-8")));
	case SOURCE_POSTGRESQL:
		break;
	}
	if (!s->cp874)
		return s->dsn;
	return str_fmt(a, "%.*s%s%.*s", STR_ARG(s->dsn),
	    str_has(s->dsn, STR("?")) ? "&" : "?", STR_ARG(encoding));
}

static void check_postgresql(struct arena *a, struct str dsn)
{
	PQconninfoOption *o = PQconninfoParse(str_cstr(a, dsn), NULL);
	REQUIRE(o && str_starts(dsn, STR("postgresql://")));
	for (PQconninfoOption *k = o; k->keyword; k++)
		if (k->val && k->val[0] && k->dispchar[0] == '*')
			REQUIRE(!str_has(str_of(k->keyword), STR("password")));
	PQconninfoFree(o);
}

/* Whatever divides and quotes, there is no key of that name. */
static void check_odbc(struct arena *a, struct str dsn)
{
	struct str low = str_lower(a, dsn), part;
	REQUIRE(!str_has(low, STR("{")) && str_trim(dsn).n > 0);
	for (bool more = true; more;) {
		more = str_cut(low, ';', &part, &low);
		struct str key = str_trim(str_upto(part, str_index(part, '=')));
		REQUIRE(!str_eq(key, STR("pwd")) &&
			!str_eq(key, STR("password")) &&
			!str_eq(key, STR("pratu_encoding")));
	}
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct arena *a = cx->arena;
	struct source s, again;
	enum err e = source_parse(cx, in, &s);
	REQUIRE(e == OK || e == ERR_INVALID);
	if (e) {
		fuzz_failed(cx, e);
		return;
	}
	REQUIRE(s.secret.n == 0);
	if (s.kind == SOURCE_SQLITE)
		REQUIRE(str_eq(str_from(in, 7), s.path) && s.path.p[0] == '/');
	else if (s.kind == SOURCE_POSTGRESQL)
		check_postgresql(a, s.dsn);
	else
		check_odbc(a, s.dsn);
	struct str text = written(a, &s);
	if (text.n > 4000)
		return;
	REQUIRE(source_parse(cx, text, &again) == OK);
	REQUIRE(again.kind == s.kind && again.cp874 == s.cp874 &&
		str_eq(again.path, s.path) && str_eq(again.dsn, s.dsn));
}
