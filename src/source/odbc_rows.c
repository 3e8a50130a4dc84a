/* Statements of ODBC: values in, rows out. */
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/str.h"
#include "source/lite.h"
#include "source/odbc.h"

#define CHUNK_BYTES ((size_t)16384)
#define NUMBER_BYTES ((size_t)128)
#define LOOK_NS 100000000L
#define NAME_UNITS 256

/* One value bound; it must stay where it is until the statement has run. */
struct bound {
	SQLBIGINT i;
	SQLDOUBLE d;
	SQLLEN n;
};

static SQLWCHAR *units_of(struct arena *a, struct str s, size_t *ret_n)
{
	SQLWCHAR *v = ARENA_ARRAY(a, SQLWCHAR, 2 * s.n + 1);
	size_t n = 0;

	while (s.n > 0) {
		uint32_t c = 0xfffd;

		if (!str_take_utf8(&s, &c))
			s = str_from(s, 1);
		if (c >= 0x10000) {
			v[n++] = (SQLWCHAR)(0xd800 + ((c - 0x10000) >> 10));
			v[n++] = (SQLWCHAR)(0xdc00 + (c & 0x3ff));
		} else {
			v[n++] = (SQLWCHAR)c;
		}
	}
	*ret_n = n;
	return v;
}

static SQLRETURN bind_text(struct ctx *cx, struct odbc *o, SQLUSMALLINT at,
    struct str s, struct bound *b)
{
	size_t n = 0;

	if (o->cp874) {
		struct str text = cp874_of(cx->arena, s);
		char *p = arena_alloc(cx->arena, text.n + 1);

		if (text.n > 0)
			memcpy(p, text.p, text.n);
		b->n = (SQLLEN)text.n;
		return SQLBindParameter(o->st, at, SQL_PARAM_INPUT, SQL_C_CHAR,
		    SQL_VARCHAR, text.n > 0 ? text.n : 1, 0, p, b->n, &b->n);
	}
	SQLWCHAR *p = units_of(cx->arena, s, &n);
	b->n = (SQLLEN)(n * sizeof(*p));
	return SQLBindParameter(o->st, at, SQL_PARAM_INPUT, SQL_C_WCHAR,
	    SQL_WVARCHAR, n > 0 ? n : 1, 0, p, b->n, &b->n);
}

/* An infinite one is as good as the largest: no column holds more. */
static double double_of(struct ctx *cx, struct str s)
{
	double v = strtod(str_cstr(cx->arena, s), NULL);

	return v > DBL_MAX ? DBL_MAX : v < -DBL_MAX ? -DBL_MAX : v;
}

/* A whole number that SQL_BIGINT has no room for. */
static SQLRETURN bind_whole(struct ctx *cx, struct odbc *o, SQLUSMALLINT at,
    struct str s, struct bound *b)
{
	const char *text = str_cstr(cx->arena, s);

	b->n = (SQLLEN)s.n;
	return SQLBindParameter(o->st, at, SQL_PARAM_INPUT, SQL_C_CHAR,
	    SQL_DECIMAL, s.n, 0, (SQLPOINTER)(uintptr_t)text, b->n, &b->n);
}

static SQLRETURN bind_cell(struct ctx *cx, struct odbc *o, SQLUSMALLINT at,
    const struct cell *c, struct bound *b)
{
	int64_t i = 0;

	switch (c->kind) {
	case CELL_NULL:
		b->n = SQL_NULL_DATA;
		return SQLBindParameter(o->st, at, SQL_PARAM_INPUT, SQL_C_CHAR,
		    SQL_VARCHAR, 1, 0, NULL, 0, &b->n);
	case CELL_INTEGER:
		if (!str_i64(c->s, &i))
			return bind_whole(cx, o, at, c->s, b);
		b->i = i;
		return SQLBindParameter(o->st, at, SQL_PARAM_INPUT,
		    SQL_C_SBIGINT, SQL_BIGINT, 0, 0, &b->i, 0, &b->n);
	case CELL_REAL:
		b->d = double_of(cx, c->s);
		return SQLBindParameter(o->st, at, SQL_PARAM_INPUT,
		    SQL_C_DOUBLE, SQL_DOUBLE, 0, 0, &b->d, 0, &b->n);
	case CELL_TEXT:
	case CELL_BYTES:
		break;
	}
	return bind_text(cx, o, at, c->s, b);
}

/* While the database is at work only another thread can look whether it may
 * still be; SQLCancel is made to be called from there. */
struct watch {
	struct odbc *o;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool done, started;
};

