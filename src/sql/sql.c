#include "sql/sql.h"

#include <math.h>
#include <string.h>

#include "base/str.h"
#include "sql/driver.h"

enum { MAX_ROWS = 100000 };

/* Set by the linker around the section; weak, for a program without SQL(). */
extern const struct sql_entry __start_pratu_sql[] __attribute__((weak));
extern const struct sql_entry __stop_pratu_sql[] __attribute__((weak));

const struct sql_entry *sql_registry(size_t *ret_n)
{
	const struct sql_entry *first = __start_pratu_sql;

	*ret_n = first ? (size_t)(__stop_pratu_sql - first) : 0;
	return first;
}

struct val val_null(void)
{
	return (struct val){ .type = VAL_NULL };
}

struct val val_i64(int64_t i)
{
	return (struct val){ .type = VAL_I64, .i = i };
}

struct val val_real(double d)
{
	/* SQLite stores NaN as NULL, PostgreSQL as NaN. */
	REQUIRE(isfinite(d));
	return (struct val){ .type = VAL_REAL, .d = d };
}

struct val val_str(struct str s)
{
	return (struct val){ .type = VAL_STR, .s = s };
}

struct val val_str_or_null(struct str s)
{
	return s.n ? val_str(s) : val_null();
}

struct val val_bytes(struct str s)
{
	return (struct val){ .type = VAL_BYTES, .s = s };
}

struct rows *rows_new(
    struct arena *a, size_t n_columns, const char **ret_columns[])
{
	struct rows *rows = ARENA_NEW(a, struct rows);

	*ret_columns = ARENA_ARRAY(a, const char *, n_columns);
	rows->n_columns = n_columns;
	rows->columns = *ret_columns;
	return rows;
}

struct val *rows_add(struct arena *a, struct rows *rows)
{
	/* Room doubles whenever the count reaches a power of two. */
	if (rows->n == 0 || (rows->n >= 8 && !(rows->n & (rows->n - 1)))) {
		size_t room = rows->n ? rows->n * 2 : 8;
		struct row *more = ARENA_ARRAY(a, struct row, room);
		if (rows->n)
			memcpy(more, rows->row, rows->n * sizeof(*more));
		rows->row = more;
	}
	struct val *v = ARENA_ARRAY(a, struct val, rows->n_columns);
	rows->row[rows->n++] = (struct row){ .of = rows, .v = v };
	return v;
}

struct str text_head(const char *text)
{
	return str_upto(str_of(text), 120);
}

bool name_is_plain(struct str s)
{
	if (s.n < 1 || s.n > 40)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		bool letter = s.p[i] >= 'a' && s.p[i] <= 'z';
		bool digit = s.p[i] >= '0' && s.p[i] <= '9';
		if (!letter && !digit && s.p[i] != '_')
			return false;
	}
	return true;
}

/* PostgreSQL refuses such texts and SQLite takes them: refused for both. */
static enum err check_vals(struct ctx *cx, struct sql q, struct vals vals)
{
	for (size_t i = 0; i < vals.n; i++) {
		struct str s = vals.v[i].s;
		if (vals.v[i].type != VAL_STR || s.n == 0)
			continue;
		if (!str_utf8(s) || memchr(s.p, 0, s.n))
			return fail_detail(cx, ERR_BROKEN,
			    "sql: $%zu is not text (not UTF-8, or a NUL): %.*s",
			    i + 1, STR_ARG(text_head(q.text)));
	}
	return OK;
}

static enum err run(struct ctx *cx, struct sql q, struct vals vals,
    bool first_only, struct rows **ret, int64_t *ret_changed)
{
	struct query query = {
		.text = q.text,
		.vals = vals,
		.max_rows = MAX_ROWS,
		.first_only = first_only,
	};

	enum err e = db_usable(cx);
	if (!e)
		e = check_vals(cx, q, vals);
	if (!e)
		e = db_driver(cx)->run(
		    cx, db_conn(cx), &query, ret, ret_changed);
	return e ? db_failed(cx, e) : OK;
}

enum err sql_exec(
    struct ctx *cx, struct sql q, struct vals vals, int64_t *ret_changed)
{
	struct rows *rows;
	int64_t changed;

	enum err e = run(cx, q, vals, false, &rows, &changed);
	if (e)
		return e;
	if (ret_changed)
		*ret_changed = changed;
	return OK;
}

enum err sql_all(
    struct ctx *cx, struct sql q, struct vals vals, struct rows *ret)
{
	struct rows *rows;
	int64_t changed;

	enum err e = run(cx, q, vals, false, &rows, &changed);
	if (e)
		return e;
	*ret = *rows;
	return OK;
}

enum err sql_find(struct ctx *cx, struct sql q, struct vals vals,
    struct row *ret, bool *ret_found)
{
	struct rows *rows;
	int64_t changed;

	enum err e = run(cx, q, vals, true, &rows, &changed);
	if (e)
		return e;
	*ret_found = rows->n > 0;
	if (rows->n > 0)
		*ret = rows->row[0];
	return OK;
}

enum err sql_one(
    struct ctx *cx, struct sql q, struct vals vals, struct row *ret)
{
	bool found;

	enum err e = sql_find(cx, q, vals, ret, &found);
	if (e)
		return e;
	if (!found)
		return fail_detail(cx, ERR_NOT_FOUND, "sql: no row: %.*s",
		    STR_ARG(text_head(q.text)));
	return OK;
}

static const struct val *cell(struct row r, const char *column)
{
	for (size_t i = 0; i < r.of->n_columns; i++)
		if (!strcmp(r.of->columns[i], column))
			return &r.v[i];
	require_failed(column, __FILE__, __LINE__);
}

int64_t row_i64(struct row r, const char *column)
{
	const struct val *v = cell(r, column);

	/* A sum or mean may be integer on one store and real on the other. */
	if (v->type == VAL_REAL) {
		REQUIRE(v->d >= -0x1p63 && v->d < 0x1p63);
		return (int64_t)v->d;
	}
	REQUIRE(v->type == VAL_I64 || v->type == VAL_NULL);
	return v->i;
}

double row_real(struct row r, const char *column)
{
	const struct val *v = cell(r, column);

	if (v->type == VAL_I64)
		return (double)v->i;
	REQUIRE(v->type == VAL_REAL || v->type == VAL_NULL);
	return v->d;
}

struct str row_str(struct row r, const char *column)
{
	const struct val *v = cell(r, column);

	REQUIRE(
	    v->type == VAL_STR || v->type == VAL_BYTES || v->type == VAL_NULL);
	return v->type == VAL_NULL ? STR("") : v->s;
}

bool row_flag(struct row r, const char *column)
{
	return row_i64(r, column) != 0;
}

bool row_is_null(struct row r, const char *column)
{
	return cell(r, column)->type == VAL_NULL;
}

size_t row_enum(
    struct row r, const char *column, const char *const *names, size_t n)
{
	struct str text = row_str(r, column);

	for (size_t i = 0; i < n; i++)
		if (names[i] && str_eq(text, str_of(names[i])))
			return i;
	return n;
}
