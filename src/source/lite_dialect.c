/* SQLite's SQL: values by their storage class, bound to @1, @2 …, for @ cannot
 * stand in an officer's SQL; like.c has the two functions. */
#include "base/str.h"
#include "source/dialect.h"

void dialect_name(const struct dialect *d, struct buf *b, struct str name)
{
	buf_str(b, str_of(d->quote[0]));
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == d->quote[1][0])
			buf_char(b, name.p[i]);
		buf_char(b, name.p[i]);
	}
	buf_str(b, str_of(d->quote[1]));
}

static void put_column(
    const struct dialect *d, struct buf *b, size_t at, enum use use)
{
	dialect_name(d, b, d->approved->columns.v[at].name);
	if (use == FOR_EXACT)
		buf_str(b, STR(" collate binary"));
}

static void put_value(const struct dialect *d, struct buf *b, size_t at,
    enum use use, size_t number, struct cell *value)
{
	(void)d;
	(void)at;
	(void)use;
	(void)value;
	buf_fmt(b, "@%zu", number);
}

static void put_like(const struct dialect *d, struct buf *b, size_t at,
    bool fold, size_t number, struct cell *pattern)
{
	(void)pattern;
	buf_str(b, fold ? STR("pratu_ilike(") : STR("pratu_like("));
	put_column(d, b, at, FOR_EQUAL);
	buf_fmt(b, ",@%zu)", number);
}

static void put_is(const struct dialect *d, struct buf *b, size_t at,
    size_t number, struct cell *value)
{
	(void)value;
	put_column(d, b, at, FOR_EQUAL);
	buf_fmt(b, " is @%zu", number);
}

static void put_order(const struct dialect *d, struct buf *b, size_t at,
    enum use use, bool descending, enum nulls nulls)
{
	put_column(d, b, at, use);
	if (descending)
		buf_str(b, STR(" desc"));
	if (nulls == NULLS_FIRST)
		buf_str(b, STR(" nulls first"));
	else if (nulls == NULLS_LAST)
		buf_str(b, STR(" nulls last"));
}

static void put_limit(const struct dialect *d, struct buf *b, int64_t limit,
    int64_t offset, bool ordered)
{
	(void)d;
	(void)ordered;
	buf_fmt(
	    b, "\nlimit %lld offset %lld", (long long)limit, (long long)offset);
}

const struct dialect lite_dialect = {
	.quote = { "\"", "\"" },
	.column = put_column,
	.value = put_value,
	.like = put_like,
	.is = put_is,
	.order = put_order,
	.limit = put_limit,
};