static void *watch_run(void *arg)
{
	struct watch *w = arg;
	struct timespec until;

	pthread_mutex_lock(&w->lock);
	while (!w->done) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += LOOK_NS;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&w->wake, &w->lock, &until);
		if (!w->done && budget_over(&w->o->budget))
			SQLCancel(w->o->st);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void watch_begin(struct watch *w, struct odbc *o)
{
	*w = (struct watch){ .o = o };
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	w->started = pthread_create(&w->thread, NULL, watch_run, w) == 0;
}

static void watch_end(struct watch *w)
{
	pthread_mutex_lock(&w->lock);
	w->done = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	if (w->started)
		pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
}

enum err odbc_prepare(struct ctx *cx, struct odbc *o, struct str sql)
{
	SQLRETURN rc = SQL_ERROR;

	if (o->cp874) {
		struct str text = cp874_of(cx->arena, sql);

		rc = SQLPrepare(o->st,
		    (SQLCHAR *)(uintptr_t)str_cstr(cx->arena, text), SQL_NTS);
	} else {
		size_t n = 0;
		SQLWCHAR *text = units_of(cx->arena, sql, &n);

		rc = SQLPrepareW(o->st, text, (SQLINTEGER)n);
	}
	return SQL_SUCCEEDED(rc)
	           ? OK
	           : odbc_fail(cx, o, SQL_HANDLE_STMT, o->st, true);
}

enum err odbc_run(struct ctx *cx, struct odbc *o, const struct marked *marked,
    const struct cell *params, const struct cell *values, size_t n_values)
{
	size_t n = marked->n + n_values;
	struct bound *bound = ARENA_ARRAY(cx->arena, struct bound, n + 1);
	struct watch watch;

	for (size_t i = 0; i < n; i++) {
		const struct cell *c = i < marked->n
		                           ? &params[marked->params[i]]
		                           : &values[i - marked->n];

		if (!SQL_SUCCEEDED(
			bind_cell(cx, o, (SQLUSMALLINT)(i + 1), c, &bound[i])))
			return odbc_fail(cx, o, SQL_HANDLE_STMT, o->st, false);
	}
	watch_begin(&watch, o);
	SQLRETURN rc = SQLExecute(o->st);
	watch_end(&watch);
	return SQL_SUCCEEDED(rc) || rc == SQL_NO_DATA
	           ? OK
	           : odbc_fail(cx, o, SQL_HANDLE_STMT, o->st, false);
}

static enum column_type meant_by(SQLSMALLINT type)
{
	switch (type) {
	case SQL_BIT:
		return TYPE_BOOLEAN;
	case SQL_TINYINT:
	case SQL_SMALLINT:
	case SQL_INTEGER:
	case SQL_BIGINT:
		return TYPE_INTEGER;
	case SQL_NUMERIC:
	case SQL_DECIMAL:
	case SQL_REAL:
	case SQL_FLOAT:
	case SQL_DOUBLE:
		return TYPE_NUMBER;
	case SQL_TYPE_DATE:
	case SQL_DATE:
		return TYPE_DATE;
	case SQL_TYPE_TIMESTAMP:
	case SQL_TIMESTAMP:
		return TYPE_DATETIME;
	case SQL_BINARY:
	case SQL_VARBINARY:
	case SQL_LONGVARBINARY:
		return TYPE_BYTES;
	default:
		return TYPE_TEXT;
	}
}

static enum err column_at(
    struct ctx *cx, struct odbc *o, size_t i, struct odbc_column *ret)
{
	SQLWCHAR wide[NAME_UNITS] = { 0 };
	SQLCHAR narrow[NAME_UNITS] = { 0 };
	SQLSMALLINT n = 0, digits = 0, nullable = 0;
	SQLULEN size = 0;
	SQLUSMALLINT at = (SQLUSMALLINT)(i + 1);
	SQLRETURN rc = SQL_ERROR;
	bool bad = false;

	if (o->cp874)
		rc = SQLDescribeCol(o->st, at, narrow, NAME_UNITS, &n,
		    &ret->type, &size, &digits, &nullable);
	else
		rc = SQLDescribeColW(o->st, at, wide, NAME_UNITS, &n,
		    &ret->type, &size, &digits, &nullable);
	if (!SQL_SUCCEEDED(rc))
		return odbc_fail(cx, o, SQL_HANDLE_STMT, o->st, true);
	if (n >= NAME_UNITS)
		n = NAME_UNITS - 1;
	if (o->cp874) {
		char *p = arena_alloc(cx->arena, 3 * NAME_UNITS);

		ret->name = str_n(
		    p, cp874_decode(
			   str_n((const char *)narrow, (size_t)n), p, &bad));
	} else {
		ret->name = odbc_text(cx, o, wide, (size_t)n);
	}
	ret->meant = meant_by(ret->type);
	return OK;
}

