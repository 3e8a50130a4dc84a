/* A table in a SQLite database, made and filled: beside a source's own, or where
 * rows meet. Called before there is any guard. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "source/given_in.h"
#include "source/lite.h"

/* Such that describe.c reads the same type out of it, and that no value is turned
 * into another by the affinity it means: a number may have more digits than a
 * double, so nothing is declared of it. */
static const char *const declared[COLUMN_TYPES] = {
	[TYPE_TEXT] = "text",
	[TYPE_INTEGER] = "integer",
	[TYPE_NUMBER] = "",
	[TYPE_BOOLEAN] = "boolean",
	[TYPE_DATE] = "date",
	[TYPE_DATETIME] = "datetime",
	[TYPE_BYTES] = "blob",
};

static void put_name(struct buf *b, struct str name)
{
	buf_char(b, '"');
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '"')
			buf_char(b, '"');
		buf_char(b, name.p[i]);
	}
	buf_char(b, '"');
}

static enum err failed(struct ctx *cx, sqlite3 *db, struct str name)
{
	struct str why = str_dup(cx->arena, str_of(sqlite3_errmsg(db)));
	enum err e = fail1(
	    cx, ERR_BUSY, MSG_error_given_failed, str_dup(cx->arena, name));

	cx->fault.detail = why;
	return e;
}

static struct str create_text(struct arena *a, const char *schema,
    struct str name, struct columns columns)
{
	struct buf b = buf_new(a, SOURCE_SQL_BYTES * 2);

	buf_fmt(&b, "create table %s.", schema);
	put_name(&b, name);
	for (size_t i = 0; i < columns.n; i++) {
		buf_char(&b, i == 0 ? '(' : ',');
		put_name(&b, columns.v[i].name);
		buf_fmt(&b, " %s", declared[columns.v[i].type]);
	}
	buf_char(&b, ')');
	REQUIRE(buf_ok(&b));
	return buf_view(&b);
}

static struct str insert_text(
    struct arena *a, const char *schema, struct str name, size_t n)
{
	struct buf b = buf_new(a, SOURCE_SQL_BYTES);

	buf_fmt(&b, "insert into %s.", schema);
	put_name(&b, name);
	for (size_t i = 0; i < n; i++)
		buf_str(&b, i == 0 ? STR(" values (?") : STR(",?"));
	buf_char(&b, ')');
	REQUIRE(buf_ok(&b));
	return buf_view(&b);
}

enum err lite_fill_begin(struct ctx *cx, sqlite3 *db, const char *schema,
    struct str name, struct columns columns, struct lite_fill *ret)
{
	struct arena *a = cx->arena;
	const char *create = str_cstr(a, create_text(a, schema, name, columns));
	struct str insert = insert_text(a, schema, name, columns.n);

	*ret = (struct lite_fill){ .db = db, .columns = columns };
	if (sqlite3_exec(db, create, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, insert.p, (int)insert.n, &ret->st, NULL) !=
		SQLITE_OK)
		return failed(cx, db, name);
	return OK;
}

static int bind_text(sqlite3_stmt *st, int at, struct str s)
{
	return sqlite3_bind_text64(
	    st, at, s.n > 0 ? s.p : "", s.n, SQLITE_STATIC, SQLITE_UTF8);
}

/* 0.50 is 0.5, and 3.00 is 3.0. */
static struct str without_zeros(struct str s)
{
	if (str_index(s, '.') == s.n || str_index(s, 'e') < s.n)
		return s;
	while (s.n > 2 && s.p[s.n - 1] == '0' && s.p[s.n - 2] != '.')
		s.n--;
	return s;
}

/* So many every double holds. */
static bool few_digits(struct str s)
{
	int n = 0;

	for (size_t i = 0; i < s.n && s.p[i] != 'e' && s.p[i] != 'E'; i++)
		n += s.p[i] >= '0' && s.p[i] <= '9' && (n > 0 || s.p[i] > '0');
	return n <= 15;
}

/* A real goes in as a double if no digit is lost by it. */
static int bind_real(sqlite3_stmt *st, int at, struct str s)
{
	char text[REAL_TEXT_BYTES + 1], again[REAL_TEXT_BYTES];
	struct str bare = without_zeros(s);

	if (bare.n > REAL_TEXT_BYTES)
		return bind_text(st, at, s);
	memcpy(text, bare.p, bare.n);
	text[bare.n] = '\0';
	double v = strtod(text, NULL);
	if (!few_digits(bare) &&
	    !str_eq(str_n(again, real_text(v, again)), bare))
		return bind_text(st, at, s);
	return sqlite3_bind_double(st, at, v);
}

static int bind_cell(sqlite3_stmt *st, int at, const struct cell *c)
{
	int64_t i = 0;

	switch (c->kind) {
	case CELL_NULL:
		return sqlite3_bind_null(st, at);
	case CELL_INTEGER:
		return str_i64(c->s, &i) ? sqlite3_bind_int64(st, at, i)
		                         : bind_text(st, at, c->s);
	case CELL_REAL:
		return bind_real(st, at, c->s);
	case CELL_TEXT:
		return bind_text(st, at, c->s);
	case CELL_BYTES:
		return sqlite3_bind_blob64(
		    st, at, c->s.n > 0 ? c->s.p : "", c->s.n, SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

/* The affinity of a column of integers would make a real of it. */
static enum err check_integer(
    struct ctx *cx, const struct column *column, const struct cell *c)
{
	int64_t i = 0;

	if (column->type != TYPE_INTEGER || c->kind != CELL_INTEGER ||
	    str_i64(c->s, &i))
		return OK;
	return fail1(cx, ERR_INVALID, MSG_error_given_number,
	    str_dup(cx->arena, column->name));
}

enum err lite_fill_rows(
    struct ctx *cx, struct lite_fill *f, const struct batch *rows)
{
	const struct cell *c = rows->cells;

	for (size_t r = 0; r < rows->n_rows; r++) {
		int rc = SQLITE_OK;

		for (size_t i = 0; i < rows->n_columns; i++, c++) {
			enum err e = check_integer(cx, &f->columns.v[i], c);
			if (e)
				return e;
			rc |= bind_cell(f->st, (int)i + 1, c);
		}
		if (rc == SQLITE_OK && sqlite3_step(f->st) == SQLITE_DONE)
			rc = sqlite3_reset(f->st);
		else
			rc = SQLITE_ERROR;
		if (rc != SQLITE_OK)
			return failed(cx, f->db, STR(""));
	}
	return OK;
}

void lite_fill_end(struct lite_fill *f)
{
	sqlite3_finalize(f->st);
	f->st = NULL;
}
