/* Where a source is, in one line of text. */
#include <libpq-fe.h>

#include "base/buf.h"
#include "base/str.h"
#include "source/source.h"

#define PATH_BYTES ((size_t)4096)

static enum err parse_sqlite(
    struct ctx *cx, struct str path, struct source *ret)
{
	if (!str_starts(path, STR("/")))
		return fail(cx, ERR_INVALID, MSG_error_source_dsn);
	*ret = (struct source){ .kind = SOURCE_SQLITE,
		.path = str_dup(cx->arena, path) };
	return OK;
}

/* "pratu_encoding=…"; false when it is something else. */
static bool take_encoding(struct str part, struct source *s, bool *ret_known)
{
	struct str name, value;

	if (!str_cut(part, '=', &name, &value) ||
	    !str_eq_nocase(str_trim(name), STR("pratu_encoding")))
		return false;
	value = str_trim(value);
	s->cp874 = str_eq_nocase(value, STR("cp874")) ||
	           str_eq_nocase(value, STR("tis-620"));
	*ret_known = s->cp874 || str_eq_nocase(value, STR("utf-8"));
	return true;
}

/* `text` without our own parameter, parts divided by `between`. */
static bool without_ours(struct arena *a, struct str text, char between,
    struct source *s, struct str *ret)
{
	struct buf b = buf_new(a, text.n + 1);
	bool known = true, more = true;

	for (size_t n = 0; more;) {
		struct str part;

		more = str_cut(text, between, &part, &text);
		if (take_encoding(part, s, &known)) {
			if (!known)
				return false;
			continue;
		}
		if (n++ > 0)
			buf_char(&b, between);
		buf_str(&b, part);
	}
	*ret = buf_view(&b);
	return true;
}

static enum err parse_postgresql(
    struct ctx *cx, struct str dsn, struct source *ret)
{
	struct source s = { .kind = SOURCE_POSTGRESQL };
	struct str head, query, rest = { 0 };
	bool secret = false;

	str_cut(dsn, '?', &head, &query);
	if (!without_ours(cx->arena, query, '&', &s, &rest))
		return fail(cx, ERR_INVALID, MSG_error_source_dsn);
	s.dsn = str_fmt(cx->arena, "%.*s%s%.*s", STR_ARG(head),
	    rest.n > 0 ? "?" : "", STR_ARG(rest));

	PQconninfoOption *o = PQconninfoParse(str_cstr(cx->arena, s.dsn), NULL);
	if (o == NULL)
		return fail(cx, ERR_INVALID, MSG_error_source_dsn);
	for (PQconninfoOption *k = o; k->keyword != NULL; k++)
		secret |= k->val != NULL && k->val[0] != '\0' &&
		          (str_eq(str_of(k->keyword), STR("password")) ||
			      str_eq(str_of(k->keyword), STR("sslpassword")));
	PQconninfoFree(o);
	if (secret)
		return fail(cx, ERR_INVALID, MSG_error_source_dsn_secret);
	*ret = s;
	return OK;
}

static bool is_secret_key(struct str key)
{
	key = str_trim(key);
	return str_eq_nocase(key, STR("pwd")) ||
	       str_eq_nocase(key, STR("password"));
}

/* KEY=VALUE;… where a value may stand in braces, which we do not need: they
 * could hide a semicolon, and so a password. */
static enum err parse_odbc(struct ctx *cx, struct str text, struct source *ret)
{
	struct source s = { .kind = SOURCE_ODBC };
	struct str left = { 0 }, part, key, value;

	if (!without_ours(cx->arena, text, ';', &s, &s.dsn))
		return fail(cx, ERR_INVALID, MSG_error_source_dsn);
	left = s.dsn;
	for (bool more = true; more;) {
		more = str_cut(left, ';', &part, &left);
		if (str_trim(part).n == 0)
			continue;
		if (!str_cut(part, '=', &key, &value) || str_trim(key).n == 0 ||
		    str_index(part, '{') < part.n)
			return fail(cx, ERR_INVALID, MSG_error_source_dsn);
		if (is_secret_key(key))
			return fail(
			    cx, ERR_INVALID, MSG_error_source_dsn_secret);
	}
	if (str_trim(s.dsn).n == 0)
		return fail(cx, ERR_INVALID, MSG_error_source_dsn);
	*ret = s;
	return OK;
}

enum err source_parse(struct ctx *cx, struct str dsn, struct source *ret)
{
	struct str rest = dsn;

	if (dsn.n > PATH_BYTES || !str_utf8(dsn) ||
	    str_index(dsn, '\0') < dsn.n)
		return fail(cx, ERR_INVALID, MSG_error_source_dsn);
	if (str_take(&rest, STR("sqlite:")))
		return parse_sqlite(cx, rest, ret);
	if (str_starts(dsn, STR("postgresql://")))
		return parse_postgresql(cx, dsn, ret);
	if (str_take(&rest, STR("odbc:")))
		return parse_odbc(cx, rest, ret);
	return fail(cx, ERR_INVALID, MSG_error_source_dsn);
}