enum err odbc_columns(
    struct ctx *cx, struct odbc *o, struct odbc_column **ret, size_t *ret_n)
{
	SQLSMALLINT n = 0;

	if (!SQL_SUCCEEDED(SQLNumResultCols(o->st, &n)))
		return odbc_fail(cx, o, SQL_HANDLE_STMT, o->st, true);
	if (n <= 0 || (size_t)n > SOURCE_COLUMNS)
		return fail(cx, o->officer ? ERR_INVALID : ERR_CONFLICT,
		    o->officer ? MSG_error_sql_not_select
			       : MSG_error_source_drifted);

	struct odbc_column *v =
	    ARENA_ARRAY(cx->arena, struct odbc_column, (size_t)n);
	for (size_t i = 0; i < (size_t)n; i++) {
		enum err e = column_at(cx, o, i, &v[i]);
		if (e != OK)
			return e;
	}
	*ret = v;
	*ret_n = (size_t)n;
	return OK;
}

/* All of a value, piece by piece, in `a`; *ret_null: it is NULL. */
static enum err whole_value(struct ctx *cx, struct odbc *o, struct arena *a,
    SQLUSMALLINT at, SQLSMALLINT type, struct str *ret, bool *ret_null)
{
	size_t end = type == SQL_C_WCHAR  ? sizeof(SQLWCHAR)
	             : type == SQL_C_CHAR ? 1
	                                  : 0;
	struct buf b = buf_new(a, 4 * SOURCE_CELL_BYTES);
	_Alignas(8) char chunk[CHUNK_BYTES];

	*ret_null = false;
	for (;;) {
		SQLLEN n = 0;
		SQLRETURN rc =
		    SQLGetData(o->st, at, type, chunk, sizeof(chunk), &n);

		if (rc == SQL_NO_DATA)
			break;
		if (!SQL_SUCCEEDED(rc))
			return odbc_fail(cx, o, SQL_HANDLE_STMT, o->st, false);
		if (n == SQL_NULL_DATA) {
			*ret_null = true;
			return OK;
		}
		bool cut = n == SQL_NO_TOTAL || (size_t)n > sizeof(chunk) - end;
		buf_bytes(&b, chunk, cut ? sizeof(chunk) - end : (size_t)n);
		if (b.n > 2 * SOURCE_CELL_BYTES || !buf_ok(&b))
			return fail(cx, ERR_TOO_LARGE,
			    MSG_error_source_value_too_large);
		if (!cut)
			break;
	}
	*ret = buf_view(&b);
	return OK;
}

static void put_date(
    struct rows *rows, const SQL_DATE_STRUCT *d, struct cell *ret)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%04d-%02u-%02u", d->year,
	    (unsigned)d->month, (unsigned)d->day);

	*ret =
	    (struct cell){ CELL_TEXT, rows_copy(rows, str_n(text, (size_t)n)) };
}

/* YYYY-MM-DD HH:MM:SS and the fraction without zeros at its end. */
static void put_time(
    struct rows *rows, const SQL_TIMESTAMP_STRUCT *t, struct cell *ret)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%04d-%02u-%02u %02u:%02u:%02u",
	    t->year, (unsigned)t->month, (unsigned)t->day, (unsigned)t->hour,
	    (unsigned)t->minute, (unsigned)t->second);

	if (t->fraction != 0) {
		n += snprintf(text + n, sizeof(text) - (size_t)n, ".%09u",
		    (unsigned)t->fraction);
		while (text[n - 1] == '0')
			n--;
	}
	*ret =
	    (struct cell){ CELL_TEXT, rows_copy(rows, str_n(text, (size_t)n)) };
}

