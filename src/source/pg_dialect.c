/* PostgreSQL's SQL. Values are text with a type; which one the column's type
 * there says, so that an index on the column can be used. Texts are equal as
 * their column has it and ordered by code point. */
#include "base/str.h"
#include "source/pg.h"

enum family {
	TEXTS,
	PADDED,
	INTEGERS,
	DECIMALS,
	FLOATS,
	TRUTHS,
	DATES,
	TIMES,
	BYTES,
	OTHERS
};

static enum family family_of(Oid type)
{
	switch (type) {
	case PG_TEXT:
	case PG_VARCHAR:
	case PG_NAME:
		return TEXTS;
	case PG_BPCHAR:
		return PADDED;
	case PG_INT2:
	case PG_INT4:
	case PG_INT8:
	case PG_OID:
		return INTEGERS;
	case PG_NUMERIC:
		return DECIMALS;
	case PG_FLOAT4:
	case PG_FLOAT8:
		return FLOATS;
	case PG_BOOL:
		return TRUTHS;
	case PG_DATE:
		return DATES;
	case PG_TIMESTAMP:
	case PG_TIMESTAMPTZ:
		return TIMES;
	case PG_BYTEA:
		return BYTES;
	default:
		return OTHERS;
	}
}

enum column_type pg_column_type(Oid type)
{
	switch (family_of(type)) {
	case INTEGERS:
		return TYPE_INTEGER;
	case DECIMALS:
	case FLOATS:
		return TYPE_NUMBER;
	case TRUTHS:
		return TYPE_BOOLEAN;
	case DATES:
		return TYPE_DATE;
	case TIMES:
		return TYPE_DATETIME;
	case BYTES:
		return TYPE_BYTES;
	case TEXTS:
	case PADDED:
	case OTHERS:
		break;
	}
	return TYPE_TEXT;
}

static Oid type_at(const struct dialect *d, size_t at)
{
	const struct pg_own *own = d->own;

	return own->types[at];
}

/* Whether values of the approved type can be compared as the column's own; else
 * both are texts. Cells that the source gave always can. */
static bool is_own(const struct dialect *d, size_t at, enum use use)
{
	enum column_type type = d->approved->columns.v[at].type;

	if (use >= FOR_SORT)
		return family_of(type_at(d, at)) != OTHERS;
	switch (family_of(type_at(d, at))) {
	case TEXTS:
	case PADDED:
		return true;
	case INTEGERS:
	case DECIMALS:
	case FLOATS:
		return type == TYPE_INTEGER || type == TYPE_NUMBER ||
		       type == TYPE_BOOLEAN;
	case TRUTHS:
		return type == TYPE_BOOLEAN;
	case DATES:
	case TIMES:
		return type == TYPE_DATE || type == TYPE_DATETIME;
	case BYTES:
		return type == TYPE_BYTES;
	case OTHERS:
		break;
	}
	return false;
}

/* As it is shown; "::text" has a mask on each inet. */
static void put_as_text(const struct dialect *d, struct buf *b, size_t at)
{
	bool inet = type_at(d, at) == PG_INET;

	buf_str(b, inet ? STR("pg_catalog.abbrev(") : STR(""));
	dialect_name(d, b, d->approved->columns.v[at].name);
	buf_str(b, inet ? STR(")") : STR("::pg_catalog.text"));
}

static void put_column(
    const struct dialect *d, struct buf *b, size_t at, enum use use)
{
	enum family f = family_of(type_at(d, at));
	bool own = is_own(d, at, use);

	if (own)
		dialect_name(d, b, d->approved->columns.v[at].name);
	else
		put_as_text(d, b, at);
	if (use != FOR_EQUAL && (!own || f == TEXTS || f == PADDED))
		buf_str(b, STR(" collate \"C\""));
}

static bool has_zone(struct str s)
{
	struct str clock = s.n > 10 ? str_from(s, 10) : STR("");

	return str_ends(s, STR("Z")) || str_index(clock, '+') < clock.n ||
	       str_index(clock, '-') < clock.n;
}

/* As rows_decimal() reads it. */
static struct str bound_decimal(struct str s)
{
	return str_eq(s, STR("1e999"))    ? STR("Infinity")
	       : str_eq(s, STR("-1e999")) ? STR("-Infinity")
	                                  : s;
}

static const char *type_name(const struct dialect *d, struct buf *b, size_t at,
    enum use use, struct cell *value)
{
	Oid type = type_at(d, at);

	if (!is_own(d, at, use))
		return "text";
	switch (family_of(type)) {
	case PADDED:
		return "bpchar";
	case INTEGERS:
		return value->kind == CELL_REAL ? "numeric" : "int8";
	case DECIMALS:
		value->s = bound_decimal(value->s);
		return "numeric";
	case FLOATS:
		if (value->kind == CELL_REAL || value->kind == CELL_INTEGER)
			value->s = bound_real(b->arena, value->s);
		return type == PG_FLOAT4 ? "float4" : "float8";
	case TRUTHS:
		return "bool";
	case DATES:
	case TIMES:
		if (type == PG_DATE && value->s.n == 10)
			return "date";
		return has_zone(value->s) ? "timestamptz" : "timestamp";
	case BYTES:
		return "bytea";
	case TEXTS:
	case OTHERS:
		break;
	}
	return "text";
}

static size_t number_of(const struct dialect *d, size_t number)
{
	const struct pg_own *own = d->own;

	return own->n_before + number;
}

static void put_value(const struct dialect *d, struct buf *b, size_t at,
    enum use use, size_t number, struct cell *value)
{
	const char *type = type_name(d, b, at, use, value);

	buf_fmt(b, "$%zu::pg_catalog.%s", number_of(d, number), type);
}

static void put_like(const struct dialect *d, struct buf *b, size_t at,
    bool fold, size_t number, struct cell *pattern)
{
	const struct pg_own *own = d->own;

	(void)pattern;
	put_as_text(d, b, at);
	if (!fold)
		buf_str(b, STR(" collate \"C\" like "));
	else if (own->icu)
		buf_str(b, STR(" collate \"und-x-icu\" ilike "));
	else
		buf_str(b, STR(" ilike "));
	buf_fmt(b, "$%zu::pg_catalog.text", number_of(d, number));
}

static void put_is(const struct dialect *d, struct buf *b, size_t at,
    size_t number, struct cell *value)
{
	put_column(d, b, at, FOR_EQUAL);
	buf_str(b, STR(" is not distinct from "));
	put_value(d, b, at, FOR_EQUAL, number, value);
}

/* NULLs are the largest to PostgreSQL, when nothing is said. */
static void put_order(const struct dialect *d, struct buf *b, size_t at,
    enum use use, bool descending, enum nulls nulls)
{
	bool first =
	    nulls == NULLS_SMALLEST ? !descending : nulls == NULLS_FIRST;

	put_column(d, b, at, use);
	if (descending)
		buf_str(b, STR(" desc"));
	buf_str(b, first ? STR(" nulls first") : STR(" nulls last"));
}

static void put_limit(const struct dialect *d, struct buf *b, int64_t limit,
    int64_t offset, bool ordered)
{
	(void)d;
	(void)ordered;
	if (limit >= 0)
		buf_fmt(b, "\nlimit %lld", (long long)limit);
	if (offset > 0)
		buf_fmt(b, "\noffset %lld", (long long)offset);
}

const struct dialect pg_dialect = {
	.quote = { "\"", "\"" },
	.column = put_column,
	.value = put_value,
	.like = put_like,
	.is = put_is,
	.order = put_order,
	.limit = put_limit,
};
