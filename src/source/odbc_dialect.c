/* The SQL of the databases that are reached by ODBC. Values stand as ?, in the
 * order in which they are written. Texts are compared by code point where the
 * database can be told so; docs/SOURCES.md says what is left. */
#include <string.h>
#include <unicode/uchar.h>

#include "base/str.h"
#include "source/odbc.h"

static const struct odbc_own *own_of(const struct dialect *d)
{
	return d->own;
}

static bool is_text(const struct dialect *d, size_t at)
{
	return own_of(d)->columns[at].meant == TYPE_TEXT;
}

static void put_name(const struct dialect *d, struct buf *b, size_t at)
{
	dialect_name(d, b, d->approved->columns.v[at].name);
}

static void put_around(const struct dialect *d, struct buf *b,
    const char *before, size_t at, const char *after)
{
	buf_str(b, str_of(before));
	put_name(d, b, at);
	buf_str(b, str_of(after));
}

/* Whether both sides are compared as texts on PostgreSQL, which has no operator
 * for two types that differ. Cells that the source gave are of its own. */
static bool is_own(const struct dialect *d, size_t at, enum use use)
{
	enum column_type meant = own_of(d)->columns[at].meant;
	enum column_type type = d->approved->columns.v[at].type;
	bool numbers = (meant == TYPE_INTEGER || meant == TYPE_NUMBER) &&
	               (type == TYPE_INTEGER || type == TYPE_NUMBER ||
			   type == TYPE_BOOLEAN);
	bool times = (meant == TYPE_DATE || meant == TYPE_DATETIME) &&
	             (type == TYPE_DATE || type == TYPE_DATETIME);

	return use >= FOR_SORT || meant == type || numbers || times;
}

static bool is_decimal(const struct dialect *d, size_t at)
{
	SQLSMALLINT type = own_of(d)->columns[at].type;

	return type == SQL_DECIMAL || type == SQL_NUMERIC;
}

/* What libsqliteodbc shows is less than what SQLite holds: 15 digits of a real,
 * milliseconds of a time. Rows are sorted by what is shown. */
static const char *const *shown_by_lite(
    const struct dialect *d, size_t at, enum use use)
{
	static const char *const plain[] = { "", "" };
	static const char *const shown[COLUMN_TYPES][2] = {
		[TYPE_NUMBER] = { "cast(cast(", " as text) as real)" },
		[TYPE_DATE] = { "coalesce(date(", "),'')" },
		[TYPE_DATETIME] = { "coalesce(strftime('%Y-%m-%d %H:%M:%f',"
				    "substr(",
		    ",1,23)),'')" },
	};
	enum column_type meant = own_of(d)->columns[at].meant;

	return use < FOR_SORT || shown[meant][0] == NULL ? plain : shown[meant];
}

/* The same of PostgreSQL's driver, for types that it does not know and whose
 * cast is no copy of what is shown (inet). */
static void put_pg_text(
    const struct dialect *d, struct buf *b, size_t at, enum use use)
{
	SQLSMALLINT type = own_of(d)->columns[at].type;

	/* char(n) is shown without its padding, as the cast has it. */
	if (use < FOR_SORT || type == SQL_CHAR || type == SQL_WCHAR) {
		put_around(d, b, "cast(", at, " as text)");
		return;
	}
	put_around(d, b, "(case when ", at, " is not null");
	put_around(d, b, " then concat(", at, ") end)");
}

static void put_column(
    const struct dialect *d, struct buf *b, size_t at, enum use use)
{
	bool text = is_text(d, at);
	const char *const *shown = NULL;

	switch (own_of(d)->product) {
	case PRODUCT_SQLITE:
		shown = shown_by_lite(d, at, use);
		put_around(d, b, shown[0], at, shown[1]);
		if (text)
			buf_str(b, STR(" collate binary"));
		return;
	case PRODUCT_MARIADB: /* whose own order ignores case and padding */
		if (text)
			put_around(d, b, "cast(convert(", at,
			    " using utf8mb4) as binary)");
		else if (own_of(d)->columns[at].type == SQL_REAL)
			/* Six digits are shown of it. */
			put_around(
			    d, b, "cast(cast(", at, " as char) as double)");
		else
			put_name(d, b, at);
		return;
	case PRODUCT_POSTGRESQL:
		text |= !is_own(d, at, use);
		if (text)
			put_pg_text(d, b, at, use);
		else
			put_name(d, b, at);
		if (text && use != FOR_EQUAL)
			buf_str(b, STR(" collate \"C\""));
		return;
	case PRODUCT_MSSQL:
		put_around(d, b, "", at,
		    text ? " collate Latin1_General_100_BIN2" : "");
		return;
	case PRODUCT_ORACLE:
	case PRODUCT_OTHER:
		put_name(d, b, at);
		return;
	}
}