/* Values of a bounded size; false when it is none. */
static SQLRETURN fixed_value(struct odbc *o, struct rows *rows, SQLUSMALLINT at,
    SQLSMALLINT type, SQLLEN *n, struct cell *ret)
{
	char number[NUMBER_BYTES] = { 0 };
	SQL_TIMESTAMP_STRUCT t = { 0 };
	SQL_DATE_STRUCT d = { 0 };
	SQLDOUBLE real = 0;
	SQLCHAR bit = 0;
	SQLRETURN rc = SQL_ERROR;

	switch (type) {
	case SQL_BIT:
		rc = SQLGetData(o->st, at, SQL_C_BIT, &bit, sizeof(bit), n);
		*ret = (struct cell){ CELL_INTEGER,
			bit != 0 ? STR("1") : STR("0") };
		return rc;
	case SQL_FLOAT:
	case SQL_DOUBLE:
		rc = SQLGetData(o->st, at, SQL_C_DOUBLE, &real, 0, n);
		*ret =
		    isnan(real)
			? (struct cell){ CELL_TEXT, STR("NaN") }
			: (struct cell){ CELL_REAL,
				  rows_copy(rows,
				      str_n(number, real_text(real, number))) };
		return rc;
	case SQL_TYPE_DATE:
	case SQL_DATE:
		rc = SQLGetData(o->st, at, SQL_C_TYPE_DATE, &d, sizeof(d), n);
		put_date(rows, &d, ret);
		return rc;
	case SQL_TYPE_TIMESTAMP:
	case SQL_TIMESTAMP:
		rc = SQLGetData(
		    o->st, at, SQL_C_TYPE_TIMESTAMP, &t, sizeof(t), n);
		put_time(rows, &t, ret);
		return rc;
	default:
		break;
	}
	rc = SQLGetData(o->st, at, SQL_C_CHAR, number, sizeof(number), n);
	if (!SQL_SUCCEEDED(rc) || *n == SQL_NULL_DATA)
		return rc;
	if (type == SQL_REAL)
		rows_real(rows, str_of(number), ret);
	else if (type == SQL_NUMERIC || type == SQL_DECIMAL)
		rows_decimal(rows, str_of(number), ret);
	else
		*ret = (struct cell){ CELL_INTEGER,
			rows_copy(rows, str_of(number)) };
	return rc;
}

static enum err text_value(struct ctx *cx, struct odbc *o, struct rows *rows,
    SQLUSMALLINT at, SQLSMALLINT type, struct cell *ret)
{
	struct arena *a = arena_new();
	bool bytes = meant_by(type) == TYPE_BYTES, null = false;
	struct str s = { 0 };
	enum err e = whole_value(cx, o, a, at,
	    bytes      ? SQL_C_BINARY
	    : o->cp874 ? SQL_C_CHAR
		       : SQL_C_WCHAR,
	    &s, &null);

	if (e == OK && null)
		*ret = (struct cell){ .kind = CELL_NULL };
	if (e != OK || null) {
		arena_free(a);
		return e;
	}
	*ret = (struct cell){ .kind = bytes ? CELL_BYTES : CELL_TEXT };
	if (!bytes && !o->cp874) {
		struct ctx inner = *cx;

		inner.arena = a;
		SQLWCHAR *units =
		    ARENA_ARRAY(a, SQLWCHAR, s.n / sizeof(*units) + 1);
		if (s.n > 0)
			memcpy(units, s.p, s.n);
		s = odbc_text(&inner, o, units, s.n / sizeof(*units));
	}
	if (type == SQL_CHAR || type == SQL_WCHAR)
		s = without_padding(s);
	if (type == SQL_GUID && o->product == PRODUCT_POSTGRESQL)
		s = str_lower(a, s); /* as the server has it */
	if (s.n > SOURCE_CELL_BYTES)
		e = fail(cx, ERR_TOO_LARGE, MSG_error_source_value_too_large);
	else
		ret->s = !bytes && o->cp874 ? rows_cp874(rows, s)
		                            : rows_copy(rows, s);
	arena_free(a);
	return e;
}

enum err odbc_row(struct ctx *cx, struct odbc *o, struct rows *rows,
    const struct odbc_column *columns)
{
	struct cell *row = rows_next(rows);

	for (size_t i = 0; i < rows->n_columns; i++) {
		SQLUSMALLINT at = (SQLUSMALLINT)(i + 1);
		SQLLEN n = 0;

		if (columns[i].meant == TYPE_TEXT ||
		    columns[i].meant == TYPE_BYTES) {
			enum err e = text_value(
			    cx, o, rows, at, columns[i].type, &row[i]);
			if (e != OK)
				return e;
			continue;
		}
		if (!SQL_SUCCEEDED(
			fixed_value(o, rows, at, columns[i].type, &n, &row[i])))
			return odbc_fail(cx, o, SQL_HANDLE_STMT, o->st, false);
		if (n == SQL_NULL_DATA)
			row[i] = (struct cell){ .kind = CELL_NULL };
	}
	return OK;
}