/* What PostgreSQL is told a value is. */
static const char *pg_type_of(
    const struct dialect *d, size_t at, enum use use, const struct cell *value)
{
	const struct odbc_column *c = &own_of(d)->columns[at];

	if (!is_own(d, at, use))
		return "text";
	switch (c->meant) {
	case TYPE_INTEGER:
		return value->kind == CELL_REAL ? "numeric" : "bigint";
	case TYPE_NUMBER:
		if (c->type == SQL_REAL)
			return "real";
		return c->type == SQL_DOUBLE || c->type == SQL_FLOAT
		           ? "double precision"
		           : "numeric";
	case TYPE_BOOLEAN:
		return "boolean";
	case TYPE_DATE:
		return value->s.n == 10 ? "date" : "timestamp";
	case TYPE_DATETIME:
		return "timestamp";
	case TYPE_BYTES:
		return "bytea";
	case TYPE_TEXT:
	case COLUMN_TYPES:
		break;
	}
	return "text";
}

/* As the digits say: a double has room for 16 of them. */
static bool put_decimal(struct buf *b, struct cell *value)
{
	size_t point = str_index(value->s, '.');
	size_t places = point < value->s.n ? value->s.n - point - 1 : 0;

	if ((value->kind != CELL_REAL && value->kind != CELL_INTEGER) ||
	    str_index(value->s, 'e') < value->s.n ||
	    str_index(value->s, 'E') < value->s.n || places > 30)
		return false;
	buf_fmt(b, "cast(? as decimal(65,%zu))", places);
	value->kind = CELL_TEXT;
	return true;
}

static void put_maria_value(
    const struct dialect *d, struct buf *b, size_t at, struct cell *value)
{
	int64_t i = 0;
	bool large = value->kind == CELL_INTEGER && !str_i64(value->s, &i);

	if (is_text(d, at))
		buf_str(b, STR("cast(convert(? using utf8mb4) as binary)"));
	else if (!(is_decimal(d, at) || large) || !put_decimal(b, value))
		buf_char(b, '?');
}

static void put_value(const struct dialect *d, struct buf *b, size_t at,
    enum use use, size_t count, struct cell *value)
{
	const char *const *shown = NULL;

	(void)count;
	if (own_of(d)->product == PRODUCT_POSTGRESQL) {
		const char *type = pg_type_of(d, at, use, value);

		buf_fmt(b, "cast(? as %s)", type);
		if (value->kind != CELL_TEXT &&
		    (strcmp(type, "double precision") == 0 ||
			strcmp(type, "real") == 0))
			value->s = bound_real(b->arena, value->s);
		if (value->kind != CELL_NULL && value->kind != CELL_BYTES)
			value->kind = CELL_TEXT;
	} else if (own_of(d)->product == PRODUCT_MARIADB) {
		put_maria_value(d, b, at, value);
	} else if (own_of(d)->product == PRODUCT_SQLITE) {
		shown = shown_by_lite(d, at, use);
		buf_fmt(b, "%s?%s", shown[0], shown[1]);
	} else {
		buf_char(b, '?');
	}
}

/* From \ to !, which is an escape to no database by itself, and only before
 * what needs it, for some refuse it elsewhere. */
static struct str with_escapes(
    struct arena *a, struct str pattern, enum product product)
{
	struct buf b = buf_new(a, 2 * pattern.n + 1);

	for (size_t i = 0; i < pattern.n; i++) {
		bool plain = pattern.p[i] == '\\';
		char c =
		    plain && i + 1 < pattern.n ? pattern.p[++i] : pattern.p[i];

		if (c == '!' || (plain && (c == '%' || c == '_')) ||
		    (c == '[' && product == PRODUCT_MSSQL))
			buf_char(&b, '!');
		buf_char(&b, c);
	}
	return buf_view(&b);
}

static void put_utf8(struct buf *b, uint32_t c)
{
	char to[4];
	size_t n = 0;

	if (c < 0x80) {
		to[n++] = (char)c;
	} else if (c < 0x800) {
		to[n++] = (char)(0xc0 | c >> 6);
		to[n++] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		to[n++] = (char)(0xe0 | c >> 12);
		to[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		to[n++] = (char)(0x80 | (c & 0x3f));
	} else {
		to[n++] = (char)(0xf0 | c >> 18);
		to[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		to[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		to[n++] = (char)(0x80 | (c & 0x3f));
	}
	buf_bytes(b, to, n);
}

/* One character of a GLOB; with `fold` all that are the same but for case. */
static void put_glob_char(struct buf *b, uint32_t c, bool fold)
{
	uint32_t alike[] = { c, (uint32_t)u_tolower((UChar32)c),
		(uint32_t)u_toupper((UChar32)c),
		(uint32_t)u_foldCase((UChar32)c, U_FOLD_CASE_DEFAULT) };
	bool cased = fold && (alike[1] != c || alike[2] != c || alike[3] != c);

	if (!cased && c != '*' && c != '?' && c != '[') {
		put_utf8(b, c);
		return;
	}
	buf_char(b, '[');
	for (size_t i = 0; i < (cased ? COUNT(alike) : 1); i++)
		put_utf8(b, alike[i]);
	/* U+212A and U+017F fold to letters that do not unfold to them. */
	if (cased && alike[3] == 'k')
		put_utf8(b, 0x212a);
	if (cased && alike[3] == 's')
		put_utf8(b, 0x17f);
	buf_char(b, ']');
}

/* SQLite's LIKE folds ASCII, and only that; its GLOB folds nothing. */
static struct str as_glob(struct arena *a, struct str pattern, bool fold)
{
	struct buf b = buf_new(a, 24 * pattern.n + 1);

	while (pattern.n > 0) {
		uint32_t c = 0;
		bool plain = pattern.n > 1 && str_take_char(&pattern, '\\');

		if (!str_take_utf8(&pattern, &c))
			break;
		if (!plain && c == '%')
			buf_char(&b, '*');
		else if (!plain && c == '_')
			buf_char(&b, '?');
		else
			put_glob_char(&b, c, fold);
	}
	return buf_view(&b);
}

static void put_like(const struct dialect *d, struct buf *b, size_t at,
    bool fold, size_t count, struct cell *pattern)
{
	enum product product = own_of(d)->product;
	struct str given = pattern->s;

	(void)count;
	pattern->s = with_escapes(b->arena, given, product);
	switch (product) {
	case PRODUCT_SQLITE:
		pattern->s = as_glob(b->arena, given, fold);
		put_around(d, b, "", at, " glob ?");
		return;
	case PRODUCT_MARIADB:
		put_around(d, b, fold ? "lower(convert(" : "convert(", at,
		    fold ? " using utf8mb4))" : " using utf8mb4)");
		buf_str(b, fold ? STR(" collate utf8mb4_bin like"
				      " lower(convert(? using utf8mb4))")
				: STR(" collate utf8mb4_bin like"
				      " convert(? using utf8mb4)"));
		break;
	case PRODUCT_POSTGRESQL:
		put_around(d, b, "cast(", at,
		    fold ? " as text) collate \"und-x-icu\" ilike"
			   " cast(? as text)"
			 : " as text) collate \"C\" like cast(? as text)");
		break;
	case PRODUCT_MSSQL:
		put_around(d, b, fold ? "lower(" : "", at, fold ? ")" : "");
		buf_str(b, STR(" collate Latin1_General_100_BIN2 like "));
		buf_str(b, fold ? STR("lower(?)") : STR("?"));
		break;
	case PRODUCT_ORACLE:
	case PRODUCT_OTHER:
		put_around(d, b, fold ? "lower(" : "", at,
		    fold ? ") like lower(?)" : " like ?");
		break;
	}
	buf_str(b, STR(" escape '!'"));
}

static void put_is(const struct dialect *d, struct buf *b, size_t at,
    size_t count, struct cell *value)
{
	buf_str(b, STR("case when "));
	put_column(d, b, at, FOR_EQUAL);
	buf_str(b, STR(" = "));
	put_value(d, b, at, FOR_EQUAL, count, value);
	buf_str(b, STR(" then 1 else 0 end = 1"));
}

/* Not all have `nulls first`. */
static void put_order(const struct dialect *d, struct buf *b, size_t at,
    enum use use, bool descending, enum nulls nulls)
{
	bool first =
	    nulls == NULLS_SMALLEST ? !descending : nulls == NULLS_FIRST;

	put_around(d, b, "case when ", at,
	    first ? " is null then 0 else 1 end, "
		  : " is null then 1 else 0 end, ");
	put_column(d, b, at, use);
	if (descending)
		buf_str(b, STR(" desc"));
}

static void put_limit(const struct dialect *d, struct buf *b, int64_t limit,
    int64_t offset, bool ordered)
{
	enum product product = own_of(d)->product;
	long long n = (long long)limit, skip = (long long)offset;

	switch (product) {
	case PRODUCT_SQLITE:
		buf_fmt(b, "\nlimit %lld offset %lld", n, skip);
		return;
	case PRODUCT_POSTGRESQL:
		if (n >= 0)
			buf_fmt(b, "\nlimit %lld", n);
		buf_fmt(b, "\noffset %lld", skip);
		return;
	case PRODUCT_MARIADB: /* its own manual's number for "all" */
		if (n >= 0)
			buf_fmt(b, "\nlimit %lld offset %lld", n, skip);
		else
			buf_fmt(b, "\nlimit 18446744073709551615 offset %lld",
			    skip);
		return;
	case PRODUCT_MSSQL:
		if (!ordered)
			buf_str(b, STR("\norder by (select null)"));
		break;
	case PRODUCT_ORACLE:
	case PRODUCT_OTHER:
		break;
	}
	buf_fmt(b, "\noffset %lld rows", skip);
	if (n >= 0)
		buf_fmt(b, " fetch next %lld rows only", n);
}

struct dialect odbc_dialect(const struct odbc *o)
{
	const char *quote = o->quote == '`' ? "`" : "\"";

	return (struct dialect){
		.quote = { quote, quote },
		.column = put_column,
		.value = put_value,
		.like = put_like,
		.is = put_is,
		.order = put_order,
		.limit = put_limit,
	};
}
